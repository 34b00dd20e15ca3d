"""A page of a report that a corrected one has replaced: nothing is decided on it, what changed is said, and what was typed is kept."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import func, select

from tests import make
from tests.browser import chromium, served, sitting
from tests.concurrency.together import hidden
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.boundary import queries as boundary
from verifier.checks.data import queries as data
from verifier.checks.data.flags import queries as flags
from verifier.checks.data.models import NumberDecision
from verifier.checks.data.numbers import queries as numbers
from verifier.checks.data.numbers.queries import NumberQuery
from verifier.core.boundary import Kind
from verifier.db import db, utcnow
from verifier.engagements import actions as engagements
from verifier.engagements.models import Engagement


def adopt_corrected(case: Engagement, cast: Cast) -> None:
    """The unit hands in another version, releases it, and the case goes on with it."""
    version = make.report(cast, case.unit_year, make.PARK)
    engagements.adopt_report(case, version, actor=actor(cast.lead), now=utcnow())
    db.session.commit()


def trail_rows() -> int:
    return db.session.scalar(select(func.count()).select_from(TrailRow)) or 0


def a_number(case: Engagement) -> dict[str, object]:
    row = db.session.scalars(numbers.numbers(case, NumberQuery()).limit(1)).one()
    return {"keys": [row.number_key], "method": "recalculation"}


def a_source(case: Engagement) -> str:
    return next(each.source.source_key for each in data.source_reviews(case) if each.agreeable)


BULK: dict[str, tuple[str, str, Callable[[Engagement], dict[str, object]]]] = {
    "numbers": ("/data/register", "/agree-numbers", a_number),
    "sources": (
        "/data",
        "/agree-data",
        lambda case: {"keys": [next(each.source.source_key for each in data.source_reviews(case) if each.agreeable)]},
    ),
    "flags": ("/data/flags", "/flags/dismiss", lambda case: {"keys": [flags.flagged(case)[0].flag.key], "reason": "The bill says so."}),
    "boundary": (
        "/boundary/sources",
        "/boundary/confirm/source",
        lambda case: {"keys": [next(each.row.key for each in boundary.judged(case, Kind.SOURCE) if each.confirmable)]},
    ),
}


@pytest.mark.parametrize("ticked", BULK)
def test_nothing_is_decided_in_bulk_on_the_page_of_a_replaced_report(client: FlaskClient, cast: Cast, ticked: str) -> None:
    case = make.engagement(cast)
    shown, sent, values = BULK[ticked]
    page, action = f"/cases/{case.id}{shown}", f"/cases/{case.id}{sent}"
    form, here = values(case), sign_in(client, cast.verifier)
    seen = hidden(here.get(page), "report")
    adopt_corrected(case, cast)
    before = trail_rows()
    answer = here.post(action, data={**form, "report": seen}, headers={"Referer": f"http://localhost{page}"})
    assert (answer.status_code, answer.location) == (303, page)
    told = here.get(page)
    assert "version 2 has replaced version 1" in told.text
    assert f'<a href="/cases/{case.id}/versions/1/2">What changed</a>' in told.text
    assert trail_rows() == before
    assert hidden(told, "report") == "2"


def test_a_form_on_a_page_of_its_own_is_shown_again_with_what_was_typed(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    path, here = f"/cases/{case.id}/findings/new?check=data", sign_in(client, cast.verifier)
    seen = hidden(here.get(path), "report")
    adopt_corrected(case, cast)
    before, typed = trail_rows(), {"class_code": "non_conformity", "clause": "4a", "title": "Late", "description": "A bill came in late."}
    refused = here.post(path, data={**typed, "report": seen})
    assert (refused.status_code, 'value="Late"' in refused.text, "What changed</a>" in refused.text) == (409, True, True)
    assert trail_rows() == before
    assert here.post(path, data={**typed, "report": hidden(refused, "report")}).status_code == 303


def test_a_source_that_the_corrected_report_no_longer_has_is_answered_with_what_changed(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    adopt_corrected(case, cast)
    answer = sign_in(client, cast.verifier).post(f"/cases/{case.id}/data/E-999", data={"report": "1", "outcome": "agreed"})
    assert (answer.status_code, "What changed</a>" in answer.text) == (409, True)


@pytest.mark.browser
def test_the_ticks_of_a_list_are_there_again_and_count_once_they_are_sent_anew(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    decided = select(func.count()).select_from(NumberDecision)
    db.session.commit()
    with served(app) as address, chromium() as browser, sitting(browser, app, address, cast.verifier, locale="en-GB") as page:
        page.goto(f"/cases/{case.id}/data/register?kind=reported")
        box = page.locator("input[name=keys]").first
        box.check()
        page.select_option("select[name=method]", "recalculation")
        adopt_corrected(case, cast)
        page.get_by_role("button", name="Agree").first.click()
        page.wait_for_selector(".flash a")
        assert db.session.scalar(decided) == 0
        db.session.rollback()
        expect(box).to_be_checked()
        page.get_by_role("button", name="Agree").first.click()
        page.wait_for_selector(".flash[data-s=ok]")
    assert db.session.scalar(decided) == 1
