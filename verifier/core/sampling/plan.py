"""Plan of a sample; the same plan, seed and population draw the same items anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from verifier.core.calculation.results import Calculation
from verifier.core.errors import Refusal
from verifier.core.report.rows import ReportedReport
from verifier.core.rulepack.pack import RulePack
from verifier.core.sampling import tonneunit
from verifier.core.sampling.completeness_population import draw_list
from verifier.core.sampling.draw import checked_seed
from verifier.core.sampling.ladder import SITES, check_steps, draw_steps
from verifier.core.sampling.population import Item, Population, error_of, monthly_data, sites, sizes_of
from verifier.core.sampling.tonneunit import TonneUnitPlan


class Method(StrEnum):
    """How items are drawn; a pack says which of them it admits."""

    LADDER = "ladder"
    TONNE_UNIT = "tonne_unit"
    RECIPROCAL = "reciprocal"


class Result(StrEnum):
    """What looking at one item showed."""

    AGREED = "agreed"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"


KINDS: Mapping[Method, tuple[str, ...]] = {Method.LADDER: ("data", SITES), Method.TONNE_UNIT: ("added", "deducted")}
"""The populations a method is drawn from; a reciprocal one is a list that somebody else keeps."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The method, its population, and what it needs: the ladder's steps by stratum, the tonne unit's errors, a list's count."""

    method: Method
    kind: str
    steps: Mapping[str, Fraction] = field(default_factory=dict)
    among: tuple[str, ...] = ()
    tonnes: TonneUnitPlan | None = None
    count: int = 0

    def as_json(self) -> dict[str, object]:
        """The plan as plain values; `of_json` reads it back."""
        content: dict[str, object] = {"method": str(self.method), "kind": self.kind}
        if self.method is Method.LADDER:
            content |= {"steps": {key: str(step) for key, step in sorted(self.steps.items())}, "among": sorted(self.among)}
        if self.tonnes:
            amounts = {"risk": self.tonnes.risk, "tolerable": self.tonnes.tolerable, "expected": self.tonnes.expected}
            content |= {name: str(value) for name, value in amounts.items()}
            content["expansion"] = None if self.tonnes.expansion is None else str(self.tonnes.expansion)
            content |= {"extended": self.tonnes.extended} if self.tonnes.extended > 1 else {}
        if self.method is Method.RECIPROCAL:
            content["count"] = self.count
        return content


def of_json(content: Mapping[str, object]) -> Plan:
    """The plan that `as_json` gave."""
    steps, among = content.get("steps") or {}, content.get("among") or ()
    assert isinstance(steps, Mapping)
    assert isinstance(among, list | tuple)
    tonnes = None
    if content.get("tolerable"):
        expansion = content.get("expansion")
        risk, tolerable, expected = (Fraction(str(content[name])) for name in ("risk", "tolerable", "expected"))
        extended = int(str(content.get("extended", 1)))
        tonnes = TonneUnitPlan(risk, tolerable, expected, None if expansion is None else Fraction(str(expansion)), extended)
    return Plan(
        Method(str(content["method"])),
        str(content["kind"]),
        {key: Fraction(str(step)) for key, step in steps.items()},
        tuple(map(str, among)),
        tonnes,
        int(str(content.get("count", 0))),
    )


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """One item to be looked at: the stratum it speaks for, the step that took it in, and whether it speaks for itself alone."""

    item: Item
    stratum: str
    step: Fraction | None = None
    whole: bool = False


def admitted(pack: RulePack, method: Method) -> None:
    """Refuses a method that the pack does not admit."""
    if pack.sampling is None or method not in {each.code for each in pack.sampling.methods}:
        raise Refusal("data.sample.method", method=method, pack=pack.id)


def population_of(plan_kind: str, report: ReportedReport, calculation: Calculation) -> Population:
    """The population of a report by its kind: monthly data (all, added, deducted) or sites."""
    return sites(report, calculation) if plan_kind == SITES else monthly_data(calculation, plan_kind)


