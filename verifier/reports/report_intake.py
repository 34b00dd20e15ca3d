"""Large workbooks are imported by a background job: bytes are stored, a job reads them, and the page shows progress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from verifier.accounts.models import User
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.db import db, utcnow, uuid7
from verifier.evidence.queries import store
from verifier.jobs import queries as jobs
from verifier.jobs.actions import enqueue
from verifier.jobs.models import Job, State
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun
from verifier.registry.models import UnitYear
from verifier.reports import actions
from verifier.reports.open_cases import open_case

KIND = "reports.hand_in"
LARGE = 1_000_000
"""Bytes above which reading takes longer than a page should keep anyone waiting without a word: some 20,000 rows."""
READING, RECALCULATING, KEEPING = "report.taking_in.reading", "report.taking_in.recalculating", "report.taking_in.keeping"
STAGES = (READING, RECALCULATING, KEEPING)


@dataclass(frozen=True, slots=True)
class ReportIntake:
    """Progress of an import: `number` of the version once saved, `refused` and `problems` if rejected."""

    filename: str
    state: State
    stage: str
    rows: int | None
    number: int | None
    refused: Refusal | None
    problems: tuple[Refusal, ...]

    @property
    def ended(self) -> bool:
        """Whether the import has ended."""
        return self.state in (State.DONE, State.GAVE_UP)


def wait_for(unit_year: UnitYear, data: bytes, filename: str, note: str, *, in_store: bool = False, actor: Actor, now: datetime) -> UUID:
    """Enqueue a workbook; refused immediately if no report is accepted. Returns the key of the import.

    `in_store`: its bytes were put into the store before the transaction.
    """
    digest = sha256(data).hexdigest()
    actions.may_hand_in(unit_year, data, open_case(unit_year))
    if not (in_store and store().exists(digest)):
        store().put(data)
    at = uuid7()
    enqueue(
        KIND,
        key=f"{unit_year.id}:{at}",
        now=now,
        unit_year=str(unit_year.id),
        sha256=digest,
        filename=filename,
        note=note,
        person=str(actor.id),
    )
    return at


def intake_of(unit_year: UnitYear, at: UUID) -> ReportIntake | None:
    """Progress of an import for a unit's year, None if there is none."""
    job = jobs.of_key(KIND, f"{unit_year.id}:{at}")
    return _intake(job) if job else None


@task(KIND, tries=4, limit=timedelta(minutes=15), keep=timedelta(days=2))
def run_intake(work: JobRun, *, unit_year: str, sha256: str, filename: str, note: str, person: str) -> None:
    """Read, then save in the transaction that completes the job: after a kill it is read again and saved once."""
    expected = actions.expected(db.session.get_one(UnitYear, UUID(unit_year)))
    db.session.rollback()
    work.progress(0, None, READING)
    try:
        data = store().get(sha256)
        read = actions.read(data, expected, on_progress=lambda rows: work.progress(0, rows, RECALCULATING))
        rows = actions.rows_in(read.report)
        work.progress(rows, rows, KEEPING)
        year, user = db.session.get_one(UnitYear, UUID(unit_year)), db.session.get_one(User, UUID(person))
        version = actions.submit_report(
            year, data, filename, note, already=read, in_store=True, case=open_case(year), actor=Actor(user.id, user.name), now=utcnow()
        )
    except Refusal as refusal:
        db.session.rollback()
        problems = [_refusal_as_json(problem) for problem in getattr(refusal, "problems", ())]
        _end(work, refused=_refusal_as_json(refusal), problems=problems)
    else:
        _end(work, number=version.number)


def _end(work: JobRun, **result: object) -> None:
    """The result is stored in the job, in the transaction that completes it."""
    job = db.session.get_one(Job, work.id)
    job.arguments = {**job.arguments, "note": "", **result}
    db.session.flush()


def _refusal_as_json(refusal: Refusal) -> dict[str, Any]:
    return {
        "message": refusal.message,
        "values": {name: value if isinstance(value, int) else str(value) for name, value in refusal.values.items()},
    }


def _refusal_from_json(written: Mapping[str, Any]) -> Refusal:
    return Refusal(written["message"], **written["values"])


def _intake(job: Job) -> ReportIntake:
    stored: Mapping[str, Any] = job.arguments
    problems: Sequence[Mapping[str, Any]] = stored.get("problems", ())
    return ReportIntake(
        stored["filename"],
        job.state,
        job.progress_words or READING,
        job.progress_total,
        stored.get("number"),
        _refusal_from_json(stored["refused"]) if "refused" in stored else None,
        tuple(map(_refusal_from_json, problems)),
    )
