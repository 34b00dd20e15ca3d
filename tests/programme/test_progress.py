"""A programme manager sees every unit of the year: where it stands, whom it waits for, what is late, what was verified."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.people import Cast, sign_in
from verifier.core.clocks import Before
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.programme import queries
from verifier.registry.models import ProgrammeYear, UnitYear


@pytest.fixture
def year(cast: Cast) -> ProgrammeYear:
    """The park with its case at the unit for answers, and another unit that has handed in nothing."""
    case = make.engagement(cast, Stage.CHECKING)
    make.unit_year(cast, "other_unit", body=None)
    db.session.commit()
    return case.unit_year.year


def listed(year: ProgrammeYear, now: datetime | None = None, **chosen: Any) -> list[queries.UnitProgress]:
    """The units of the year as the page lists them."""
    at = now or utcnow()
    return queries.with_people(queries.progress(queries.matching(year, now=at, **chosen), now=at))


def test_every_unit_stands_somewhere_with_or_without_a_case(cast: Cast, year: ProgrammeYear) -> None:
    found = {each.unit_year.unit.name: each for each in listed(year)}
    park, other = found[cast.org("unit").name], found[cast.org("other_unit").name]
    assert (park.status, park.people, park.reported, park.released) == (Stage.CHECKING, (cast.lead.name,), Decimal(52804), 1)
    assert (other.status, other.case, other.reported, other.waits_for_unit) == (Before.NO_REPORT, None, None, True)
    assert queries.counts_of([year], now=utcnow())[year.id].by_status == {Stage.CHECKING: 1, Before.NO_REPORT: 1}


@pytest.mark.parametrize(("days", "late"), [(10, set()), (11, {"other_unit"}), (40, {"other_unit"}), (41, {"unit", "other_unit"})])
def test_each_is_late_by_the_day_it_waits_for(cast: Cast, year: ProgrammeYear, days: int, late: set[str]) -> None:
    year.report_due, year.verified_due = (utcnow().date() + timedelta(days=due) for due in (10, 40))
    noon = utcnow().replace(hour=4) + timedelta(days=days)
    names = {cast.org(key).name for key in late}
    assert {each.unit_year.unit.name for each in listed(year, noon) if each.is_late} == names
    assert {each.unit_year.unit.name for each in listed(year, noon, late=True)} == names
    assert queries.counts_of([year], now=noon)[year.id].late == len(names)


def test_a_response_is_late_in_the_database_from_the_day_after_the_clock_of_the_pack(cast: Cast, year: ProgrammeYear) -> None:
    case = queries.case_of(db.session.scalars(select(UnitYear).join(Engagement)).unique().one())
    assert case is not None
    case.stage = Stage.ANSWERING
    year.verified_due = year.surrender_due = utcnow().date() + timedelta(days=300)
    db.session.flush()
    noon = utcnow().replace(hour=4)
    for days in range(30):
        now = noon + timedelta(days=days)
        rows = [each.is_late for each in listed(year, now) if each.case]
        assert len(listed(year, now, late=True, status="answering")) == sum(rows)
    assert rows == [True]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"search": "cold rolling"}, {"other_unit"}),
        ({"search": "2021-0001"}, {"unit"}),
        ({"search": "jingcheng"}, {"unit"}),
        ({"status": "no_report"}, {"other_unit"}),
        ({"late": True}, set()),
        ({}, {"unit", "other_unit"}),
    ],
)
def test_units_are_found_by_words_and_by_where_they_stand(
    cast: Cast, year: ProgrammeYear, chosen: dict[str, object], expected: set[str]
) -> None:
    assert {each.unit_year.unit.name for each in listed(year, **chosen)} == {cast.org(key).name for key in expected}


def test_the_page_shows_units_charts_and_a_workbook(cast: Cast, client: FlaskClient, year: ProgrammeYear) -> None:
    sign_in(client, cast.manager)
    page = client.get(f"/programme/years/{year.id}/progress").text
    assert cast.org("other_unit").name in page
    assert cast.lead.name in page
    assert "52,804" in page
    assert "No matching units" in client.get(f"/programme/years/{year.id}/progress?q=elsewhere").text
    assert client.get(f"/programme/years/{year.id}/progress?export=xlsx").data.startswith(b"PK")


def test_late_units_stand_first(cast: Cast, client: FlaskClient, year: ProgrammeYear) -> None:
    first, second = cast.org("other_unit"), cast.org("unit")
    first.name = "Zinc Works"
    year.report_due, year.verified_due = (utcnow().date() + timedelta(days=due) for due in (-3, 40))
    db.session.commit()
    rows = sign_in(client, cast.manager).get(f"/programme/years/{year.id}/progress").text.split('<th scope="row" class="wide">')[1:]
    assert [first.name in rows[0], second.name in rows[1]] == [True, True]


@pytest.mark.parametrize(("person", "expected"), [("manager", 200), ("assessor", 200), ("coordinator", 404), ("contact", 404)])
def test_progress_is_the_authoritys(cast: Cast, client: FlaskClient, year: ProgrammeYear, person: str, expected: int) -> None:
    assert sign_in(client, getattr(cast, person)).get(f"/programme/years/{year.id}/progress").status_code == expected
