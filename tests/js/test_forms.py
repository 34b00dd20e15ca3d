"""Error summaries, lists of chosen files, and forms that are submitted once."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.js.site import Tab

pytestmark = pytest.mark.browser

SUMMARY = """
<div class="errsum" tabindex="-1">
  <a href="#title">Enter a title</a> <a href="#caf%C3%A9">Enter a café</a> <a href="#gone">Gone</a> <a href="/other">Other</a>
</div>
<div class="tall" id="space"></div>
<div class="field"><label for="title">Title</label><p id="hint">Hint</p><input id="title"></div>
<input id="café">"""
ONCE = """
<form method="post"><input name="amount"><button>Save</button> <button>Send</button> <button type="button">Help</button></form>
<form method="post" data-again id="again"><button>Download</button></form>
<form id="search"><button>Search</button></form>"""


def summary(tab: Tab) -> None:
    """A page with an error summary far above a field whose hint is taller than the window."""
    tab.open(SUMMARY)
    tab.run("() => { for (const id of ['space', 'hint']) document.getElementById(id).style.height = '900px'; }")
    tab.bind("forms", "errorSummary", ".errsum")


def once(tab: Tab, body: str = ONCE) -> None:
    """A page whose forms are submitted once, and go nowhere."""
    tab.open(body)
    tab.bind("forms", "once")
    tab.hold_submissions()


def press(tab: Tab, label: str) -> None:
    """Press a button without waiting for what it does."""
    tab.page.get_by_role("button", name=label).dispatch_event("click")


def busy(tab: Tab) -> list[str]:
    """The buttons that are marked as busy and disabled."""
    return tab.page.locator("[aria-busy=true][aria-disabled=true]").all_inner_texts()


def test_the_error_summary_takes_the_focus(tab: Tab) -> None:
    summary(tab)
    expect(tab.page.locator(".errsum")).to_be_focused()


def test_a_link_of_the_summary_focuses_the_input_and_shows_its_label(tab: Tab) -> None:
    summary(tab)
    tab.page.click("text=Enter a title")
    expect(tab.page.locator("#title")).to_be_focused()
    expect(tab.page.locator("label")).to_be_in_viewport(ratio=1)
    assert tab.page.url.endswith("/page")


def test_a_link_may_name_an_input_in_any_script(tab: Tab) -> None:
    summary(tab)
    tab.page.click("text=Enter a café")
    expect(tab.page.locator("#café")).to_be_focused()


def test_a_link_to_nothing_on_the_page_is_left_to_the_browser(tab: Tab) -> None:
    summary(tab)
    tab.page.click("text=Gone")
    assert tab.page.url.endswith("/page#gone")


def test_a_link_to_another_page_leads_there(tab: Tab) -> None:
    summary(tab)
    tab.write("Other", at="/other")
    tab.page.click("text=Other")
    expect(tab.page).to_have_url(re.compile(r"/other$"))


def choose(tab: Tab, tmp_path: Path, *names: str) -> None:
    """Choose files of these names."""
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    tab.page.set_input_files("input", [tmp_path / name for name in names])


@pytest.fixture
def chooser(tab: Tab) -> Tab:
    tab.open("<input type='file' multiple>")
    tab.bind("forms", "files", "input")
    return tab


def test_several_chosen_files_are_listed_by_name(chooser: Tab, tmp_path: Path) -> None:
    choose(chooser, tmp_path, "a.pdf", "b<i>.pdf")
    assert chooser.page.locator("[role=status].chosen li").all_inner_texts() == ["a.pdf", "b<i>.pdf"]


def test_one_chosen_file_is_left_to_the_browser_to_show(chooser: Tab, tmp_path: Path) -> None:
    choose(chooser, tmp_path, "a.pdf")
    assert chooser.page.inner_html(".chosen") == ""


def test_another_choice_replaces_the_list(chooser: Tab, tmp_path: Path) -> None:
    choose(chooser, tmp_path, "a.pdf", "b.pdf")
    choose(chooser, tmp_path, "c.pdf", "d.pdf")
    assert chooser.page.locator(".chosen li").all_inner_texts() == ["c.pdf", "d.pdf"]
    choose(chooser, tmp_path)
    assert chooser.page.inner_html(".chosen") == ""


def test_files_that_are_chosen_when_the_page_is_shown_are_listed(tab: Tab, tmp_path: Path) -> None:
    tab.open("<input type='file' multiple>")
    choose(tab, tmp_path, "a.pdf", "b.pdf")
    tab.bind("forms", "files", "input")
    assert tab.page.locator(".chosen li").all_inner_texts() == ["a.pdf", "b.pdf"]


def test_a_second_submission_is_stopped(tab: Tab) -> None:
    once(tab)
    press(tab, "Save")
    press(tab, "Save")
    press(tab, "Send")
    assert tab.submissions() == ["Save", "stopped", "stopped"]


def test_the_button_that_submitted_the_form_and_no_other_is_marked_as_busy(tab: Tab) -> None:
    once(tab)
    press(tab, "Send")
    press(tab, "Save")
    assert busy(tab) == ["Send"]


def test_a_submission_without_a_button_marks_the_first_one_that_submits(tab: Tab) -> None:
    once(tab, "<form method='post'><button type='button'>Help</button><button>Save</button></form>")
    tab.run("() => { document.querySelector('form').requestSubmit(); }")
    assert busy(tab) == ["Save"]


def test_a_form_without_any_button_is_submitted_once_too(tab: Tab) -> None:
    once(tab, "<form method='post'></form>")
    tab.run("() => { for (const _ of [1, 2]) document.querySelector('form').requestSubmit(); }")
    assert tab.submissions() == ["no button", "stopped"]


@pytest.mark.parametrize("name", ["method", "action", "name", "id"])
def test_a_form_is_submitted_once_whatever_its_fields_are_called(tab: Tab, name: str) -> None:
    once(tab, f"<form method='post'><select name='{name}'><option>x</option></select><button>Save</button></form>")
    press(tab, "Save")
    press(tab, "Save")
    assert tab.submissions() == ["Save", "stopped"]


@pytest.mark.parametrize("label", ["Download", "Search"])
def test_a_form_that_downloads_or_searches_may_be_submitted_again(tab: Tab, label: str) -> None:
    once(tab)
    press(tab, label)
    press(tab, label)
    assert tab.submissions() == [label, label]
    assert busy(tab) == []


def test_a_submission_that_was_cancelled_does_not_count(tab: Tab) -> None:
    once(tab)
    tab.run("() => { document.addEventListener('submit', (event) => event.preventDefault(), { capture: true, once: true }); }")
    press(tab, "Save")
    assert busy(tab) == []
    press(tab, "Save")
    assert tab.submissions() == ["stopped", "Save"]


def test_forms_are_submitted_once_each(tab: Tab) -> None:
    once(tab, "<form method='post'><button>One</button></form><form method='post'><button>Two</button></form>")
    press(tab, "One")
    press(tab, "Two")
    assert tab.submissions() == ["One", "Two"]


def test_a_page_shown_from_the_back_forward_cache_can_be_submitted_again(tab: Tab) -> None:
    once(tab)
    press(tab, "Save")
    tab.come_back()
    assert busy(tab) == []
    assert tab.page.locator("[aria-busy], [aria-disabled]").count() == 0
    press(tab, "Save")
    assert tab.submissions() == ["Save", "Save"]
