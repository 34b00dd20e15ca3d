"""Eight people, two hundred actions each, at once, against the real server on both databases: nothing fails, nothing is lost."""

import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic, sleep
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests import make, postgres
from tests.concurrency.browser import Answer, Browser, sit_down
from tests.concurrency.server import WAITING, Running, case_with_findings, running
from tests.concurrency.tablets import Tablet, large_photo, longest_writes, percentile, photo, timed
from tests.concurrency.writes import Person
from tests.people import ORGANISATIONS, Cast, actor, fresh_code
from tests.statement.builders import PASSPHRASE, concluded, reperform, signer
from verifier.accounts.models import Organisation, User
from verifier.audit import queries as trails
from verifier.audit.queries import last_change
from verifier.checks.boundary.models import BoundaryDecision, MissingSource
from verifier.checks.data.models import SourceDecision
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.models import Photo
from verifier.findings.models import Exchange, Finding
from verifier.reports.models import ReportedSource
from verifier.statement import actions as statement
from verifier.statement.models import Statement

pytestmark = pytest.mark.hold

ACTIONS = int(os.environ.get("STORM_ACTIONS", "25"))
"""`make storm` has everyone do 200."""
PEOPLE = ("lead", "lead", "verifier", "verifier", "expert", "contact", "responsible", "admin")
"""Two of them sit at two browsers."""


LONGEST_HOLD = 2.0
"""Seconds that one request or job may hold the write lock, on a machine with two cores that all of the storm runs on."""


@contextmanager
def installation(database: str, prepare: Callable[[Cast], UUID] = case_with_findings) -> Iterator[Running]:
    """A server on the database."""
    with tempfile.TemporaryDirectory(prefix="verifier-storm-") as folder:
        home = Path(folder)
        if database == "sqlite":
            with running(home / "instance", prepare=prepare) as there:
                yield there
        else:
            with postgres.server(home / "pg") as address, running(home / "instance", address, prepare=prepare) as there:
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
        longest = longest_writes(there.log)
        print(f"longest hold of the write lock: {max(longest.values()):.2f} s", sorted(longest.items(), key=itemgetter(1))[-3:])
        assert max(longest.values()) < LONGEST_HOLD
        assert sum(verdict.rows for verdict in verdicts) > sum(told[action] for action in kept(there.case))


def _case_to_be_signed(cast: Cast) -> UUID:
    """A case that waits for its first signature, with a long word to be laid out; another of the same team is still in check."""
    case = concluded(cast)
    reperform(cast, case)
    statement.approve(case, "w" * 12_000, last_change(case.id), actor=actor(cast.reviewer), now=utcnow())
    signer(cast.lead)
    make.more_cases(case, len(Stage) + 1)
    for each in db.session.scalars(select(Engagement).where(Engagement.id != case.id)).unique():
        make.with_trail(each)
    return case.id


def _signs(there: Running, browser: Browser) -> Answer:
    """The lead verifier signs the statement."""
    browser.get(f"/cases/{there.case}/signing")
    with there.app.app_context():
        code = fresh_code(Cast.present().lead)
        db.session.remove()
    return browser.post(f"/cases/{there.case}/signing/certify", {"passphrase": PASSPHRASE, "code": code})


def _renames(browser: Browser, seconds: list[float], until: float) -> None:
    """Somebody writes a little all the time."""
    while monotonic() < until:
        begun = monotonic()
        version = browser.get("/account").hidden("version")
        assert browser.post("/account", {"version": version, "name": f"Name {begun:.3f}", "language": "en"}).status == 303
        seconds.append(monotonic() - begun)
        sleep(0.3)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_eight_slow_tablets_with_heavy_photos_and_a_long_signature_keep_nobody_waiting(database: str) -> None:
    photos = [(photo(number, 1), photo(number, 2), *([large_photo()] if number == 0 else [])) for number in range(8)]
    with installation(database, _case_to_be_signed) as there:
        cast = Cast.present()
        checked = db.session.scalars(select(Engagement.id).where(Engagement.stage == Stage.CHECKING).limit(1)).one()
        team = [cast.lead, cast.verifier, cast.expert]
        tablets = [Tablet(sit_down(there.app, there.address, team[number % 3]), checked) for number in range(8)]
        reader, writer, lead = (sit_down(there.app, there.address, each) for each in (cast.coordinator, cast.contact, cast.lead))
        db.session.remove()
        read, wrote, until = list[float](), list[float](), monotonic() + 40
        with ThreadPoolExecutor(11) as pool:
            working = [pool.submit(tablet.bring, *brought) for tablet, brought in zip(tablets, photos, strict=True)]
            working += [pool.submit(timed, read, reader, f"/cases/{checked}/photos", until), pool.submit(_renames, writer, wrote, until)]
            signed = pool.submit(_signs, there, lead)
            for each in working:
                each.result()
        for browser in (reader, writer, lead, *(tablet.browser for tablet in tablets)):
            browser.leave()
        longest = longest_writes(there.log)
        print(
            f"\n{database}: read p95 {percentile(read, 0.95):.2f} s, wrote at most {max(wrote):.2f} s, held {max(longest.values()):.2f} s"
        )
        print(sorted(longest.items(), key=itemgetter(1))[-3:])
        assert [tablet.wrong for tablet in tablets if tablet.wrong] == []
        kept = set(db.session.scalars(select(Photo.original_sha256).where(Photo.case_id == checked)))
        assert kept == {digest for tablet in tablets for digest in tablet.kept}
        assert len(kept) == sum(map(len, photos))
        assert signed.result().status == 303
        assert db.session.query(Statement).count() == 1
        assert percentile(read, 0.95) < 2
        assert max(wrote) < 5
        assert max(longest.values()) < LONGEST_HOLD
