"""Check 2 as a method: what may be held of a source's tonnes, and what the outcomes come to."""

from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from verifier.core.calculation.results import CategoryResult, SourceResult
from verifier.core.errors import Refusal
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome, outcome_status, verified_tonnes, verified_totals


def result(
    key: str = "E1", reported: str | None = "10", recalculated: str | None = "10", category: str = "process", counts: bool = True
) -> SourceResult:
    stated, known = Decimal(reported) if reported else None, Fraction(recalculated) if recalculated else None
    return SourceResult(
        source_id=key,
        name="",
        facility_id="",
        category=category,
        counts=counts,
        reported=stated,
        recalculated=known,
        known=known or Fraction(),
        difference=None if stated is None or known is None else Fraction(stated) - known,
        complete=known is not None,
        reasons=(),
        steps=(),
        factors=(),
    )


@pytest.mark.parametrize(
    ("reported", "recalculated", "outcome", "figure", "note", "sign", "expected"),
    [
        ("10", "10", "agreed", None, "", 1, "10"),
        ("10.25", "10.2468", "agreed", None, "", 1, "10.2468"),
        ("10.25", "10.2", "agreed", None, "x", 1, "data.agreed.differs"),
        ("10", None, "agreed", None, "", 1, "data.note.incomplete"),
        ("10", None, "agreed", None, "invoices seen", 1, "10"),
        (None, "10", "agreed", None, "x", 1, "data.agreed.nothing_reported"),
        ("10", "12", "differs", None, "x", 1, "data.differs.figure"),
        ("10", "12", "differs", "12", " ", 1, "data.note.differs"),
        ("10", "12", "differs", "12", "slip", 1, "12"),
        ("10", "12", "differs", "10.0", "slip", 1, "data.differs.same"),
        ("10", "12", "differs", "-12", "slip", 1, "data.differs.negative"),
        ("-10", "-12", "differs", "12", "slip", -1, "data.differs.deducted"),
        ("-10", "-12", "differs", "-12", "slip", -1, "-12"),
        ("10", "12", "differs", "0", "never ran", 1, "0"),
        ("10", None, "cannot_confirm", None, "", 1, "data.note.cannot_confirm"),
        ("10", None, "cannot_confirm", None, "no meter", 1, None),
    ],
)
def test_an_outcome_stands_for_tonnes_or_is_refused(
    reported: str | None, recalculated: str | None, outcome: str, figure: str | None, note: str, sign: int, expected: str | None
) -> None:
    decided = SourceOutcome(outcome), Decimal(figure) if figure else None, note
    if expected and expected.startswith("data."):
        with pytest.raises(Refusal, match=expected):
            verified_tonnes(result("E1", reported, recalculated), *decided, sign=sign)
        return
    found = verified_tonnes(result("E1", reported, recalculated), *decided, sign=sign)
    assert found == (Decimal(expected) if expected else None)


@pytest.mark.parametrize(
    ("outcome", "current", "open_finding", "expected"),
    [
        (None, False, False, OutcomeStatus.UNDECIDED),
        (None, False, True, OutcomeStatus.WAITING),
        (SourceOutcome.AGREED, True, False, OutcomeStatus.AGREED),
        (SourceOutcome.AGREED, True, True, OutcomeStatus.AGREED),
        (SourceOutcome.AGREED, False, True, OutcomeStatus.WAITING),
        (SourceOutcome.DIFFERS, False, False, OutcomeStatus.ASKED_AGAIN),
    ],
)
def test_how_far_a_source_is(outcome: SourceOutcome | None, current: bool, open_finding: bool, expected: OutcomeStatus) -> None:
    assert outcome_status(outcome, current=current, open_finding=open_finding) is expected


def whole(*sources: SourceResult) -> Any:
    codes = dict.fromkeys(source.category for source in sources)
    categories = [CategoryResult(code, code != "mobile_combustion", None, None, Fraction(), None) for code in codes]
    return SimpleNamespace(sources=sources, by_category=categories, reported_total=Decimal(99))


PACK: Any = SimpleNamespace(rounding=SimpleNamespace(places=0))


def test_the_total_is_the_sum_of_the_rounded_categories_that_count() -> None:
    calculation = whole(result("A"), result("B", category="measured"), result("C", category="mobile_combustion"))
    verified = {"A": Decimal("10.5"), "B": Decimal("20.5"), "C": Decimal("7")}
    assert verified_totals(calculation, verified, PACK).total == 32


def test_one_unknown_source_leaves_its_category_and_the_total_unknown() -> None:
    found = verified_totals(whole(result("A"), result("B", category="measured")), {"A": None, "B": Decimal(1)}, PACK)
    assert ([row.verified for row in found.categories], found.total) == ([None, Decimal(1)], None)


def test_what_check_1_leaves_out_is_not_in_the_sum() -> None:
    assert verified_totals(whole(result("A"), result("B")), {"A": Decimal(3)}, PACK, {"B"}).total == 3


def test_a_source_that_does_not_count_is_not_in_a_category_that_does() -> None:
    assert verified_totals(whole(result("A"), result("B", counts=False)), {"A": Decimal(3), "B": Decimal(5)}, PACK).total == 3
