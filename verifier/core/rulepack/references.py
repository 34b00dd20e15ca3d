"""Referential integrity of a rule pack: no duplicate codes, no reference to an undefined code."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from verifier.core.calculation.methods import METHODS
from verifier.core.calculation.units import factor_unit
from verifier.core.coverage.procedures import BEYOND_RECALCULATION, CoverageKind, ProcedureMethod
from verifier.core.datachecks.codes import FLAG_CODES, UNREQUESTED_CHANGE
from verifier.core.earlier_work import CONFLICTING
from verifier.core.report.rows import PARAMETERS, code_of
from verifier.core.rulepack.documents import loose_forms
from verifier.core.rulepack.extending import identity, is_rows

Row = Mapping[str, Any]
_ANY_YEAR = 2023
"""A year like most, for dates that hold in every year."""
SAMPLING = {"methods": ("ladder", "tonne_unit", "reciprocal"), "readings": ("strict", "lenient"), "weigh": ("cause", "nature", "effect")}
COVERED = ("data", "sites")
"""What the method of sampling knows to do; a pack may admit less of it, and nothing else."""
ROTATING = ("body", "lead_verifier")
"""Roles for which a pack can require rotation."""


def loose(data: Row) -> list[tuple[str, str]]:
    """Every duplicate or undefined code, as (key, reason), of a well-formed pack."""
    tests = (_twice, _unknown, _categories, _likely, _sampled, _covered, _factors, _dates, _whole)
    return [defect for test in tests for defect in test(data)]


def _codes(data: Row, section: str) -> list[str]:
    return [row["code"] for row in data.get(section, ())]


def _twice(data: Row) -> Iterator[tuple[str, str]]:
    for section, rows in data.items():
        if section != "factors" and is_rows(rows):
            codes = [identity(section, row) for row in rows]
            yield from ((f"{section}.{code}", "the code stands twice") for code in sorted({c for c in codes if codes.count(c) > 1}))


def _unknown(data: Row) -> Iterator[tuple[str, str]]:
    for section, key, known, kind in (
        ("checklist", "clause", _codes(data, "clauses"), "clause"),
        ("checklist", "how", data["ways"], "way"),
        ("finding_classes", "dispositions", _codes(data, "dispositions"), "disposition"),
        ("statement_forms", "clauses", _codes(data, "clauses"), "clause"),
        ("methods", "categories", _codes(data, "categories"), "category"),
        ("likely_clauses", "code", _codes(data, "clauses"), "clause"),
        ("likely_clauses", "flags", FLAG_CODES | {UNREQUESTED_CHANGE}, "alert"),
    ):
        for row in data.get(section, ()):
            named = row.get(key, ())
            for code in [named] if isinstance(named, str) else named:
                yield from _missing(f"{section}.{row['code']}.{key}", code, known, kind)
    for row in data.get("methods", ()):
        yield from _missing(f"methods.{row['code']}", row["code"], METHODS, "method of the calculation")
    yield from loose_forms(data.get("statement_forms", ()), _codes(data, "checklist"))
    for code in _codes(data, "rotation"):
        yield from _missing(f"rotation.{code}", code, ROTATING, "work that rotates")
    for code in _codes(data, "conflicting_work"):
        yield from _missing(f"conflicting_work.{code}", code, CONFLICTING, "kind of work")
    for table in data.get("conservative", {}).get("tables", ()):
        yield from _missing("conservative.tables", table, _codes(data, "tables"), "table")


def _categories(data: Row) -> Iterator[tuple[str, str]]:
    """A category is known by the word of the report, and calculated by some method."""
    calculated = {code for row in data["methods"] for code in row["categories"]}
    for code in _codes(data, "categories"):
        if code_of(code) != code:
            yield f"categories.{code}", f"no report can name it: it is read as {code_of(code)!r}"
        elif code not in calculated:
            yield f"categories.{code}", "no method is admitted for it"


def _likely(data: Row) -> Iterator[tuple[str, str]]:
    flags = [flag for row in data.get("likely_clauses", ()) for flag in row["flags"]]
    yield from (("likely_clauses", f"{flag!r} stands under two clauses") for flag in sorted({f for f in flags if flags.count(f) > 1}))


def _sampled(data: Row) -> Iterator[tuple[str, str]]:
    rule = data.get("sampling", {})
    ladder = rule.get("ladder", {})
    for key, rows in (("methods", rule.get("methods", ())), *((key, ladder.get(key, ())) for key in ("readings", "weigh"))):
        for row in rows:
            yield from _missing(f"sampling.{key}.{row['code']}", row["code"], SAMPLING[key], f"sampling {key}")
    for code in ladder.get("covers", ()):
        yield from _missing("sampling.ladder.covers", code, COVERED, "population")


def _covered(data: Row) -> Iterator[tuple[str, str]]:
    """Only known procedures; recalculation alone covers nothing, and what is the body's own practice is among the sampling admitted."""
    rule = data.get("coverage", {})
    sampling = [row["code"] for row in data.get("sampling", {}).get("methods", ())]
    for key, known, kind in (
        ("kinds", tuple(CoverageKind), "kind of numbers"),
        ("procedures", BEYOND_RECALCULATION, "procedure beyond recalculation"),
        ("low_risk", tuple(ProcedureMethod), "procedure"),
        ("sampling", sampling, "way of sampling"),
        ("own_practice", rule.get("sampling", ()), "way of sampling"),
    ):
        for code in rule.get(key, ()):
            yield from _missing(f"coverage.{key}", code, known, kind)
    if rule.get("low_risk") and rule["asks"] != "plan":
        yield "coverage.low_risk", "is of use only where the plan says what is tested"


def _factors(data: Row) -> Iterator[tuple[str, str]]:
    for index, row in enumerate(data.get("factors", ())):
        key = f"factors[{index}]"
        yield from _missing(f"{key}.table", row["table"], _codes(data, "tables"), "table")
        yield from _missing(f"{key}.parameter", row["parameter"], PARAMETERS, "parameter")
        if "category" in row:
            yield from _missing(f"{key}.category", row["category"], _codes(data, "categories"), "category")
        if factor_unit(row["unit"]) is None:
            yield f"{key}.unit", f"no unit {row['unit']!r}"


def _dates(data: Row) -> Iterator[tuple[str, str]]:
    for row in data.get("suggested_dates", ()):
        try:
            date(row.get("for_year", _ANY_YEAR) + row["years_after"], row["month"], row["day"])
        except ValueError:
            yield f"suggested_dates.{row['code']}", f"there is no day {row['day']} in month {row['month']}"


def _whole(data: Row) -> Iterator[tuple[str, str]]:
    if not {True, False} <= {row["positive"] for row in data["opinions"]}:
        yield "opinions", "at least one positive and one negative opinion are needed"
    if "clocks" in data and "calendar" not in data:
        yield "calendar", "is missing: time limits are counted in its working days"
    if data["id"] != f"{data['programme']}/{data['version']}":
        yield "id", "is not programme/version"


def _missing(key: str, code: str, known: Collection[str], kind: str) -> Iterator[tuple[str, str]]:
    if code not in known:
        yield key, f"no {kind} {code!r}"
