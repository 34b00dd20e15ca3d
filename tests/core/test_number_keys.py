"""Numbers that few reports have: production, measured emissions, data of unknown sources; and what a reviewer must be able to follow."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.core.reported import activity, beijing, report, source
from verifier.core.calculation.recalculation import calculate
from verifier.core.errors import Refusal
from verifier.core.outcomes.number_outcomes import NumberReview, verified_value
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.core.report.reported_numbers import Number, NumberKind, numbers_of
from verifier.core.report.rows import MeasurementRow, ProductionRow, ReportedReport, TotalRow

MONTH = MeasurementRow(sheet="measurements", row=2, source_id="S", period="2021-01", hours="700", flow="12", concentration="3", gas="CO2")


def read(handed_in: ReportedReport) -> list[Number]:
    """The numbers of a report under Beijing's pack."""
    return numbers_of(handed_in, calculate(handed_in, beijing()))


def test_measured_emissions_are_three_numbers_a_month_and_a_biomass_share_where_one_is_stated() -> None:
    def columns(row: MeasurementRow) -> list[str]:
        return [each.column for each in read(report(measured=(row,))) if each.kind is NumberKind.MEASUREMENT]

    assert set(columns(MONTH)) == {"hours", "flow", "concentration"}
    assert set(columns(replace(MONTH, biomass_fraction="0.1"))) == {"hours", "flow", "concentration", "biomass_fraction"}


def test_production_and_totals_are_numbers_too() -> None:
    made = ProductionRow(sheet="production", row=2, product="glass", period="2021", quantity="500", unit="t")
    stated = TotalRow(sheet="totals", row=2, category="total", reported_tco2="60.4")
    kinds = {(each.kind, each.value) for each in read(replace(report(totals=(stated,)), production=(made,)))}
    assert {(NumberKind.PRODUCTION, Decimal(500)), (NumberKind.TOTAL, Decimal("60.4"))} <= kinds


def test_data_of_a_source_that_is_not_listed_are_numbers_of_that_source() -> None:
    found = read(report(source(), rows=activity(("2021-01", "5", "MWh"), source_id="X")))
    assert [each.value for each in found if each.source == "X"] == [5]


@pytest.mark.parametrize(
    ("review", "message"),
    [
        (NumberReview(SourceOutcome.AGREED), "method"),
        (NumberReview(SourceOutcome.CANNOT_CONFIRM, method="inspection"), "why"),
        (NumberReview(SourceOutcome.DIFFERS, method="inspection"), "value"),
        (NumberReview(SourceOutcome.DIFFERS, Decimal("5.0"), method="inspection"), "same"),
        (NumberReview(SourceOutcome.DIFFERS, Decimal(6), "", "recounted", "inspection"), "unexplained"),
        (NumberReview(SourceOutcome.DIFFERS, Decimal(6), "the meter", " ", "inspection"), "unexplained"),
    ],
)
def test_what_a_reviewer_could_not_follow_is_refused(review: NumberReview, message: str) -> None:
    with pytest.raises(Refusal, match=rf"data\.number\.{message}"):
        verified_value("S|2021-01", Decimal(5), review, ["inspection"])


def test_nothing_readable_cannot_be_agreed_to() -> None:
    with pytest.raises(Refusal, match=r"data\.number\.nothing"):
        verified_value("S|2021-01", None, NumberReview(SourceOutcome.AGREED, method="inspection"), ["inspection"])


def test_a_verified_value_is_the_reported_one_none_or_the_one_found() -> None:
    held = NumberReview(SourceOutcome.CANNOT_CONFIRM, how="no document", method="inspection")
    assert verified_value("S", Decimal(5), held, ["inspection"]) is None
    assert verified_value("S", Decimal(5), NumberReview(SourceOutcome.AGREED), []) == 5
    assert verified_value("S", Decimal(5), NumberReview(SourceOutcome.DIFFERS, Decimal(6), "the meter", "read again"), []) == 6
