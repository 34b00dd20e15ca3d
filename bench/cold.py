"""Pages of a case with nothing in memory, as after a restart, beside the same page with everything in memory."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter
from uuid import UUID

from flask.testing import FlaskClient

from bench.pages import _got, house
from bench.register import _point, _submitted
from bench.stopwatch import Figure, milliseconds
from verifier.cache import forget_all
from verifier.db import db
from verifier.engagements.models import Engagement

TIMES, LARGE = 2, 100_000
PAGES = {
    "case": "",
    "sources": "/data",
    "numbers": "/data/register",
    "alerts": "/data/flags",
    "analysis": "/data/analysis",
    "boundary": "/boundary/sources",
    "coverage": "/coverage",
    "materiality": "/materiality",
}


def measured(rounds: int = 7) -> Iterator[Figure]:
    """The demo's report of 171 sources, then one of 100,000 rows; the first request of each page does not count."""
    with house() as (_app, client, case):
        key = case.id
        db.session.remove()
        yield from (_figure(client, key, name, path, rounds, "171 sources") for name, path in PAGES.items())
        held = db.session.get_one(Engagement, key)
        _point(held, _submitted(held, LARGE))
        db.session.remove()
        yield from (_figure(client, key, name, PAGES[name], 3, f"{LARGE:,} rows") for name in ("case", "sources", "numbers"))


def _figure(client: FlaskClient, case: UUID, name: str, path: str, rounds: int, what: str) -> Figure:
    address = f"/cases/{case}{path}"
    warm, cold = [], []
    _got(client, address)
    for _ in range(rounds):
        _got(client, address)
        warm.append(_timed(client, address))
        forget_all()
        cold.append(_timed(client, address))
    note = milliseconds(median(cold), median(warm))
    return Figure(f"{name}, {what}: cold beside warm", median(cold) / median(warm), "×", TIMES, note=note)


def _timed(client: FlaskClient, address: str) -> float:
    start = perf_counter()
    _got(client, address)
    return perf_counter() - start
