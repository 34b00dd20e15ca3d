"""What was typed into a form is put back when its submission was lost or failed."""

import pytest
from playwright.sync_api import expect

from tests.js.finding import FORM, accept, announced, lose, prepare, send, stored, title, values, write
from tests.js.site import Tab

pytestmark = pytest.mark.browser

SIGN_OUT = '<form method="post" action="/sign-out"><input type="hidden" name="csrf_token" value="x"><button>Sign out</button></form>'


@pytest.fixture
def tab(fresh_tab: Tab) -> Tab:
    """Entries are stored: each test has a browser of its own."""
    return prepare(fresh_tab)


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(tab: Tab) -> None:
    lose(tab)
    tab.goto("/finding")
    assert title(tab) == "Late"
    assert "Here again." in announced(tab)


def test_what_was_typed_stays_on_the_device_when_its_writer_signs_out(tab: Tab) -> None:
    lose(tab)
    write(tab, "/other", SIGN_OUT)
    tab.site.answers["POST /sign-out"] = "/sign-in"
    tab.goto("/other")
    send(tab, None, "Sign out")
    write(tab, "/finding", reader="bob")
    tab.goto("/finding")
    assert title(tab) == ""
    write(tab, "/finding")
    tab.goto("/finding")
    assert title(tab) == "Late"


@pytest.mark.parametrize(("answer", "expected"), [("<p data-refused>No.</p>", "Late"), ("<p>Yes.</p>", "")], ids=["refused", "accepted"])
def test_an_answer_without_the_form_leaves_what_was_typed_for_its_page_if_it_is_a_refusal(tab: Tab, answer: str, expected: str) -> None:
    write(tab, "POST /finding", answer, posted="/finding")
    tab.goto("/finding")
    send(tab)
    tab.goto("/finding")
    assert title(tab) == expected


def test_a_form_that_is_refused_on_another_page_is_kept_for_that_page(tab: Tab) -> None:
    write(tab, "/list")
    write(tab, "POST /finding", FORM.format(title="Late"), posted="/finding")
    tab.goto("/list")
    send(tab)
    assert (list(stored(tab)), values(tab)) == (["ann /finding"], [[["title", "Late"]]])


def test_a_form_is_submitted_although_storage_is_blocked(tab: Tab) -> None:
    tab.block_storage()
    accept(tab)
    tab.goto("/finding")
    send(tab)
    assert "POST /finding" in tab.site.asked


def test_what_is_stored_but_cannot_be_read_is_forgotten(tab: Tab) -> None:
    tab.goto("/finding")
    tab.run("() => { localStorage.setItem('verifier.unsent.ann /finding', '{'); }")
    tab.goto("/finding")
    expect(tab.page.locator("form")).to_be_visible()
    assert stored(tab) == {}
