"""Default factors equal to their published table: the program compares them, and says so."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from verifier.casework.coverage.derived import Datum
from verifier.core.calculation.factors import read_factor
from verifier.core.calculation.results import Unknown
from verifier.core.coverage.procedures import CoverageKind, Procedure, ProcedureMethod
from verifier.core.datachecks.factors import equal_to
from verifier.core.report.rows import FactorRow, ReportedReport, code_of, plain_text
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.reports.models import ReportedNumber
from verifier.rulepacks.load import load


def equal(engagement: Engagement, data: Sequence[Datum]) -> Iterator[tuple[str, Procedure]]:
    """Factors stated as a default whose value is the published one of the emission year, with the table."""
    report, pack = reports.report_of(engagement.report_version), load(engagement.pack_id)
    of = select(ReportedNumber.number_key, ReportedNumber.sheet, ReportedNumber.row).where(
        ReportedNumber.version_id == engagement.report_version_id, ReportedNumber.kind == "factor"
    )
    places = {(sheet, row): key for key, sheet, row in db.session.execute(of)}
    wanted = {each.key for each in data if each.kind is CoverageKind.FACTOR}
    for row in report.factors:
        key = places.get((row.sheet, row.row), "")
        if key not in wanted:
            continue
        category, fuel = kind_of(report, row)
        found = pack.factor_rows(category, fuel, code_of(row.parameter), row.table) if category else ()
        try:
            factor = read_factor(row)
        except Unknown:
            continue
        same = next((each for each in found if each.holds_in(report.year) and equal_to(each, factor)), None)
        if same is not None:
            table = pack.table(same.table)
            yield key, Procedure(ProcedureMethod.TABLE_VALUE, f"{table.name.en} / {table.name.zh}" if table else same.table)


def kind_of(report: ReportedReport, row: FactorRow) -> tuple[str, str]:
    """Category and fuel that a factor speaks of."""
    if row.source_id.startswith("*"):
        category, _, fuel = row.source_id.partition(":")[2].partition(":")
        return code_of(category), plain_text(fuel)
    source = next((each for each in report.sources if each.source_id == row.source_id), None)
    return (source.category_code, source.fuel) if source else ("", "")
