"""Actions on the results of a drawn sample: record them, and extend a stratum where an error requires it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.sampling import item_tolerance, queries
from verifier.checks.data.sampling.actions import add_items, check_drawn
from verifier.checks.data.sampling.models import Sample, SampleClimb, SampledItem
from verifier.core.actor import Actor
from verifier.core.calculation.units import plain
from verifier.core.errors import NotYours, Refusal
from verifier.core.sampling import ladder
from verifier.core.sampling.plan import Method, Result, checked_result, draw
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load

MOST_EXTENDED = 64


def note_result(
    engagement: Engagement,
    row: SampledItem,
    result: Result,
    found: Decimal | None = None,
    note: str = "",
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down what looking at one item showed; a newer result is shown first."""
    sample = check_drawn(engagement, row.sample, now)
    stored = checked_result(sample.method, sample.kind, item_tolerance.item_value(row), result, found, note)
    _unclimbed(sample, row, result)
    stale = Refusal(
        "data.sample.item_stale",
        who=row.tester.name if row.tester else "–",
        theirs=row.result or "–",
        their_note=row.note or "–",
        yours=result,
        your_note=note.strip() or "–",
    )
    check_version(row, seen_version, lambda: stale)
    row.result, row.found, row.note, row.tested_by, row.tested_at = result, stored, note.strip(), actor.id, now
    db.session.flush()
    record(
        TrailAction.DATA_SAMPLE_TESTED,
        actor,
        Subject("sample", str(sample.number)),
        now=now,
        case=engagement.id,
        item=row.line,
        result=result,
        found=None if stored is None else plain(stored),
        note=row.note,
    )


def agree_many(engagement: Engagement, sample: Sample, positions: Sequence[int], note: str = "", *, actor: Actor, now: datetime) -> int:
    """Agree to many items at once that nobody has worked yet; all or none."""
    check_drawn(engagement, sample, now)
    rows = {row.position: row for row in queries.items(sample)}
    chosen = list(dict.fromkeys(positions))
    if not chosen:
        raise Refusal("data.sample.none")
    if any(position not in rows or rows[position].result for position in chosen):
        raise Refusal("data.sample.changed")
    for position in chosen:
        row = rows[position]
        row.result, row.note, row.tested_by, row.tested_at = Result.AGREED, note.strip(), actor.id, now
        row.version += 1
    db.session.flush()
    record(
        TrailAction.DATA_SAMPLE_TESTED_MANY,
        actor,
        Subject("sample", str(sample.number)),
        now=now,
        case=engagement.id,
        note=note.strip(),
        result=Result.AGREED,
        items=[rows[position].line for position in chosen],
    )
    return len(chosen)


def _unclimbed(sample: Sample, row: SampledItem, result: Result) -> None:
    """A failure that forced a climb is not talked away afterwards: the step it forced was taken."""
    if sample.method == Method.LADDER and row.result not in (None, Result.AGREED) and result is Result.AGREED:
        steps = queries.plan_of(sample).steps
        if row.stratum in steps and Fraction(row.step) < steps[row.stratum]:
            raise Refusal("data.sample.climbed_on")


def climb(
    engagement: Engagement, sample: Sample, stratum: str, to: Fraction, evaluation: Mapping[str, str], *, actor: Actor, now: datetime
) -> int:
    """Extend a stratum to a higher step and draw what it adds; its cause, nature and effect are kept. Returns how many items came in."""
    check_drawn(engagement, sample, now)
    plan, pack = queries.plan_of(sample), load(engagement.pack_id)
    if plan.method is not Method.LADDER or stratum not in plan.steps or pack.sampling is None or pack.sampling.ladder is None:
        raise NotYours
    rows = queries.items(sample)
    state = next(each for each in queries.strata(sample, rows) if each.key == stratum)
    if state.forced.open:
        raise Refusal("data.sample.work_first", count=state.forced.open)
    step = ladder.climbed(plan.steps[stratum], to, pack.sampling.ladder, evaluation)
    before, extended = plan.steps[stratum], replace(plan, steps={**plan.steps, stratum: step})
    known = {row.line for row in rows}
    drawn = [each for each in draw(extended, queries.stored_population(sample), sample.seed or "") if each.item.line not in known]
    add_items(sample, drawn, max((row.position for row in rows), default=0), {})
    sample.plan = extended.as_json()
    db.session.add(
        SampleClimb(
            sample_id=sample.id,
            stratum=stratum,
            from_step=str(before),
            to_step=str(step),
            weighed={code: text.strip() for code, text in evaluation.items()},
            climbed_by=actor.id,
            climbed_at=now,
        )
    )
    db.session.flush()
    record(
        TrailAction.DATA_SAMPLE_CLIMBED,
        actor,
        Subject("sample", str(sample.number)),
        now=now,
        case=engagement.id,
        stratum=stratum,
        before=str(before),
        after=str(step),
        weighed=dict(evaluation),
        items=[each.item.line for each in drawn],
    )
    return len(drawn)


def double(engagement: Engagement, sample: Sample, reason: str, *, actor: Actor, now: datetime) -> int:
    """Extend a tonne-unit sample to twice its selection points, with a reason; returns how many items came in."""
    check_drawn(engagement, sample, now)
    plan = queries.plan_of(sample)
    if plan.tonnes is None or plan.tonnes.extended >= MOST_EXTENDED:
        raise Refusal("data.sample.not_extended")
    if not reason.strip():
        raise Refusal("data.sample.extend_reason")
    before, extended = plan.tonnes.extended, replace(plan, tonnes=replace(plan.tonnes, extended=plan.tonnes.extended * 2))
    rows = {row.line: row for row in queries.items(sample)}
    drawn = draw(extended, queries.stored_population(sample), sample.seed or "")
    for each in drawn:
        if each.item.line in rows:
            rows[each.item.line].whole = each.whole
    added = [each for each in drawn if each.item.line not in rows]
    add_items(sample, added, max((row.position for row in rows.values()), default=0), {})
    sample.plan = extended.as_json()
    weighed = {"cause": reason.strip()}
    climb = SampleClimb(sample_id=sample.id, stratum=sample.kind, from_step=str(before), to_step=str(before * 2), weighed=weighed)
    assert actor.id is not None
    climb.climbed_by, climb.climbed_at = actor.id, now
    db.session.add(climb)
    db.session.flush()
    record(
        TrailAction.DATA_SAMPLE_CLIMBED,
        actor,
        Subject("sample", str(sample.number)),
        now=now,
        case=engagement.id,
        stratum=sample.kind,
        before=str(before),
        after=str(before * 2),
        weighed=weighed,
        items=[each.item.line for each in added],
    )
    return len(added)
