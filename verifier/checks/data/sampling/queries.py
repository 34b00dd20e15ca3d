"""Queries of sampling: populations, samples with their results, and open work of drawn samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import func, select

from verifier.checks.data.sampling.item_tolerance import errors_of, failed, failed_count, read_decimal
from verifier.checks.data.sampling.models import DataRisk, Sample, SampleClimb, SampledItem
from verifier.checks.data.sampling.risk_queries import levels
from verifier.core.sampling import ladder, tonneunit
from verifier.core.sampling.ladder import Forced, LadderPlace
from verifier.core.sampling.plan import Method, Plan, Result, of_json, population_of, share_sizes, total_of
from verifier.core.sampling.population import Item, Population
from verifier.core.sampling.projection import Projection, ratio
from verifier.core.sampling.risk import Level, highest
from verifier.core.sampling.tonneunit import Evaluation
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.rulepacks.load import load

FAILED = (Result.DIFFERS, Result.NOT_FOUND)


def population(engagement: Engagement, kind: str) -> Population:
    """The population as the version under verification has it now."""
    version = engagement.report_version
    return population_of(kind, reports.report_of(version), reports.calculation_of(version))


def places(engagement: Engagement, kind: str, reading: str, kept_whole: Sequence[str] = ()) -> tuple[LadderPlace, ...]:
    """Every source (or site) with whether the ladder lets it be sampled under the risks assessed."""
    pack, calculation = load(engagement.pack_id), reports.calculation_of(engagement.report_version)
    assert pack.sampling is not None
    assert pack.sampling.ladder is not None
    found, risks = population(engagement, kind), levels(engagement)
    if kind == ladder.SITES:
        by_site: dict[str, list[Level]] = {}
        for source in calculation.sources:
            if source.facility_id and source.source_id in risks:
                by_site.setdefault(source.facility_id, []).append(risks[source.source_id])
        risks = {key: level for key, several in by_site.items() if (level := highest(several)) is not None}
        risks |= {item.parts[0]: Level.LOW for item in found.items if not item.size and item.parts[0] not in risks}
    counts: dict[str, int] = {}
    for item in found.items:
        counts[item.parts[0]] = counts.get(item.parts[0], 0) + 1
    return ladder.places(
        share_sizes(found, calculation),
        counts,
        total_of(calculation),
        pack.sampling.ladder,
        reading,
        risks=risks,
        unknown=found.unknown,
        kept_whole=kept_whole,
    )


def samples(engagement: Engagement) -> list[Sample]:
    """Every sample of the case, planned, drawn or replaced, by number."""
    return list(db.session.scalars(select(Sample).where(Sample.engagement_id == engagement.id).order_by(Sample.number)))


def sample(engagement: Engagement, number: int) -> Sample | None:
    """One sample by its number, None where there is none."""
    return db.session.scalar(select(Sample).where(Sample.engagement_id == engagement.id, Sample.number == number))


def live(engagement: Engagement) -> list[Sample]:
    """The samples that hold: drawn and not replaced."""
    return [each for each in samples(engagement) if each.drawn_at is not None and each.replaced_at is None]


def items(drawn: Sample) -> list[SampledItem]:
    """The items of a sample in the order they were drawn in."""
    return list(db.session.scalars(select(SampledItem).where(SampledItem.sample_id == drawn.id).order_by(SampledItem.position)))


def item(drawn: Sample, position: int) -> SampledItem | None:
    """One item of a sample by its place in it."""
    return db.session.scalar(select(SampledItem).where(SampledItem.sample_id == drawn.id, SampledItem.position == position))


def climbs(drawn: Sample) -> list[SampleClimb]:
    """The climbs of a sample, the first first."""
    return list(db.session.scalars(select(SampleClimb).where(SampleClimb.sample_id == drawn.id).order_by(SampleClimb.climbed_at)))


def plan_of(drawn: Sample) -> Plan:
    """What was asked of the sample, with the steps it has climbed to."""
    return of_json(drawn.plan)


def stored_population(drawn: Sample) -> Population:
    """The population as it was when the sample was planned."""
    found = tuple(
        Item(tuple(parts), read_decimal(size), read_decimal(quantity), unit, label)
        for parts, size, quantity, unit, label in drawn.population
    )
    return Population(drawn.kind, found, tuple(drawn.unknown))


def population_rows(found: Population) -> list[list[object]]:
    """The items of a population as they are kept."""
    return [[list(each.parts), _text(each.size), _text(each.quantity), each.unit, each.label] for each in found.items]


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def changed_since(engagement: Engagement, drawn: Sample) -> bool:
    """Whether the population is another one by now; a list handed in for sampling never changes by itself."""
    if drawn.method == Method.RECIPROCAL or drawn.report_version_id == engagement.report_version_id:
        return False
    return population(engagement, drawn.kind).checksum != drawn.checksum


def changed_items(engagement: Engagement, drawn: Sample) -> frozenset[tuple[str, ...]]:
    """Parts of the items whose amount is another one by now, or that are gone: of a ladder as reported, else in tonnes."""
    if drawn.method == Method.RECIPROCAL or drawn.report_version_id == engagement.report_version_id:
        return frozenset()
    today = {each.parts: each for each in population(engagement, drawn.kind).items}
    return frozenset(each.parts for each in stored_population(drawn).items if _amount(drawn, each) != _amount(drawn, today.get(each.parts)))


def _amount(drawn: Sample, item: Item | None) -> object:
    if item is None:
        return None
    return (item.quantity, item.unit) if drawn.method is Method.LADDER and drawn.kind != ladder.SITES else (item.size, item.parts)


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum of a ladder's sample: its step now, how far it is, and what its newest items force."""

    key: str
    name: str
    step: Fraction
    drawn: int
    tested: int
    failed: int
    forced: Forced


