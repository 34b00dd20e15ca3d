"""Scrolling tables by keyboard, messages beside the part that the address names, and the user menu."""

import pytest
from playwright.sync_api import expect

from tests.js.site import Tab

pytestmark = pytest.mark.browser

BOX = '<div class="scroll" data-label="Sources"><table><tr><td>Source</td></tr></table></div><p>End</p>'
MENU = """
<details class="menu"><summary>Wang Fang</summary><a href="#account">My account</a></details>
<details class="other"><summary>Table</summary>Rows</details><button>Elsewhere</button>"""
ROLE = "box => ['tabindex', 'role', 'aria-label'].map((name) => box.getAttribute(name))"
STOP, NO_STOP = ["0", "region", "Sources"], [None, None, None]


def box(tab: Tab, width: int) -> None:
    """A container of 300 pixels with a table of this width."""
    tab.open(BOX)
    resize(tab, width)
    tab.run("() => { document.querySelector('.scroll').style.cssText = 'width: 300px; overflow: auto'; }")
    tab.bind("page", "overflow", ".scroll")


def resize(tab: Tab, width: int, what: str = "table") -> None:
    """Give an element a width, and let the browser lay the page out."""
    tab.run("([what, width]) => { document.querySelector(what).style.width = `${width}px`; }", [what, width])
    tab.run("new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); })")


def test_a_table_that_overflows_is_a_named_region_that_can_be_scrolled_by_keyboard(tab: Tab) -> None:
    box(tab, 900)
    resize(tab, 900)
    assert tab.page.locator(".scroll").evaluate(ROLE) == STOP
    tab.page.keyboard.press("Tab")
    expect(tab.page.locator(".scroll")).to_be_focused()


def test_a_table_that_fits_is_no_stop_of_the_keyboard(tab: Tab) -> None:
    box(tab, 200)
    resize(tab, 200)
    assert tab.page.locator(".scroll").evaluate(ROLE) == NO_STOP


def test_a_table_becomes_a_stop_when_its_container_gets_narrower_and_none_when_it_gets_wider(tab: Tab) -> None:
    box(tab, 200)
    resize(tab, 100, ".scroll")
    assert tab.page.locator(".scroll").evaluate(ROLE) == STOP
    resize(tab, 400, ".scroll")
    assert tab.page.locator(".scroll").evaluate(ROLE) == NO_STOP


def test_a_table_becomes_a_stop_when_it_grows_wider_than_its_container(tab: Tab) -> None:
    box(tab, 200)
    resize(tab, 200)
    resize(tab, 900)
    assert tab.page.locator(".scroll").evaluate(ROLE) == STOP


SCREENS = "<br>" * 200
MESSAGE = f'<main id="main"><div class="flash">Saved.</div>{SCREENS}{{part}}{SCREENS}</main>'


def open_message(tab: Tab, part: str, named: str) -> None:
    """A page with a message above, opened at a part that is several screens below it."""
    tab.open(MESSAGE.format(part=part))
    tab.goto(f"/page#{named}")
    tab.bind("page", "message", ".flash")


@pytest.mark.parametrize(
    "part",
    [
        '<section id="part">Numbers</section>',
        '<form><input id="part"></form>',
        '<div class="scroll"><table><tr id="part"><td>Row</td></tr></table></div>',
    ],
    ids=["section", "field", "row"],
)
def test_a_message_is_shown_before_the_part_that_the_address_names(tab: Tab, part: str) -> None:
    open_message(tab, part, "part")
    expect(tab.page.locator(".flash")).to_be_in_viewport()
    assert tab.run("document.querySelector('.flash').nextElementSibling.matches('section, form, .scroll')")


@pytest.mark.parametrize("named", ["", "elsewhere", "main", "%E0"])
def test_a_message_stays_above_a_page_whose_address_names_no_part(tab: Tab, named: str) -> None:
    open_message(tab, "<section>Numbers</section>", named)
    assert tab.run("document.querySelector('main').firstElementChild.className") == "flash"


@pytest.fixture
def menu(tab: Tab) -> Tab:
    tab.open(MENU)
    tab.bind("page", "menu")
    tab.page.click("text=Wang Fang")
    expect(tab.page.locator(".menu")).to_have_attribute("open", "")
    return tab


def test_a_click_elsewhere_closes_the_menu(menu: Tab) -> None:
    menu.page.click("text=Elsewhere")
    assert menu.page.get_attribute(".menu", "open") is None


def test_a_click_in_the_menu_leaves_it_open(menu: Tab) -> None:
    menu.page.click("text=My account")
    assert menu.page.get_attribute(".menu", "open") == ""


def test_escape_closes_the_menu_and_focuses_its_button(menu: Tab) -> None:
    menu.page.focus("text=My account")
    menu.page.keyboard.press("Escape")
    assert menu.page.get_attribute(".menu", "open") is None
    expect(menu.page.locator(".menu summary")).to_be_focused()


def test_other_keys_leave_the_menu_open(menu: Tab) -> None:
    menu.page.keyboard.press("Tab")
    menu.page.keyboard.press("a")
    assert menu.page.get_attribute(".menu", "open") == ""


def test_escape_leaves_the_focus_where_it_is_when_no_menu_is_open(menu: Tab) -> None:
    menu.page.click("text=Elsewhere")
    menu.page.keyboard.press("Escape")
    expect(menu.page.locator("text=Elsewhere")).to_be_focused()


def test_other_disclosures_stay_open(menu: Tab) -> None:
    menu.page.click("text=Table")
    menu.page.click("text=Elsewhere")
    menu.page.keyboard.press("Escape")
    assert menu.page.get_attribute(".other", "open") == ""
