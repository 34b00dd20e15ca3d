"""The gate of the look: axe finds nothing, the console is silent, nothing scrolls sideways; on every kind of page, in both languages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests import homes
from tests.browser import DESK, PHONE, TABLET, chromium, complaints, faults, overflow, served, sideways, sitting, unsaid
from tests.browser import seats as at_seats
from tests.conftest import settings_in
from tests.house import routes
from tests.house.routes import World
from tests.people import Cast
from verifier.app import create_app
from verifier.db import db, write_transaction

PAGES = [
    (None, "/"),
    (None, "/sign-in"),
    (None, "/forgotten"),
    (None, "/check"),
    (None, "/nothing-here"),
    ("contact", "/"),
    ("contact", "/account"),
    ("contact", "/account/sessions"),
    ("contact", "/account/passkeys"),
    ("lead", "/account/second-factor"),
    ("coordinator", "/organisation/people"),
    ("coordinator", "/workload"),
    ("contact", "/help/notices"),
    ("admin", "/admin/people"),
    ("admin", "/admin/organisations"),
    ("admin", "/admin/trail"),
    ("admin", "/admin/people/invite"),
    ("manager", "/programme/years"),
    ("manager", "/programme/years/{year_id}"),
    ("manager", "/programme/years/{year_id}/progress"),
    ("manager", "/rules"),
    ("manager", "/rules/eu-ets/2018"),
    ("manager", "/rules/beijing/2021.3/changes"),
    ("manager", "/programme/years/{year_id}/rules"),
    ("manager", "/programme/years/new"),
    ("manager", "/programme/years/new?pack=beijing/2021&emission_year=2021"),
    ("manager", "/programme/years/{year_id}/units/new"),
    ("contact", "/reports"),
    ("contact", "/reports/{unit_year_id}"),
    ("contact", "/reports/{unit_year_id}/hand-in"),
    ("contact", "/reports/{unit_year_id}/versions/1"),
    ("contact", "/reports/{unit_year_id}/versions/1/flags"),
    ("coordinator", "/cases/new"),
    ("lead", "/"),
    ("lead", "/cases"),
    ("lead", "/cases/{engagement_id}"),
    ("contact", "/cases/{engagement_id}"),
    ("coordinator", "/cases/{engagement_id}/team"),
    ("invited", "/cases/{engagement_id}/declare"),
    ("lead", "/cases/{engagement_id}/trail"),
    ("lead", "/cases/{engagement_id}/rules"),
    ("lead", "/cases/{engagement_id}/boundary/facilities"),
    ("lead", "/cases/{engagement_id}/boundary/sources"),
    ("lead", "/cases/{engagement_id}/boundary/source/G-053"),
    ("lead", "/cases/{engagement_id}/boundary/missing"),
    ("lead", "/cases/{engagement_id}/boundary/plan"),
    ("lead", "/cases/{engagement_id}/boundary/plan/new"),
    ("lead", "/cases/{engagement_id}/data"),
    ("lead", "/cases/{engagement_id}/data/flags"),
    ("lead", "/cases/{engagement_id}/data/E-095"),
    ("lead", "/cases/{engagement_id}/data/references"),
    ("lead", "/cases/{engagement_id}/data/references/plan"),
    ("lead", "/cases/{engagement_id}/data/tolerances"),
    ("lead", "/cases/{engagement_id}/data/tolerances/outlier"),
    ("lead", "/cases/{engagement_id}/estimates/E-095"),
    ("lead", "/cases/{engagement_id}/data/analysis"),
    ("lead", "/cases/{engagement_id}/data/analysis/year_on_year"),
    ("lead", "/cases/{engagement_id}/data/analysis/months?state=out"),
    ("lead", "/cases/{engagement_id}/data/analysis/products"),
    ("lead", "/cases/{engagement_id}/data/analysis/shares"),
    ("lead", "/cases/{engagement_id}/data/analysis/lines/months/source/E-053/2021-07"),
    ("lead", "/cases/{engagement_id}/vouchers"),
    ("lead", "/cases/{engagement_id}/vouchers/{voucher_id}"),
    ("contact", "/cases/{engagement_id}/vouchers/new?request=1"),
    ("contact", "/cases/{engagement_id}/requests/1"),
    ("lead", "/cases/{engagement_id}/requests/new"),
    ("lead", "/cases/{engagement_id}/requests/1"),
    ("lead", "/cases/{engagement_id}/data/sampling"),
    ("lead", "/cases/{engagement_id}/data/sampling/risk"),
    ("lead", "/cases/{engagement_id}/data/sampling/plan/tonne_unit"),
    ("lead", "/cases/{engagement_id}/data/sampling/1"),
    ("lead", "/cases/{engagement_id}/data/sampling/1/items/1"),
    ("lead", "/cases/{engagement_id}/site"),
    ("verifier", "/cases/{engagement_id}/site/{item_code}/answer"),
    ("lead", "/cases/{engagement_id}/findings"),
    ("lead", "/cases/{engagement_id}/findings/1"),
    ("contact", "/cases/{engagement_id}/findings/2"),
    ("lead", "/cases/{engagement_id}/findings/new?check=data&subject_kind=source&subject_id=E-095"),
    ("lead", "/cases/{engagement_id}/photos"),
    ("lead", "/cases/{engagement_id}/photos/{photo_id}"),
    ("lead", "/cases/{engagement_id}/conclusion"),
    ("admin", "/admin/jobs"),
    ("coordinator", "/cases/{engagement_id}/correct"),
    ("lead", "/cases/{engagement_id}/data/register"),
    ("lead", "/cases/{engagement_id}/data/register/{number_key}"),
    ("lead", "/cases/{engagement_id}/data/analysis/months"),
    ("lead", "/cases/{engagement_id}/data/analysis/lines/{line_key}"),
    ("lead", "/cases/{engagement_id}/materiality"),
    ("lead", "/cases/{engagement_id}/coverage"),
    ("lead", "/cases/{engagement_id}/coverage/numbers?state=missing"),
    ("lead", "/cases/{engagement_id}/data/sampling/plan/ladder"),
    ("lead", "/cases/{engagement_id}/data/sampling/plan/reciprocal"),
    ("lead", "/cases/{engagement_id}/vouchers/new"),
    ("contact", "/cases/{engagement_id}/requests"),
    ("lead", "/cases/{engagement_id}/data/references/previous"),
    ("reviewer", "/cases/{engagement_id}/review"),
    ("lead", "/cases/{engagement_id}/signing"),
]
VIEWS = [("en-GB", TABLET), ("zh-CN", DESK)]
SITE_PAGES = [page for page in PAGES if "/site" in page[1] or page[1] in ("/", "/sign-in", "/cases/{engagement_id}")]
PLAIN: dict[str, Any] = {"color_scheme": "light", "contrast": "no-preference", "forced_colors": "none", "reduced_motion": "reduce"}
MODES = [{"color_scheme": "dark"}, {"contrast": "more"}, {"color_scheme": "dark", "contrast": "more"}, {"forced_colors": "active"}]
"""How a page may be wished for beside the plain way; colour is all that they change, so contrast is what is looked at."""

Seats = Callable[..., Page]
SMALLER = """least => [...document.querySelectorAll(
    ["button", "select", "input:not([type=hidden],[type=radio],[type=checkbox])", "a.button", "a.act"].map(one => `main ${one}`).join()
)].map(one => [one.outerHTML.slice(0, 100), one.getBoundingClientRect()])
  .filter(([_, box]) => box.width > 1 && box.height > 0 && box.height < least - 0.5)
  .map(([html, box]) => `${Math.round(box.height)} ${html}`)"""


@pytest.fixture(scope="module")
def world(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The case of the route table."""
    home = tmp_path_factory.mktemp("look") / "instance"
    homes.copied(migrated, home)
    app = create_app(settings_in(home), testing=True)
    with app.app_context():
        write_transaction.set(True)
        yield routes.build(app)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    with served(world.app) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def seats(world: World, browser: Browser, address: str) -> Iterator[Seats]:
    """Browsers the people of the route table sit at."""
    with at_seats(browser, world.app, address, lambda person: getattr(Cast(), routes.KEYS.get(person, person))) as seat:
        yield seat


