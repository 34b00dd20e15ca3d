"""How a finding's, photo's or trail row's subject is titled and linked, told by the folder that knows the kind."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from verifier.core.subject import Subject
from verifier.engagements.models import Engagement


@dataclass(frozen=True, slots=True)
class Described:
    """A subject in words, with the page that shows it (None where there is none)."""

    title: str
    url: str | None = None


Describe = Callable[[Engagement, str], Described]


def describe(engagement: Engagement, subject: Subject) -> Described:
    """The subject in the reader's words; an unknown kind is its plain name."""
    known: dict[str, Describe] = current_app.extensions["verifier"].subjects
    return known[subject.kind](engagement, subject.id) if subject.kind in known else Described(str(subject))