def strata(drawn: Sample, rows: Sequence[SampledItem]) -> list[Stratum]:
    """The strata of a ladder's sample in order; none for another method."""
    if drawn.method != Method.LADDER:
        return []
    pack = load(db.session.get_one(Engagement, drawn.engagement_id).pack_id)
    assert pack.sampling is not None
    assert pack.sampling.ladder is not None
    wrong_ids = failed(drawn, rows)
    by_stratum: dict[str, list[SampledItem]] = {}
    for row in rows:
        by_stratum.setdefault(row.stratum, []).append(row)
    found = []
    for key, step in sorted(plan_of(drawn).steps.items()):
        own = by_stratum.get(key, [])
        newest = [row for row in own if Fraction(row.step) == step]
        state = ladder.forced(
            step, pack.sampling.ladder.steps, sum(not row.result for row in newest), sum(row.id in wrong_ids for row in newest)
        )
        name = own[0].label if own and key != ladder.SITES else ""
        worked, wrong = sum(bool(row.result) for row in own), sum(row.id in wrong_ids for row in own)
        found.append(Stratum(key, name, step, len(own), worked, wrong, state))
    return found


def evaluation(drawn: Sample, rows: Sequence[SampledItem]) -> Evaluation | None:
    """What a tonne-unit sample came to so far; None for another method."""
    plan = plan_of(drawn)
    if plan.tonnes is None:
        return None
    size = tonneunit.sample_size(stored_population(drawn).size, plan.tonnes)
    return tonneunit.evaluate({row.line: Fraction(row.size or 0) for row in rows}, errors_of(drawn, rows), size, plan.tonnes.risk)


def projections_of(drawn: Sample, rows: Sequence[SampledItem], deducted: frozenset[str] = frozenset()) -> tuple[Projection, ...]:
    """What a sample of tonnes projects, stratum by stratum; nothing for sites and lists."""
    found = evaluation(drawn, rows)
    if found is not None:
        sampled_from = stored_population(drawn)
        keys = sorted({each.parts[0] for each in sampled_from.items})
        return (tonneunit.projection(drawn.kind, keys, len(sampled_from.items), found),)
    if drawn.method != Method.LADDER or drawn.kind == ladder.SITES:
        return ()
    sizes: dict[str, dict[str, Fraction]] = {}
    for each in stored_population(drawn).items:
        sizes.setdefault(each.parts[0], {})[each.line] = Fraction(each.size or 0)
    errors, own_lines = errors_of(drawn, rows), dict[str, list[str]]()
    for row in rows:
        own_lines.setdefault(row.stratum, []).append(row.line)
    return tuple(ratio(key, sizes.get(key, {}), errors, lines, deducted=key in deducted) for key, lines in sorted(own_lines.items()))


