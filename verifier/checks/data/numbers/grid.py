"""Monthly grid of a source: this year, last year, independent record, and the decision on each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from verifier.checks.data.numbers import voucher_links
from verifier.checks.data.numbers.queries import DATA, NumberRow
from verifier.checks.data.numbers.recalculated import SourceNumbers
from verifier.checks.data.references import queries as references
from verifier.core.calculation.results import Flag, SourceResult
from verifier.core.calculation.units import Unit, convert, measures_same, unit
from verifier.core.report.monthly_readings import Reading, read_activity, read_measurements
from verifier.core.report.reported_numbers import readable
from verifier.core.report.rows import CrosscheckRow, ReportedReport, period_of
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.rulepacks.load import load


@dataclass(frozen=True, slots=True)
class GridRow:
    """One month: its numbers, and the same amount last year and from the independent record, in the unit of the grid.

    `difference` is this year's − the independent record; an amount is None where it is not known or measures something else.
    """

    period: str
    lines: tuple[NumberRow, ...]
    this_year: Fraction | None
    last_year: Fraction | None
    record: Fraction | None
    records: tuple[CrosscheckRow, ...]
    flags: tuple[Flag, ...]
    vouchers: int

    @property
    def difference(self) -> Fraction | None:
        """What this year's amount lies above the independent record."""
        return None if self.this_year is None or self.record is None else self.this_year - self.record

    @property
    def differs(self) -> bool:
        """Whether it does so beyond what is let pass: that is flagged."""
        return any(flag.code == "crosscheck_difference" for flag in self.flags)


@dataclass(frozen=True, slots=True)
class Grid:
    """A source's months, all amounts in one unit; `last` is last year, None where no report of it is at hand."""

    unit: str
    year: int
    last: int | None
    rows: tuple[GridRow, ...]

    @property
    def recorded(self) -> bool:
        """Whether there is any independent record."""
        return any(row.records for row in self.rows)

    @property
    def drawn(self) -> bool:
        """Whether there is a month to draw."""
        return any(len(row.period) == 7 and row.this_year is not None for row in self.rows)

    @property
    def flagged(self) -> set[Flag]:
        """The flags that stand in it."""
        return {flag for row in self.rows for flag in row.flags}


def of_source(engagement: Engagement, result: SourceResult, numbers: SourceNumbers, flags: Sequence[Flag]) -> Grid:
    """The grid of one source: every month of the year, and what else the report gives for it."""
    version = engagement.report_version
    report, year = reports.report_of(version), engagement.unit_year.year.emission_year
    own_lines = [each for each in numbers.lines if each.number.kind in DATA and each.number.source_key == result.source_id]
    shared = unit("t") if result.category == "measured" else next((known for each in own_lines if (known := unit(each.number.unit))), None)
    before = references.references(engagement).last_year()
    now = _amounts(reading(report, result, engagement), shared)
    then = _amounts(reading(before, result, engagement), shared) if before else {}
    records: dict[str, list[CrosscheckRow]] = {}
    for row in report.crosschecks:
        if row.source_id == result.source_id:
            records.setdefault(period_of(row.period) or row.period, []).append(row)
    by_period: dict[str, list[NumberRow]] = {}
    for each in own_lines:
        by_period.setdefault(each.number.period, []).append(each)
    links = voucher_links.links(engagement, result.source_id)
    periods = set(by_period) | set(records) | {flag.period for flag in flags if flag.period}
    has_year = str(year) in periods
    months = [] if has_year else [f"{year}-{month:02d}" for month in range(1, 13)]
    rows = []
    for period in sorted({*periods, *months}):
        lines, independent = by_period.get(period, []), records.get(period, [])
        places = {(each.number.sheet, each.number.row) for each in lines if each.number.row is not None}
        here = tuple(flag for flag in flags if (flag.sheet, flag.row) in places or (flag.period == period and flag.row is None))
        earlier = f"{year - 1}{period[4:]}" if period.startswith(str(year)) else ""
        rows.append(
            GridRow(
                period,
                tuple(lines),
                now.get(period),
                then.get(earlier),
                _record(independent, shared),
                tuple(independent),
                here,
                voucher_links.count(links, period),
            )
        )
    return Grid(shared.name if shared else "", year, year - 1 if before else None, tuple(rows))


def reading(report: ReportedReport, result: SourceResult, engagement: Engagement) -> Reading:
    """What a report's rows say of a source, month by month."""
    if result.category == "measured":
        measured = [row for row in report.measurements if row.source_id == result.source_id]
        return read_measurements(measured, report.year, load(engagement.pack_id).gases)
    return read_activity([row for row in report.activity if row.source_id == result.source_id], report.year)


def _amounts(found: Reading, shared: Unit | None) -> Mapping[str, Fraction]:
    if shared is None:
        return {}
    return {each.period: convert(each.amount, each.unit, shared) for each in found.quantities if measures_same(each.unit, shared)}


def _record(rows: Sequence[CrosscheckRow], shared: Unit | None) -> Fraction | None:
    """The independent record of a month; None where there are several."""
    if len(rows) != 1 or shared is None:
        return None
    value, measured = readable(rows[0].quantity), unit(rows[0].unit)
    return convert(Fraction(value), measured, shared) if value is not None and measured and measures_same(measured, shared) else None
