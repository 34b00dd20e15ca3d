"""Small reports for tests: a few sources, rows as a unit would type them."""

from functools import cache
from pathlib import Path

from verifier import demo
from verifier.core.report.rows import ActivityRow, FactorRow, MeasurementRow, ReportedReport, SourceRow, TotalRow
from verifier.core.rulepack.pack import RulePack
from verifier.reports.workbook import reader
from verifier.rulepacks.load import load

DEMO = Path(demo.__file__).parent
GAS = {"ncv": ("389.31", "GJ/10^4 Nm3"), "carbon_content": ("0.01530", "tC/GJ"), "oxidation": ("99", "%")}
POWER = {"ef": ("0.604", "tCO2/MWh")}


@cache
def park(name: str = "park-2021") -> ReportedReport:
    """The demo's park as its workbook hands it in."""
    return reader.read(DEMO / f"{name}.xlsx")


def beijing() -> RulePack:
    """The pack of Beijing, 2021."""
    return load("beijing/2021")


def source(source_id: str = "S", category: str = "purchased_electricity", reported: str = "", **more: str) -> SourceRow:
    """A source row."""
    values = {"name": source_id, "fuel": "grid electricity"} | more
    return SourceRow(sheet="sources", row=2, source_id=source_id, category=category, reported_tco2=reported, **values)


def activity(*rows: tuple[str, str, str], source_id: str = "S") -> tuple[ActivityRow, ...]:
    """Activity rows of (period, quantity, unit)."""
    return tuple(
        ActivityRow(sheet="activity", row=number, source_id=source_id, period=period, quantity=quantity, unit=unit)
        for number, (period, quantity, unit) in enumerate(rows, 2)
    )


def year_of(quantity: str, unit: str = "MWh") -> tuple[ActivityRow, ...]:
    """Twelve months of the same quantity."""
    return activity(*((f"2021-{month:02d}", quantity, unit) for month in range(1, 13)))


def factors(values: dict[str, tuple[str, str]], source_id: str = "S") -> tuple[FactorRow, ...]:
    """Factor rows of a source."""
    return tuple(
        FactorRow(sheet="factors", row=number, source_id=source_id, parameter=parameter, value=value, unit=unit)
        for number, (parameter, (value, unit)) in enumerate(values.items(), 2)
    )


def report(
    *sources: SourceRow,
    rows: tuple[ActivityRow, ...] = (),
    given: tuple[FactorRow, ...] = (),
    measured: tuple[MeasurementRow, ...] = (),
    totals: tuple[TotalRow, ...] = (),
) -> ReportedReport:
    """A report of 2021."""
    return ReportedReport(
        year=2021, sources=sources or (source(),), activity=rows, factors=given or factors(POWER), measurements=measured, totals=totals
    )
