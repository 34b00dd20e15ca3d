"""Check 2, data alerts: one rule per kind; each flag states its location, reason and estimated effect in tonnes."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from verifier.core.calculation.results import Flag, SourceResult, Unassigned
from verifier.core.datachecks import comparisons, factors, meters, patterns, presence, sizes, totals
from verifier.core.datachecks.context import CheckContext
from verifier.core.datachecks.families import Family, families, linked
from verifier.core.datachecks.thresholds import Thresholds
from verifier.core.monitoring_plan import MonitoringPlan
from verifier.core.report.monthly_readings import Reading, read_activity
from verifier.core.report.rows import ActivityRow, ReportedReport
from verifier.core.rulepack.pack import RulePack

__all__ = ["Family", "Thresholds", "families", "flags"]


def flags(
    report: ReportedReport,
    pack: RulePack,
    readings: Mapping[str, Reading],
    results: Sequence[SourceResult],
    unassigned: Sequence[Unassigned],
    *,
    previous: ReportedReport | None = None,
    plan: MonitoringPlan | None = None,
    body: Mapping[str, Decimal | Fraction] | None = None,
) -> tuple[Flag, ...]:
    """Every flag of a report, by sheet and row; tonnes are t CO2, reported − right, None where nothing can be estimated.

    `previous` is last year's report, `plan` the monitoring plan, `body` thresholds the verification body set for itself by code; rules
    that need one of them are silent without it. A consequence names the code of the flag of its source that explains it.
    """
    context = CheckContext(report, pack, readings, results, unassigned, Thresholds.of(pack, body), previous, plan, _before(previous))
    rows = patterns.rows_by_source(context)
    found = [*presence.of_reasons(context), *presence.data_without_source(context, unassigned)]
    found += [
        *presence.sheet_empty(context),
        *presence.share_in_percent(context),
        *presence.factor_parameter_unknown(context),
        *presence.factor_without_source(context),
        *presence.meter_unused(context),
        *totals.total_mismatch(context),
    ]
    found += [
        *_explained_first(sizes.factor_explained(context), sizes.factor_of_thousand(context)),
        *factors.defaults(context),
        *meters.meter_unknown(context),
        *meters.calibration_lapsed(context),
    ]
    found += [
        *comparisons.not_in_plan(context),
        *comparisons.crosscheck_difference(context),
        *comparisons.not_compared(context),
        *comparisons.disappeared(context),
        *comparisons.appeared(context),
        *comparisons.year_on_year(context),
    ]
    found += [*patterns.metering_gap(context, rows), *patterns.rounded_data(context, rows), *patterns.repeated_value(context, rows)]
    found += patterns.fixed_ratio(context)
    known = {each.source for each in found if each.code == "factor_of_thousand"}
    found += [each for each in sizes.digit_transposition(context) if each.source not in known]
    found += sizes.outlier(context, found)
    found += presence.arithmetic_difference(context, found)
    return tuple(sorted(linked(found), key=_place))


def _explained_first(explained: Iterable[Flag], by_size: Iterable[Flag]) -> list[Flag]:
    """Factor-of-1,000 errors: what explains the stated tonnes, then what only the other months speak for."""
    found = list(explained)
    known = {(each.source, each.period) for each in found} | {(each.source, None) for each in found if each.period is None}
    return found + [each for each in by_size if (each.source, each.period) not in known and (each.source, None) not in known]


def _place(flag: Flag) -> tuple[str, int, str, str, str]:
    return flag.sheet, flag.row or 0, flag.code, flag.source or "", flag.period or ""


def _before(previous: ReportedReport | None) -> Mapping[str, Reading] | None:
    """Last year's readings by source."""
    if previous is None:
        return None
    rows: dict[str, list[ActivityRow]] = {}
    for row in previous.activity:
        rows.setdefault(row.source_id, []).append(row)
    return {source_id: read_activity(own_rows, previous.year) for source_id, own_rows in rows.items()}
