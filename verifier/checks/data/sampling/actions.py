"""Actions of sampling: assess risks, plan a sample, draw it once, and discard a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from sqlalchemy import delete, func, select

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.sampling import queries, risk_queries
from verifier.checks.data.sampling.models import DataRisk, RiskKind, Sample, SampledItem
from verifier.core.actor import Actor
from verifier.core.calculation.units import plain
from verifier.core.errors import NotYours, Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.sampling.ladder import LadderPlace
from verifier.core.sampling.plan import DrawnItem, Method, Plan, admitted, check_ladder, draw
from verifier.core.sampling.population import Population
from verifier.core.sampling.risk import Level, assessed
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.evidence import actions as evidence
from verifier.reports import queries as reports
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
    in_store: bool = False
    """Whether the file was put into the store before the transaction."""


def plan_sample(
    engagement: Engagement, plan: Plan, population: Population, request: SampleRequest, *, actor: Actor, now: datetime
) -> Sample:
    """Write down what is to be drawn, before anyone knows which items it takes; a plan of the same kind that was not drawn yet gives way.

    A population that was drawn from is not drawn from again; a changed one asks for the reason of a new draw.
    """
    advance(engagement, CaseAction.CHECK, now=now)
    admitted(load(engagement.pack_id), plan.method)
    check_ladder(plan, population, reports.calculation_of(engagement.report_version), load(engagement.pack_id))
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
        sample.list_sha256 = evidence.keep(data, media_type, in_store=request.in_store, now=now).sha256
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
    add_items(sample, drawn, 0, found_before)
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


def add_items(sample: Sample, drawn: Sequence[DrawnItem], before: int, found_before: Mapping[str, SampledItem]) -> None:
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


def check_drawn(engagement: Engagement, sample: Sample, now: datetime) -> Sample:
    """The sample, refused where it is not drawn, was replaced, or the checks may not be worked on."""
    advance(engagement, CaseAction.CHECK, now=now)
    if sample.engagement_id != engagement.id:
        raise NotYours
    if sample.drawn_at is None or sample.replaced_at is not None:
        raise Refusal("data.sample.replaced", number=sample.number)
    return sample
