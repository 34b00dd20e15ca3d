"""Coverage of a case as a snapshot keeps it, and back."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from verifier.core.coverage.assessment import CoverageAssessment, NumberCoverage, TestPlan
from verifier.core.coverage.procedures import CoverageKind, CoverageNumber, Procedure, ProcedureMethod
from verifier.core.rulepack.sections import Coverage
from verifier.core.sampling.risk import Level


def as_json(found: CoverageAssessment) -> dict[str, Any]:
    """Every number with its procedures, and the plan."""
    plan = found.plan
    return {
        "rows": [_row(row) for row in found.rows],
        "plan": {"approved_at": _time(plan.approved_at), "levels": _levels(plan.levels), "reason": plan.reason},
        "levels": _levels(found.levels),
        "first_test": _time(found.first_test),
    }


def from_json(content: Mapping[str, Any], rule: Coverage | None) -> CoverageAssessment:
    """The assessment that `as_json` wrote, under the rule of the case's pack."""
    plan = content["plan"]
    return CoverageAssessment(
        tuple(_read_row(row) for row in content["rows"]),
        rule,
        TestPlan(_read_time(plan["approved_at"]), _read_levels(plan["levels"]), plan["reason"]),
        _read_levels(content["levels"]),
        _read_time(content["first_test"]),
    )


def _row(row: NumberCoverage) -> dict[str, Any]:
    number = row.number
    return {
        "key": number.key,
        "kind": number.kind.value,
        "source": number.source,
        "category": number.category,
        "period": number.period,
        "tonnes": str(number.tonnes),
        "months": sorted(number.months),
        "procedures": [_procedure(each) for each in row.procedures],
        "covered": row.covered,
        "deviation": row.deviation,
        "own_practice": row.own_practice,
    }


def _procedure(each: Procedure) -> dict[str, Any]:
    return {
        "method": each.method.value,
        "evidence": each.evidence,
        "months": sorted(each.months),
        "by": each.by,
        "at": _time(each.at),
        "sampling": each.sampling,
        "note": each.note,
    }


def _read_row(row: Mapping[str, Any]) -> NumberCoverage:
    number = CoverageNumber(
        row["key"],
        CoverageKind(row["kind"]),
        row["source"],
        row["category"],
        row["period"],
        Fraction(row["tonnes"]),
        frozenset(row["months"]),
    )
    procedures = tuple(_read_procedure(each) for each in row["procedures"])
    return NumberCoverage(number, procedures, row["covered"], row["deviation"], row["own_practice"])


def _read_procedure(row: Mapping[str, Any]) -> Procedure:
    return Procedure(
        ProcedureMethod(row["method"]),
        row["evidence"],
        frozenset(row["months"]),
        row["by"],
        _read_time(row["at"]),
        row["sampling"],
        row["note"],
    )


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _levels(levels: Mapping[str, Level] | None) -> dict[str, str] | None:
    return None if levels is None else {key: level.value for key, level in levels.items()}


def _read_levels(levels: Mapping[str, str] | None) -> dict[str, Level] | None:
    return None if levels is None else {key: Level(level) for key, level in levels.items()}
