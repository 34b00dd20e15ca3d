"""Check 2: evidence requests, their states, and when a supporting document may be withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from verifier.core.errors import Refusal
from verifier.core.report.rows import period_of


class RequestState(StrEnum):
    """State of an evidence request."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class RequestAction(StrEnum):
    """What is done to a request: the unit assigns and answers, the verifier judges."""

    ASSIGN = "assign"
    ANSWER = "answer"
    ACCEPT = "accept"
    RETURN = "return"
    WITHDRAW = "withdraw"


WITH_UNIT = frozenset({RequestState.OPEN, RequestState.RETURNED})
"""The unit is waited for."""
DONE = frozenset({RequestState.ACCEPTED, RequestState.WITHDRAWN})

NEXT: Mapping[tuple[RequestState, RequestAction], RequestState] = {
    (RequestState.OPEN, RequestAction.ASSIGN): RequestState.OPEN,
    (RequestState.OPEN, RequestAction.ANSWER): RequestState.ANSWERED,
    (RequestState.OPEN, RequestAction.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.RETURNED, RequestAction.ASSIGN): RequestState.RETURNED,
    (RequestState.RETURNED, RequestAction.ANSWER): RequestState.ANSWERED,
    (RequestState.RETURNED, RequestAction.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.ANSWERED, RequestAction.ANSWER): RequestState.ANSWERED,
    (RequestState.ANSWERED, RequestAction.ACCEPT): RequestState.ACCEPTED,
    (RequestState.ANSWERED, RequestAction.RETURN): RequestState.RETURNED,
    (RequestState.ANSWERED, RequestAction.WITHDRAW): RequestState.WITHDRAWN,
}
"""What is not in the table may not be done; more may be added to an answer until it is judged."""


def after(state: RequestState, action: RequestAction) -> RequestState:
    """State after an action; refuses an action not permitted in the present state."""
    try:
        return NEXT[state, action]
    except KeyError:
        raise Refusal("voucher.request.not_now", state=state, action=action) from None


@dataclass(frozen=True, slots=True, order=True)
class NumberKey:
    """A reported number by its natural key (house.md): a source, a month or the year (blank: all), a parameter (blank: all of them)."""

    source: str
    period: str = ""
    parameter: str = ""

    @classmethod
    def of(cls, source: str, period: str = "", parameter: str = "") -> "NumberKey":
        """A key as people write one: `2021年3月` is `2021-03`; a period that is neither month nor year is refused."""
        written = period.strip()
        month = period_of(written) if written else ""
        if month is None:
            raise Refusal("voucher.number.period", period=written)
        return cls(source.strip(), month, parameter.strip())

    def covers(self, period: str | None, parameter: str | None) -> bool:
        """Whether it speaks of a number of its source; what either side leaves open covers everything."""
        same_period = not period or not self.period or len(self.period) == 4 or self.period == period
        return same_period and (not parameter or not self.parameter or self.parameter == parameter)


def check_may_withdraw(*, withdrawn: bool, relied_on: bool, reason: str) -> None:
    """A supporting document may be withdrawn with a reason unless a verifier relies on it; it is never deleted (issue 4)."""
    if withdrawn:
        raise Refusal("voucher.withdraw.already")
    if relied_on:
        raise Refusal("voucher.withdraw.relied_on")
    if not reason.strip():
        raise Refusal("voucher.withdraw.no_reason")
