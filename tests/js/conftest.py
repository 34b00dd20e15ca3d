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


@pytest.fixture
def tab(browser: Browser, site: tuple[Site, str]) -> Iterator[Tab]:
    """A tab whose page must raise no error; a test that expects one empties `errors`."""
    site[0].clear()
    with tab_of(browser, *site) as tab:
        yield tab
        assert tab.errors == []
