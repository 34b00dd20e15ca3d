"""The register of all numbers and a number's own page, as the team meets them."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from tests import make
from tests.people import Cast, actor, sign_in
from verifier.checks.data import actions as of_sources
from verifier.checks.data import queries as source_queries
from verifier.checks.data.models import NumberDecision
from verifier.checks.data.numbers import actions, progress, queries, recalculated
from verifier.checks.data.numbers.queries import NumberQuery
from verifier.core.errors import Refusal
from verifier.core.outcomes.number_outcomes import NumberReview
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.reports.models import ReportedNumber
from verifier.reports.number_rows import write_missing

MARCH = "activity/E-002/2021-03"
RECALCULATED = "recalculation"


@pytest.fixture
def case(app: Flask, cast: Cast) -> Engagement:
    return make.engagement(cast)


@contextmanager
def statements() -> Iterator[list[str]]:
    """What was asked of the database meanwhile."""
    asked: list[str] = []
    note = lambda connection, cursor, statement, *rest: asked.append(statement)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def differ(case: Engagement, cast: Cast, key: str, value: str) -> NumberDecision:
    held = NumberReview(SourceOutcome.DIFFERS, Decimal(value), "supplier's invoice", "read from the invoice", RECALCULATED)
    return actions.decide(case, key, held, seen_version=0, actor=actor(cast.verifier), now=utcnow())


def keys(case: Engagement, **asked: object) -> list[str]:
    return [row.number_key for row in db.session.scalars(queries.numbers(case, NumberQuery(**asked)))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"flag": "factor_of_thousand"}, ["activity/E-095/2021-01"]),
        ({"kind": "total"}, ["total/purchased_electricity", "total/stationary_combustion", "total/total"]),
        ({"source": "E-002", "period": "2021-03"}, [MARCH]),
        ({"source": "E-002", "period": "year"}, ["reported/E-002"]),
        ({"search": "E-002-2021-03.csv"}, [MARCH]),
        ({"search": "no such thing"}, []),
        ({"sampled": True}, []),
        ({"owner": "nobody"}, []),
    ],
)
def test_a_filter_shows_what_it_names(case: Engagement, asked: dict[str, object], found: list[str]) -> None:
    assert sorted(keys(case, **asked)) == sorted(found)


def test_orders_and_neighbours_agree(case: Engagement) -> None:
    for sort in queries.ORDERS:
        asked = NumberQuery(flag="any", sort=sort)
        shown = keys(case, flag="any", sort=sort)
        lines = {each.number.number_key: each.number for each in queries.with_keys(case, shown)}
        assert [queries.neighbours(case, asked, lines[key]) for key in shown] == list(
            zip([None, *shown[:-1]], [*shown[1:], None], strict=True)
        ), sort


def test_an_outcome_is_shown_counted_and_filtered(case: Engagement, cast: Cast) -> None:
    differ(case, cast, MARCH, "640.1581")
    db.session.flush()
    assert keys(case, state=OutcomeStatus.DIFFERS) == [MARCH]
    assert MARCH not in keys(case, state="open")
    assert progress.progress(case).differs == 1
    assert progress.progress(case).total == len(keys(case))


def test_numbers_are_decided_with_their_source(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    other = next(
        each.source.source_key for each in source_queries.source_reviews(case) if each.agreeable and each.source.source_key != "E-002"
    )
    of_source = keys(case, source=other)
    differ(case, cast, MARCH, "640.1581")
    of_sources.agree_many(case, [other, "E-002"], actor=actor(cast.verifier), now=utcnow())
    db.session.commit()
    done = progress.progress(case)
    assert (done.differs, done.with_source) == (1, len(of_source) + len(keys(case, source="E-002")) - 1)
    lines = {each.number.number_key: each for each in queries.with_keys(case, [of_source[0], MARCH, "total/total"])}
    assert [lines[key].with_source for key in (of_source[0], MARCH, "total/total")] == [True, False, False]
    page = sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/register?source={other}").text
    assert page.count("Decided with its source") == len(of_source)


def test_the_source_tells_what_its_numbers_come_to(case: Engagement, cast: Cast) -> None:
    differ(case, cast, MARCH, "640.1581")
    result = reports.calculation_of(case.report_version).source("E-002")
    assert result is not None
    numbers = recalculated.of_source(case, result)
    assert (numbers.count("differs"), numbers.count("open"), len(numbers.lines)) == (1, 12, 13)
    assert float(numbers.effect) == pytest.approx(6.04)
    line = queries.line(case, MARCH)
    assert line is not None
    assert recalculated.of_number(case, line) == numbers.effect


def test_an_outcome_is_asked_again_once_the_number_changes_and_follows_while_it_does_not(case: Engagement, cast: Cast) -> None:
    differ(case, cast, MARCH, "640.1581")
    differ(case, cast, "activity/E-002/2021-04", "1")
    db.session.execute(update(ReportedNumber).where(ReportedNumber.number_key == MARCH).values(fingerprint="changed"))
    assert keys(case, state=OutcomeStatus.ASKED_AGAIN) == [MARCH]
    assert keys(case, state=OutcomeStatus.DIFFERS) == ["activity/E-002/2021-04"]
    assert MARCH in keys(case, state="open")


def test_a_newer_outcome_is_shown_before_it_is_replaced(case: Engagement, cast: Cast) -> None:
    differ(case, cast, MARCH, "640.1581")
    with pytest.raises(Refusal) as raised:
        differ(case, cast, MARCH, "1")
    assert raised.value.message == "data.number.stale"


@pytest.mark.parametrize(
    ("chosen", "method", "refused"),
    [
        ([], RECALCULATED, "data.number.none"),
        ([MARCH, "activity/E-095/2021-01"], RECALCULATED, "data.number.unfit"),
        ([MARCH, "activity/E-101/2021-10"], RECALCULATED, "data.number.unfit"),
        ([MARCH, "activity/none/2021-10"], RECALCULATED, "data.number.changed"),
        ([MARCH], "", "data.number.method"),
        ([f"activity/{n}" for n in range(1_001)], RECALCULATED, "data.number.too_many"),
    ],
)
def test_many_are_agreed_to_together_or_none(case: Engagement, cast: Cast, chosen: list[str], method: str, refused: str) -> None:
    with pytest.raises(Refusal) as raised:
        actions.agree_many(case, chosen, method, actor=actor(cast.verifier), now=utcnow())
    assert raised.value.message == refused


def test_the_page_agrees_to_the_ticked_and_says_so(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    page = client.get(f"/cases/{case.id}/data/register").text
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    sent = {"csrf_token": token, "keys": [MARCH, "activity/E-002/2021-04"], "method": RECALCULATED}
    answer = client.post(
        f"/cases/{case.id}/agree-numbers", data=sent, headers={"Referer": f"http://localhost/cases/{case.id}/data/register"}
    )
    assert answer.status_code == 303
    assert "2 numbers agreed." in client.get(answer.headers["Location"]).text
    assert {row.outcome for row in db.session.scalars(select(NumberDecision))} == {"agreed"}


def test_a_numbers_page_shows_cell_calculation_factor_with_version_and_record(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    page = unescape(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/register/activity/E-027/2021-01").text)
    for said in ("124.443", "sheet “activity”", "0.604", "tCO₂/MWh", "2013", "Independent records", "Transposed digits"):
        assert said in page, said
    assert client.get(f"/cases/{case.id}/data/register/activity/E-027/2031-01").status_code == 404


def test_the_months_of_a_source_stand_beside_the_independent_record(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    page = unescape(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/E-027").text)
    assert page.count("data-month=") == 12
    assert 'data-series="record" data-v="' in page
    assert "13 of 13 not decided" in page


def test_the_register_asks_as_much_of_the_database_for_two_numbers_as_for_fifty(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    lasting = ("source=E-002&period=2021-03", "kind=activity", "sort=tonnes&kind=activity")
    changing = ("source=E-002&state=undecided", "sort=tonnes&state=undecided&kind=activity")
    for group in (lasting, changing):
        counts = []
        for query in group:
            client.get(f"/cases/{case.id}/data/register?{query}")
            with statements() as asked:
                assert client.get(f"/cases/{case.id}/data/register?{query}").status_code == 200
            counts.append(len(asked))
        assert len(set(counts)) == 1, counts


def test_versions_from_before_the_register_are_given_their_numbers_once(case: Engagement) -> None:
    before = keys(case)
    db.session.execute(ReportedNumber.__table__.delete())
    db.session.commit()
    assert write_missing() == 1
    assert keys(case) == before
    assert write_missing() == 0


def test_the_register_is_taken_away_with_outcomes(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    differ(case, cast, MARCH, "640.1581")
    db.session.commit()
    answer = sign_in(client, cast.verifier).get(f"/cases/{case.id}/register.xlsx?source=E-002")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    assert len(answer.data) > 5_000
