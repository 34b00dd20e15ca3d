"""Titles and links of subjects of findings, photos and trail rows, registered by the package that owns the kind."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import current_app

from verifier.core.subject import Subject
from verifier.engagements.models import Engagement


@dataclass(frozen=True, slots=True)
class Described:
    """A subject in words, with the page that shows it (None where there is none)."""

    title: str
    url: str | None = None


Describe = Callable[[Engagement, str], Described]
OutsideCases = Callable[[UUID], Described | None]
"""The same of what stands outside any case: None where it is no more."""


def describe(engagement: Engagement, subject: Subject) -> Described:
    """The subject in the reader's words; an unknown kind is its plain name."""
    known: dict[str, Describe] = current_app.extensions["verifier"].subjects
    return known[subject.kind](engagement, subject.id) if subject.kind in known else Described(str(subject))


def describe_outside_cases(subject: Subject) -> Described | None:
    """The subject of a row outside any case in the reader's words; None where there is nothing to name."""
    known: dict[str, OutsideCases] = current_app.extensions["verifier"].outside_cases
    try:
        return known[subject.kind](UUID(subject.id)) if subject.kind in known else None
    except ValueError:
        return None
