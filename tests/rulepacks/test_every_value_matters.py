"""Every value of every pack matters: changed, some result changes, or the pack is refused."""

import copy
import tomllib
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from tests.core.reported import activity, factors, source
from verifier.checks.data.estimates.queries import is_ours
from verifier.core import calculation, findings, independence, opinion
from verifier.core.errors import Refusal
from verifier.core.packread import parse, problems
from verifier.core.report import MeasurementRow, ReportedReport, SourceRow
from verifier.core.rulepack import RulePack
from verifier.rulepacks import load
from verifier.rulepacks.calendars import adder
from verifier.rulepacks.shown import lines

Data = dict[str, Any]
Path = tuple[str | int, ...]
TEXTS = ("en", "zh", "source", "basis")
"""Words for a reader: what shows them is the page of the pack and every page that names the thing."""
PENDING = {
    "sampling": "core/sampling.py is to read which ways the pack admits, the ladder's steps, share, readings and what it covers, the risks",
    "rotation": "core/independence.py is to read after how many years who must change",
    "retention.years": "nothing deletes records yet",
    "statement_forms": "statement/ is to read the parts and seals of each form",
    "finding_classes.reference": "findings/ is to number findings under the class's letter",
    "finding_classes.cites_article": "findings/ is to ask for the article",
}
"""Values that no part of the program reads yet, and who is to: take a line out when its reader is there."""


def data_of(pack_id: str) -> Data:
    return tomllib.loads((load.SHIPPED / f"{pack_id}.toml").read_text("utf-8"))


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place a single value stands; a list of words is one value a word."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path


def changed(data: Data, path: Path) -> Data:
    """The same pack with one value changed to another of its kind."""
    spoiled = copy.copy(data)
    place: Any = spoiled
    for key in path[:-1]:
        place[key] = copy.copy(place[key])
        place = place[key]
    place[path[-1]] = other(place[path[-1]], str(path[-1]))
    return spoiled


def other(value: Any, key: str) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return -value if key == "sign" else value + 1
    if key == "basis":
        return "practice" if value != "practice" else "known"
    if key == "check":
        return "data" if value != "data" else "site"
    if key == "total":
        return "rounded_sum"
    if key == "by":
        return "authority" if value == "verifier" else "verifier"
    try:
        number = float(value)
    except ValueError:
        return f"{value}x"
    return str(number * 0.99) if number else "1"


def around(data: Data, path: Path) -> tuple[Data, Path]:
    """The pack without the default factors that have nothing to do with a value: looking through them all would take minutes."""
    if path[0] == "conservative" or "factors" not in data:
        return data, path
    if path[0] == "factors":
        return {**data, "factors": [data["factors"][path[1]]]}, ("factors", 0, *path[2:])
    return {**data, "factors": data["factors"][:1]}, path


def name_of(path: Path) -> str:
    return ".".join(str(key) for key in path if isinstance(key, str))


def pending(path: Path) -> bool:
    return any(name_of(path) == name or name_of(path).startswith(f"{name}.") for name in PENDING)


@cache
def small_report() -> ReportedReport:
    """One source of each category, a month's worth of each, and a fuel that is known in several ways at once."""
    kinds = {
        "stationary_combustion": (
            "t",
            {
                "ncv": ("20", "GJ/t"),
                "carbon_content": ("0.03", "tC/GJ"),
                "oxidation": ("99", "%"),
                "ef": ("0.1", "tCO2/GJ"),
                "carbon_fraction": ("0.7", "tC/t"),
            },
        ),
        "mobile_combustion": ("t", {"ncv": ("43", "GJ/t"), "ef": ("0.07", "tCO2/GJ")}),
        "process": ("t", {"ef": ("0.44", "tCO2/t")}),
        "purchased_electricity": ("MWh", {"ef": ("0.6", "tCO2/MWh")}),
        "purchased_heat": ("GJ", {"ef": ("0.11", "tCO2/GJ")}),
        "exported_electricity": ("MWh", {"ef": ("0.6", "tCO2/MWh")}),
        "exported_heat": ("GJ", {"ef": ("0.11", "tCO2/GJ")}),
        "mass_balance_in": ("t", {"carbon_fraction": ("0.7", "tC/t")}),
        "mass_balance_out": ("t", {"carbon_fraction": ("0.7", "tC/t")}),
    }
    sources: tuple[SourceRow, ...] = ()
    rows, given = [], []
    for number, (category, (unit, known)) in enumerate(kinds.items()):
        sources += (source(category, category, "1"),)
        rows += activity(("2021", f"{10 + number}.77", unit), source_id=category)
        given += factors(known, category)
    more = {
        "cf": {"carbon_fraction": ("0.7", "tC/t")},
        "cc": {"carbon_content": ("0.02", "tC/GJ"), "oxidation": ("98", "%")},
        "ef": {"ef": ("3", "tCO2/t")},
    }
    for category in ("stationary_combustion", "mobile_combustion"):
        for way, known in more.items():
            name = f"{category}-{way}"
            sources += (source(name, category, "1"),)
            rows += activity(("2021", "7.7", "GJ" if way == "cc" else "t"), source_id=name)
            given += factors(known, name)
    measured = MeasurementRow(sheet="m", row=2, source_id="stack", period="2021", hours="10", flow="3", concentration="100", gas="CO2")
    sources += (source("stack", "measured", "1"),)
    return ReportedReport(year=2021, sources=sources, activity=tuple(rows), factors=tuple(given), measurements=(measured,))


def recalculated(pack: RulePack) -> object:
    found = calculation.calculate(small_report(), pack)
    each = [(result.recalculated, result.method, result.counts) for result in found.sources]
    return each, found.recalculated_total, found.rounded_total, [category.rounded for category in found.by_category]


