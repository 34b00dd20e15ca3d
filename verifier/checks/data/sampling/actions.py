"""Actions of sampling: assess risks, plan a sample, draw it once, record results, and extend it where an error requires it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from secrets import token_hex

from sqlalchemy import delete, func, select

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.sampling import queries, risk_queries
from verifier.checks.data.sampling.models import DataRisk, RiskKind, Sample, SampleClimb, SampledItem
from verifier.core.actor import Actor
from verifier.core.calculation.units import plain
from verifier.core.errors import NotYours, Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.sampling import ladder
from verifier.core.sampling.ladder import LadderPlace
from verifier.core.sampling.plan import DrawnItem, Method, Plan, Result, admitted, checked_result, draw
from verifier.core.sampling.population import Population
from verifier.core.sampling.risk import Level, assessed
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.evidence import actions as evidence
from verifier.rulepacks.load import load


def assess(
    engagement: Engagement, keys: Sequence[tuple[str, str]], inherent: Level, control: Level, reason: str, *, actor: Actor, now: datetime
) -> int:
    """Give sources and data flows, named as (kind, key), the same risks with one reason; all or none."""
    advance(engagement, CaseAction.CHECK, now=now)
    chosen = list(dict.fromkeys(keys))
    if not chosen:
        raise Refusal("data.risk.none")
    assessment = assessed(inherent, control, reason)
    known: dict[tuple[str, str], DataRisk | None] = {
        (each.kind, each.key): each.row for rows in risk_queries.risk_rows(engagement) for each in rows
    }
    if any(key not in known for key in chosen):
        raise Refusal("data.risk.changed")
    for kind, key in chosen:
        row = known[kind, key]
        if row is None:
            row = DataRisk(engagement_id=engagement.id, kind=RiskKind(kind), key=key)
            db.session.add(row)
        else:
            row.version += 1
        row.inherent, row.control, row.reason = assessment.inherent, assessment.control, assessment.reason
        row.assessed_by, row.assessed_at = actor.id, now
    db.session.flush()
    record(
        TrailAction.DATA_RISK_ASSESSED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        inherent=inherent,
        control=control,
        reason=assessment.reason,
        keys=[f"{kind}:{key}" for kind, key in chosen],
    )
    return len(chosen)


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """What a plan is written down with: the verifier's reasons, how the ladder is read, and the list's file where there is one."""

    basis: str = ""
    reason: str = ""
    reading: str = ""
    places: tuple[LadderPlace, ...] = ()
    file: tuple[str, bytes, str] | None = None
    """Name, bytes and media type."""


def plan_sample(
    engagement: Engagement, plan: Plan, population: Population, request: SampleRequest, *, actor: Actor, now: datetime
) -> Sample:
    """Write down what is to be drawn, before anyone knows which items it takes; a plan of the same kind that was not drawn yet gives way.

    A population that was drawn from is not drawn from again; a changed one asks for the reason of a new draw.
    """
    advance(engagement, CaseAction.CHECK, now=now)
    admitted(load(engagement.pack_id), plan.method)
    if not request.basis.strip():
        raise Refusal("data.sample.basis")
    _not_drawn_yet(engagement, plan, population, request.reason)
    draw(plan, population, "rehearsal")
    for old in queries.samples(engagement):
        if old.drawn_at is None and (old.method, old.kind) == (plan.method, plan.kind):
            db.session.delete(old)
    db.session.flush()
    last = db.session.scalar(select(func.max(Sample.number)).where(Sample.engagement_id == engagement.id)) or 0
    sample = Sample(
        engagement_id=engagement.id,
        number=last + 1,
        method=plan.method,
        kind=plan.kind,
        reading=request.reading,
        basis=request.basis.strip(),
        plan=plan.as_json(),
        places=[_place(each) for each in request.places],
        checksum=population.checksum,
        population=queries.population_rows(population),
        unknown=list(population.unknown),
        report_version_id=engagement.report_version_id,
        reason=request.reason.strip(),
        planned_by=actor.id,
        planned_at=now,
    )
    if request.file is not None:
        sample.filename, data, media_type = request.file
        sample.list_sha256 = evidence.keep(data, media_type, now=now).sha256
    db.session.add(sample)
    db.session.flush()
    record(
        TrailAction.DATA_SAMPLE_PLANNED,
        actor,
        Subject("sample", str(sample.number)),
        now=now,
        case=engagement.id,
        plan=sample.plan,
        checksum=sample.checksum,
        items=len(population.items),
        basis=sample.basis,
        reading=sample.reading,
        reason=sample.reason,
        file=sample.list_sha256,
    )
    return sample


def _not_drawn_yet(engagement: Engagement, plan: Plan, population: Population, reason: str) -> None:
    for old in queries.samples(engagement):
        if old.drawn_at is None or (old.method, old.kind) != (plan.method, plan.kind):
            continue
        if old.checksum == population.checksum:
            raise Refusal("data.sample.exists", number=old.number)
        if old.replaced_at is None and not reason.strip():
            raise Refusal("data.sample.anew", number=old.number)


def _place(each: LadderPlace) -> list[object]:
    share = None if each.share is None else plain(each.share, 8)
    return [each.key, plain(each.tonnes, 6), share, each.items, str(each.why), str(each.step)]


def draw_sample(engagement: Engagement, sample: Sample, seed: str = "", *, actor: Actor, now: datetime) -> Sample:
    """Draw once: a second draw would let someone pick the records they like. A blank seed is thrown by the computer now.

    What an earlier sample of the same kind found stays true of the same item, and goes along.
    """
    advance(engagement, CaseAction.CHECK, now=now)
    if sample.drawn_at is not None:
        raise Refusal("data.sample.exists", number=sample.number)
    plan, population = queries.plan_of(sample), queries.stored_population(sample)
    if plan.method is not Method.RECIPROCAL and queries.population(engagement, plan.kind).checksum != sample.checksum:
        raise Refusal("data.sample.stale")
    _not_drawn_yet(engagement, plan, population, sample.reason)
    sample.seed, sample.drawn_by, sample.drawn_at = seed.strip() or token_hex(8), actor.id, now
    drawn = draw(plan, population, sample.seed)
    found_before: dict[str, SampledItem] = {}
    for old in queries.live(engagement):
        if old.id != sample.id and (old.method, old.kind) == (plan.method, plan.kind):
            found_before |= {row.line: row for row in queries.items(old) if row.result}
            old.replaced_at = now
    _add(sample, drawn, 0, found_before)
    db.session.flush()
    record(
        TrailAction.DATA_SAMPLE_DRAWN,
        actor,
        Subject("sample", str(sample.number)),
        now=now,
        case=engagement.id,
        seed=sample.seed,
        checksum=sample.checksum,
        items=[each.item.line for each in drawn],
    )
    return sample


def _add(sample: Sample, drawn: Sequence[DrawnItem], before: int, found_before: Mapping[str, SampledItem]) -> None:
    for position, each in enumerate(drawn, before + 1):
        row = SampledItem(
            sample_id=sample.id,
            position=position,
            stratum=each.stratum,
            step="" if each.step is None else str(each.step),
            whole=each.whole,
            line=each.item.line,
            parts=list(each.item.parts),
            label=each.item.label,
            size=each.item.size,
            quantity=each.item.quantity,
            unit=each.item.unit,
        )
        old = found_before.get(each.item.line)
        if old is not None and (old.quantity, old.unit) == (row.quantity, row.unit):
            row.result, row.found, row.note, row.tested_by, row.tested_at = old.result, old.found, old.note, old.tested_by, old.tested_at
        db.session.add(row)


def discard(engagement: Engagement, sample: Sample, *, actor: Actor, now: datetime) -> None:
    """Take back a plan that was not drawn."""
    advance(engagement, CaseAction.CHECK, now=now)
    if sample.drawn_at is not None:
        raise Refusal("data.sample.exists", number=sample.number)
    db.session.execute(delete(Sample).where(Sample.id == sample.id))
    db.session.flush()
    record(
        TrailAction.DATA_SAMPLE_DISCARDED,
        actor,
        Subject("sample", str(sample.number)),
        now=now,
        case=engagement.id,
        checksum=sample.checksum,
    )


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
    sample = _workable(engagement, row.sample, now)
    stored = checked_result(sample.method, sample.kind, queries.item_value(row), result, found, note)
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
    _workable(engagement, sample, now)
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


def _workable(engagement: Engagement, sample: Sample, now: datetime) -> Sample:
    advance(engagement, CaseAction.CHECK, now=now)
    if sample.engagement_id != engagement.id:
        raise NotYours
    if sample.drawn_at is None or sample.replaced_at is not None:
        raise Refusal("data.sample.replaced", number=sample.number)
    return sample


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
    _workable(engagement, sample, now)
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
    _add(sample, drawn, max((row.position for row in rows), default=0), {})
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
