"""What was typed into a form is kept on the device until the form is accepted, for its writer alone."""

import pytest
from playwright.sync_api import expect

from tests.js.finding import FORM, ONCE, accept, announced, prepare, refuse, send, stored, title, type_title, values, write
from tests.js.site import Tab

pytestmark = pytest.mark.browser

LATE = [["title", "Late"]]
DAY = 24 * 3600 * 1000


@pytest.fixture
def tab(fresh_tab: Tab) -> Tab:
    """Entries are stored: each test has a browser of its own."""
    return prepare(fresh_tab)


def test_the_answer_to_a_form_has_the_address_of_its_page_and_is_reloaded_from_there(tab: Tab) -> None:
    write(tab, "POST /finding", posted="/finding?check=data")
    tab.goto("/finding")
    send(tab)
    assert tab.page.url == f"{tab.address}/finding?check=data"
    tab.page.reload()
    assert tab.site.asked.count("POST /finding") == 1


def test_what_was_typed_is_there_after_a_link_was_followed(tab: Tab) -> None:
    tab.goto("/finding")
    tab.page.fill("[name=title]", "Late")
    write(tab, "/other", "Other")
    tab.goto("/other")
    tab.goto("/finding")
    assert (title(tab), announced(tab)) == ("Late", "Here again.\n\nDiscard all")


def test_what_was_typed_is_there_in_another_tab_after_its_own_was_closed(tab: Tab) -> None:
    tab.goto("/finding")
    type_title(tab)
    other = tab.page.context.new_page()
    tab.page.close()
    tab.page = other
    tab.goto("/finding")
    assert title(tab) == "Late"


def test_the_page_says_that_entries_are_kept_and_stops_when_they_are_taken_back(tab: Tab) -> None:
    tab.goto("/finding")
    expect(tab.page.locator(".unsent")).to_have_count(0)
    type_title(tab)
    tab.page.fill("[name=title]", "")
    expect(tab.page.locator(".unsent")).to_have_count(0)
    assert stored(tab) == {}


def test_entries_belong_to_one_person_and_one_address(tab: Tab) -> None:
    tab.goto("/finding?check=data")
    type_title(tab)
    assert list(stored(tab)) == ["ann /finding?check=data"]
    tab.goto("/finding?check=site")
    assert title(tab) == ""


def test_what_someone_else_typed_is_not_put_back_and_stays_for_its_writer(tab: Tab) -> None:
    tab.goto("/finding")
    type_title(tab)
    for reader, shown in (("bob", ""), ("", ""), ("ann", "Late")):
        write(tab, "/finding", reader=reader)
        tab.goto("/finding")
        assert title(tab) == shown
        assert bool(announced(tab)) == bool(shown)


def test_nothing_is_kept_of_someone_who_is_not_signed_in(tab: Tab) -> None:
    write(tab, "/finding", reader="")
    tab.goto("/finding")
    tab.page.fill("[name=title]", "Late")
    tab.goto("/finding")
    assert stored(tab) == {}


def test_restored_entries_are_discarded_by_the_button_above_the_page(tab: Tab) -> None:
    tab.goto("/finding")
    type_title(tab)
    tab.goto("/finding")
    with tab.page.expect_event("load"):
        tab.page.click("text=Discard all")
    assert (title(tab), announced(tab), stored(tab)) == ("", "", {})


def test_entries_are_discarded_by_the_button_of_their_form(tab: Tab) -> None:
    tab.goto("/finding")
    type_title(tab)
    tab.page.fill("[name=title]", "Later")
    with tab.page.expect_event("load"):
        tab.page.click(".unsent button")
    assert (title(tab), stored(tab)) == ("", {})


def test_an_accepted_form_is_forgotten(tab: Tab) -> None:
    accept(tab)
    tab.goto("/finding")
    send(tab)
    assert stored(tab) == {}
    tab.goto("/finding")
    assert title(tab) == ""


