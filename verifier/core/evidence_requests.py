"""Check 2: evidence requests, their states, and when a supporting document may be withdrawn."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
        of_year = len(self.period) == 4 and (period or "").startswith(self.period)
        same_period = not period or not self.period or of_year or self.period == period
        return same_period and (not parameter or not self.parameter or self.parameter == parameter)


_RANGE = re.compile(r"\s*(?:–|—|~|～|至|到|\bto\b)\s*")


def months_of(written: str) -> frozenset[str] | None:
    """The months a document says it covers: `2021-03`, `2021`, `2021-01 – 2021-03`; None where it does not say so in a way that is read."""
    parts = [period_of(part) for part in _RANGE.split(written.strip()) if part]
    if not parts or len(parts) > 2 or any(part is None for part in parts):
        return None
    first, last = str(parts[0]), str(parts[-1])
    begin = first if len(first) > 4 else f"{first}-01"
    end = last if len(last) > 4 else f"{last}-12"
    year, month = int(begin[:4]), int(begin[5:])
    found: list[str] = []
    while f"{year}-{month:02d}" <= end and len(found) < MOST_MONTHS:
        found.append(f"{year}-{month:02d}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return frozenset(found)


MOST_MONTHS = 120


def supports(key: NumberKey, document_period: str, period: str | None, parameter: str | None) -> bool:
    """Whether a document linked to `key` supports a number: the link covers it, and so do the months the document says it is of.

    A link to a month was made for that month; one to a whole source or year reaches no further than the document.
    """
    if not key.covers(period, parameter):
        return False
    months = months_of(document_period) if len(key.period) <= 4 else None
    return months is None or not period or len(period) == 4 or period in months


def check_may_withdraw(*, withdrawn: bool, relied_on: bool, reason: str) -> None:
    """A supporting document may be withdrawn with a reason unless a verifier relies on it; it is never deleted (issue 4)."""
    if withdrawn:
        raise Refusal("voucher.withdraw.already")
    if relied_on:
        raise Refusal("voucher.withdraw.relied_on")
    if not reason.strip():
        raise Refusal("voucher.withdraw.no_reason")


_UP_TO = re.compile(r"\s*(?:至|到|~|～|–|—|\bto\b)\s*")
_IN_NAME = (
    re.compile(r"(?<!\d)(20\d\d)\s*[年\-_.\s]\s*(1[0-2]|0?[1-9])(?!\d)"),
    re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(?:[0-3]\d)?(?!\d)"),
)
MOST_MONTHS = 36
"""Months of one range."""


def periods_in(text: str) -> tuple[str, ...]:
    """The months and years of a text: one as people write it, several, or the first and last of a range (`2021-01 to 2021-03`).

    A text that holds anything else is refused.
    """
    written = text.strip()
    if not written or (whole := period_of(written)) is not None:
        return (whole,) if written and whole else ("",)
    found: list[str] = []
    for part in _UP_TO.sub("~", written).split():
        first, *last = (period_of(each) for each in part.split("~"))
        months = _between(first, last[0]) if first and len(last) == 1 and last[0] else (first,) if first and not last else ()
        if not months:
            raise Refusal("voucher.number.period", period=written)
        found += months
    return tuple(dict.fromkeys(found))


def _between(first: str, last: str) -> tuple[str, ...]:
    """Every month from the first to the last; none where they are no months in order, or too many."""
    if len(first) != 7 or len(last) != 7:
        return ()
    begin, end = (int(each[:4]) * 12 + int(each[5:]) - 1 for each in (first, last))
    return tuple(f"{at // 12}-{at % 12 + 1:02d}" for at in range(begin, end + 1)) if 0 <= end - begin < MOST_MONTHS else ()


def month_in_name(filename: str) -> str:
    """The month that a file's name holds (`2021-03`, `2021年3月`, `202103`, `20210315`); empty where it holds none."""
    found = next((match for pattern in _IN_NAME if (match := pattern.search(filename))), None)
    return f"{found[1]}-{int(found[2]):02d}" if found else ""


def of_month(keys: Sequence[NumberKey], month: str) -> list[NumberKey]:
    """The numbers of one month: those that name it, and those that name no period; without a month all of them."""
    if not month:
        return list(keys)
    return [replace(key, period=month) for key in keys if key.period in ("", month)]
