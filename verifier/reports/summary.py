"""A recalculated report in short: for programs as JSON, for people as text."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from verifier.core.calculation import Calculation, Flag
from verifier.core.quantities import plain
from verifier.core.report import ReportedReport
from verifier.core.rulepack import RulePack

Say = Callable[[str, Mapping[str, object]], str]


def check_json(report: ReportedReport, calculation: Calculation, pack: RulePack) -> dict[str, object]:
    """What `verifier check --json` prints; decimals are strings of at most 15 places, unknown is null."""
    return {
        "pack": {"id": pack.id, "version": pack.version, "sha256": pack.sha256},
        "reported_total": _shown(calculation.reported_total),
        "recalculated_total": _shown(calculation.recalculated_total),
        "recalculated_known": _shown(calculation.recalculated_known),
        "difference": _shown(_difference(calculation)),
        "sources": [
            {
                "id": result.source_id,
                "category": result.category,
                "reported": _shown(result.reported),
                "recalculated": _shown(result.recalculated),
                "difference": _shown(result.difference),
                "complete": result.complete,
            }
            for result in calculation.sources
        ],
        "unassigned": [
            {
                "source": row.source_id,
                "period": row.period,
                "quantity": row.quantity,
                "unit": row.unit,
                "sheet": row.sheet,
                "row": row.row,
            }
            for row in calculation.unassigned
        ],
        "flags": [_flag(flag) for flag in calculation.flags],
    }


def check_text(report: ReportedReport, calculation: Calculation, pack: RulePack, say: Say) -> str:
    """What `verifier check` prints; `say` turns a message id with its values into a sentence of the reader's language."""
    facts = {"unit": report.unit.get("unit_name", ""), "year": report.year, "pack": pack.id, "sources": len(calculation.sources)}
    lines = [say("check.heading", facts)]
    if calculation.reported_total is not None:
        lines.append(say("check.reported", {"tonnes": plain(calculation.reported_total)}))
    if calculation.recalculated_total is not None:
        values = {"tonnes": plain(calculation.recalculated_total), "rounded": plain(calculation.rounded_total or 0)}
        lines.append(say("check.recalculated", values))
    else:
        incomplete = sum(not result.complete for result in calculation.sources)
        lines.append(say("check.incomplete", {"count": incomplete, "known": plain(calculation.recalculated_known)}))
    difference = _difference(calculation)
    if difference is not None:
        lines.append(say("check.difference", {"tonnes": plain(difference)}))
    lines += [say("check.unknown_column", {"sheet": sheet, "column": column}) for sheet, column in report.unknown_columns]
    lines += [say("check.unknown_sheet", {"sheet": sheet.name}) for sheet in report.unknown_sheets]
    if not calculation.flags:
        return "\n".join([*lines, say("check.no_flags", {})])
    lines.append(say("check.flags", {"count": len(calculation.flags)}))
    lines += [f"  {_place(flag)}  {flag.code}: {say(flag.message, dict(flag.values))}" for flag in calculation.flags]
    counts = Counter(flag.code for flag in calculation.flags)
    lines += [f"  {count:>5}  {code}" for code, count in counts.most_common()]
    return "\n".join(lines)


def _difference(calculation: Calculation) -> Fraction | None:
    if calculation.reported_total is None or calculation.recalculated_total is None:
        return None
    return Fraction(calculation.reported_total) - calculation.recalculated_total


def _shown(number: Fraction | Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _flag(flag: Flag) -> dict[str, object]:
    return {
        "code": flag.code,
        "source": flag.source,
        "period": flag.period,
        "sheet": flag.sheet,
        "row": flag.row,
        "values": dict(flag.values),
        "tonnes": _shown(flag.tonnes),
        "caused_by": flag.caused_by,
    }


def _place(flag: Flag) -> str:
    where = f"{flag.sheet}!{flag.row}" if flag.row else flag.sheet
    return " ".join(part for part in (where, flag.source, flag.period) if part)
