"""What a photo shows: subjects are added to it, removed from it, and one is put in place of another."""

from datetime import datetime

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, Stage, after
from verifier.core.subject import Subject
from verifier.db import db
from verifier.evidence.models import Photo, PhotoSubject


def shows(photo: Photo, subject: Subject) -> bool:
    """Whether a photo shows a subject."""
    return any(each.subject == subject for each in photo.shows)


def add_subject(photo: Photo, stage: Stage, subject: Subject, *, actor: Actor, now: datetime) -> None:
    """State one more thing that a photo shows."""
    after(stage, CaseAction.CHECK)
    if shows(photo, subject):
        raise Refusal("evidence.photo.shown_already")
    photo.shows.append(PhotoSubject(**PhotoSubject.named(subject), tied_by=actor.id, tied_at=now))
    db.session.flush()
    about = Subject("photo", str(photo.id))
    record(TrailAction.EVIDENCE_PHOTO_SUBJECT_ADDED, actor, about, now=now, case=photo.case_id, shows=str(subject))


def remove_subject(photo: Photo, stage: Stage, subject: Subject, *, is_evidence: bool, actor: Actor, now: datetime) -> None:
    """Remove a subject of a photo; refused for its last one, and where the photo is evidence of a finding that was sent (`is_evidence`)."""
    after(stage, CaseAction.CHECK)
    if is_evidence:
        raise Refusal("evidence.photo.of_sent_finding")
    row = next((each for each in photo.shows if each.subject == subject), None)
    if row is None:
        raise Refusal("evidence.photo.not_shown")
    if len(photo.shows) == 1:
        raise Refusal("evidence.photo.last_subject")
    photo.shows.remove(row)
    db.session.delete(row)
    db.session.flush()
    about = Subject("photo", str(photo.id))
    record(TrailAction.EVIDENCE_PHOTO_SUBJECT_REMOVED, actor, about, now=now, case=photo.case_id, shows=str(subject))


def move(photo: Photo, stage: Stage, old: Subject, new: Subject, *, is_evidence: bool, actor: Actor, now: datetime) -> None:
    """Put one subject in place of another: both changes or none."""
    add_subject(photo, stage, new, actor=actor, now=now)
    remove_subject(photo, stage, old, is_evidence=is_evidence, actor=actor, now=now)
