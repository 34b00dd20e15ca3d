"""The dialog that asks before a form marked data-confirm is submitted."""

import pytest
from playwright.sync_api import expect

from tests.js.site import Tab

pytestmark = pytest.mark.browser

DIALOG = """
<dialog><h2>Are you sure?</h2><p></p>
  <button type="button" data-yes>Continue</button><button type="button" data-no autofocus>Cancel</button></dialog>"""
FORM = """
<form method="post" action="/sent" data-confirm="Withdraw E-001?">
  <input name="reason"><button name="how">Withdraw</button><button data-confirm="Withdraw all?">All</button>
</form>"""
ASKED, YES, NO, WITHDRAW = "dialog p", "[data-yes]", "[data-no]", "[name=how]"


def ready(tab: Tab, form: str = FORM) -> None:
    """A page with the form and the dialog, where submissions go nowhere."""
    tab.open(form + DIALOG)
    tab.bind("confirm", "confirmed", "dialog")
    tab.hold_submissions()


def test_the_question_is_asked_and_nothing_is_sent_yet(tab: Tab) -> None:
    ready(tab)
    tab.page.click(WITHDRAW)
    expect(tab.page.locator(ASKED)).to_have_text("Withdraw E-001?")
    assert tab.run("document.querySelector('dialog').matches(':modal')")
    assert tab.submissions() == ["stopped"]


def test_agreeing_submits_the_form_with_the_button_that_was_pressed(tab: Tab) -> None:
    ready(tab)
    tab.page.click(WITHDRAW)
    tab.page.click(YES)
    expect(tab.page.locator("dialog")).to_be_hidden()
    assert tab.submissions() == ["stopped", "Withdraw"]


def test_cancelling_sends_nothing_and_returns_the_focus_to_the_button(tab: Tab) -> None:
    ready(tab)
    tab.page.click(WITHDRAW)
    tab.page.click(NO)
    expect(tab.page.locator(WITHDRAW)).to_be_focused()
    assert tab.submissions() == ["stopped"]


def test_escape_cancels(tab: Tab) -> None:
    ready(tab)
    tab.page.click(WITHDRAW)
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator("dialog")).to_be_hidden()
    expect(tab.page.locator(WITHDRAW)).to_be_focused()
    assert tab.submissions() == ["stopped"]


def test_the_focus_returns_to_a_button_that_did_not_have_it_when_it_was_pressed(tab: Tab) -> None:
    ready(tab)
    tab.run("() => { document.querySelector('form').requestSubmit(document.querySelector('form button')); }")
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(WITHDRAW)).to_be_focused()


def test_cancel_has_the_focus_so_that_enter_does_not_agree(tab: Tab) -> None:
    ready(tab)
    tab.page.click(WITHDRAW)
    expect(tab.page.locator(NO)).to_be_focused()


def test_it_asks_again_after_a_cancellation(tab: Tab) -> None:
    ready(tab)
    tab.page.click(WITHDRAW)
    tab.page.click(NO)
    tab.page.click(WITHDRAW)
    expect(tab.page.locator("dialog")).to_be_visible()
    assert tab.submissions() == ["stopped", "stopped"]


def test_it_asks_again_after_an_agreement(tab: Tab) -> None:
    ready(tab)
    for _ in range(2):
        tab.page.click(WITHDRAW)
        tab.page.click(YES)
    assert tab.submissions() == ["stopped", "Withdraw", "stopped", "Withdraw"]


def test_the_question_of_a_button_stands_before_that_of_its_form(tab: Tab) -> None:
    ready(tab)
    tab.page.click("text=All")
    expect(tab.page.locator(ASKED)).to_have_text("Withdraw all?")


def test_a_form_without_a_question_is_sent_at_once(tab: Tab) -> None:
    ready(tab, '<form method="post"><button>Save</button></form>')
    tab.page.click("text=Save")
    assert tab.submissions() == ["Save"]
    expect(tab.page.locator("dialog")).to_be_hidden()


def test_enter_in_a_field_asks_as_the_button_does(tab: Tab) -> None:
    ready(tab)
    tab.page.press("[name=reason]", "Enter")
    expect(tab.page.locator(ASKED)).to_have_text("Withdraw E-001?")
    assert tab.submissions() == ["stopped"]


def test_a_form_without_a_button_is_submitted_after_agreement(tab: Tab) -> None:
    ready(tab, '<form method="post" data-confirm="Go on?"><input name="reason"></form>')
    tab.page.press("[name=reason]", "Enter")
    tab.page.click(YES)
    assert tab.submissions() == ["stopped", "no button"]


@pytest.mark.parametrize(
    ("form", "label"),
    [
        ('<form method="post" data-confirm="?" data-confirm-label="Yes, withdraw"><button>Withdraw</button></form>', "Yes, withdraw"),
        ('<form method="post" data-confirm="?"><button> Withdraw </button></form>', "Withdraw"),
        ('<form method="post" data-confirm="?"><button><img alt=""></button></form>', "Continue"),
    ],
    ids=["label of the form", "word of the button", "word of the dialog"],
)
def test_the_agreeing_button_is_labelled_by(tab: Tab, form: str, label: str) -> None:
    ready(tab, form)
    tab.run("() => { document.querySelector('form').requestSubmit(document.querySelector('button')); }")
    assert tab.page.locator(YES).inner_text() == label


def test_the_label_of_one_question_does_not_remain_for_the_next(tab: Tab) -> None:
    ready(tab, FORM + '<form method="post" data-confirm="Go on?"><input name="other"></form>')
    tab.page.click(WITHDRAW)
    tab.page.click(NO)
    tab.page.press("[name=other]", "Enter")
    assert tab.page.locator(YES).inner_text() == "Continue"
    tab.page.click(YES)
    assert tab.submissions() == ["stopped", "stopped", "no button"]
