"""Reading what was typed into a form, and putting it back."""

from typing import Any

import pytest

from tests.js.site import Tab

pytestmark = pytest.mark.browser

VALUES = "async () => (await import('/static/js/formvalues.js')).valuesOf(document.querySelector('form'))"
FILLED_IN = "async () => (await import('/static/js/formvalues.js')).isFilledIn(document.querySelector('form'))"
REFILL = """async (values) => {
  window.changes = [];
  document.addEventListener("change", (event) => { window.changes.push(event.target.name); });
  return (await import("/static/js/formvalues.js")).refill(document.querySelector("form"), values);
}"""
POST_FORMS = "async () => (await import('/static/js/formvalues.js')).postForms(document).map(({ name, to, form }) => [name, to, form.id])"


@pytest.mark.parametrize(
    ("inputs", "values"),
    [
        ("<input name='a' value='x'>", [["a", "x"]]),
        ("<textarea name='a'>x\ny</textarea>", [["a", "x\ny"]]),
        ("<select name='a'><option>x<option selected>y</select>", [["a", "y"]]),
        ("<input type='checkbox' name='a' value='x' checked><input type='checkbox' name='a' value='y'>", [["a", "x"]]),
        ("<input type='radio' name='a' value='x'><input type='radio' name='a' value='y' checked>", [["a", "y"]]),
        ("<input name='a' value='x'><input name='a' value='y'>", [["a", "x"], ["a", "y"]]),
        ("<input name='a' value=''>", [["a", ""]]),
        ("<fieldset name='f'><input name='a' value='x'></fieldset>", [["a", "x"]]),
    ],
    ids=["text", "lines", "select", "checkbox", "radio", "one name twice", "empty", "fieldset"],
)
def test_values_are_read_from(tab: Tab, inputs: str, values: list[list[str]]) -> None:
    tab.open(f"<form>{inputs}</form>")
    assert tab.run(VALUES) == values


@pytest.mark.parametrize(
    "secret",
    [
        "<input type='password' name='a' value='x'>",
        "<input name='a' autocomplete='one-time-code' value='x'>",
        "<input type='hidden' name='a' value='x'>",
        "<input type='file' name='a'>",
        "<button name='a' value='x'></button>",
        "<button type='button' name='a' value='x'></button>",
        "<input type='submit' name='a' value='x'>",
        "<input value='x'>",
    ],
    ids=["password", "one-time code", "hidden value", "file", "submit button", "button", "submit input", "without a name"],
)
def test_values_never_contain_a(tab: Tab, secret: str) -> None:
    tab.open(f"<form>{secret}</form>")
    assert tab.run(VALUES) == []


def test_a_form_is_filled_in_only_if_it_has_something_to_fill_in(tab: Tab) -> None:
    tab.open("<form><input type='hidden' name='id' value='1'><input type='password' name='p'><button name='b'>Go</button></form>")
    assert tab.run(FILLED_IN) is False
    tab.open("<form><input type='hidden' name='id' value='1'><textarea name='text'></textarea></form>")
    assert tab.run(FILLED_IN) is True


FORM = """
<form>
  <input name="title" value="old"><textarea name="text">old</textarea>
  <select name="clause"><option>4a<option>4b</select>
  <input type="checkbox" name="box" value="1" checked><input type="checkbox" name="box" value="2">
  <input type="radio" name="radio" value="1" checked><input type="radio" name="radio" value="2">
  <input type="hidden" name="version" value="1"><input type="password" name="password">
</form>"""
OLD = [["title", "old"], ["text", "old"], ["clause", "4a"], ["box", "1"], ["radio", "1"]]


def test_values_are_put_back_as_they_were_read(tab: Tab) -> None:
    new = [["title", "new"], ["text", "a\nb"], ["clause", "4b"], ["box", "2"], ["radio", "2"]]
    tab.open(FORM)
    assert tab.run(REFILL, new) is True
    assert tab.run(VALUES) == new


def test_putting_back_what_is_there_already_changes_nothing(tab: Tab) -> None:
    tab.open(FORM)
    assert tab.run(REFILL, OLD) is False
    assert tab.run("window.changes") == []


def test_a_hidden_value_is_not_put_back(tab: Tab) -> None:
    tab.open(FORM)
    assert tab.run(REFILL, [*OLD, ["version", "2"]]) is False
    assert tab.page.input_value("[name=version]") == "1"


def test_a_field_that_is_folded_away_is_shown_when_it_is_filled(tab: Tab) -> None:
    tab.open("<form><details><summary>More</summary><input name='a'></details></form>")
    tab.run(REFILL, [["a", "x"]])
    assert tab.page.locator("[name=a]").is_visible()


SHOWN = "async () => (await import('/static/js/formvalues.js')).shownValuesOf(document.querySelector('form'))"


def test_what_a_form_showed_is_told_from_what_was_typed(tab: Tab) -> None:
    tab.open(FORM)
    tab.run(REFILL, [["title", "new"], ["text", "a"], ["clause", "4b"], ["box", "2"], ["radio", "2"]])
    assert tab.run(SHOWN) == OLD


def test_every_input_that_changes_says_so(tab: Tab) -> None:
    tab.open(FORM)
    tab.run(REFILL, [["title", "new"], *OLD[1:]])
    assert tab.run("window.changes") == ["title"]


def test_checkboxes_that_were_not_checked_are_unchecked(tab: Tab) -> None:
    tab.open(FORM)
    assert tab.run(REFILL, [each for each in OLD if each[0] != "box"]) is True
    assert not tab.page.is_checked("[name=box][value='1']")


def test_a_field_without_a_value_keeps_its_own(tab: Tab) -> None:
    tab.open(FORM)
    assert tab.run(REFILL, OLD[1:]) is False
    assert tab.page.input_value("[name=title]") == "old"


def test_fields_of_one_name_are_filled_in_their_order(tab: Tab) -> None:
    tab.open("<form><input name='a'><input name='a'><input name='a' value='z'></form>")
    tab.run(REFILL, [["a", "x"], ["a", "y"]])
    assert tab.run(VALUES) == [["a", "x"], ["a", "y"], ["a", "z"]]


def test_a_secret_is_not_filled_in(tab: Tab) -> None:
    tab.open(FORM)
    tab.run(REFILL, [*OLD, ["password", "x"]])
    assert tab.page.input_value("[name=password]") == ""


def test_forms_that_post_are_named_by_path_and_number(tab: Tab) -> None:
    tab.open(
        """<form method="post" id="a" action="/x?y=1"></form><form method="POST" id="b"></form><form id="c" action="/x"></form>
        <form method="post" id="d" action="/x"><input name="action"></form>"""
    )
    expected: list[Any] = [["1 /x", "/x", "a"], ["1 /page", "/page", "b"], ["2 /x", "/x", "d"]]
    assert tab.run(POST_FORMS) == expected
