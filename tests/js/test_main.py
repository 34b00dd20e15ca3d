"""Which elements each module is bound to."""

import pytest
from playwright.sync_api import expect

from tests.js.site import Tab

pytestmark = pytest.mark.browser

FRAME = '<main id="main" data-reader="ann"><div data-typed></div><template id="typed-kept"><p><button></button></p></template>{}</main>'
BULK = """<table data-part="bulk"><thead><tr><td data-all="All" data-named="All rows"></td></tr></thead>
<tbody><tr><td class="tick"><input type="checkbox"></td></tr></tbody></table>"""
CONFIRM = """<form method="post" data-confirm="Sure?"><button>Save</button></form>
<dialog data-part="confirm"><p></p><button data-yes>Yes</button><button data-no>No</button></dialog>"""


def open_page(tab: Tab, content: str) -> None:
    """A page as the app's base template makes it."""
    tab.open(FRAME.format(content), scripts=["main"])


@pytest.mark.parametrize(
    ("content", "effect"),
    [
        ('<div data-part="error-summary" tabindex="-1">Errors</div>', "document.activeElement.dataset.part === 'error-summary'"),
        (BULK, "document.querySelector('[data-all] input') !== null"),
        ('<button hidden data-part="copy"><span>Copy</span></button>', "!document.querySelector('button').hidden"),
        ('<input type="file" data-part="files">', "document.querySelector('.chosen') !== null"),
        (
            '<div class="scroll" data-part="overflow" data-label="Wide"><svg width="9000"></svg></div>',
            "document.querySelector('[data-part]').hasAttribute('role')",
        ),
    ],
    ids=["error-summary", "bulk", "copy", "files", "overflow"],
)
def test_a_part_is_bound_to_the_element_that_carries_its_name(tab: Tab, content: str, effect: str) -> None:
    open_page(tab, content)
    tab.wait_until(effect)
    assert tab.page.evaluate(effect)


def test_the_dialog_asks_for_forms_with_a_question(tab: Tab) -> None:
    open_page(tab, CONFIRM)
    tab.page.click("text=Save")
    expect(tab.page.locator("dialog p")).to_have_text("Sure?")


def test_a_waiting_page_asks_for_the_state_it_names(tab: Tab) -> None:
    with tab.page.expect_request("**/state"):
        open_page(tab, '<div data-part="waiting" data-state="/state" data-mark="x"></div>')
    tab.page.goto("about:blank")
    tab.errors.clear()  # what the console says of an answer that is not there


def test_a_message_goes_to_the_part_that_the_address_names(tab: Tab) -> None:
    tab.write(
        FRAME.format('<p class="flash" data-part="message">Saved</p>{0}<p id="part">Part</p>{0}'.format("<br>" * 200)), scripts=["main"]
    )
    tab.goto("/page#part")
    expect(tab.page.locator(".flash + #part")).to_have_count(1)
    expect(tab.page.locator(".flash")).to_be_in_viewport()


def test_every_element_of_a_part_is_bound(tab: Tab) -> None:
    open_page(tab, '<input type="file" data-part="files"><input type="file" data-part="files">')
    expect(tab.page.locator(".chosen")).to_have_count(2)


def test_every_form_is_submitted_once_and_an_agreement_counts_as_one(tab: Tab) -> None:
    open_page(tab, CONFIRM)
    tab.hold_submissions()
    tab.page.click("text=Save")
    tab.page.click("text=No")
    expect(tab.page.locator("[aria-busy]")).to_have_count(0)
    tab.page.click("text=Save")
    tab.page.click("[data-yes]")
    expect(tab.page.locator("form [aria-busy]")).to_have_text("Save")


def test_a_cancelled_submission_is_not_stored(tab: Tab) -> None:
    open_page(tab, CONFIRM.replace("<button>Save", '<input name="title" value="x"><button>Save'))
    tab.page.click("text=Save")
    tab.page.click("text=No")
    assert tab.run("sessionStorage.getItem('verifier.submitted')") is None


def test_what_is_submitted_is_followed(tab: Tab) -> None:
    open_page(tab, '<form method="post"><input name="title"><button>Save</button></form>')
    tab.hold_submissions()
    tab.page.fill("[name=title]", "Late")
    tab.page.click("text=Save")
    assert "Late" in tab.run("JSON.stringify(localStorage)")
    tab.run("() => { sessionStorage.clear(); localStorage.clear(); }")


def test_the_user_menu_closes(tab: Tab) -> None:
    open_page(tab, '<details class="menu" open><summary>Ann</summary></details>')
    tab.page.keyboard.press("Escape")
    assert tab.page.get_attribute("details", "open") is None


def test_a_part_that_no_module_has_is_passed_over(tab: Tab) -> None:
    open_page(tab, '<p data-part="count"></p><input type="file" data-part="files">')
    expect(tab.page.locator(".chosen")).to_have_count(1)


def test_a_page_without_parts_raises_no_error(tab: Tab) -> None:
    open_page(tab, "<p>Text</p>")
    assert tab.errors == []
