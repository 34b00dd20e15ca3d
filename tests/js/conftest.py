"""One browser and one site for this folder, a fresh tab for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.js.site import Site, Tab, site_and_address, tab_of


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, closed before another folder's tests start one."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def site() -> Iterator[tuple[Site, str]]:
    """The site of this folder and its address."""
    with site_and_address() as found:
        yield found


@pytest.fixture(scope="package")
def shared_tab(browser: Browser, site: tuple[Site, str]) -> Iterator[Tab]:
    """A tab of this folder: a browser context for each test would take as long as most tests."""
    with tab_of(browser, *site) as tab:
        yield tab


@pytest.fixture(scope="package")
def functions(browser: Browser, site: tuple[Site, str]) -> Iterator[Tab]:
    """A tab for functions that only turn values into values."""
    with tab_of(browser, *site) as tab:
        tab.open("")
        yield tab
        assert tab.errors == []


@pytest.fixture
def tab(shared_tab: Tab) -> Iterator[Tab]:
    """The shared tab, for modules that keep nothing beyond a page, which must raise no error; a test that expects one empties `errors`."""
    shared_tab.reset()
    yield shared_tab
    assert shared_tab.errors == []


@pytest.fixture
def fresh_tab(browser: Browser, site: tuple[Site, str]) -> Iterator[Tab]:
    """A tab of a fresh browser, where nothing is stored; its pages must raise no error."""
    site[0].clear()
    with tab_of(browser, *site) as tab:
        yield tab
        assert tab.errors == []