def test_a_form_that_the_server_has_not_accepted_is_kept(tab: Tab) -> None:
    accept(tab, token="another")
    tab.goto("/finding")
    send(tab)
    tab.goto("/finding")
    assert title(tab) == "Late"


def test_a_page_in_another_tab_that_learns_of_the_acceptance_forgets_the_form(tab: Tab) -> None:
    accept(tab, token="")
    tab.goto("/finding")
    send(tab)
    other = tab.page.context.new_page()
    write(tab, "/other", "Other", accepted="token-1 token-2")
    other.goto(f"{tab.address}/other")
    assert stored(tab) == {}


def test_two_tabs_keep_the_forms_of_two_pages(tab: Tab) -> None:
    write(tab, "/other")
    tab.goto("/finding")
    type_title(tab)
    other = tab.page.context.new_page()
    other.goto(f"{tab.address}/other")
    other.fill("[name=title]", "Early")
    expect(other.locator(".unsent")).to_be_visible()
    assert sorted(values(tab)) == [[["title", "Early"]], LATE]


def test_what_is_typed_in_a_second_tab_after_the_first_has_sent_the_form_stays(tab: Tab) -> None:
    tab.goto("/finding")
    other = tab.page.context.new_page()
    other.goto(f"{tab.address}/finding")
    accept(tab, token="")
    send(tab)
    other.fill("[name=title]", "Another")
    tab.wait_until("Object.values(localStorage).some((text) => text.includes('Another'))")
    write(tab, "/done", "Done", accepted="token-1")
    tab.goto("/done")
    assert values(tab) == [[["title", "Another"]]]


def test_a_tab_no_longer_says_that_entries_are_kept_once_another_has_removed_them(tab: Tab) -> None:
    tab.goto("/finding")
    type_title(tab)
    other = tab.page.context.new_page()
    write(tab, "/other", "Other")
    other.goto(f"{tab.address}/other")
    other.evaluate("() => { localStorage.clear(); localStorage.setItem('x', '{}'); }")
    expect(tab.page.locator(".unsent")).to_have_count(0)


def test_a_form_whose_values_have_changed_meanwhile_says_so(tab: Tab) -> None:
    tab.goto("/finding")
    type_title(tab)
    write(tab, "/finding", FORM.format(title="Somebody else's"))
    tab.goto("/finding")
    assert title(tab) == "Late"
    assert "Changed meanwhile." in announced(tab)


def test_passwords_codes_hidden_values_and_files_are_not_kept(tab: Tab) -> None:
    secrets = """<input type="password" name="password"><input name="code" autocomplete="one-time-code">
<input type="hidden" name="csrf_token" value="s"><input type="file" name="file"><button>"""
    write(tab, "/finding", FORM.replace("<button>", secrets).format(title=""))
    tab.goto("/finding")
    tab.page.fill("[name=password]", "secret")
    tab.page.fill("[name=code]", "123456")
    type_title(tab)
    assert values(tab) == [LATE]


def test_entries_expire(tab: Tab) -> None:
    tab.goto("/finding")
    type_title(tab)
    prune = "async (now) => (await import('/static/js/unsent.js')).prune('bob', Date.now() + now)"
    tab.run(prune, 13 * DAY)
    assert values(tab) == [LATE]
    tab.run(prune, 15 * DAY)
    assert stored(tab) == {}


def test_the_pages_written_to_last_are_kept_of_one_person(tab: Tab) -> None:
    write(tab, "/other", "Other")
    tab.goto("/other")
    entry = "({ f: { values: [], base: '', at: Date.now() - 100 + n } })"
    fill = f"() => {{ for (let n = 0; n < 60; n += 1) localStorage.setItem(`verifier.unsent.ann /${{n}}`, JSON.stringify({entry})); }}"
    tab.run(fill)
    tab.goto("/other")
    assert sorted(int(page.removeprefix("ann /")) for page in stored(tab)) == list(range(10, 60))


