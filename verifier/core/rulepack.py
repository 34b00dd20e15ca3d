"""What a rule pack must contain, and whether it is well formed: a dict is handed in, every defect is named by its key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from verifier.core.errors import Refusal
from verifier.core.packparts import (
    Category,
    ChecklistItem,
    Clock,
    DefaultFactor,
    FindingClass,
    Named,
    Opinion,
    Origin,
    Rounding,
    SuggestedDate,
    Text,
    Threshold,
)
from verifier.core.packshape import CODED_SECTIONS, check
from verifier.core.report import code_of, plain_text

__all__ = [
    "Category",
    "ChecklistItem",
    "Clock",
    "DefaultFactor",
    "FindingClass",
    "Named",
    "Opinion",
    "Origin",
    "Rounding",
    "RulePack",
    "SuggestedDate",
    "Text",
    "Threshold",
    "parse",
    "problems",
]

Coded = TypeVar("Coded", FindingClass, Named, Opinion, ChecklistItem, Clock)


@dataclass(frozen=True, slots=True)
class RulePack:
    """The rules of one programme in one version; two packs with the same id may differ only by `sha256`."""

    id: str
    version: str
    programme: str
    name: Text
    gases: tuple[str, ...]
    calendar: str
    zone: str
    rounding: Rounding
    categories: tuple[Category, ...]
    factors: tuple[DefaultFactor, ...]
    finding_classes: tuple[FindingClass, ...]
    clauses: tuple[Named, ...]
    dispositions: tuple[Named, ...]
    opinions: tuple[Opinion, ...]
    materiality: Threshold | None
    materiality_reason: Text
    crosscheck_tolerance: Fraction
    crosscheck_origin: Origin
    independence_questions: tuple[Named, ...]
    roles_must_differ: tuple[tuple[str, str], ...]
    site_team_minimum: int
    checklist: tuple[ChecklistItem, ...]
    ways: Mapping[str, Text]
    clocks: tuple[Clock, ...]
    suggested_dates: tuple[SuggestedDate, ...]
    retention_years: int
    sha256: str = field(default="", compare=False)

    def category(self, code: str) -> Category | None:
        """The category of that code, None where the pack has none."""
        return next((category for category in self.categories if category.code == code), None)

    def finding_class(self, code: str) -> FindingClass:
        """The class of that code; refuses a code the pack does not know."""
        return _one(self.finding_classes, code, "finding_class")

    def clause(self, code: str) -> Named:
        """The clause of that code; refuses a code the pack does not know."""
        return _one(self.clauses, code, "clause")

    def disposition(self, code: str) -> Named:
        """The disposition of that code; refuses a code the pack does not know."""
        return _one(self.dispositions, code, "disposition")

    def opinion(self, code: str) -> Opinion:
        """The opinion of that code; refuses a code the pack does not know."""
        return _one(self.opinions, code, "opinion")

    def checklist_item(self, code: str) -> ChecklistItem:
        """The checklist item of that code; refuses a code the pack does not know."""
        return _one(self.checklist, code, "checklist_item")

    def clock(self, code: str) -> Clock:
        """The time limit of that code; refuses a code the pack does not know."""
        return _one(self.clocks, code, "clock")

    def factor_for(self, category: str, fuel: str, parameter: str, table: str = "") -> DefaultFactor | None:
        """The published default for a fuel (by either name), in `table` where the report names one; None where there is none."""
        wanted = plain_text(fuel).casefold()
        for factor in self.factors:
            names = (factor.fuel.en.casefold(), factor.fuel.zh.casefold())
            fits = factor.parameter == parameter and wanted in names and factor.category in (None, code_of(category))
            if fits and (not table or plain_text(table).casefold() == factor.table.casefold()):
                return factor
        return None

    def suggested_dates_for(self, emission_year: int) -> dict[str, date]:
        """The suggested date of each code for an emission year; a row for that very year wins over the row for every year."""
        rows = sorted(self.suggested_dates, key=lambda row: row.for_year is not None)
        return {
            row.code: date(emission_year + row.years_after, row.month, row.day) for row in rows if row.for_year in (None, emission_year)
        }


def _one(rows: tuple[Coded, ...], code: str, kind: str) -> Coded:
    for row in rows:
        if row.code == code:
            return row
    raise Refusal("pack.unknown_code", kind=kind, code=code)


def parse(data: Mapping[str, Any]) -> RulePack:
    """The pack a dict describes; refuses one that is not well formed, naming the first key and how many defects there are."""
    defects = problems(data)
    if defects:
        key, reason = defects[0]
        raise Refusal("pack.malformed", key=key, reason=reason, count=len(defects))
    materiality, rounding = data["materiality"], data["rounding"]
    return RulePack(
        id=data["id"],
        version=data["version"],
        programme=data["programme"],
        name=_text(data["name"]),
        gases=tuple(data["gases"]["codes"]),
        calendar=data["calendar"],
        zone=data["zone"],
        rounding=Rounding(rounding["places"], rounding["mode"], _origin(rounding)),
        categories=tuple(
            Category(row["code"], _text(row["name"]), row["reported"], row["counts"], row["sign"], _origin(row))
            for row in data["categories"]
        ),
        factors=tuple(_factor(row) for row in data["factors"]),
        finding_classes=tuple(_finding_class(row) for row in data["finding_classes"]),
        clauses=_named(data["clauses"]),
        dispositions=_named(data["dispositions"]),
        opinions=tuple(
            Opinion(row["code"], row["positive"], _text(row["name"]), _text(row["wording"]), _origin(row)) for row in data["opinions"]
        ),
        materiality=Threshold(Fraction(materiality["share"]), _origin(materiality)) if "share" in materiality else None,
        materiality_reason=_text(materiality["reason"]),
        crosscheck_tolerance=Fraction(data["crosscheck"]["tolerance"]),
        crosscheck_origin=_origin(data["crosscheck"]),
        independence_questions=_named(data["independence_questions"]),
        roles_must_differ=tuple((first, second) for first, second in data["roles"]["must_differ"]),
        site_team_minimum=data["roles"]["site_team_minimum"],
        checklist=tuple(
            ChecklistItem(row["code"], row["clause"], _text(row["name"]), tuple(row["how"]), _origin(row)) for row in data["checklist"]
        ),
        ways={code: _text(name) for code, name in data["ways"].items()},
        clocks=tuple(Clock(row["code"], _text(row["name"]), row["days"], _origin(row)) for row in data["clocks"]),
        suggested_dates=tuple(_suggested(row) for row in data["suggested_dates"]),
        retention_years=data["retention"]["years"],
    )


def problems(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every defect as (key, reason): shape first, then codes named twice or never defined."""
    defects = check(data)
    if defects:
        return defects
    for section in CODED_SECTIONS:
        codes = [row["code"] for row in data[section]]
        defects += [(f"{section}.{code}", "the code stands twice") for code in sorted({c for c in codes if codes.count(c) > 1})]
    clauses, dispositions = ({row["code"] for row in data[section]} for section in ("clauses", "dispositions"))
    for row in data["checklist"]:
        if row["clause"] not in clauses:
            defects.append((f"checklist.{row['code']}.clause", f"no clause {row['clause']!r}"))
        defects += [(f"checklist.{row['code']}.how", f"no way {way!r}") for way in row["how"] if way not in data["ways"]]
    for row in data["finding_classes"]:
        defects += [
            (f"finding_classes.{row['code']}.dispositions", f"no disposition {code!r}")
            for code in row["dispositions"]
            if code not in dispositions
        ]
    categories = {row["code"] for row in data["categories"]}
    for index, row in enumerate(data["factors"]):
        if row.get("category") and row["category"] not in categories:
            defects.append((f"factors[{index}].category", f"no category {row['category']!r}"))
    if not {True, False} <= {row["positive"] for row in data["opinions"]}:
        defects.append(("opinions", "at least one positive and one negative opinion are needed"))
    if data["id"] != f"{data['programme']}/{data['version']}":
        defects.append(("id", "is not programme/version"))
    return defects


def _text(pair: Mapping[str, str]) -> Text:
    return Text(pair["en"], pair["zh"])


def _origin(row: Mapping[str, Any]) -> Origin:
    return Origin(row["source"], row["basis"])


def _named(rows: list[Mapping[str, Any]]) -> tuple[Named, ...]:
    return tuple(Named(row["code"], _text(row["name"]), _origin(row)) for row in rows)


def _factor(row: Mapping[str, Any]) -> DefaultFactor:
    return DefaultFactor(row["table"], row.get("category"), _text(row["fuel"]), row["parameter"], row["value"], row["unit"], _origin(row))


def _finding_class(row: Mapping[str, Any]) -> FindingClass:
    flags = (row["needs_answer"], row["blocks_positive_opinion"], row["has_effect"])
    return FindingClass(row["code"], _text(row["name"]), *flags, tuple(row["dispositions"]), _origin(row))


def _suggested(row: Mapping[str, Any]) -> SuggestedDate:
    return SuggestedDate(row["code"], _text(row["name"]), row["month"], row["day"], row["years_after"], row.get("for_year"), _origin(row))
