"""What a task is about: the findings and requests it names, by their displayed numbers, with their subjects."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, select

from verifier.casework.events.table import Duty
from verifier.checks.data.vouchers.queries import RequestWaiting
from verifier.core.findings import WITH_UNIT, FindingState
from verifier.db import db
from verifier.findings.models import Finding, label_of
from verifier.rulepacks.load import load

OF_FINDINGS: Mapping[Duty, frozenset[FindingState]] = {
    Duty.ANSWER: frozenset(WITH_UNIT),
    Duty.JUDGE: frozenset({FindingState.ANSWERED}),
    Duty.SEND: frozenset({FindingState.DRAFT}),
}
"""Tasks on findings, and the states of those they are about."""


class Thing(NamedTuple):
    """A finding or a request that a task is about."""

    number: int
    label: str
    """Displayed number: NC-001, R-7."""
    title: str
    """Its subject, with the month where there is one."""
    returned: bool = False


def findings_of(tasks: Collection[tuple[UUID, str, Duty]]) -> dict[tuple[UUID, Duty], tuple[Thing, ...]]:
    """The findings that tasks (case, pack, duty) are about, returned ones first; one query however many there are."""
    packs = {key: pack for key, pack, duty in tasks if duty in OF_FINDINGS}
    wanted = {(key, state): duty for key, _pack, duty in tasks for state in OF_FINDINGS.get(duty, ())}
    if not packs:
        return {}
    columns = (Finding.engagement_id, Finding.state, Finding.number, Finding.class_number, Finding.class_code, Finding.subject_title)
    returned_first = case((Finding.state == FindingState.RETURNED, 0), else_=1)
    of = select(*columns).where(Finding.engagement_id.in_(packs), Finding.state.in_({state for _key, state in wanted}))
    found: dict[tuple[UUID, Duty], list[Thing]] = {}
    for key, state, number, own, class_code, title in db.session.execute(of.order_by(returned_first, Finding.number)):
        duty, of_class = wanted.get((key, state)), load(packs[key]).finding_class(class_code)
        if duty is None or (duty is Duty.ANSWER and not of_class.needs_answer):
            continue
        thing = Thing(number, label_of(number, own, of_class), title, returned=state is FindingState.RETURNED)
        found.setdefault((key, duty), []).append(thing)
    return {key: tuple(things) for key, things in found.items()}


def of_request(request: RequestWaiting) -> Thing:
    """A request, with the first number it asks about: source and month."""
    return Thing(request.number, f"R-{request.number}", request.about or _first(request.numbers), returned=request.returned)


def _first(numbers: Sequence[Sequence[str]]) -> str:
    source, period, *_rest = (*numbers[0], "") if numbers else ("", "")
    return " · ".join(part for part in (source, period) if part)
