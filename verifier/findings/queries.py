"""Queries of findings: those of a case visible to the reader, by subject, and their photos."""

import re
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from verifier.core.findings import RESOLVED_STATES, WITH_UNIT, Check, FindingAction, FindingState, open_actions
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.rulepack.pack import FindingClass
from verifier.core.subject import Subject
from verifier.core.typed_digits import plain_digits, whole_number
from verifier.db import db, once_per_read
from verifier.engagements.models import Engagement
from verifier.evidence.models import Attachment, Photo, PhotoSubject
from verifier.evidence.queries import attachments_of
from verifier.evidence.queries import photos_of as photos_showing
from verifier.findings.models import Exchange, Finding, label_of
from verifier.reports import queries as reports
from verifier.reports.models import ReportVersion
from verifier.rulepacks.load import load

SEARCHED = (Finding.title, Finding.description, Finding.subject_title)
"""What a search looks at for every reader; inside the verification also the subject's id, which the unit is not shown."""


def findings_of(
    engagement: Engagement, *, inside: bool, search: str = "", state: str = "", class_code: str = "", arose_in: str = ""
) -> Select[Any]:
    """The findings of a case by number; users who are not `inside` the verification see only sent ones."""
    found = select(Finding).where(Finding.engagement_id == engagement.id).order_by(Finding.number)
    if not inside:
        found = found.where(Finding.sent_at.is_not(None))
    if search:
        number = whole_number(re.sub(r"^[A-Z]-", "", plain_digits(search).strip().upper()))
        by_number = [] if number is None else [Finding.number == number]
        searched = (*SEARCHED, Finding.subject_id) if inside else SEARCHED
        found = found.where(or_(*(column.icontains(search, autoescape=True) for column in searched), *by_number))
    for column, value in ((Finding.state, state), (Finding.class_code, class_code), (Finding.arose_in, arose_in)):
        if value:
            found = found.where(column == value)
    return found


def numbered(engagement: Engagement, number: int, *, inside: bool) -> Finding | None:
    """One finding by its number, None where the reader may not know of it."""
    of = findings_of(engagement, inside=inside).where(Finding.number == number)
    return db.session.scalar(of.options(selectinload(Finding.exchanges)))


def counts(engagement: Engagement) -> dict[FindingState, int]:
    """Number of findings of a case by state; all states are included."""
    of = select(Finding.state, func.count()).where(Finding.engagement_id == engagement.id).group_by(Finding.state)
    known: dict[FindingState, int] = dict(db.session.execute(of).all())
    return {state: known.get(state, 0) for state in FindingState}


def by_subject(engagement: Engagement, kind: str, ids: Collection[str] | None = None) -> dict[str, list[Finding]]:
    """The findings on subjects of one kind that were not withdrawn, by the subject's id; without `ids`, on all of them."""
    of = select(Finding).where(
        Finding.engagement_id == engagement.id, Finding.subject_kind == kind, Finding.state != FindingState.WITHDRAWN
    )
    if ids is not None:
        of = of.where(Finding.subject_id.in_(ids))
    found: dict[str, list[Finding]] = {}
    for finding in db.session.scalars(of.order_by(Finding.number)):
        found.setdefault(finding.subject_id, []).append(finding)
    return found


class Glance(NamedTuple):
    """What the counts of a case ask of a finding."""

    state: FindingState
    arose_in: Check
    subject_kind: str
    subject_id: str


@once_per_read
def at_a_glance(engagement: Engagement) -> tuple[Glance, ...]:
    """Every finding of a case as bare columns, for every page of a case counts them."""
    of = select(Finding.state, Finding.arose_in, Finding.subject_kind, Finding.subject_id).where(Finding.engagement_id == engagement.id)
    return tuple(Glance(*row) for row in db.session.execute(of))


def not_withdrawn(engagement: Engagement) -> list[Glance]:
    """The findings that were not withdrawn, as bare columns."""
    return [each for each in at_a_glance(engagement) if each.state is not FindingState.WITHDRAWN]


def coverable(engagement: Engagement) -> list[Finding]:
    """Findings that may be named as covering an alert or an error: all that were not withdrawn."""
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.state != FindingState.WITHDRAWN)
    return list(db.session.scalars(of.order_by(Finding.number)))


def open_findings(engagement: Engagement) -> list[Finding]:
    """Unresolved findings."""
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.state.not_in(RESOLVED_STATES))
    return list(db.session.scalars(of.order_by(Finding.number)))


def drafts(engagement: Engagement) -> list[Finding]:
    """Drafts, which the next sending includes."""
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.state == FindingState.DRAFT)
    return list(db.session.scalars(of.order_by(Finding.number)))


