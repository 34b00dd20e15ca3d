"""Registry of the kinds of subject: each folder registers how its own are found, titled, linked and guarded."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import Base, batched, db
from verifier.engagements.models import Engagement
from verifier.web.permit import may
from verifier.web.sanity import LARGEST

T = TypeVar("T")
Row = TypeVar("Row", bound=Base)
AT_ONCE = 500
"""Ids named in one query."""


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
    find_many: Callable[[Engagement, Collection[str]], Mapping[str, T]] | None = None
    """The values of several ids in a case, by id, in a constant number of queries; None where finding one asks no query."""
    find_many_outside: Callable[[Collection[str]], Mapping[str, T]] | None = None
    """The same outside any case."""
    photographed: Callable[[Engagement], Mapping[str, T]] | None = None
    """The values of a case, by id, that are offered as subjects of a photo; None where they are not, or go by a number people type."""


def describe(engagement: Engagement | None, subject: Subject) -> Described | None:
    """The subject in the reader's words; None where the case (without one, the installation) has none of it."""
    kinds: dict[str, SubjectKind[Any]] = current_app.extensions["verifier"].subjects
    kind = kinds.get(subject.kind)
    if kind is None:
        return None
    found = kind.find_outside(subject.id) if engagement is None else kind.find(engagement, subject.id)
    return None if found is None else _described(engagement, kind, found)


def describe_all(engagement: Engagement | None, subjects: Iterable[Subject]) -> dict[Subject, Described | None]:
    """Several subjects, found together: the number of queries depends on the kinds among them, not on how many there are."""
    ids: dict[str, set[str]] = {}
    for subject in subjects:
        ids.setdefault(subject.kind, set()).add(subject.id)
    kinds: dict[str, SubjectKind[Any]] = current_app.extensions["verifier"].subjects
    found: dict[Subject, Described | None] = {}
    for name, wanted in ids.items():
        found |= dict.fromkeys(Subject(name, id) for id in wanted)
        kind = kinds.get(name)
        if kind is None:
            continue
        for portion in batched(sorted(wanted), AT_ONCE):
            values = _found(engagement, kind, portion)
            known = {Subject(name, id): values[id] for id in portion if values.get(id) is not None}
            found |= {subject: _described(engagement, kind, value) for subject, value in known.items()}
    return found


def _found(engagement: Engagement | None, kind: SubjectKind[Any], ids: Collection[str]) -> Mapping[str, Any]:
    if engagement is None:
        return kind.find_many_outside(ids) if kind.find_many_outside else {id: kind.find_outside(id) for id in ids}
    return kind.find_many(engagement, ids) if kind.find_many else {id: kind.find(engagement, id) for id in ids}


def _described(engagement: Engagement | None, kind: SubjectKind[Any], found: Any) -> Described:
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


def rows_of(model: type[Row], texts: Collection[str]) -> dict[str, Row]:
    """The rows of a model by their ids as written."""
    keys, named = [key for text in texts if (key := row_id(text)) is not None], cast(Any, model)
    found = db.session.scalars(select(model).where(named.id.in_(keys))).unique() if keys else ()
    return {str(cast(Any, row).id): row for row in found}


def rows_in_case(model: type[Row]) -> Callable[[Engagement, Collection[str]], dict[str, Row]]:
    """How rows with an `engagement_id` are found in a case, as `row_in_case` finds one."""

    def find(engagement: Engagement, texts: Collection[str]) -> dict[str, Row]:
        return {text: row for text, row in rows_of(model, texts).items() if cast(Any, row).engagement_id == engagement.id}

    return find
