"""A request for evidence: who may do what when, which numbers it speaks of, and when a document may be withdrawn."""

import pytest

from verifier.core.errors import Refusal
from verifier.core.evidence_requests import NEXT, NumberKey, RequestAction, RequestState, after, check_may_withdraw, months_of, supports


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("action", RequestAction)
def test_what_is_not_in_the_table_may_not_be_done(state: RequestState, action: RequestAction) -> None:
    if (state, action) in NEXT:
        assert after(state, action) is NEXT[state, action]
    else:
        with pytest.raises(Refusal, match=r"voucher\.request\.not_now"):
            after(state, action)


@pytest.mark.parametrize(("written", "period"), [("2021年3月", "2021-03"), ("2021-03", "2021-03"), ("2021", "2021"), ("", "")])
def test_a_period_is_read_as_people_write_it(written: str, period: str) -> None:
    assert NumberKey.of(" E-1 ", written, " ncv ") == NumberKey("E-1", period, "ncv")


def test_a_period_that_is_neither_month_nor_year_is_refused() -> None:
    with pytest.raises(Refusal, match=r"voucher\.number\.period"):
        NumberKey.of("E-1", "spring")


@pytest.mark.parametrize(
    ("key", "period", "parameter", "covered"),
    [
        (NumberKey("E-1"), "2021-03", "ncv", True),
        (NumberKey("E-1", "2021-03"), "2021-03", "ncv", True),
        (NumberKey("E-1", "2021-03"), "2021-04", "ncv", False),
        (NumberKey("E-1", "2021"), "2021-04", None, True),
        (NumberKey("E-1", "2021-03"), None, None, True),
        (NumberKey("E-1", "", "ncv"), "2021-03", "ncv", True),
        (NumberKey("E-1", "", "ncv"), "2021-03", "oxidation", False),
        (NumberKey("E-1", "", "ncv"), "2021-03", "", True),
    ],
)
def test_what_either_side_leaves_open_covers_everything(key: NumberKey, period: str | None, parameter: str | None, covered: bool) -> None:
    assert key.covers(period, parameter) is covered


@pytest.mark.parametrize(
    ("withdrawn", "relied_on", "reason", "message"),
    [(True, False, "wrong file", "already"), (False, True, "wrong file", "relied_on"), (False, False, " ", "no_reason")],
)
def test_a_document_is_withdrawn_once_with_a_reason_and_never_once_relied_on(
    withdrawn: bool, relied_on: bool, reason: str, message: str
) -> None:
    with pytest.raises(Refusal, match=message):
        check_may_withdraw(withdrawn=withdrawn, relied_on=relied_on, reason=reason)


def test_a_document_nobody_relies_on_may_be_withdrawn_with_a_reason() -> None:
    check_may_withdraw(withdrawn=False, relied_on=False, reason="wrong file")


@pytest.mark.parametrize(
    ("written", "first", "last", "count"),
    [
        ("2021-03", "2021-03", "2021-03", 1),
        ("2021年3月", "2021-03", "2021-03", 1),
        ("2021", "2021-01", "2021-12", 12),
        ("2021-11 – 2022-01", "2021-11", "2022-01", 3),
        ("2021-01 至 2021-03", "2021-01", "2021-03", 3),
    ],
)
def test_the_months_a_document_covers_are_read_as_people_write_them(written: str, first: str, last: str, count: int) -> None:
    months = months_of(written)
    assert months is not None
    assert (min(months), max(months), len(months)) == (first, last, count)


@pytest.mark.parametrize("written", ["", "spring", "2021-01, 2021-05 and later"])
def test_months_that_a_document_does_not_name_clearly_are_open(written: str) -> None:
    assert months_of(written) is None


@pytest.mark.parametrize(
    ("linked", "written", "period", "supported"),
    [
        ("", "2021-03", "2021-03", True),
        ("", "2021-03", "2021-05", False),
        ("2021", "2021-01 – 2021-06", "2021-07", False),
        ("2020", "", "2021-03", False),
        ("2021-05", "2021-03", "2021-05", True),
        ("", "as agreed", "2021-05", True),
        ("", "2021-03", "2021", True),
    ],
)
def test_a_document_linked_to_a_whole_source_supports_the_months_it_covers(linked: str, written: str, period: str, supported: bool) -> None:
    assert supports(NumberKey("E-1", linked), written, period, "quantity") is supported
