"""Eight people, two hundred actions each, at once, against the real server on both databases: nothing fails, nothing is lost."""

import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic

import pytest
from sqlalchemy import func, select

from tests import postgres
from tests.concurrency.browser import sit_down
from tests.concurrency.server import WAITING, Running, running
from tests.concurrency.writes import Person
from tests.people import ORGANISATIONS, Cast
from verifier.accounts.models import Organisation, User
from verifier.audit import queries as trails
from verifier.checks.boundary.models import BoundaryDecision, MissingSource
from verifier.checks.data.models import SourceDecision
from verifier.db import db
from verifier.evidence.models import Photo
from verifier.findings.models import Exchange, Finding
from verifier.reports.models import ReportedSource

pytestmark = pytest.mark.hold

ACTIONS = int(os.environ.get("STORM_ACTIONS", "25"))
"""`make storm` has everyone do 200."""
PEOPLE = ("lead", "lead", "verifier", "verifier", "expert", "contact", "responsible", "admin")
"""Two of them sit at two browsers."""


@contextmanager
def installation(database: str) -> Iterator[Running]:
    """A server on the database."""
    with tempfile.TemporaryDirectory(prefix="verifier-storm-") as folder:
        home = Path(folder)
        if database == "sqlite":
            with running(home / "instance") as there:
                yield there
        else:
            with postgres.server(home / "pg") as address, running(home / "instance", address) as there:
                yield there


def storm(there: Running) -> tuple[list[Person], float]:
    """Everyone works until all are done; the people, and how many seconds it took."""
    sources = tuple(db.session.scalars(select(ReportedSource.source_key).order_by(ReportedSource.position).limit(6)))
    people = [
        Person(sit_down(there.app, there.address, getattr(Cast.present(), role)), role, there.case, sources, Random(number))
        for number, role in enumerate(PEOPLE)
    ]
    db.session.remove()
    began = monotonic()
    with ThreadPoolExecutor(len(people)) as pool:
        for working in [pool.submit(person.work, ACTIONS) for person in people]:
            working.result()
    for person in people:
        person.browser.leave()
    return people, monotonic() - began


def kept(case: object) -> dict[str, int]:
    """What the database holds of each kind of action; a decision counts its edits."""

    def count(*what: object) -> int:
        return db.session.scalar(select(*what)) or 0

    in_case = Finding.engagement_id == case
    return {
        "boundary": count(func.sum(BoundaryDecision.version).filter(BoundaryDecision.engagement_id == case)),
        "data": count(func.sum(SourceDecision.version).filter(SourceDecision.engagement_id == case)),
        "finding": count(func.count().filter(in_case)) - WAITING,
        "missing": count(func.count().filter(MissingSource.engagement_id == case)),
        "photo": count(func.count().filter(Photo.case_id == case)),
        "answer": count(func.count(Exchange.id).filter(Exchange.action == "answer")),
        "organisation": count(func.count(Organisation.id)) - len(ORGANISATIONS),
        "account": count(func.sum(User.version - 1)),
    }


def _waited(people: list[Person]) -> str:
    """How long each kind of action took at the middle and at worst, and how many were refused."""
    waited: defaultdict[str, list[float]] = defaultdict(list)
    for person in people:
        for action, seconds in person.seconds.items():
            waited[action] += seconds
    refused = sum((person.refused for person in people), Counter[str]())
    lines = [
        f"{action:13}{len(took):5} actions {refused[action]:5} refused   median {median(took):6.2f} s   worst {max(took):6.2f} s"
        for action, took in sorted(waited.items())
    ]
    return "\n".join(lines)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_storm_of_mixed_actions_fails_nobody_and_loses_nothing(database: str, record_property: Callable[[str, object], None]) -> None:
    with installation(database) as there:
        people, seconds = storm(there)
        asked = [status for person in people for _path, status in person.browser.statuses]
        record_property("actions_per_second", round(len(PEOPLE) * ACTIONS / seconds, 1))
        print(f"\n{database}: {len(PEOPLE) * ACTIONS} actions, {len(asked)} requests in {seconds:.1f} s")
        print(_waited(people))
        assert [(person.role, person.wrong) for person in people if person.wrong] == []
        assert {status for status in asked if status >= 500} == set()
        told = sum((person.done for person in people), Counter[str]())
        assert kept(there.case) == {action: told[action] for action in kept(there.case)}
        assert all(told[action] for action in kept(there.case)), "every kind of action was done"
        numbers = list(db.session.scalars(select(Finding.number).order_by(Finding.number)))
        assert numbers == list(range(1, len(numbers) + 1))
        verdicts = list(trails.verify(there.app.extensions["verifier"].checkpoints))
        assert [verdict for verdict in verdicts if verdict.broken] == []
        assert sum(verdict.rows for verdict in verdicts) > sum(told[action] for action in kept(there.case))
