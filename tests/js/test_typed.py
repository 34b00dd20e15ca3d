"""What was typed into a form that was refused is put back, and what of a submission is stored."""

import pytest

from tests.js.finding import FORM, announced, prepare, refuse, send, stored, title, write
from tests.js.site import Tab

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(fresh_tab: Tab) -> Tab:
    """Submissions are stored: each test has a browser of its own."""
    return prepare(fresh_tab)


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