def test_an_entry_that_is_too_long_is_not_said_to_be_kept(tab: Tab) -> None:
    tab.goto("/finding")
    type_title(tab)
    tab.page.fill("[name=title]", "x" * 200_001)
    expect(tab.page.locator(".unsent")).to_have_count(0)
    assert stored(tab) == {}


def test_files_have_to_be_chosen_again_only_where_the_form_has_some(tab: Tab) -> None:
    write(tab, "/finding", FORM.replace("<button>", '<input type="file" name="file"><button>').format(title=""))
    tab.goto("/finding")
    type_title(tab)
    tab.goto("/finding")
    assert "Choose files again." in announced(tab)


TWO = f"""
<form method="post" action="/finding" autocomplete="off">{ONCE}<input name="title" value="{{0}}"><button>One</button></form>
<form method="post" action="/finding" autocomplete="off">{ONCE}<input name="title" value="{{1}}"><button>Two</button></form>"""


def test_sending_one_form_keeps_what_was_typed_into_another(tab: Tab) -> None:
    write(tab, "/finding", TWO.format("", ""))
    write(tab, "POST /finding", TWO.format("", "Late"), posted="/finding")
    tab.goto("/finding")
    tab.page.locator("[name=title]").first.fill("Early")
    tab.page.locator("[name=title]").last.fill("Late")
    send(tab, None, "Two")
    assert [each.input_value() for each in tab.page.locator("[name=title]").all()] == ["Early", "Late"]
    accept(tab)
    send(tab, None, "Two")
    assert values(tab) == [[["title", "Early"]]]


def test_a_refused_form_keeps_what_was_typed_when_it_is_reloaded_and_when_it_is_gone_back_to(tab: Tab) -> None:
    refuse(tab)
    assert (title(tab), announced(tab)) == ("Late", "")
    tab.page.reload()
    assert title(tab) == "Late"
    write(tab, "/other", "Other")
    tab.goto("/other")
    tab.page.go_back()
    assert title(tab) == "Late"


def test_what_is_corrected_after_a_refusal_is_kept_instead_and_forgotten_when_accepted(tab: Tab) -> None:
    refuse(tab)
    type_title(tab, "Later")
    tab.page.reload()
    assert title(tab) == "Later"
    accept(tab)
    send(tab, None)
    tab.page.go_back()
    assert title(tab) == ""


def test_the_entries_of_a_refused_form_can_be_discarded(tab: Tab) -> None:
    refuse(tab)
    with tab.page.expect_event("load"):
        tab.page.click(".unsent button")
    assert (title(tab), stored(tab)) == ("", {})


NUMBERS = f'<form method="post" action="/numbers" autocomplete="off">{ONCE}<input name="value"><button>Save numbers</button></form>'


@pytest.fixture
def two_forms(tab: Tab) -> Tab:
    """A page with two forms; the one of the numbers is shown again by its own address when it is refused."""
    write(tab, "/finding", FORM.format(title="") + NUMBERS)
    write(tab, "POST /numbers", FORM.format(title="") + NUMBERS, posted="/numbers")
    tab.goto("/finding")
    tab.page.fill("[name=title]", "Late")
    tab.page.fill("[name=value]", "x")
    send(tab, None, "Save numbers")
    return tab


def test_what_was_typed_is_shown_when_another_form_of_the_page_is_refused_at_its_own_address(two_forms: Tab) -> None:
    assert (title(two_forms), announced(two_forms)) == ("Late", "Here again.\n\nDiscard all")


def test_what_was_typed_is_there_when_the_other_form_is_accepted_afterwards(two_forms: Tab) -> None:
    two_forms.site.answers["POST /numbers"] = "/finding"
    two_forms.page.fill("[name=title]", "Later")
    two_forms.wait_until("Object.values(localStorage).some((text) => text.includes('Later'))")
    send(two_forms, None, "Save numbers")
    assert title(two_forms) == "Later"
    assert [each for each in values(two_forms) if each[0][0] == "title"] == [[["title", "Later"]]]