def total_of(calculation: Calculation) -> Fraction:
    """The unit's total, t CO2: as recalculated; where that is incomplete, as reported; else what is known."""
    if calculation.recalculated_total is not None:
        return calculation.recalculated_total
    return calculation.recalculated_known if calculation.reported_total is None else Fraction(calculation.reported_total)


def share_of(tonnes: Fraction, total: Fraction) -> Fraction | None:
    """The share of a source or site in the unit's total, its tonnes taken without their sign; None where there is no total.

    The one share of the product: sampling rules, risks and plans name the same figure for the same source.
    """
    return abs(tonnes) / total if total > 0 else None


def share_sizes(population: Population, calculation: Calculation) -> dict[str, Fraction]:
    """The tonnes that the share of each source or site of a population is taken of, without their sign."""
    found = dict(sizes_of(population.items))
    if population.kind == SITES:
        return found
    return found | {source.source_id: abs(source.known) for source in calculation.sources if source.source_id in found}


def check_ladder(plan: Plan, population: Population, calculation: Calculation, pack: RulePack) -> None:
    """Refuse steps of a ladder that the pack does not have, and sources or sites that it does not let anyone sample."""
    rule = pack.sampling.ladder if pack.sampling else None
    if plan.method is not Method.LADDER:
        return
    if rule is None:
        raise Refusal("data.sample.method", method=Method.LADDER, pack=pack.id)
    sizes, total = share_sizes(population, calculation), total_of(calculation)
    shares = {key: None if key in population.unknown else share_of(size, total) for key, size in sizes.items()}
    among = plan.among if plan.kind == SITES else ()
    check_steps(plan.steps, among, shares, rule)


def draw(plan: Plan, population: Population, seed: str) -> tuple[DrawnItem, ...]:
    """The items, in canonical order within their strata; refuses a seed that cannot be written down again and a plan without items."""
    seed = checked_seed(seed)
    if plan.method is Method.LADDER:
        by_stratum = draw_steps(population, plan.steps, seed, plan.among)
        found = [DrawnItem(item, key, plan.steps[key]) for key, items in sorted(by_stratum.items()) for item in _canonical(items)]
    elif plan.tonnes is not None:
        drawn = tonneunit.draw_sample(population, plan.tonnes, seed)
        found = [DrawnItem(item, plan.kind, None, item in drawn.whole) for item in drawn.items]
    else:
        found = [DrawnItem(item, plan.kind) for item in _canonical(draw_list(population, plan.count, seed))]
    if not found:
        raise Refusal("data.sample.nothing")
    return tuple(found)


def _canonical(items: tuple[Item, ...]) -> list[Item]:
    return sorted(items, key=lambda item: item.line.encode())


def checked_result(method: Method, kind: str, item: Item, result: Result, found: Decimal | None, note: str) -> Decimal | None:
    """The amount found that is kept with a result; refuses a difference without its amount or reason, and nothing found without one."""
    if result is not Result.AGREED and not note.strip():
        raise Refusal("data.sample.note")
    if result is not Result.DIFFERS:
        return None
    by_amount = method is not Method.RECIPROCAL and kind != SITES
    if by_amount and found is None:
        raise Refusal("data.sample.found")
    if by_amount and item.quantity is not None and found == item.quantity:
        raise Refusal("data.sample.same")
    return found


def is_wrong(item: Item, result: Result | None, found: Decimal | None, tolerance: Fraction | None = None) -> bool:
    """Whether an item is wrong: nothing was found for it, or another amount; a difference within the tolerance is none (`error_of`).

    An item without an amount (a site, a row of a list) is wrong wherever it differs.
    """
    if result is None or result is Result.AGREED:
        return False
    return result is Result.NOT_FOUND or not item.quantity or found is None or error_of(item, found, tolerance) != 0


def signed_error(item: Item, result: Result, found: Decimal | None, tolerance: Fraction | None = None) -> Fraction:
    """t CO2 the item reports too much (negative: too little). An item nothing was found for counts as wrong with all its tonnes."""
    if result is Result.AGREED:
        return Fraction(0)
    return error_of(item, found if result is Result.DIFFERS else None, tolerance)
