"""Actions on references: store a workbook to compare with, set or withdraw a tolerance of the body's own."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.references import queries
from verifier.checks.data.references.models import BodyTolerance
from verifier.core.actor import Actor
from verifier.core.calculation.units import plain
from verifier.core.datachecks import tolerances
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.report.rows import ReportedReport
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.engagements.references.models import ReferenceKind, ReferenceWorkbook
from verifier.engagements.references.queries import workbooks
from verifier.evidence import actions as evidence
from verifier.jobs.actions import enqueue
from verifier.reports.actions import MEDIA_TYPE, Expected, UnreadableReport, expected
from verifier.reports.derived_values import KIND
from verifier.reports.stored_content import as_json
from verifier.reports.workbook import reader


def expected_of(engagement: Engagement, kind: ReferenceKind) -> Expected:
    """What such a workbook must be of: the unit, and the year before for last year's report."""
    this = expected(engagement.unit_year)
    return Expected(this.year - 1, this.known_as, this.pack_id) if kind is ReferenceKind.PREVIOUS else this


def read(data: bytes, kind: ReferenceKind, expected: Expected) -> ReportedReport:
    """A workbook read without the database; a plan may be of the year itself or an earlier one, last year's report must be of that year."""
    try:
        if kind is ReferenceKind.PREVIOUS:
            return reader.read(data, expected.year, expected.known_as)
        return reader.read(data, None, expected.known_as, kind="plan")
    except reader.Unreadable as unreadable:
        raise UnreadableReport(unreadable.problems) from unreadable


def choose_previous(engagement: Engagement, version_id: UUID, reason: str, *, actor: Actor, now: datetime) -> None:
    """Compare with another version of last year's report from here on, with the reason."""
    advance(engagement, CaseAction.CHECK, now=now)
    if not reason.strip():
        raise Refusal("references.previous.no_reason")
    chosen = next((version for version in queries.other_previous(engagement) if version.id == version_id), None)
    if chosen is None:
        raise Refusal("references.previous.not_there")
    before = engagement.previous_version
    engagement.previous_version = chosen
    engagement.version += 1
    db.session.flush()
    record(
        TrailAction.DATA_REFERENCE_CHOSEN,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        before=before.sha256 if before else None,
        sha256=chosen.sha256,
        version=chosen.number,
        reason=reason.strip(),
    )


def keep_workbook(
    engagement: Engagement,
    kind: ReferenceKind,
    filename: str,
    data: bytes,
    note: str = "",
    *,
    already: ReportedReport | None = None,
    actor: Actor,
    now: datetime,
) -> ReferenceWorkbook:
    """Keep last year's report or the monitoring plan as evidence; the newest one is compared with, none is replaced.

    `already` is what was read of it before the transaction began; its bytes were put into the store then.
    """
    advance(engagement, CaseAction.CHECK, now=now)
    if kind is ReferenceKind.PREVIOUS and (last_version := queries.last_version(engagement)) is not None:
        raise Refusal("references.previous.in_system", number=last_version.number, year=last_version.unit_year.year.emission_year)
    report = already or read(data, kind, expected_of(engagement, kind))
    stored = evidence.keep(data, MEDIA_TYPE, in_store=already is not None, now=now)
    newest = next((row for row in workbooks(engagement) if row.kind == kind), None)
    if newest is not None and newest.sha256 == stored.sha256:
        raise Refusal("references.same_file", file=newest.filename)
    row = ReferenceWorkbook(
        engagement_id=engagement.id,
        kind=kind,
        filename=filename,
        sha256=stored.sha256,
        content=as_json(report),
        note=note.strip(),
        added_by=actor.id,
        added_at=now,
    )
    db.session.add(row)
    db.session.flush()
    enqueue(KIND, now=now, case=str(engagement.id))
    record(
        TrailAction.DATA_REFERENCE_ADDED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        kind=kind,
        file=filename,
        sha256=stored.sha256,
        note=row.note,
    )
    return row


def set_tolerance(
    engagement: Engagement, code: str, text: str, reason: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> BodyTolerance:
    """Set a tolerance of the body's own for this case, with its reason; a blank value takes it back."""
    advance(engagement, CaseAction.CHECK, now=now)
    value = tolerances.read(code, text) if text.strip() or code not in tolerances.MEASURES else None
    if not reason.strip():
        raise Refusal("tolerance.no_reason")
    row = queries.own_rows(engagement).get(code)
    if row is None and value is None:
        raise Refusal("tolerance.nothing_set")
    before = row.value if row is not None else None
    if row is None:
        row = BodyTolerance(engagement_id=engagement.id, code=code)
        db.session.add(row)
    else:
        stale = Refusal("tolerance.stale", who=row.setter.name, theirs=_text(row.value), yours=_text(value))
        check_version(row, seen_version, lambda: stale)
    row.value, row.reason, row.set_by, row.set_at = value, reason.strip(), actor.id, now
    db.session.flush()
    subject, detail = (
        Subject("case", str(engagement.id)),
        {"code": code, "before": _text(before), "after": _text(value), "reason": row.reason},
    )
    if value is None:
        record(TrailAction.DATA_TOLERANCE_WITHDRAWN, actor, subject, now=now, case=engagement.id, **detail)
    else:
        record(TrailAction.DATA_TOLERANCE_SET, actor, subject, now=now, case=engagement.id, **detail)
    enqueue(KIND, now=now, case=str(engagement.id))
    return row


def _text(value: Decimal | None) -> str:
    return "–" if value is None else plain(value)
