"""Pages of a person with many cases beside the same page with few: time and statements."""

import os
from dataclasses import replace

from bench.pages import _got, _statements, house
from bench.stopwatch import Figure, in_turns
from tests import homes, make
from tests.people import Cast, sign_in
from verifier.db import db, write_transaction
from verifier.engagements.models import Engagement

SIZES = (100, 1_000, 10_000)
TIMES = 2
PAGES = {
    "manager's home": ("manager", "/"),
    "manager's cases": ("manager", "/cases"),
    "progress of a year": ("manager", "/programme/years/{year}/progress"),
    "progress, late only": ("manager", "/programme/years/{year}/progress?late=1"),
    "units of a year": ("manager", "/programme/years/{year}"),
    "contact's home": ("contact", "/"),
    "contact's reports": ("contact", "/reports"),
    "contact's case": ("contact", "/cases/{case}"),
    "coordinator's home": ("coordinator", "/"),
    "coordinator's cases": ("coordinator", "/cases"),
    "lead's home": ("lead", "/"),
    "lead's case": ("lead", "/cases/{case}"),
}


def measured_on_postgresql(rounds: int = 9) -> list[Figure]:
    """The same on a real PostgreSQL, started for it, with evidence in a real object store."""
    os.environ["VERIFIER_TEST_HOME"] = "second"
    try:
        with homes.servers():
            return [replace(figure, name=f"{figure.name}, PostgreSQL") for figure in measured(rounds)]
    finally:
        del os.environ["VERIFIER_TEST_HOME"]


def measured(rounds: int = 9) -> list[Figure]:
    """Each page at 100, 1,000 and 10,000 cases beside its time at 100, and its statements."""
    found, before = [], dict[str, float]()
    with house() as (app, _, case):
        values = {"case": case.id, "year": case.unit_year.year_id}
        key = case.id
        for size in SIZES:
            write_transaction.set(True)
            make.more_cases(db.session.get_one(Engagement, key), size)
            for name, (person, path) in PAGES.items():
                client, address = app.test_client(), path.format(**values)
                sign_in(client, getattr(Cast(), person))
                db.session.remove()
                asked = _statements(client, address)
                (took,) = in_turns(lambda client=client, address=address: _got(client, address), rounds=rounds)  # type: ignore[misc]
                took_at_first = before.setdefault(name, took)
                note = f"{took * 1000:.0f} ms, {asked} statements"
                found.append(Figure(f"{name} at {size:,} cases beside {SIZES[0]}", took / took_at_first, "×", TIMES, note=note))
    return found
