"""Summary of a recalculated report, as JSON or text."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from verifier.core.calculation.recalculation import Calculation, Flag
from verifier.core.calculation.results import SourceResult
from verifier.core.calculation.units import half_a_last_digit, plain
from verifier.core.coverage.assessment import CoverageAssessment, amount
from verifier.core.coverage.procedures import BEYOND_RECALCULATION
from verifier.core.coverage.report_alone import coverage_of
from verifier.core.opinion.materiality import Error, assess, tonnes
from verifier.core.report.rows import HiddenKind, ReportedReport
from verifier.core.rulepack.pack import RulePack

Say = Callable[[str, Mapping[str, object]], str]
WORTH_A_LOOK = frozenset(
    {
        "appeared",
        "crosscheck_not_compared",
        "factor_without_source",
        "fixed_ratio",
        "meter_unused",
        "metering_gap",
        "outlier",
        "repeated_value",
        "rounded_data",
        "volume_conditions",
        "year_on_year",
    }
)
"""Alerts that need review but may be correct; all others indicate an error."""
HIDDEN = {HiddenKind.SHEET: "check.hidden_sheet", HiddenKind.ROWS: "check.hidden_rows", HiddenKind.COLUMNS: "check.hidden_columns"}
"""Message of each kind of hidden part."""
GUESSES = frozenset({"flag.factor_of_thousand", "flag.default_factor_altered.close"})
"""Messages of alerts that only a likeness speaks for: to the other months, or to a published value."""


def wrong(calculation: Calculation) -> bool:
    """Whether anything in the report is wrong, beyond what is only worth a look."""
    return any(flag.code not in WORTH_A_LOOK and flag.message not in GUESSES for flag in calculation.flags)


def check_json(report: ReportedReport, calculation: Calculation, pack: RulePack, sentence: Say | None = None) -> dict[str, object]:
    """What `verifier check --json` prints; decimals are strings of at most 15 places, unknown is null.

    `relative` is the difference as a share of the recalculated total. `sentence` turns a message id with its values into a sentence.
    """
    difference, recalculated = _difference(calculation), calculation.recalculated_total
    return {
        "pack": {"id": pack.id, "version": pack.version, "sha256": pack.sha256},
        "reported_total": _shown(calculation.reported_total),
        "recalculated_total": _shown(calculation.recalculated_total),
        "recalculated_known": _shown(calculation.recalculated_known),
        "difference": _shown(difference),
        "relative": _shown(difference / recalculated) if difference is not None and recalculated else None,
        "materiality": _materiality(calculation, pack),
        "coverage": _coverage(report, calculation, pack),
        "sources": [
            {
                "id": result.source_id,
                "category": result.category,
                "reported": _shown(result.reported),
                "recalculated": _shown(result.recalculated),
                "difference": _shown(result.difference),
                "complete": result.complete,
                "method": result.method or None,
                "factors": [
                    {
                        "parameter": factor.parameter,
                        "value": _shown(factor.value),
                        "unit": factor.unit,
                        "table": factor.table or None,
                        "version": factor.version or None,
                    }
                    for factor in result.factors
                ],
            }
            for result in calculation.sources
        ],
        "unassigned": [
            {"source": row.source_id, "period": row.period, "quantity": row.quantity, "unit": row.unit, "sheet": row.sheet, "row": row.row}
            for row in calculation.unassigned
        ],
        "flags": [_flag(flag, sentence) for flag in calculation.flags],
    }


def check_text(report: ReportedReport, calculation: Calculation, pack: RulePack, sentence: Say) -> str:
    """What `verifier check` prints; `sentence` turns a message id with its values into a sentence of the reader's language."""
    facts = {"unit": report.unit.get("unit_name", ""), "year": report.year, "pack": pack.id, "sources": len(calculation.sources)}
    lines = [sentence("check.heading", facts)]
    if calculation.reported_total is not None:
        lines.append(sentence("check.reported", {"tonnes": plain(calculation.reported_total)}))
    if calculation.recalculated_total is not None:
        values = {"tonnes": plain(calculation.recalculated_total), "rounded": plain(calculation.rounded_total or 0)}
        lines.append(sentence("check.recalculated", values))
    else:
        incomplete = sum(not result.complete for result in calculation.sources)
        lines.append(sentence("check.incomplete", {"count": incomplete, "known": plain(calculation.recalculated_known)}))
    difference = _difference(calculation)
    if difference is not None:
        lines.append(sentence("check.difference", {"tonnes": plain(difference)}))
    lines.append(sentence("check.coverage", _coverage_words(report, calculation, pack)))
    lines += [sentence("check.unknown_column", {"sheet": sheet, "column": column}) for sheet, column in report.unknown_columns]
    lines += [sentence("check.unknown_sheet", {"sheet": sheet.name}) for sheet in report.unknown_sheets]
    lines += [sentence(HIDDEN[part.kind], {"sheet": part.sheet, "places": part.places}) for part in report.hidden]
    if not calculation.flags:
        return "\n".join([*lines, sentence("check.no_flags", {})])
    lines.append(sentence("check.flags", {"count": len(calculation.flags)}))
    heaviest = sorted(calculation.flags, key=lambda flag: abs(flag.tonnes or Decimal()), reverse=True)
    lines += [f"  {_weight(flag):>14}  {_place(flag)}  {flag.code}: {sentence(flag.message, dict(flag.values))}" for flag in heaviest]
    counts = Counter(flag.code for flag in calculation.flags)
    lines += [f"  {count:>5}  {code}" for code, count in counts.most_common()]
    return "\n".join(lines)


