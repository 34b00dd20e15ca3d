"""What was typed into a form that was refused, or whose submission was lost, is put back."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.js.site import Tab

pytestmark = pytest.mark.browser

BIND_TYPED = 'import { typed } from "/static/js/typed.js";\ntyped(document.getElementById("main"));'
# What the browser itself would restore is switched off in these forms.
FORM = '<form method="post" action="/finding" autocomplete="off"><input name="title" value="{title}"><button>Save</button></form>'
SIGN_OUT = '<form method="post" action="/sign-out"><input type="hidden" name="csrf_token" value="x"><button>Sign out</button></form>'
BAD = '<div class="flash" data-s="bad">Somebody else was faster.</div>'


@pytest.fixture
def tab(fresh_tab: Tab) -> Tab:
    """Submissions are stored: each test has a browser of its own, where `/finding` has a form."""
    fresh_tab.site.answers["/bind.js"] = BIND_TYPED
    write(fresh_tab, "/finding")
    return fresh_tab


def write(tab: Tab, at: str, content: str = FORM.format(title=""), *, reader: str = "ann", posted: str = "") -> None:
    """Put a page on the site that is shown to a person, perhaps as the answer to a form of the page `posted`."""
    tab.write(
        f"""<script type="module" src="/bind.js"></script>
<main id="main" data-reader="{reader}"{f' data-posted="{posted}"' if posted else ""}><div role="status" data-typed></div>
<template id="typed-again"><p>Here again.</p><p data-files>Choose files again.</p></template>{content}</main>""",
        at=at,
    )


def send(tab: Tab, title: str | None = "Late", button: str = "Save") -> None:
    """Type a title, submit, and wait for the page that comes of it."""
    if title is not None:
        tab.page.fill("[name=title]", title)
    with tab.page.expect_event("load"):
        tab.page.click(f"text={button}")


def refuse(tab: Tab, title: str = "Late") -> None:
    """Send the form and have it shown again with what was typed."""
    write(tab, "POST /finding", FORM.format(title=title), posted="/finding")
    tab.goto("/finding")
    send(tab, title)


def lose(tab: Tab, title: str = "Late") -> None:
    """Send the form after the session ended: the answer is the page for signing in."""
    write(tab, "/sign-in", "Sign in", reader="")
    tab.site.answers["POST /finding"] = "/sign-in"
    tab.goto("/finding")
    send(tab, title)
    assert tab.page.url.endswith("/sign-in")


def title(tab: Tab) -> str:
    return tab.page.input_value("[name=title]")


def announced(tab: Tab) -> str:
    return tab.page.inner_text("[data-typed]")


def stored(tab: Tab) -> Any:
    """The last submission as it is stored in the tab."""
    return json.loads(tab.run("sessionStorage.getItem('verifier.sent')") or "null")


def test_the_answer_to_a_form_has_the_address_of_its_page_and_is_reloaded_from_there(tab: Tab) -> None:
    write(tab, "POST /finding", posted="/finding?check=data")
    tab.goto("/finding")
    send(tab)
    assert tab.page.url == f"{tab.address}/finding?check=data"
    tab.page.reload()
    assert tab.site.asked[-2:] == ["/finding", "/bind.js"]
    assert tab.site.asked.count("POST /finding") == 1


def test_a_refused_form_keeps_what_was_typed_when_it_is_reloaded(tab: Tab) -> None:
    refuse(tab)
    tab.page.reload()
    assert (title(tab), announced(tab)) == ("Late", "Here again.")


def test_a_refused_form_keeps_what_was_typed_when_it_is_left_and_gone_back_to(tab: Tab) -> None:
    refuse(tab)
    write(tab, "/other", "Other")
    tab.goto("/other")
    tab.page.go_back()
    assert (title(tab), announced(tab)) == ("Late", "Here again.")


def test_what_is_corrected_after_a_refusal_is_kept_instead(tab: Tab) -> None:
    refuse(tab)
    tab.page.fill("[name=title]", "Later")
    tab.page.press("[name=title]", "Tab")
    tab.page.reload()
    assert title(tab) == "Later"


def test_nothing_is_announced_when_the_page_holds_it_already(tab: Tab) -> None:
    refuse(tab)
    write(tab, "/finding", FORM.format(title="Late"))
    tab.page.reload()
    assert announced(tab) == ""


def test_the_refusal_itself_announces_nothing(tab: Tab) -> None:
    refuse(tab)
    assert (title(tab), announced(tab)) == ("Late", "")


def test_files_have_to_be_chosen_again_only_where_the_form_has_some(tab: Tab) -> None:
    with_file = FORM.replace("<button>", '<input type="file" name="file"><button>')
    write(tab, "/finding", with_file.format(title=""))
    refuse(tab)
    tab.page.reload()
    assert announced(tab).split("\n\n") == ["Here again.", "Choose files again."]


def test_what_someone_else_typed_is_not_put_back(tab: Tab) -> None:
    refuse(tab)
    write(tab, "/finding", reader="bob")
    tab.page.reload()
    assert (title(tab), announced(tab)) == ("", "")


def test_a_corrected_form_that_was_accepted_is_empty_when_it_is_gone_back_to(tab: Tab) -> None:
    refuse(tab)
    write(tab, "/done", "Done")
    tab.site.answers["POST /finding"] = "/done"
    send(tab, "Later")
    tab.page.go_back()
    assert title(tab) == ""


TWO = """
<form method="post" action="/finding" autocomplete="off" id="first"><input name="title" value="{0}"><button>One</button></form>
<form method="post" action="/finding" autocomplete="off" id="second"><input name="title" value="{1}"><button>Two</button></form>"""


def test_what_was_never_sent_is_not_kept(tab: Tab) -> None:
    tab.goto("/finding")
    tab.page.fill("[name=title]", "Late")
    tab.page.press("[name=title]", "Tab")
    assert tab.run("history.state") is None


def test_two_forms_with_one_address_are_told_apart(tab: Tab) -> None:
    write(tab, "/finding", TWO.format("", ""))
    write(tab, "POST /finding", TWO.format("", "Late"), posted="/finding")
    tab.goto("/finding")
    send(tab, None, "Two")
    tab.page.reload()
    assert [each.input_value() for each in tab.page.locator("[name=title]").all()] == ["", "Late"]


def test_submitting_one_refused_form_keeps_what_was_typed_into_another(tab: Tab) -> None:
    write(tab, "/finding", TWO.format("", ""))
    write(tab, "POST /finding", TWO.format("Early", "Late"), posted="/finding")
    tab.goto("/finding")
    send(tab, None, "Two")
    write(tab, "/done", "Done")
    tab.site.answers["POST /finding"] = "/done"
    send(tab, None, "One")
    tab.page.go_back()
    assert [each.input_value() for each in tab.page.locator("[name=title]").all()] == ["", "Late"]


def test_a_submission_is_stored_with_its_author_its_page_and_its_values(tab: Tab) -> None:
    tab.goto("/finding?check=data")
    tab.hold_submissions()
    tab.page.fill("[name=title]", "Late")
    tab.page.click("text=Save")
    assert stored(tab) == {"reader": "ann", "page": "/finding?check=data", "forms": {"1 /finding": [["title", "Late"]]}}


def test_a_submission_is_stored_without_passwords_codes_tokens_and_files(tab: Tab) -> None:
    secrets = """<input type="password" name="password" value="s"><input name="code" autocomplete="one-time-code" value="s">
