"""The public page and the result of a check in a browser: both languages, tablet and desk, without faults."""

from pathlib import Path

import pytest
from flask import Flask

from tests import browser
from tests.people import Cast
from tests.statement import builders, forgeries
from verifier.db import db


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_public_page_and_a_check_from_it_have_no_fault(app: Flask, cast: Cast, tmp_path: Path, locale: str) -> None:
    statement = builders.issued(cast)
    address, case = f"/s/{statement.token}", statement.engagement_id
    contact = cast.contact
    db.session.commit()
    file = tmp_path / "dropped.pdf"
    file.write_bytes(forgeries.page_scripted())
    with browser.chromium() as chromium, browser.served(app) as base:
        for width, height in (browser.TABLET, browser.DESK):
            settings = {"locale": locale, "viewport": {"width": width, "height": height}}
            with browser.sitting(chromium, app, base, None, **settings) as page:
                page.goto(address)
                assert page.locator("a[href$='.pdf']").count() == 0
                _faultless(page, f"public-{locale}-{width}")
                page.set_input_files("[name=pdf]", file)
                page.locator("main form button[type=submit], main form button:not([type])").last.click()
                page.wait_for_selector("[data-verdict]")
                _faultless(page, f"check-{locale}-{width}")
        with browser.sitting(chromium, app, base, contact, locale=locale, viewport={"width": 820, "height": 1180}) as page:
            page.goto(address)
            assert page.locator("a[href$='.pdf']").count() == 1
            _faultless(page, f"contact-{locale}")
            page.goto(f"/cases/{case}/signing")
            _faultless(page, f"signing-{locale}")


def _faultless(page: browser.Page, name: str) -> None:
    assert browser.faults(page) == [], name
    assert browser.overflow(page) <= 0, name
    assert browser.complaints(page) == [], name