def projections(engagement: Engagement) -> tuple[Projection, ...]:
    """What the samples that hold project, stratum by stratum."""
    calculation = reports.calculation_of(engagement.report_version)
    deducted = frozenset(source.source_id for source in calculation.sources if source.known < 0)
    return tuple(each for drawn in live(engagement) for each in projections_of(drawn, items(drawn), deducted))


@dataclass(frozen=True, slots=True)
class SampleProgress:
    """How far the drawn samples are: items worked, of how many, and strata that must climb and have not."""

    done: int
    total: int
    forced: int

    @property
    def left(self) -> int:
        """What is still to be done before anything may be concluded; nothing where no sample was drawn."""
        return self.total - self.done + self.forced


def progress(engagement: Engagement) -> SampleProgress:
    """How far the samples that hold are."""
    drawn = live(engagement)
    if not drawn:
        return SampleProgress(0, 0, 0)
    of = select(func.count(SampledItem.id), func.count(SampledItem.result)).where(SampledItem.sample_id.in_([each.id for each in drawn]))
    total, done = db.session.execute(of).one()
    must = sum(each.forced.must_climb for one in drawn if one.method == Method.LADDER for each in strata(one, items(one)))
    return SampleProgress(done, total, must)


@dataclass(frozen=True, slots=True)
class SamplingStatus:
    """What was done of sampling: risks assessed, plans not drawn yet, samples that hold, and how far their items are."""

    risks: int
    planned: int
    drawn: int
    items: SampleProgress

    @property
    def begun(self) -> bool:
        """Whether anything was done at all."""
        return bool(self.risks or self.planned or self.drawn)


def stand(engagement: Engagement) -> SamplingStatus:
    """How far sampling is in a case, counted by the database."""
    risks = select(func.count()).select_from(DataRisk).where(DataRisk.engagement_id == engagement.id)
    of = select(func.count(Sample.id), func.count(Sample.drawn_at), risks.scalar_subquery()).where(
        Sample.engagement_id == engagement.id, Sample.replaced_at.is_(None)
    )
    every, drawn, assessed = db.session.execute(of).one()
    return SamplingStatus(assessed, every - drawn, drawn, progress(engagement) if drawn else SampleProgress(0, 0, 0))


def tests_of(engagement: Engagement, source_key: str) -> list[SampledItem]:
    """The sampled items of one source, with what looking at them showed."""
    return [row for row in _of_data(engagement) if row.parts[0] == source_key]


def items_of_number(engagement: Engagement, source_key: str, period: str) -> list[tuple[Sample, SampledItem]]:
    """Where a month of a source was drawn, in the samples that hold."""
    drawn = {each.id: each for each in live(engagement)}
    return [(drawn[row.sample_id], row) for row in tests_of(engagement, source_key) if tuple(row.parts[1:2]) == (period,)]


def _of_data(engagement: Engagement) -> list[SampledItem]:
    ids = [each.id for each in live(engagement) if each.method != Method.RECIPROCAL and each.kind != ladder.SITES]
    of = select(SampledItem).where(SampledItem.sample_id.in_(ids)).order_by(SampledItem.sample_id, SampledItem.position)
    return list(db.session.scalars(of)) if ids else []


def counted(engagement: Engagement) -> Mapping[int, tuple[int, int, int]]:
    """Items, worked items and wrong ones of each drawn sample, by its number."""
    of = select(SampledItem).join(Sample, SampledItem.sample_id == Sample.id).where(Sample.engagement_id == engagement.id)
    by_sample: dict[UUID, list[SampledItem]] = {}
    for row in db.session.scalars(of).unique():
        by_sample.setdefault(row.sample_id, []).append(row)
    drawn = {each.id: each for each in samples(engagement)}
    return {
        drawn[key].number: (len(rows), sum(row.result is not None for row in rows), failed_count(drawn[key], rows))
        for key, rows in by_sample.items()
    }