def _difference(calculation: Calculation) -> Fraction | None:
    if calculation.reported_total is None or calculation.recalculated_total is None:
        return None
    return Fraction(calculation.reported_total) - calculation.recalculated_total


def _shown(number: Fraction | Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _materiality(calculation: Calculation, pack: RulePack) -> dict[str, str | None] | None:
    """Errors together against the pack's threshold, t CO2; None where the pack has none.

    Errors are reported − recalculated of every counted source beyond the digits it shows, and what the stated total has beyond its sources;
    `net` lets them cancel, `gross` does not. The verdict is the one of the page on materiality: each error is held against the threshold
    alone too; null while anything is unknown, or any error that was found is open. Source: the pack's materiality (AVR, rules.md,
    section 3).
    """
    if pack.materiality is None or calculation.reported_total is None:
        return None
    total = Fraction(calculation.reported_total)
    share = pack.materiality.share_for(total)
    assessment = assess(_errors(calculation, total), total, share, unknown=[each.source_id for each in calculation.sources if _open(each)])
    known = assessment.uncorrected
    return {
        "threshold": _shown(assessment.threshold),
        "net": _shown(known.net),
        "gross": _shown(known.gross),
        "verdict": assessment.verdict if assessment.complete and not (calculation.unassigned or wrong(calculation)) else None,
    }


def _coverage(report: ReportedReport, calculation: Calculation, pack: RulePack) -> dict[str, object]:
    """Numbers that count by the strongest procedure: on a report alone, what the program did; `untested` are those with none beyond it.

    Tonnes of a factor are those of the activity data that use it: `tonnes` are of the activity data.
    """
    found = _alone(report, calculation, pack)
    by_method = Counter(row.method for row in found.rows)
    untested = [row for row in found.rows if row.method not in BEYOND_RECALCULATION]
    return {
        "numbers": len(found.rows),
        "by_procedure": {method or "none": count for method, count in sorted(by_method.items(), key=lambda each: str(each[0]))},
        "untested": {"numbers": len(untested), "tonnes": _shown(amount(untested).tonnes)},
    }


def _alone(report: ReportedReport, calculation: Calculation, pack: RulePack) -> CoverageAssessment:
    return coverage_of(calculation, {row.source_id: row.fuel for row in report.sources}, pack, report.year)


def _coverage_words(report: ReportedReport, calculation: Calculation, pack: RulePack) -> dict[str, object]:
    found = _alone(report, calculation, pack)
    tested = [row for row in found.rows if row.method in BEYOND_RECALCULATION]
    nothing = [row for row in found.rows if row.method is None]
    return {"count": len(found.rows), "tables": len(tested), "left": len(found.rows) - len(tested), "nothing": len(nothing)}


def _open(result: SourceResult) -> bool:
    """Whether a source counts, and its right tonnes are not known."""
    return result.counts and result.recalculated is None


def _errors(calculation: Calculation, total: Fraction) -> Iterator[Error]:
    stated = Fraction()
    for result in calculation.sources:
        if not result.counts or result.reported is None:
            continue
        stated += Fraction(result.reported)
        if result.difference is not None and abs(result.difference) > half_a_last_digit(result.reported):
            yield Error(result.source_id, result.difference, corrected=False)
    places = sum(category.counts for category in calculation.by_category)
    if abs(total - stated) > Fraction(max(places, 1), 2):
        yield Error("", total - stated, corrected=False)


def _flag(flag: Flag, sentence: Say | None) -> dict[str, object]:
    return {
        "code": flag.code,
        "source": flag.source,
        "period": flag.period,
        "sheet": flag.sheet,
        "row": flag.row,
        "message": sentence(flag.message, dict(flag.values)) if sentence else flag.message,
        "values": dict(flag.values),
        "tonnes": _shown(flag.tonnes),
        "caused_by": flag.caused_by,
    }


def _weight(flag: Flag) -> str:
    """The tonnes of an alert, reported − right, with their sign; a dash where nothing can be estimated."""
    return "–" if flag.tonnes is None else f"{'+' if flag.tonnes > 0 else ''}{tonnes(Fraction(flag.tonnes))} tCO2"


def _place(flag: Flag) -> str:
    where = f"{flag.sheet}!{flag.row}" if flag.row else flag.sheet
    return " ".join(part for part in (where, flag.source, flag.period) if part)