<input type="hidden" name="csrf_token" value="s"><input type="hidden" name="once" value="s"><input type="file" name="file"><button>"""
    write(tab, "/finding", FORM.replace("<button>", secrets).format(title="Late"))
    tab.goto("/finding")
    tab.hold_submissions()
    tab.page.click("text=Save")
    assert stored(tab)["forms"] == {"1 /finding": [["title", "Late"]]}


def test_nothing_is_stored_of_someone_who_is_not_signed_in(tab: Tab) -> None:
    write(tab, "/finding", reader="")
    tab.goto("/finding")
    tab.hold_submissions()
    tab.page.click("text=Save")
    assert stored(tab) is None


def test_nothing_is_stored_of_a_button_that_takes_no_values(tab: Tab) -> None:
    write(tab, "/finding", '<form method="post"><input type="hidden" name="id" value="1"><button>Save</button></form>')
    tab.goto("/finding")
    tab.hold_submissions()
    tab.page.click("text=Save")
    assert stored(tab) is None


def test_nothing_is_stored_of_a_submission_that_was_cancelled(tab: Tab) -> None:
    tab.goto("/finding")
    tab.run("() => { document.addEventListener('submit', (event) => event.preventDefault(), { capture: true }); }")
    tab.page.click("text=Save")
    assert stored(tab) is None


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