def wrong(world: World, seats: Seats, person: str | None, path: str, window: tuple[int, int], **settings: Any) -> list[str]:
    """Everything that is wrong with one page, a line each."""
    page = seats(person, **settings)
    page.set_viewport_size(size(*window)["viewport"])
    complaints(page)
    page.goto(path.format(**world.values))
    found = faults(page) + unsaid(page)
    found += [f"console: {text}" for text in complaints(page) if "404" not in text]
    return found + sideways(page, window)


def size(width: int, height: int) -> dict[str, ViewportSize]:
    return {"viewport": {"width": width, "height": height}}


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "window"), VIEWS, ids=["en-tablet", "zh-desk"])
@pytest.mark.parametrize(("person", "path"), PAGES, ids=lambda value: str(value))
def test_a_page_is_fit_to_be_seen(world: World, seats: Seats, person: str | None, path: str, locale: str, window: tuple[int, int]) -> None:
    assert wrong(world, seats, person, path, window, locale=locale) == []
    assert sideways(seats(person, locale=locale), DESK, TABLET, PHONE, (320, 700)) == []


@pytest.mark.browser
@pytest.mark.parametrize(("person", "path"), SITE_PAGES, ids=lambda value: str(value))
def test_a_page_met_on_a_phone_fits_it(world: World, seats: Seats, person: str | None, path: str) -> None:
    assert wrong(world, seats, person, path, PHONE, locale="zh-CN", has_touch=True) == []


@pytest.mark.browser
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("window", [DESK, TABLET, PHONE], ids=["desk", "tablet", "phone"])
def test_every_component_is_fit_in_every_mode(world: World, seats: Seats, locale: str, window: tuple[int, int]) -> None:
    page = seats(None, locale=locale)
    page.emulate_media(**PLAIN)
    assert wrong(world, seats, None, "/components", window, locale=locale) == []
    try:
        for mode in MODES:
            page.emulate_media(**{**PLAIN, **mode})
            assert faults(page, "color-contrast") + sideways(page, window) == [], mode
    finally:
        page.emulate_media(**PLAIN)


@pytest.mark.browser
@pytest.mark.parametrize(("touch", "least"), [(True, 44), (False, 24)], ids=["finger", "mouse"])
def test_whatever_is_pressed_is_large_enough(world: World, browser: Browser, address: str, touch: bool, least: int) -> None:
    with sitting(browser, world.app, address, None, has_touch=touch, is_mobile=touch, **size(*(TABLET if touch else DESK))) as page:
        page.goto("/components")
        small = page.evaluate(SMALLER, least)
    assert small == []


@pytest.mark.browser
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize(("window", "text"), [(DESK, "200%"), (TABLET, "200%"), ((320, 700), "100%")], ids=["desk", "tablet", "narrow"])
def test_large_text_and_narrow_windows_need_no_sideways_scroll(
    world: World, browser: Browser, address: str, window: tuple[int, int], text: str, locale: str
) -> None:
    with sitting(browser, world.app, address, None, locale=locale, **size(*window)) as page:
        page.goto("/components")
        page.evaluate(
            "text => { const root = document.documentElement; root.style.fontSize = `calc(106.25% * ${parseInt(text) / 100})` }", text
        )
        assert overflow(page) <= 0
