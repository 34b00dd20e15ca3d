"""What a finding takes over from the checklist item on which it is raised: its note, the chosen photos, and the outcome of the item."""

from collections.abc import Collection
from datetime import datetime

from verifier.checks.site import actions, queries
from verifier.core.actor import Actor
from verifier.core.site import ChecklistOutcome
from verifier.core.subject import Subject
from verifier.engagements.models import Engagement
from verifier.evidence.models import Photo
from verifier.evidence.queries import photos_of
from verifier.findings.actions import put_photo
from verifier.findings.models import Finding
from verifier.findings.queries import photos_of as photos_shown


def note_of(engagement: Engagement, subject: Subject) -> str:
    """The note of a checklist item; empty where there is none, or the subject is another."""
    answer = queries.answers(engagement).get(subject.id) if subject.kind == queries.KIND else None
    return answer.note if answer else ""


def photos_of_item(engagement: Engagement, subject: Subject) -> list[Photo]:
    """The photos of a checklist item; none of another subject."""
    return photos_of(engagement.id, subject) if subject.kind == queries.KIND else []


def take_over(engagement: Engagement, finding: Finding, chosen: Collection[str], *, actor: Actor, now: datetime) -> None:
    """Put the chosen photos of the item, by their ids, to its finding, and state “finding” as its outcome; nothing on another subject."""
    subject = finding.subject
    if subject.kind != queries.KIND:
        return
    shown = photos_shown(finding)
    for photo in photos_of_item(engagement, subject):
        if str(photo.id) in chosen and photo not in shown:
            put_photo(finding, photo, actor=actor, now=now)
    answer = queries.answers(engagement).get(subject.id)
    if queries.visit(engagement) is not None and (answer is None or answer.outcome is not ChecklistOutcome.FINDING):
        note = answer.note if answer else ""
        actions.answer_item(engagement, subject.id, ChecklistOutcome.FINDING, note, answer.version if answer else 0, actor=actor, now=now)
