"""What was typed into a form is put back when its submission was lost or failed."""

import pytest
from playwright.sync_api import expect

from tests.js.finding import FORM, announced, lose, prepare, refuse, send, stored, title, write
from tests.js.site import Tab

pytestmark = pytest.mark.browser

SIGN_OUT = '<form method="post" action="/sign-out"><input type="hidden" name="csrf_token" value="x"><button>Sign out</button></form>'
BAD = '<div class="flash" data-s="bad">Somebody else was faster.</div>'


@pytest.fixture
def tab(fresh_tab: Tab) -> Tab:
    """Submissions are stored: each test has a browser of its own."""
    return prepare(fresh_tab)


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(tab: Tab) -> None:
    lose(tab)
    tab.goto("/finding")
    assert (title(tab), announced(tab)) == ("Late", "Here again.")


def test_what_was_lost_is_put_back_once(tab: Tab) -> None:
    lose(tab)
    tab.goto("/finding")
    write(tab, "/other", "Other")
    tab.goto("/other")
    tab.goto("/finding")
    assert title(tab) == ""


def test_what_was_lost_stays_when_its_page_is_reloaded(tab: Tab) -> None:
    lose(tab)
    tab.goto("/finding")
    tab.page.reload()
    assert title(tab) == "Late"


def test_what_was_lost_waits_while_other_pages_are_read(tab: Tab) -> None:
    lose(tab)
    write(tab, "/other", "Other")
    tab.goto("/other")
    tab.goto("/finding")
    assert title(tab) == "Late"


def test_what_was_lost_is_put_back_on_its_own_page_only(tab: Tab) -> None:
    lose(tab)
    tab.goto("/finding?check=site")
    assert title(tab) == ""


def test_what_was_lost_is_not_shown_to_someone_else_and_waits_for_its_author(tab: Tab) -> None:
    lose(tab)
    write(tab, "/finding", reader="bob")
    tab.goto("/finding")
    assert title(tab) == ""
    write(tab, "/finding")
    tab.goto("/finding")
    assert title(tab) == "Late"


def test_what_was_sent_is_forgotten_when_the_next_page_is_someone_elses(tab: Tab) -> None:
    write(tab, "/done", "Done", reader="bob")
    tab.site.answers["POST /finding"] = "/done"
    tab.goto("/finding")
    send(tab)
    tab.goto("/finding")
    assert title(tab) == ""


def test_signing_out_forgets_what_was_lost(tab: Tab) -> None:
    lose(tab)
    write(tab, "/other", SIGN_OUT)
    tab.site.answers["POST /sign-out"] = "/sign-in"
    tab.goto("/other")
    send(tab, None, "Sign out")
    tab.goto("/finding")
    assert title(tab) == ""


def test_what_was_accepted_is_not_put_back(tab: Tab) -> None:
    write(tab, "/done", "Done")
    tab.site.answers["POST /finding"] = "/done"
    tab.goto("/finding")
    send(tab)
    tab.goto("/finding")
    assert (title(tab), stored(tab)) == ("", None)


@pytest.mark.parametrize(("flash", "expected"), [(BAD, "Late"), (BAD.replace("bad", "ok"), ""), ("", "")], ids=["failed", "done", "silent"])
def test_a_page_that_reports_a_failure_has_what_was_typed(tab: Tab, flash: str, expected: str) -> None:
    tab.site.answers["POST /finding"] = "/finding"
    tab.goto("/finding")
    write(tab, "/finding", flash + FORM.format(title=""))
    send(tab)
    assert title(tab) == expected


@pytest.mark.parametrize(("answer", "expected"), [("<p data-refused>No.</p>", "Late"), ("<p>Yes.</p>", "")], ids=["refused", "accepted"])
def test_an_answer_without_the_form_leaves_what_was_typed_for_its_page_if_it_is_a_refusal(tab: Tab, answer: str, expected: str) -> None:
    write(tab, "POST /finding", answer, posted="/finding")
    tab.goto("/finding")
    send(tab)
    write(tab, "/other", "Other")
    tab.goto("/other")
    tab.goto("/finding")
    assert title(tab) == expected


def test_an_answer_without_the_form_has_what_was_typed_when_it_is_reloaded(tab: Tab) -> None:
    other = '<form method="post" action="/comment"><input name="comment"></form>'
    write(tab, "POST /finding", f"<p>Something went wrong.</p>{other}", posted="/finding")
    tab.goto("/finding")
    send(tab)
    tab.page.reload()
    assert (title(tab), announced(tab)) == ("Late", "Here again.")


def test_an_answer_to_someone_who_is_not_signed_in_has_nothing_to_put_back(tab: Tab) -> None:
    write(tab, "/finding", reader="")
    write(tab, "POST /finding", "<p>Something went wrong.</p>", reader="", posted="/finding")
    tab.goto("/finding")
    send(tab)
    assert tab.run("history.state") == {"reader": "", "forms": {}}
    tab.page.reload()
    assert (title(tab), announced(tab)) == ("", "")


def test_a_form_is_submitted_although_storage_is_full(tab: Tab) -> None:
    tab.goto("/finding")
    tab.fill_storage()
    lose(tab, "x" * 100)
    assert "POST /finding" in tab.site.asked
    tab.goto("/finding")
    assert title(tab) == ""


def test_a_refused_form_keeps_what_was_typed_although_storage_is_blocked(tab: Tab) -> None:
    tab.block_storage()
    refuse(tab)
    tab.page.reload()
    assert title(tab) == "Late"


def test_what_is_stored_but_cannot_be_read_is_forgotten(tab: Tab) -> None:
    tab.goto("/finding")
    tab.run("() => { sessionStorage.setItem('verifier.sent', '{'); }")
    tab.goto("/finding")
    expect(tab.page.locator("form")).to_be_visible()
    assert stored(tab) is None
