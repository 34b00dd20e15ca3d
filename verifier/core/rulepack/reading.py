"""From a dict to a rule pack: whether it is well formed, every defect named by its key, and the pack it describes."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from verifier.core.errors import Refusal
from verifier.core.rulepack.documents import FormRow, StatementForm
from verifier.core.rulepack.pack import RulePack
from verifier.core.rulepack.parts import (
    Band,
    Category,
    ChecklistItem,
    Clock,
    Conservative,
    DefaultFactor,
    FactorTable,
    FindingClass,
    Ladder,
    MethodRule,
    NamedCode,
    Opinion,
    Origin,
    Rotation,
    Rounding,
    SamplingRule,
    SuggestedDate,
    Text,
    Threshold,
    Tolerance,
)
from verifier.core.rulepack.references import loose
from verifier.core.rulepack.shape import check

Row = Mapping[str, Any]
Part = TypeVar("Part")


def problems(data: Row) -> list[tuple[str, str]]:
    """Every defect as (key, reason): shape first, then codes named twice or never defined."""
    return check(data) or loose(data)


def parse(data: Row) -> RulePack:
    """The pack a dict describes; refuses one that is not well formed, naming the first key and how many defects there are."""
    defects = problems(data)
    if defects:
        key, reason = defects[0]
        raise Refusal("pack.malformed", key=key, reason=reason, count=len(defects))
    tables = {row["code"]: row for row in data.get("tables", ())}
    rounding, carbon = data["rounding"], data["carbon_to_co2"]
    return RulePack(
        id=data["id"],
        version=data["version"],
        programme=data["programme"],
        name=_text(data["name"]),
        gases=tuple(data["gases"]["codes"]),
        calendar=data.get("calendar", ""),
        zone=data["zone"],
        rounding=Rounding(rounding["places"], rounding["mode"], _origin(rounding), rounding["total"]),
        carbon_to_co2=Fraction(carbon["value"]),
        carbon_to_co2_origin=_origin(carbon),
        categories=_each(data, "categories", _category),
        tables=_each(data, "tables", lambda row: FactorTable(row["code"], _text(row["name"]), row.get("version", ""), _origin(row))),
        factors=_each(data, "factors", lambda row: _factor(row, tables[row["table"]])),
        methods=_each(data, "methods", _method),
        finding_classes=_each(data, "finding_classes", _finding_class),
        clauses=_each(data, "clauses", _named),
        dispositions=_each(data, "dispositions", _named),
        opinions=_each(data, "opinions", _opinion),
        materiality=_threshold(data["materiality"]),
        materiality_reason=_text(data["materiality"]["reason"]),
        independence_questions=_each(data, "independence_questions", _named),
        roles_must_differ=tuple((first, second) for first, second in data["roles"]["must_differ"]),
        site_team_minimum=data["roles"].get("site_team_minimum", 1),
        checklists=_each(data, "checklist", _item),
        ways={code: _text(name) for code, name in data["ways"].items()},
        clocks=_each(data, "clocks", _clock),
        suggested_dates=_each(data, "suggested_dates", _suggested),
        retention_years=data["retention"]["years"] if "retention" in data else None,
        rotation=_each(data, "rotation", _rotation),
        sampling=_sampling(data["sampling"]) if "sampling" in data else None,
        datachecks=_each(data, "datachecks", _tolerance),
        conservative=_conservative(data["conservative"]) if "conservative" in data else None,
        evidence_activities=_each(data, "evidence_activities", _named),
        statement_forms=_each(data, "statement_forms", _form),
        steps=_each(data, "steps", _named),
        facts=_each(data, "facts", _named),
        unstated={section: _text(reason) for section, reason in data.get("unstated", {}).items()},
    )


def _each(data: Row, section: str, read: Callable[[Row], Part]) -> tuple[Part, ...]:
    return tuple(read(row) for row in data.get(section, ()))


def _text(pair: Mapping[str, str]) -> Text:
    return Text(pair["en"], pair["zh"])


def _origin(row: Row) -> Origin:
    source = row["source"]
    return Origin(source, row["basis"]) if isinstance(source, str) else Origin(source["en"], row["basis"], source["zh"])


def _named(row: Row) -> NamedCode:
    return NamedCode(row["code"], _text(row["name"]), _origin(row))


def _category(row: Row) -> Category:
    return Category(row["code"], _text(row["name"]), row["reported"], row["counts"], row["sign"], _origin(row))


def _factor(row: Row, table: Row) -> DefaultFactor:
    """A row that names no source of its own has its table's."""
    origin = _origin(row) if "source" in row else _origin(table)
    return DefaultFactor(
        row["table"],
        row.get("category"),
        _text(row["fuel"]),
        row["parameter"],
        row["value"],
        row["unit"],
        origin,
        name=_text(row["name"]) if "name" in row else None,
        from_year=row.get("from_year"),
        to_year=row.get("to_year"),
        covers=tuple(row.get("covers", ())),
        any_fuel=row.get("any_fuel", False),
        suspect=row.get("suspect", False),
    )


