"""A bad workbook is refused whole with its places, or kept with what is wrong pointed out; quickly, and within memory."""

from functools import cache

import pytest

from tests.files import good
from tests.files.measuring import Measured, measured
from tests.files.workbooks import CASES, Case
from verifier.core.calculation.recalculation import calculate
from verifier.core.report.rows import ReportedReport
from verifier.reports.workbook.reader import Unreadable, read
from verifier.rulepacks.load import load

pytestmark = pytest.mark.hold

SECONDS, MEGABYTES = 10, 512
EXPECTED = {"expected_year": 2021, "expected_unit": ["91110000MA00000X0F", "Riverside Park Services"]}
Answer = tuple[set[tuple[str, str, str]], ReportedReport | None, set[tuple[str, str, int, str]]]


def answer(data: bytes) -> Answer:
    """The places it is refused for; else the report, and what looks wrong as (code, sheet, row, source)."""
    try:
        report = read(data, **EXPECTED)
    except Unreadable as unreadable:
        places = {
            (problem.message_id.removeprefix("reports.workbook."), problem.sheet, problem.column or str(problem.values.get("cell", "")))
            for problem in unreadable.problems
        }
        return places, None, set()
    flags = calculate(report, load("beijing/2021")).flags
    return set(), report, {(flag.code, flag.sheet, flag.row or 0, flag.source or "") for flag in flags}


@cache
def good_flags() -> set[tuple[str, str, int, str]]:
    return answer(good.small())[2]


def test_the_good_one_is_good() -> None:
    places, report, _ = answer(good.small())
    assert places == set()
    assert report is not None
    assert [len(report.sources), len(report.activity), len(report.meters)] == [3, 36, 3]
    calculation = calculate(report, load("beijing/2021"))
    assert calculation.reported_total == calculation.rounded_total == 4609


def test_there_are_a_hundred() -> None:
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_bad_workbook_is_answered(case: Case) -> None:
    data = case.make()
    done: Measured = measured(answer, data)
    places, report, flags = done.result
    assert places == case.refused
    if report is not None:
        new = {flag[:3] for flag in flags - good_flags()}
        assert case.flagged <= new
        if not case.flagged:
            assert new == set()
        for (sheet, row, column), text in case.kept.items():
            assert {each.row: getattr(each, column) for each in getattr(report, sheet)}[row] == text
        if not case.kept and not case.flagged:
            assert [len(report.sources), len(report.activity), len(report.totals)] == [3, 36, 3]
    assert done.processor < SECONDS
    assert done.megabytes < MEGABYTES
