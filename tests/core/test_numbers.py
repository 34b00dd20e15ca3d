"""Every number of a report: its key, what is flagged at it, and what a verifier may hold of it."""

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from tests import make
from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import Calculation
from verifier.core.errors import Refusal
from verifier.core.outcomes.number_outcomes import Correction, NumberReview, corrected, known_tonnes, resting_on, verified_value
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.core.report.reported_numbers import Number, numbers_of
from verifier.core.report.rows import ReportedReport
from verifier.reports.workbook import reader
from verifier.rulepacks.load import load

PACK = load(make.PACK)
METHODS = tuple(each.code for each in PACK.evidence_activities)


@pytest.fixture(scope="module")
def park() -> tuple[ReportedReport, Calculation]:
    report = reader.read(make.PARK_WITH_ERRORS, 2021)
    return report, calculate(report, PACK)


@pytest.fixture(scope="module")
def numbers(park: tuple[ReportedReport, Calculation]) -> dict[str, Number]:
    found = numbers_of(*park)
    assert len({each.key for each in found}) == len(found)
    return {each.key: each for each in found}


def test_every_cell_that_counts_is_a_number_of_its_own(park: tuple[ReportedReport, Calculation], numbers: dict[str, Number]) -> None:
    report, _ = park
    holes = sum(each.row is None for each in numbers.values())
    rows = (report.activity, report.sources, report.factors, report.totals, report.production)
    assert len(numbers) == sum(map(len, rows)) + holes
    assert holes == 1


@pytest.mark.parametrize(
    ("key", "flag"),
    [
        ("activity/E-095/2021-01", "factor_of_thousand"),
        ("activity/E-027/2021-01", "crosscheck_difference"),
        ("activity/G-035/2021-05", "missing_period"),
        ("activity/E-114/2021-08", "calibration_lapsed"),
        ("activity/G-120/2021-05#2", "duplicate_period"),
        ("factor/G-058/oxidation", "default_factor_altered"),
        ("reported/G-053", "not_in_plan"),
        ("total/total", "total_mismatch"),
        ("activity/E-999/2021-05", "data_without_source"),
    ],
)
def test_a_flag_stands_at_its_number(numbers: dict[str, Number], key: str, flag: str) -> None:
    assert flag in numbers[key].flags


def test_the_order_of_rows_changes_neither_keys_nor_fingerprints(
    park: tuple[ReportedReport, Calculation], numbers: dict[str, Number]
) -> None:
    report, _ = park
    mixed = replace(
        report,
        **{
            name: tuple(random.Random(7).sample(rows := getattr(report, name), len(rows)))
            for name in ("activity", "sources", "factors", "crosschecks", "meters")
        },
    )
    again = numbers_of(mixed, calculate(mixed, PACK))
    assert Counter((each.key, each.fingerprint) for each in again) == Counter((each.key, each.fingerprint) for each in numbers.values())


@pytest.mark.parametrize(("name", "changed"), [("quantity", "9"), ("unit", "kWh"), ("document", "other.csv"), ("basis", "estimate")])
def test_what_a_number_says_or_rests_on_changes_its_fingerprint_and_no_other(
    park: tuple[ReportedReport, Calculation], numbers: dict[str, Number], name: str, changed: str
) -> None:
    report, calculation = park
    place = next(at for at, row in enumerate(report.activity) if (row.source_id, row.period) == ("E-002", "2021-04"))
    rows = list(report.activity)
    rows[place] = replace(rows[place], **{name: changed})
    after = {each.key: each for each in numbers_of(replace(report, activity=tuple(rows)), calculation)}
    moved = {key for key in numbers if numbers[key].fingerprint != after[key].fingerprint}
    assert moved == {"activity/E-002/2021-04"}


HELD = [
    ("agreeing needs a number", None, NumberReview(SourceOutcome.AGREED, method=METHODS[0]), "data.number.nothing"),
    ("every outcome says how it was tested", "5", NumberReview(SourceOutcome.AGREED), "data.number.method"),
    ("the method is one of the pack's", "5", NumberReview(SourceOutcome.AGREED, method="by_feel"), "data.number.method"),
    ("another value needs the value", "5", NumberReview(SourceOutcome.DIFFERS, None, "invoice", "read", METHODS[0]), "data.number.value"),
    ("it must be another one", "5", NumberReview(SourceOutcome.DIFFERS, Decimal("5.0"), "invoice", "read", METHODS[0]), "data.number.same"),
    ("somebody must say so", "5", NumberReview(SourceOutcome.DIFFERS, Decimal(6), " ", "read", METHODS[0]), "data.number.unexplained"),
    (
        "and it must have been found somehow",
        "5",
        NumberReview(SourceOutcome.DIFFERS, Decimal(6), "invoice", "", METHODS[0]),
        "data.number.unexplained",
    ),
    ("what cannot be confirmed says why", "5", NumberReview(SourceOutcome.CANNOT_CONFIRM, method=METHODS[0]), "data.number.why"),
]


@pytest.mark.parametrize(("reported", "held", "refused"), [case[1:] for case in HELD], ids=[case[0] for case in HELD])
def test_a_reviewer_must_be_able_to_follow_an_outcome(reported: str | None, held: NumberReview, refused: str) -> None:
    with pytest.raises(Refusal) as raised:
        verified_value("k", Decimal(reported) if reported else None, held, METHODS)
    assert raised.value.message == refused


def test_a_verified_value_moves_the_tonnes_by_exactly_its_difference(park: tuple[ReportedReport, Calculation]) -> None:
    report, calculation = park
    before = calculation.source("E-002")
    assert before is not None
    row = next(row for row in report.activity if (row.source_id, row.period) == ("E-002", "2021-04"))
    value = Decimal(row.quantity) - 10
    change = Correction("E-002", "activity", "2021-04", row.sheet, row.row, "quantity", row.unit, value)
    anew = calculate(corrected(report, {"E-002"}, [change]), PACK)
    assert float(before.known - known_tonnes(anew)) == pytest.approx(6.04)


def test_a_missing_month_is_filled_by_its_verified_value(park: tuple[ReportedReport, Calculation]) -> None:
    report, _ = park
    hole = Correction("G-035", "activity", "2021-05", "activity", None, "quantity", "10^4 Nm3", Decimal("0.5"))
    source = calculate(corrected(report, {"G-035"}, [hole]), PACK).source("G-035")
    assert source is not None
    assert source.complete


def test_a_factor_of_a_kind_speaks_of_all_its_sources(park: tuple[ReportedReport, Calculation]) -> None:
    report, _ = park
    gas = resting_on(report, "*:stationary_combustion:natural gas")
    assert gas == {row.source_id for row in report.sources if row.category == "stationary_combustion"}
    assert resting_on(report, "E-002") == {"E-002"}
