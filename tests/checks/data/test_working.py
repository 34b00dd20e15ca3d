"""The working taken away: formulas that a spreadsheet program calculates to the very tonnes we have."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from tests import make, spreadsheetprogram
from tests.core import reported
from tests.people import Cast, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.data.calculation_export.views import sheets
from verifier.core.calculation.methods import METHODS as CORE_METHODS
from verifier.core.calculation.recalculation import calculate
from verifier.core.report.rows import MeasurementRow, ReportedReport
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.rulepacks.load import load
from verifier.web.downloads.formula_workbook import LiveBook


@pytest.fixture
def case(app: Flask, cast: Cast) -> Engagement:
    return make.engagement(cast)


GAS = {"ncv": ("389.31", "GJ/10^4 Nm3"), "carbon_content": ("15.3", "kgC/GJ"), "oxidation": ("99", "%")}
METHODS = [
    ("fuel by heat value and carbon", "stationary_combustion", "万Nm3", GAS),
    (
        "fuel by emission factor, part biomass",
        "stationary_combustion",
        "kg",
        {"ncv": ("26.7", "GJ/t"), "ef": ("94.6", "tCO2/TJ"), "oxidation": ("0.98", "1"), "biomass_fraction": ("25", "%")},
    ),
    ("no biomass at all", "stationary_combustion", "t", {"ef": ("2.5", "tCO2/t"), "biomass_fraction": ("0", "%")}),
    ("carbonate", "process", "t", {"ef": ("0.43971", "tCO2/t"), "purity": ("97", "%"), "conversion": ("0.95", "1")}),
    ("carried in", "mass_balance_in", "kg", {"carbon_fraction": ("0.4", "tC/t")}),
    ("carried out", "mass_balance_out", "t", {"carbon_fraction": ("0.0123", "1")}),
    ("electricity", "purchased_electricity", "10^4 kWh", {"ef": ("0.604", "tCO2/MWh")}),
    ("heat by its price in kWh", "purchased_heat", "kWh", {"ef": ("0.11", "tCO2/GJ")}),
    ("passed on", "exported_electricity", "MWh", {"ef": ("0.604", "kgCO2/kWh")}),
    ("no factor", "purchased_heat", "GJ", {}),
    ('=HYPERLINK("http://x")', "purchased_heat", "GJ", {"ef": ("0.11", "tCO2/GJ")}),
]


def every_method() -> ReportedReport:
    """One source a method, and a stack; each with amounts that no double holds exactly."""
    sources, rows, given = [], [], []
    for number, (name, category, unit, factors) in enumerate(METHODS):
        key = f"S{number}"
        sources.append(reported.source(key, category, "1000.5", fuel="", name=name))
        months = [(f"2021-{month:02d}", f"{month * 7}.{month}3", unit) for month in range(1, 13)]
        rows += reported.activity(*months, source_id=key)
        given += [replace(row, row=100 * number + row.row) for row in reported.factors(factors, key)]
    sources.append(reported.source("STACK", "measured", "99", fuel="", name="stack"))
    stack = [
        MeasurementRow(
            sheet="measurements",
            row=month + 1,
            source_id="STACK",
            period=f"2021-{month:02d}",
            hours="700.1",
            flow="12.3",
            concentration="0.7",
            gas="CO2",
            biomass_fraction="0.1" if month > 6 else "",
        )
        for month in range(1, 13)
    ]
    # a factor of one month only: the other eleven rest on the year's
    given.append(replace(reported.factors({"ef": ("0.5", "tCO2/MWh")}, "S6")[0], row=9_000, period="2021-03"))
    return reported.report(*sources, rows=tuple(rows), given=tuple(given), measured=tuple(stack))


def close(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-12 * max(1.0, abs(one))
    return one == other


def test_a_spreadsheet_program_comes_to_our_tonnes(client: FlaskClient, cast: Cast, case: Engagement, tmp_path: Path) -> None:
    answer = sign_in(client, cast.verifier).get(f"/cases/{case.id}/working.xlsx")
    assert answer.status_code == 200
    shown = spreadsheetprogram.as_written(answer.data)
    [anew] = spreadsheetprogram.recalculated(tmp_path, answer.data)
    live = spreadsheetprogram.formulas(answer.data)
    count = sum(map(len, live.values()))
    assert count > 6_000
    wrong = [
        (sheet, at, shown[sheet][at], anew[sheet].get(at))
        for sheet, cells in live.items()
        for at in cells
        if not close(shown[sheet][at], anew[sheet].get(at))
    ]
    assert wrong == []
    calculation = reports.calculation_of(case.report_version)
    for row, result in enumerate(calculation.sources, 2):
        assert anew["Sources"][f"A{row}"] == result.source_id
        assert anew["Sources"][f"J{row}"] == pytest.approx(float(result.known), rel=1e-13)
    assert db.session.scalars(select(TrailRow.action).where(TrailRow.action == "data:calculation:downloaded")).all()


def working_of(app: Flask, report: ReportedReport, pack_id: str) -> bytes:
    book, pack = LiveBook(), load(pack_id)
    with app.test_request_context():
        sheets.numbers(book, calculate(report, pack), pack, {})
    return book.bytes()


def test_every_method_is_spelt_as_a_formula(app: Flask, tmp_path: Path) -> None:
    packs = ["beijing/2021", "eu-ets/2018"]
    written = [working_of(app, every_method(), pack_id) for pack_id in packs]
    done = set[str]()
    for pack_id, data, anew in zip(packs, written, spreadsheetprogram.recalculated(tmp_path, *written), strict=True):
        shown, live = spreadsheetprogram.as_written(data), spreadsheetprogram.formulas(data)
        assert [at for sheet, cells in live.items() for at in cells if not close(shown[sheet][at], anew[sheet].get(at))] == []
        for row, result in enumerate(calculate(every_method(), load(pack_id)).sources, 2):
            assert anew["Sources"][f"J{row}"] == pytest.approx(float(result.known), rel=1e-13, abs=1e-13)
            assert anew["Sources"][f"B{row}"] == result.name, "what somebody typed is text"
            assert (f"L{row}" in live["Sources"]) == result.complete
            done |= set(result.method.split(" + "))
    assert done >= set(CORE_METHODS) - {"carbon_fraction"}


def test_a_changed_factor_changes_the_total(app: Flask, tmp_path: Path) -> None:
    """A reviewer's hand: the electricity factor doubled in the sheet doubles what rests on it."""
    report = reported.report(reported.source(reported="72.48"), rows=reported.year_of("10"), given=reported.factors(reported.POWER))
    data, out = working_of(app, report, "beijing/2021"), BytesIO()
    assert spreadsheetprogram.as_written(data)["Totals"]["E2"] == pytest.approx(72.48)
    changed = load_workbook(BytesIO(data))
    changed["Factors"]["B2"] = 1.208
    changed.save(out)
    assert spreadsheetprogram.recalculated(tmp_path, out.getvalue())[0]["Totals"]["E2"] == pytest.approx(144.96)
