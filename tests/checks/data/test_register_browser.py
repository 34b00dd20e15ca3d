"""The register by keyboard and the chart of a source, in a real browser that complains of nothing."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests import make
from tests.browser import DESK, TABLET, chromium, complaints, faults, overflow, served, sitting
from tests.people import Cast
from verifier.db import db


@pytest.mark.browser
def test_numbers_are_agreed_to_by_keyboard_and_months_are_drawn(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    db.session.commit()
    register = f"/cases/{case.id}/data/register"
    with served(app) as address, chromium() as browser:
        size = {"width": DESK[0], "height": DESK[1]}
        with sitting(browser, app, address, cast.verifier, locale="en-GB", viewport=size) as page:
            page.goto(f"{register}?source=E-002")
            page.keyboard.press("j")
            page.keyboard.press("j")
            page.keyboard.press("ArrowDown")
            expect(page.locator("a[data-row='activity/E-002/2021-02']")).to_be_focused()
            page.keyboard.press("k")
            page.keyboard.press("a")
            expect(page.locator("#method")).to_be_focused()
            page.locator("#method").select_option("recalculation")
            page.locator("a[data-row='activity/E-002/2021-01']").focus()
            page.keyboard.press("a")
            expect(page.locator("tr", has_text="2021-01")).to_contain_text("Agreed")
            expect(page.locator("a[data-row='activity/E-002/2021-02']")).to_be_focused()
            page.keyboard.press("?")
            expect(page.locator("#keys")).to_be_visible()
            page.keyboard.press("Escape")
            page.locator("a[data-row='activity/E-002/2021-02']").focus()
            page.keyboard.press("Enter")
            expect(page.locator("h1")).to_have_text("E-002 · Quantity · 2021-02")
            assert faults(page) == []
            page.goto(f"/cases/{case.id}/data/E-027")
            expect(page.locator(".months .plot canvas")).to_be_visible()
            drawn = page.locator(".months canvas").evaluate(
                "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v !== 0)"
            )
            assert drawn
            assert faults(page) == []
            assert complaints(page) == []
        for place in (register, f"{register}/activity/E-027/2021-01", f"/cases/{case.id}/data/E-027"):
            with sitting(browser, app, address, cast.verifier, locale="zh-CN", viewport={"width": TABLET[0], "height": TABLET[1]}) as page:
                page.goto(place)
                assert [*faults(page), *complaints(page)] == [], place
                assert overflow(page) <= 0, place
