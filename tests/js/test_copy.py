"""The button that copies a value."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.js.site import Site, Tab, tab_of

pytestmark = pytest.mark.browser

BUTTON = '<button type="button" hidden data-value="ab12 中" data-done="Copied"><span>Copy</span><span>, SHA-256</span></button>'


@pytest.fixture
def allowed(browser: Browser, site: tuple[Site, str]) -> Iterator[Tab]:
    """A tab that may use the clipboard, with the button and a clock that the test moves."""
    site[0].clear()
    with tab_of(browser, *site, permissions=["clipboard-read", "clipboard-write"]) as tab:
        tab.page.clock.install()
        tab.open(BUTTON)
        tab.bind("copy", "copy", "button")
        tab.page.clock.pause_at(tab.run("Date.now() + 1000"))
        yield tab
        assert tab.errors == []


def test_the_button_is_shown_where_there_is_a_clipboard(allowed: Tab) -> None:
    expect(allowed.page.locator("button")).to_be_visible()


def test_the_button_stays_hidden_where_there_is_no_clipboard(tab: Tab) -> None:
    tab.open(BUTTON)
    tab.run("() => { Object.defineProperty(navigator, 'clipboard', { value: undefined }); }")
    tab.bind("copy", "copy", "button")
    expect(tab.page.locator("button")).to_be_hidden()


def test_the_value_is_copied_exactly(allowed: Tab) -> None:
    allowed.page.click("button")
    expect(allowed.page.locator("button")).to_have_text("Copied, SHA-256")
    assert allowed.run("navigator.clipboard.readText()") == "ab12 中"


def test_the_confirmation_is_announced_and_what_it_is_about_stays(allowed: Tab) -> None:
    assert allowed.page.get_attribute("button", "aria-live") == "polite"
    allowed.page.click("button")
    expect(allowed.page.locator("button")).to_have_text("Copied, SHA-256")


def test_the_label_returns_after_two_seconds(allowed: Tab) -> None:
    allowed.page.click("button")
    expect(allowed.page.locator("button")).to_have_text("Copied, SHA-256")
    allowed.page.clock.run_for(1900)
    assert allowed.page.inner_text("button") == "Copied, SHA-256"
    allowed.page.clock.run_for(200)
    assert allowed.page.inner_text("button") == "Copy, SHA-256"


def test_copying_again_confirms_for_two_seconds_more(allowed: Tab) -> None:
    allowed.page.click("button")
    expect(allowed.page.locator("button")).to_have_text("Copied, SHA-256")
    allowed.page.clock.run_for(1500)
    allowed.page.click("button")
    allowed.run("navigator.clipboard.readText()")
    allowed.page.clock.run_for(1500)
    assert allowed.page.inner_text("button") == "Copied, SHA-256"
    allowed.page.clock.run_for(600)
    assert allowed.page.inner_text("button") == "Copy, SHA-256"


def test_nothing_is_confirmed_when_the_browser_refuses_to_copy(tab: Tab) -> None:
    tab.open(BUTTON)
    tab.bind("copy", "copy", "button")
    tab.run("() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError')); }")
    tab.page.click("button")
    tab.run("new Promise((done) => { setTimeout(done, 50); })")
    assert tab.page.inner_text("button") == "Copy, SHA-256"