def _method(row: Row) -> MethodRule:
    return MethodRule(row["code"], _text(row["name"]), _text(row["formula"]), tuple(row["categories"]), _origin(row))


def _finding_class(row: Row) -> FindingClass:
    flags = (row["needs_answer"], row["blocks_positive_opinion"], row["has_effect"])
    more = (row.get("reference", ""), row.get("cites_article", False))
    return FindingClass(row["code"], _text(row["name"]), *flags, tuple(row["dispositions"]), _origin(row), *more)


def _opinion(row: Row) -> Opinion:
    return Opinion(row["code"], row["positive"], _text(row["name"]), _text(row["wording"]), _origin(row))


def _item(row: Row) -> ChecklistItem:
    evidence = _text(row["evidence"]) if "evidence" in row else None
    return ChecklistItem(row["code"], row["clause"], _text(row["name"]), tuple(row["how"]), _origin(row), row["check"], evidence)


def _clock(row: Row) -> Clock:
    return Clock(row["code"], _text(row["name"]), row["days"], _origin(row), row.get("before", False))


def _suggested(row: Row) -> SuggestedDate:
    return SuggestedDate(row["code"], _text(row["name"]), row["month"], row["day"], row["years_after"], row.get("for_year"), _origin(row))


def _threshold(row: Row) -> Threshold | None:
    """Bands where the share differs by size, one share where it does not, None where there is none."""
    bands = tuple(
        Band(band["code"], _text(band["name"]), Fraction(band["up_to"]) if "up_to" in band else None, Fraction(band["share"]))
        for band in row.get("bands", ())
    )
    if bands:
        return Threshold(min(band.share for band in bands), _origin(row), bands)
    return Threshold(Fraction(row["share"]), _origin(row)) if "share" in row else None


def _sampling(row: Row) -> SamplingRule:
    ladder = row.get("ladder")
    return SamplingRule(
        methods=_each(row, "methods", _named),
        ladder=_ladder(ladder) if ladder else None,
        risks=tuple(map(Fraction, row["risks"])),
        origin=_origin(row),
    )


def _ladder(row: Row) -> Ladder:
    return Ladder(
        share_below=Fraction(row["share_below"]),
        steps=tuple(map(Fraction, row["steps"])),
        readings=_each(row, "readings", _named),
        covers=tuple(row["covers"]),
        weigh=_each(row, "weigh", _named),
        origin=_origin(row),
    )


def _tolerance(row: Row) -> Tolerance:
    return Tolerance(row["code"], _text(row["name"]), Fraction(row["value"]), _origin(row))


def _conservative(row: Row) -> Conservative:
    return Conservative(row["by"], _text(row["rule"]), tuple(row["tables"]), _origin(row), row.get("own_figure", True))


def _rotation(row: Row) -> Rotation:
    return Rotation(row["code"], _text(row["name"]), row["years_on"], row.get("years_off"), _origin(row))


def _form(row: Row) -> StatementForm:
    kept = (tuple(row.get("clauses", ())), tuple(row.get("seals", ())), _origin(row))
    return StatementForm(row["code"], _text(row["name"]), *kept, _each(row, "columns", _named), _each(row, "rows", _form_row))


def _form_row(row: Row) -> FormRow:
    return FormRow(row["code"], tuple(row["records"]), _origin(row))