def draft_labels(engagement: Engagement, most: int) -> tuple[list[str], int]:
    """How the first drafts are called, and how many there are in all."""
    here = (Finding.engagement_id == engagement.id, Finding.state == FindingState.DRAFT)
    first = select(Finding.number, Finding.class_number, Finding.class_code).where(*here).order_by(Finding.number).limit(most)
    classes = {each.code: each for each in load(engagement.pack_id).finding_classes}
    labels = [label_of(number, own, classes[class_code]) for number, own, class_code in db.session.execute(first)]
    return labels, db.session.scalar(select(func.count()).select_from(Finding).where(*here)) or 0


def drafts_titled(engagement: Engagement, title: str) -> list[Finding]:
    """The drafts of one title."""
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.state == FindingState.DRAFT, Finding.title == title)
    return list(db.session.scalars(of.order_by(Finding.number)))


def awaiting_answer(engagement: Engagement) -> list[Finding]:
    """Findings awaiting the unit's response, of a class that requires one."""
    pack = load(engagement.pack_id)
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.state.in_(WITH_UNIT)).order_by(Finding.number)
    return [finding for finding in db.session.scalars(of) if pack.finding_class(finding.class_code).needs_answer]


def class_of(finding: Finding) -> FindingClass:
    """The class as the case's pack has it."""
    return load(finding.engagement.pack_id).finding_class(finding.class_code)


def actions_open(finding: Finding) -> frozenset[FindingAction]:
    """Actions permitted on the finding in its state, under its class."""
    of = class_of(finding)
    return open_actions(finding.state, needs_answer=of.needs_answer, dispositions=of.dispositions)


def correcting(finding: Finding) -> list[ReportVersion]:
    """The released versions that may hold the correction, newest first: those after the one the finding was raised on."""
    known = reports.versions(finding.engagement.unit_year)
    first = finding.report_version.number
    return [version for version in known if version.released_at is not None and version.number > first]


def photos_of(finding: Finding) -> list[Photo]:
    """The photos a finding shows: its own, and those of other subjects that were put to it."""
    return photos_showing(finding.engagement_id, Subject("finding", str(finding.id)))


def shown_to_unit(engagement: Engagement) -> Select[Any]:
    """The ids of the photos that reached the unit: each by a finding that was sent."""
    sent = select(Finding.id).where(Finding.engagement_id == engagement.id, Finding.sent_at.is_not(None))
    shown = select(PhotoSubject.photo_id).where(PhotoSubject.finding_id.in_(sent))
    return select(Photo.id).where(Photo.case_id == engagement.id, Photo.id.in_(shown))


def is_evidence_sent(engagement: Engagement, photo: Photo) -> bool:
    """Whether a photo is evidence of a finding that was sent."""
    return db.session.scalar(shown_to_unit(engagement).where(Photo.id == photo.id)) is not None


def showing(engagement: Engagement, photo: Photo, *, inside: bool) -> list[Finding]:
    """The findings that show a photo, as far as the reader may see them."""
    shows = select(PhotoSubject.finding_id).where(PhotoSubject.photo_id == photo.id, PhotoSubject.finding_id.is_not(None))
    return list(db.session.scalars(findings_of(engagement, inside=inside).where(Finding.id.in_(shows))))


def files_of(engagement: Engagement, exchanges: Iterable[Exchange]) -> dict[str, list[Attachment]]:
    """The files handed in with what was said, by the exchange's id."""
    found: dict[str, list[Attachment]] = {}
    for attachment in attachments_of(engagement.id, "exchange", [str(exchange.id) for exchange in exchanges]):
        for given_with in attachment.given_with:
            found.setdefault(given_with.subject.id, []).append(attachment)
    return found


def of_subject(engagement: Engagement, subject: Subject) -> Finding | None:
    """The finding behind a subject of kind “finding” or “exchange”, None where the case has none of it."""
    try:
        key = UUID(subject.id)
    except ValueError:
        return None
    if subject.kind == "exchange":
        exchange = db.session.get(Exchange, key)
        finding = exchange.finding if exchange else None
    else:
        finding = db.session.get(Finding, key) if subject.kind == "finding" else None
    return finding if finding is not None and finding.engagement_id == engagement.id else None


def uncorrected_errors(engagement: Engagement) -> dict[str, Finding]:
    """By source, a finding with an effect on its tonnes that stays uncorrected; none once the checks are over: decisions then stand."""
    if not possible(engagement.stage, CaseAction.CHECK):
        return {}
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.subject_kind == "source", Finding.effect != 0)
    left = of.where(Finding.state.in_((FindingState.UNCORRECTED, FindingState.CARRIED_OVER))).order_by(Finding.number.desc())
    return {each.subject_id: each for each in db.session.scalars(left)}
