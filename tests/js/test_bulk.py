"""The checkbox that selects every row of a table, and the count of the selected rows."""

import pytest
from playwright.sync_api import expect

from tests.js.site import Tab

pytestmark = pytest.mark.browser

WORDS = {"none": "Nothing selected", "one": "1 row selected", "many": "{n} rows selected"}
ROWS = "".join(f"<tr><td class='tick'><input type='checkbox' name='keys' value='{n}'></td></tr>" for n in range(3))
TABLE = f"""
<form>
  <table><thead><tr><td data-all="Select all rows" data-named="Select all rows: Numbers"></td></tr></thead><tbody>{ROWS}</tbody></table>
  <p data-part="count" data-none="Nothing selected" data-one="1 row selected" data-many="{{n}} rows selected"></p>
</form>"""
ALL, BOXES, COUNT = "[data-all] input", "tbody input", "[data-part=count]"


@pytest.fixture
def table(tab: Tab) -> Tab:
    tab.open(TABLE)
    tab.bind("bulk", "bulk", "table")
    return tab


@pytest.mark.parametrize(("n", "said"), [(0, "Nothing selected"), (1, "1 row selected"), (2, "2 rows selected"), (10, "10 rows selected")])
def test_the_count_has_a_sentence_for_none_one_and_several(functions: Tab, n: int, said: str) -> None:
    assert functions.call("bulk", "sentence", n, WORDS) == said


def test_the_head_gets_a_checkbox_with_a_word_and_a_name_that_says_which_table(table: Tab) -> None:
    expect(table.page.get_by_role("checkbox", name="Select all rows: Numbers")).to_have_count(1)
    expect(table.page.locator("[data-all] .word")).to_have_text("Select all rows")


def test_checking_the_head_selects_every_row_and_counts_them(table: Tab) -> None:
    table.page.check(ALL)
    assert [box.is_checked() for box in table.page.locator(BOXES).all()] == [True] * 3
    expect(table.page.locator(COUNT)).to_have_text("3 rows selected")


def test_unchecking_the_head_deselects_every_row(table: Tab) -> None:
    table.page.check(ALL)
    table.page.uncheck(ALL)
    assert [box.is_checked() for box in table.page.locator(BOXES).all()] == [False] * 3
    expect(table.page.locator(COUNT)).to_have_text("Nothing selected")


def test_the_head_is_mixed_while_some_rows_are_selected(table: Tab) -> None:
    table.page.locator(BOXES).nth(1).check()
    assert table.page.locator(ALL).evaluate("box => [box.checked, box.indeterminate]") == [False, True]
    expect(table.page.locator(COUNT)).to_have_text("1 row selected")


def test_the_head_is_checked_when_the_last_row_is_selected_by_hand(table: Tab) -> None:
    for box in table.page.locator(BOXES).all():
        box.check()
    assert table.page.locator(ALL).evaluate("box => [box.checked, box.indeterminate]") == [True, False]


def test_nothing_is_selected_at_first_and_the_count_says_so(table: Tab) -> None:
    assert table.page.locator(ALL).evaluate("box => [box.checked, box.indeterminate]") == [False, False]
    expect(table.page.locator(COUNT)).to_have_text("Nothing selected")


def test_checkboxes_that_the_browser_restores_are_counted_when_the_page_is_shown_again(table: Tab) -> None:
    table.run("() => { document.querySelector('tbody input').checked = true; }")
    table.come_back()
    expect(table.page.locator(COUNT)).to_have_text("1 row selected")


def test_a_table_without_checkboxes_gets_none_in_its_head(tab: Tab) -> None:
    tab.open(TABLE.replace("type='checkbox'", "type='hidden'"))
    tab.bind("bulk", "bulk", "table")
    expect(tab.page.locator(ALL)).to_have_count(0)


def test_a_table_without_a_place_in_its_head_is_left_as_it_is(tab: Tab) -> None:
    tab.open(TABLE.replace("data-all", "data-other"))
    tab.bind("bulk", "bulk", "table")
    expect(tab.page.locator("thead input")).to_have_count(0)


def test_a_table_outside_a_form_uses_the_count_of_the_page(tab: Tab) -> None:
    tab.open(TABLE.replace("<form>", "<div>").replace("</form>", "</div>"))
    tab.bind("bulk", "bulk", "table")
    tab.page.check(ALL)
    expect(tab.page.locator(COUNT)).to_have_text("3 rows selected")


def test_each_form_has_its_own_count(tab: Tab) -> None:
    tab.open(TABLE + TABLE)
    tab.bind("bulk", "bulk", "form:nth-of-type(2) table")
    tab.page.check("form:nth-of-type(2) [data-all] input")
    assert tab.page.locator(COUNT).all_inner_texts() == ["", "3 rows selected"]
