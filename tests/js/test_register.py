"""The register of numbers by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.js.site import Tab

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(fresh_tab: Tab) -> Tab:
    """Switches and places are stored: each test has a browser of its own."""
    return fresh_tab


KEYS = "[name=keys]"
METHOD = '<select name="method"><option value=""></option><option value="recalculated">Recalculated</option></select>'


def row(name: str, box: str = "keys") -> str:
    """A row with the checkbox for agreeing, with that for requesting evidence only (`also`), or with none."""
    tick = f'<input type="checkbox" name="{box}" value="{name}">' if box else ""
    return f'<tr><td class="tick">{tick}</td><th><a href="/number/{name}" data-row="{name}">{name}</a></th></tr>'


ROWS, AGREE = row("one") + row("two") + row("three"), "<button type='submit'>Agree</button>"


def register(rows: str = ROWS, method: str = "", button: str = AGREE) -> str:
    """The page of the register."""
    return f"""
<form class="filter"><input name="q"></form>
<form method="post" action="/agree" data-register><table><tbody>{rows}</tbody></table>{method}{button}
  <button type="submit" formaction="/evidence">Request evidence</button></form>
<dialog popover id="keys"><input type="checkbox" id="keys-on" checked><button>Close</button></dialog>
<p role="status" id="keys-say" data-flagged="Open it." data-how="Choose how."></p>"""


def ready(tab: Tab, html: str | None = None) -> None:
    """The register, where submissions go nowhere."""
    tab.open(html or register(), scripts=["register"])
    tab.hold_submissions()


def press(tab: Tab, *keys: str) -> None:
    for key in keys:
        tab.page.keyboard.press(key)


def place(tab: Tab) -> str:
    """The row that has the focus, or what else has it."""
    found: str = tab.run("document.activeElement.dataset.row ?? document.activeElement.name ?? document.activeElement.tagName")
    return found


def checked(tab: Tab) -> list[str]:
    found: list[str] = tab.run("[...document.querySelectorAll('.tick input:checked')].map((box) => box.value)")
    return found


def test_j_and_k_move_the_focus_from_row_to_row(tab: Tab) -> None:
    ready(tab)
    press(tab, "j")
    assert place(tab) == "one"
    press(tab, "j", "j")
    assert place(tab) == "three"
    press(tab, "k")
    assert place(tab) == "two"


def test_arrows_move_from_a_row_and_scroll_the_page_elsewhere(tab: Tab) -> None:
    ready(tab)
    press(tab, "ArrowDown")
    assert place(tab) == "BODY"
    press(tab, "j", "ArrowDown")
    assert place(tab) == "two"
    press(tab, "ArrowUp")
    assert place(tab) == "one"


def test_a_row_counts_as_the_current_one_when_its_checkbox_has_the_focus(tab: Tab) -> None:
    ready(tab)
    tab.page.focus(f"{KEYS} >> nth=1")
    press(tab, "j")
    assert place(tab) == "three"


def test_a_row_out_of_sight_is_scrolled_into_view_as_a_whole(tab: Tab) -> None:
    ready(tab, register("".join(row(str(n)) for n in range(200))))
    tab.run("() => { for (const cell of document.querySelectorAll('th')) cell.style.cssText = 'height: 200px; vertical-align: top'; }")
    press(tab, *["j"] * 20)
    expect(tab.page.locator("tr", has=tab.page.locator("[data-row='19']"))).to_be_in_viewport(ratio=0.99)


def test_x_selects_the_row_and_deselects_it_again(tab: Tab) -> None:
    ready(tab)
    press(tab, "j", "j", "x")
    assert checked(tab) == ["two"]
    press(tab, "x")
    assert checked(tab) == []


def test_x_on_a_row_without_a_checkbox_does_nothing(tab: Tab) -> None:
    ready(tab, register(row("one", "") + row("two")))
    press(tab, "j", "x")
    assert checked(tab) == []


def test_a_agrees_to_the_current_row_when_none_is_selected(tab: Tab) -> None:
    ready(tab)
    tab.run("() => { document.querySelector('table').addEventListener('change', () => { window.told = true; }); }")
    press(tab, "j", "j", "a")
    assert checked(tab) == ["two"]
    assert tab.run("window.told") is True
    assert tab.submissions() == ["Agree"]


def test_a_agrees_to_the_selected_rows_and_not_to_the_current_one(tab: Tab) -> None:
    ready(tab)
    press(tab, "j", "x", "j", "j", "a")
    assert checked(tab) == ["one"]
    assert tab.submissions() == ["Agree"]


def test_a_agrees_to_the_selected_rows_wherever_the_focus_is(tab: Tab) -> None:
    ready(tab)
    tab.page.check(f"{KEYS} >> nth=2")
    tab.run("() => { document.activeElement.blur(); }")
    press(tab, "a")
    assert tab.submissions() == ["Agree"]


def test_a_without_a_row_or_a_selection_does_nothing(tab: Tab) -> None:
    ready(tab)
    press(tab, "a")
    assert tab.page.inner_text("#keys-say") == ""
    assert tab.submissions() == []


@pytest.mark.parametrize("box", ["also", ""], ids=["evidence only", "no checkbox"])
def test_a_on_a_row_that_cannot_be_agreed_to_says_so(tab: Tab, box: str) -> None:
    ready(tab, register(row("one", box) + row("two")))
    press(tab, "j", "a")
    expect(tab.page.locator("#keys-say")).to_have_text("Open it.")
    assert (checked(tab), tab.submissions()) == ([], [])


def test_a_with_rows_selected_that_cannot_be_agreed_to_says_so(tab: Tab) -> None:
    ready(tab, register(row("one", "also") + row("two")))
    tab.page.check("[name=also]")
    tab.run("() => { document.activeElement.blur(); }")
    press(tab, "a")
    expect(tab.page.locator("#keys-say")).to_have_text("Open it.")
    assert tab.submissions() == []


def test_a_asks_first_how_it_was_tested(tab: Tab) -> None:
    ready(tab, register(method=METHOD))
    press(tab, "j", "a")
    expect(tab.page.locator("#keys-say")).to_have_text("Choose how.")
    assert (place(tab), tab.submissions()) == ("method", [])
    tab.page.select_option("[name=method]", "recalculated")
    tab.page.focus("[data-row=one]")
    press(tab, "a")
    assert tab.submissions() == ["Agree"]


def test_a_does_nothing_for_someone_who_cannot_agree(tab: Tab) -> None:
    ready(tab, register(button=""))
    press(tab, "j", "a")
    assert (checked(tab), tab.submissions()) == ([], [])


def test_slash_goes_to_the_search_and_types_nothing(tab: Tab) -> None:
    ready(tab)
    press(tab, "/")
    assert place(tab) == "q"
    assert tab.page.input_value("[name=q]") == ""


def test_slash_does_nothing_where_there_is_no_search(tab: Tab) -> None:
    ready(tab, register().replace('name="q"', 'name="other"'))
    press(tab, "/")
    assert place(tab) == "BODY"


def test_a_question_mark_shows_and_hides_the_help(tab: Tab) -> None:
    ready(tab)
    press(tab, "?")
    expect(tab.page.locator("#keys")).to_be_visible()
    tab.run("() => { document.activeElement.blur(); }")
    press(tab, "?")
    expect(tab.page.locator("#keys")).to_be_hidden()


@pytest.mark.parametrize("target", ["[name=q]", "[name=method]"], ids=["text", "select"])
def test_keys_are_typed_where_something_is_typed(tab: Tab, target: str) -> None:
    ready(tab, register(method=METHOD))
    tab.page.focus(target)
    press(tab, "j")
    assert place(tab) == target.strip("[]").split("=")[1]


def test_keys_do_nothing_while_the_help_has_the_focus(tab: Tab) -> None:
    ready(tab)
    press(tab, "?")
    tab.page.focus("#keys button")
    press(tab, "j")
    expect(tab.page.locator("#keys button")).to_be_focused()


@pytest.mark.parametrize("modifier", ["Control", "Meta", "Alt"])
def test_keys_with_a_modifier_are_left_to_the_browser(tab: Tab, modifier: str) -> None:
    ready(tab)
    press(tab, f"{modifier}+j")
    assert place(tab) == "BODY"


def test_a_key_that_another_script_has_handled_does_nothing(tab: Tab) -> None:
    ready(tab)
    tab.run("() => { document.addEventListener('keydown', (event) => event.preventDefault(), { capture: true }); }")
    press(tab, "j")
    assert place(tab) == "BODY"


def test_keys_can_be_switched_off_on_this_device_and_on_again(tab: Tab) -> None:
    ready(tab)
    press(tab, "?")
    tab.page.uncheck("#keys-on")
    ready(tab)
    assert not tab.run("document.getElementById('keys-on').checked")
    press(tab, "j")
    assert place(tab) == "BODY"
    tab.run("() => { document.getElementById('keys').showPopover(); }")
    tab.page.check("#keys-on")
    ready(tab)
    press(tab, "j")
    assert place(tab) == "one"


def test_after_a_submission_the_reader_is_back_at_the_next_row(tab: Tab) -> None:
    tab.open(register(), scripts=["register"])
    tab.site.answers["POST /agree"] = "<p>Agreed</p>"
    press(tab, "j", "a")
    tab.page.wait_for_url("**/agree")
    tab.goto("/page")
    assert place(tab) == "two"
    tab.goto("/page")
    assert place(tab) == "BODY"


def test_a_row_that_is_gone_after_a_submission_leads_to_the_first(tab: Tab) -> None:
    tab.open(register(), scripts=["register"])
    tab.site.answers["POST /agree"] = "<p>Agreed</p>"
    press(tab, "j", "a")
    tab.page.wait_for_url("**/agree")
    tab.open(register(row("eight") + row("nine")), scripts=["register"])
    assert place(tab) == "eight"


def test_a_submission_that_was_cancelled_leads_nowhere(tab: Tab) -> None:
    ready(tab)
    tab.run("() => { document.addEventListener('submit', (event) => event.preventDefault(), { capture: true }); }")
    press(tab, "j", "a")
    ready(tab)
    assert place(tab) == "BODY"


def test_keys_work_where_the_browser_blocks_storage(tab: Tab) -> None:
    tab.block_storage()
    ready(tab)
    press(tab, "j", "x", "a")
    assert tab.submissions() == ["Agree"]


def test_a_register_without_rows_does_nothing_on_any_key(tab: Tab) -> None:
    ready(tab, register(""))
    press(tab, "j", "k", "x", "a", "ArrowDown")
    assert (place(tab), tab.submissions()) == ("BODY", [])
