"""`verifier sample`: the same draw as the page, from the workbook alone."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import Calculation
from verifier.core.calculation.units import plain
from verifier.core.errors import Refusal
from verifier.core.rulepack.pack import RulePack
from verifier.core.sampling import ladder, tonneunit
from verifier.core.sampling.completeness_population import count_for
from verifier.core.sampling.plan import Method, Plan, admitted, check_ladder, draw, population_of, share_sizes, total_of
from verifier.core.sampling.population import Population, uploaded
from verifier.core.sampling.tonneunit import TonneUnitPlan
from verifier.reports.workbook.external_lists import read_list
from verifier.reports.workbook.reader import read


def number(text: str, name: str) -> Fraction:
    """A number typed on the command line, plain or as a fraction; refuses anything else."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise Refusal("data.sample.parameter", name=name, text=text) from None


def sample_json(
    workbook: Path, pack: RulePack, method: Method, seed: str, options: Mapping[str, Any], *, steps: Sequence[str], among: Sequence[str]
) -> dict[str, Any]:
    """Population, plan and drawn items as plain values; refuses what the pack or the population does not allow."""
    admitted(pack, method)
    report = read(workbook)
    calculation = calculate(report, pack)
    if method is Method.RECIPROCAL:
        if options["list"] is None:
            raise Refusal("data.sample.parameter", name="--list", text="–")
        path: Path = options["list"]
        population = uploaded(options["name"] or path.stem, read_list(path.read_bytes(), path.name))
        share = count_for(_risk(options, pack), number(options["share"], "--share"))
        plan = Plan(method, population.kind, count=min(len(population.items), options["count"] or share))
    else:
        kind = options["kind"] or ("data" if method is Method.LADDER else "added")
        population = population_of(kind, report, calculation)
        total = total_of(calculation)
        plan = (
            _ladder(pack, population, calculation, options, steps=steps, among=among)
            if method is Method.LADDER
            else _tonnes(pack, kind, total, options)
        )
    drawn = draw(plan, population, seed)
    answer: dict[str, Any] = {"pack": pack.id, "seed": seed, "plan": plan.as_json()}
    answer["population"] = {
        "kind": population.kind,
        "items": len(population.items),
        "tonnes": plain(population.size),
        "checksum": population.checksum,
        "unknown": list(population.unknown),
    }
    if plan.tonnes is not None:
        size = tonneunit.sample_size(population.size, plan.tonnes)
        answer["n"], answer["interval"] = size.n, plain(size.interval)
    answer["items"] = [
        {
            "stratum": each.stratum,
            "step": None if each.step is None else str(each.step),
            "item": list(each.item.parts),
            "tonnes": None if each.item.size is None else plain(each.item.size),
            "whole": each.whole,
            "line": each.item.line,
        }
        for each in drawn
    ]
    return answer


def _risk(options: Mapping[str, Any], pack: RulePack) -> Fraction:
    assert pack.sampling is not None
    return number(options["risk"], "--risk") if options["risk"] else min(pack.sampling.risks)


def _tonnes(pack: RulePack, kind: str, total: Fraction, options: Mapping[str, Any]) -> Plan:
    """The tonne unit's plan; the tolerable error is the pack's threshold where none is typed."""
    if options["tolerable"]:
        tolerable = number(options["tolerable"], "--tolerable")
    elif pack.materiality is not None:
        tolerable = total * pack.materiality.share_for(total)
    else:
        raise Refusal("data.sample.no_threshold", pack=pack.id)
    expansion = number(options["expansion"], "--expansion") if options["expansion"] else None
    expected, extended = number(options["expected"], "--expected"), int(options.get("extended") or 1)
    return Plan(Method.TONNE_UNIT, kind, tonnes=TonneUnitPlan(_risk(options, pack), tolerable, expected, expansion, extended))


def _ladder(
    pack: RulePack,
    population: Population,
    calculation: Calculation,
    options: Mapping[str, Any],
    *,
    steps: Sequence[str],
    among: Sequence[str],
) -> Plan:
    """The steps typed; without any, every source the pack lets one sample begins at the first step, no risk weighed."""
    rule = pack.sampling.ladder if pack.sampling else None
    if rule is None:
        raise Refusal("data.sample.method", method=Method.LADDER, pack=pack.id)
    if steps:
        typed = [text.rpartition("=") for text in steps]
        plan = Plan(Method.LADDER, population.kind, {key: number(step, "--step") for key, _equals, step in typed}, tuple(among))
        check_ladder(plan, population, calculation, pack)
        return plan
    counts: dict[str, int] = {}
    for item in population.items:
        counts[item.parts[0]] = counts.get(item.parts[0], 0) + 1
    reading = options["reading"] or rule.readings[0].code
    places = ladder.places(share_sizes(population, calculation), counts, total_of(calculation), rule, reading, unknown=population.unknown)
    sampled = [place for place in places if place.sampled]
    if population.kind == ladder.SITES:
        return Plan(Method.LADDER, population.kind, {ladder.SITES: rule.steps[0]}, tuple(place.key for place in sampled))
    return Plan(Method.LADDER, population.kind, {place.key: place.step for place in sampled})
