"""Registry of the kinds of subject: each folder registers how its own are found, titled, linked and guarded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask import current_app

from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import Base, db
from verifier.engagements.models import Engagement
from verifier.web.permit import may
from verifier.web.sanity import LARGEST

T = TypeVar("T")
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class Described:
    """A subject in words, with the page that shows it (None where there is none, or not for the reader)."""

    title: str
    url: str | None = None


@dataclass(frozen=True)
class SubjectKind(Generic[T]):
    """One kind of subject; a subject that does not exist in the case is None."""

    find: Callable[[Engagement, str], T | None]
    """The value of an id in a case; ids are taken only as they are written, so that each value has one id."""
    title: Callable[[T], str]
    url: Callable[[Any, T], str] | None = None
    """The page that shows it, given the case; None where there is no such page."""
    guard: Permission = Permission.WORK_READ
    """What the reader of that page needs."""
    find_outside: Callable[[str], T | None] = lambda _text: None
    """The value of an id outside any case, for the trail of the installation; most kinds have none."""


def describe(engagement: Engagement | None, subject: Subject) -> Described | None:
    """The subject in the reader's words; None where the case (without one, the installation) has none of it."""
    kinds: dict[str, SubjectKind[Any]] = current_app.extensions["verifier"].subjects
    kind = kinds.get(subject.kind)
    if kind is None:
        return None
    found = kind.find_outside(subject.id) if engagement is None else kind.find(engagement, subject.id)
    if found is None:
        return None
    return Described(kind.title(found), kind.url(engagement, found) if kind.url and may(kind.guard) else None)


def row_id(text: str) -> UUID | None:
    """A row's id as it is written in addresses and subjects; any other spelling is none."""
    try:
        key = UUID(text)
    except ValueError:
        return None
    return key if str(key) == text else None


def row_number(text: str) -> int | None:
    """A number counted within a case, written without leading zeros; any other spelling is none."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST)) else 0
    return number if str(number) == text and 0 < number <= LARGEST else None


def row_of(model: type[Row], text: str) -> Row | None:
    """The row of a model by its id as written."""
    key = row_id(text)
    return db.session.get(model, key) if key is not None else None


def row_in_case(model: type[Row]) -> Callable[[Engagement, str], Row | None]:
    """How a row with an `engagement_id` is found in a case: by its id, and only in its own."""

    def find(engagement: Engagement, text: str) -> Row | None:
        found: Any = row_of(model, text)
        return found if found is not None and found.engagement_id == engagement.id else None

    return find
