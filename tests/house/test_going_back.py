"""A form is left and come back to by its address: never “send again?”, nothing typed lost, and still one effect."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import func, select

from tests import make
from tests.browser import chromium, served, sitting
from tests.people import Cast
from verifier.accounts.models import SignedInSession, User
from verifier.db import db, utcnow
from verifier.findings.models import Finding

AGAIN = "Your entries have been restored. They are kept on this device until you save them."
pytestmark = pytest.mark.browser


@contextmanager
def a_browser(app: Flask, person: User) -> Iterator[Page]:
    with served(app) as address, chromium() as browser, sitting(browser, app, address, person, locale="en-GB") as page:
        yield page


def findings() -> int:
    """How many were raised; asked without keeping the server's writers waiting."""
    found = db.session.scalar(select(func.count()).select_from(Finding)) or 0
    db.session.rollback()
    return found


def fill_in(page: Page, title: str) -> None:
    page.get_by_label("Non-conformity", exact=False).first.check()
    page.select_option("[name=clause]", "4a")
    page.fill("[name=title]", title)
    page.fill("[name=description]", "A bill came in late.")


def refuse(page: Page, path: str) -> None:
    """Send the form without its title."""
    page.goto(path)
    fill_in(page, "")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_selector(".errsum")


def test_going_back_to_a_refused_form_shows_it_as_it_stands_with_what_was_typed(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    path = f"/cases/{case.id}/findings/new?check=data"
    db.session.commit()
    with a_browser(app, cast.verifier) as page:
        refuse(page, path)
        assert page.url.endswith(path)
        page.fill("[name=description]", "A bill came in late, and another.")
        page.click("nav >> text=Cases")
        page.wait_for_url("**/cases")
        assert page.go_back() is not None
        assert page.input_value("[name=description]") == "A bill came in late, and another."
        assert page.locator("main [role=status]", has_text=AGAIN).is_visible()
        assert page.locator(".errsum").count() == 0
        page.reload()
        assert page.input_value("[name=description]") == "A bill came in late, and another."
        page.fill("[name=title]", "Late")
        page.locator("main form button[type=submit]").last.dblclick()
        page.wait_for_url("**/findings/1")
        assert findings() == 1
        page.go_back()
        assert page.locator("h1").inner_text() == "Raise a finding"
        fill_in(page, "Late")
        page.fill("[name=description]", "A bill came in late, and another.")
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_selector(".errsum, .flash")
    assert findings() == 1


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in_for_its_writer_alone(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    path = f"/cases/{case.id}/findings/new?check=data"
    db.session.commit()
    with served(app) as address, chromium() as browser, sitting(browser, app, address, cast.verifier, locale="en-GB") as page:
        page.goto(path)
        fill_in(page, "Late")
        db.session.execute(SignedInSession.__table__.update().values(ended_at=utcnow()))
        db.session.commit()
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_url("**/sign-in?next=**")
        for person, title in ((cast.lead, ""), (cast.verifier, "Late")):
            with sitting(browser, app, address, person) as other:
                page.context.add_cookies([each for each in other.context.cookies() if each["name"] == "verifier"])  # type: ignore[misc]
            page.goto(path)
            assert page.input_value("[name=title]") == title
    assert findings() == 0


def test_an_unsent_form_survives_its_tab_until_the_server_has_accepted_it(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    path, reader = f"/cases/{case.id}/findings/new?check=data", str(cast.verifier.id)
    db.session.commit()
    with a_browser(app, cast.verifier) as page:
        page.goto(path)
        assert reader not in page.content()
        fill_in(page, "Late")
        page.locator("main .unsent", has_text="Your entries are kept on this device until you save them.").wait_for()
        context = page.context
        page.close()
        page = context.new_page()
        page.goto(path)
        assert page.input_value("[name=title]") == "Late"
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_url("**/findings/1")
        assert page.evaluate("Object.keys(localStorage)") == []
        page.goto(path)
        assert page.input_value("[name=title]") == ""
        fill_in(page, "Another")
        page.reload()
        page.click("text=Discard the restored entries")
        page.locator("main [data-typed]:empty").wait_for(state="attached")
        assert page.input_value("[name=title]") == ""
    assert findings() == 1