def published(pack: RulePack, row: Data) -> object:
    """The default that a data check compares a fuel's factor with in each year, and the one an estimate is made with."""
    category, fuel = row.get("category", "stationary_combustion"), row["fuel"]["en"]
    found: list[object] = []
    for name in (fuel, *row.get("covers", ()), "some other fuel"):
        for kind in (category, "mass_balance_in"):
            for year in range(2018, 2026):
                held = pack.factor_for(kind, name, row["parameter"], row["table"], year)
                found.append((held.value, held.unit) if held else None)
            estimate = pack.conservative_factor(kind, name, row["parameter"], 2021)
            found.append(estimate.value if estimate else None)
    return found


def estimated(pack: RulePack) -> object:
    """Whether the estimate and a figure of its own are the verifier's, and from which table each default is taken."""
    held = [pack.conservative_factor(row.category or "stationary_combustion", row.fuel.en, row.parameter) for row in pack.factors]
    return is_ours(pack), pack.own_figure, [row and row.table for row in held]


def decided(pack: RulePack) -> object:
    """Deeds open on a finding of each class, the opinions open on two cases, who may hold which role, what is still missing."""
    deeds, opinions = [], []
    for each in pack.finding_classes:
        deeds.append([
            sorted(findings.open_deeds(state, needs_answer=each.needs_answer, dispositions=each.dispositions))
            for state in findings.FindingState
        ])  # fmt: skip
        standing = opinion.FindingStanding("A1", each.code, findings.FindingState.UNCORRECTED)
        case = opinion.Standing(0, 0, 0, 1, (standing,), ())
        opinions.append([(choice.opinion.code, choice.open) for choice in opinion.choices(case, pack)])
        deeds.append([each.code, each.has_effect])
    return deeds, opinions, sorted(independence.apart(pack)), independence.missing((), 0, pack)


def scheduled(pack: RulePack) -> object:
    add = adder(pack.calendar) if pack.calendar else None
    due = [(clock.code, pack.due(clock.code, date(2022, 3, 1), add)) for clock in pack.clocks] if add else []
    return due, pack.suggested_dates_for(2021), pack.suggested_dates_for(2022), pack.zone


def looked_at(pack: RulePack) -> object:
    """What each check lists, under which clause, in which ways."""
    listed = [
        (check, item.code, pack.clause(item.clause).code, [pack.ways[way] for way in item.how])
        for check in ("boundary", "data", "site")
        for item in pack.checklist_of(check)
    ]
    bands = (
        [
            (pack.materiality.share_for(t), pack.materiality.band_for(t))
            for t in map(Fraction, (50_000, 49_900, 50_100, 499_000, 500_000, 600_000))
        ]
        if pack.materiality
        else []
    )
    codes = [
        row.code
        for row in (
            *pack.clauses,
            *pack.dispositions,
            *pack.opinions,
            *pack.independence_questions,
            *pack.datachecks,
            *pack.evidence_activities,
            *pack.steps,
            *pack.facts,
            *pack.clocks,
        )
    ]
    return listed, bands, codes, [tolerance.value for tolerance in pack.datachecks], (pack.id, pack.version)


def of_section(path: Path, original: Data) -> Any:
    """What to look at when a value of that section changes."""
    match path[0]:
        case "factors":
            row = original["factors"][path[1]]
            return lambda pack: published(pack, row)
        case "tables":
            return lambda pack: [(row.code, row.version) for row in pack.tables]
        case "conservative":
            return estimated
        case "finding_classes" | "roles" | "opinions":
            return decided
        case "clocks" | "suggested_dates" | "calendar" | "zone":
            return scheduled
        case "gases" | "rounding" | "carbon_to_co2" | "categories" | "methods":
            return recalculated
    return looked_at


def matters(data: Data, path: Path) -> bool:
    """Whether a changed value is refused or changes what the rules come to."""
    data, path = around(data, path)
    spoiled = changed(data, path)
    if problems(spoiled):
        return True
    look = of_section(path, data)
    try:
        return bool(look(parse(data)) != look(parse(spoiled)))
    except Refusal:
        return True


def shown_otherwise(data: Data, path: Path) -> bool:
    """Whether the page of the pack, in one of the languages, says something else."""
    data, path = around(data, path)
    data = {key: value for key, value in data.items() if key in ("name", "ways", "tables", path[0])}
    spoiled = changed(data, path)
    return any(lines(data, language) != lines(spoiled, language) for language in ("en", "zh"))


def is_read(data: Data, path: Path) -> bool:
    """Not the words on a page, nor what waits for its reader, nor a number that looks mistyped and is shown but never used."""
    row = data["factors"][path[1]] if path[0] == "factors" else {}
    return not (set(path) & set(TEXTS)) and not pending(path) and (not row.get("suspect") or path[-1] == "suspect")


PACKS = load.available()


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_value_changed_changes_a_result_or_is_refused(pack_id: str) -> None:
    data = data_of(pack_id)
    idle = [".".join(map(str, path)) for path in leaves(data) if is_read(data, path) and not matters(data, path)]
    assert idle == []


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_word_changed_changes_the_page_of_the_pack(pack_id: str) -> None:
    data = data_of(pack_id)
    assert [".".join(map(str, path)) for path in leaves(data) if not is_read(data, path) and not shown_otherwise(data, path)] == []


def test_what_waits_for_its_reader_is_there_to_be_read() -> None:
    named = {name_of(path) for pack_id in PACKS for path in leaves(data_of(pack_id))}
    assert [name for name in PENDING if not any(each == name or each.startswith(f"{name}.") for each in named)] == []
