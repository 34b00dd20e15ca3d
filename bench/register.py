"""The register of numbers at 100,000 beside 1,000: the whole request of its first page, of each filter and each order."""

from collections.abc import Mapping
from statistics import median
from time import perf_counter

from flask.testing import FlaskClient

from bench.pages import house
from bench.stopwatch import Figure, milliseconds
from tests import big
from tests.people import Cast, actor
from verifier.checks.data.numbers import queries
from verifier.checks.data.numbers.actions import agree_many
from verifier.checks.data.numbers.queries import NumberQuery
from verifier.db import db, utcnow, write_transaction
from verifier.engagements.models import Engagement
from verifier.reports import actions as reports
from verifier.reports.models import ReportVersion
from verifier.rulepacks.load import load

SMALL, LARGE, TIMES, HELD = 1_000, 100_000, 2, 500
ASKED: Mapping[str, str] = {
    "first page": "",
    "search of one": "q=S-000042",
    "search of a tenth": "q=natural+gas",
    "search of all": "q=Meter",
    "kind": "kind=activity",
    "source": "source=S-000042",
    "month": "period=2021-03",
    "flagged": "flag=any",
    "no flag": "flag=none",
    "open": "state=open",
    "agreed": "state=agreed",
    "by tonnes": "sort=tonnes",
    "by month": "sort=period",
}
"""What is asked of the list, by what the line of the table calls it."""


def measured(rounds: int = 5) -> list[Figure]:
    """Each request at 100,000 numbers as a multiple of the same at 1,000, half of the smaller report agreed to in both."""
    with house() as (_, client, case):
        small, large = (_submitted(case, rows) for rows in (SMALL, LARGE))
        _point(case, small)
        keys = [each.number.number_key for each in queries.every(case, NumberQuery(kind="activity")) if each.agreeable][:HELD]
        agree_many(case, keys, load(case.pack_id).evidence_activities[0].code, actor=actor(Cast().verifier), now=utcnow())
        db.session.commit()
        return [_figure(client, case, small, large, name, words, rounds) for name, words in ASKED.items()]


def _submitted(case: Engagement, rows: int) -> ReportVersion:
    write_transaction.set(True)
    data = big.workbook(big.park(rows))
    year = case.unit_year
    expected = reports.expected(year)
    already = reports.read(data, reports.Expected(expected.year, ("Riverside Park Services",), expected.pack_id))
    version = reports.submit_report(year, data, f"{rows}.xlsx", "", already=already, actor=actor(Cast().contact), now=utcnow())
    db.session.commit()
    return version


def _point(case: Engagement, version: ReportVersion) -> None:
    """Let the case check that version."""
    write_transaction.set(True)
    case.report_version_id = version.id
    db.session.commit()


def _figure(
    client: FlaskClient, case: Engagement, small: ReportVersion, large: ReportVersion, name: str, words: str, rounds: int
) -> Figure:
    """The versions in turns; only the request is timed, not the turning, and the first of each does not count."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for version, times in zip((small, large), taken, strict=True):
            _point(case, version)
            start = perf_counter()
            _got(client, f"/cases/{case.id}/data/register?{words}")
            if turn:
                times.append(perf_counter() - start)
    few, many = map(median, taken)
    return Figure(f"register, {name}: {LARGE:,} numbers beside {SMALL:,}", many / few, "×", TIMES, note=milliseconds(many, few))


def _got(client: FlaskClient, address: str) -> None:
    if client.get(address).status_code != 200:
        raise RuntimeError(f"{address} did not answer")
