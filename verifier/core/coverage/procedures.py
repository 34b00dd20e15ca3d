"""Evidence-gathering procedures on numbers: the method, the evidence, and the months that the evidence covers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from verifier.core.errors import Refusal
from verifier.core.report.rows import period_of, plain_text


class CoverageKind(StrEnum):
    """The kinds of numbers that coverage is assessed for."""

    ACTIVITY = "activity"
    """Activity data, continuous measurement included."""
    FACTOR = "factor"


class ProcedureMethod(StrEnum):
    """How a number was tested, strongest evidence first; a number is counted under the first of its methods.

    Source: ISO 14064-3:2019, list of evidence-gathering activities (rules.md section 5): tracing, retracing, confirmation, cross-checking,
    observation, reconciliation, examination, sampling, analytical testing, recalculation. Their order is practice.
    """

    VOUCHER = "voucher"
    """Traced to a voucher: the document and its page."""
    ORIGINAL_RECORD = "original_record"
    """Traced to the unit's original record (reading log, system export), which was opened."""
    CONFIRMED = "confirmed"
    """Confirmed by a third party."""
    INDEPENDENT_RECORD = "independent_record"
    """Compared with an independent record whose document was opened."""
    METER_READING = "meter_reading"
    """Stored register, or the readings at begin and end, seen at the meter."""
    RECONCILED = "reconciled"
    """Reconciled in a balance: main meter or invoice against its sub-meters."""
    FACTOR_TRACED = "factor_traced"
    """Factor traced to its table or laboratory report."""
    TABLE_VALUE = "table_value"
    """Default factor equal to its published table; found by the program."""
    SAMPLED = "sampled"
    """Not drawn itself, in a population that its sample supports."""
    METER_SEEN = "meter_seen"
    """Meter seen on site: identity, multiplier, calibration; no month of its data."""
    ANALYTICAL = "analytical"
    """Analytical procedure."""
    RECALCULATED = "recalculated"
    """Recalculated from the unit's own figures; a record that the unit typed into its report is one of them."""


ORDER = tuple(ProcedureMethod)
BEYOND_RECALCULATION = frozenset(ORDER) - {ProcedureMethod.METER_SEEN, ProcedureMethod.ANALYTICAL, ProcedureMethod.RECALCULATED}
RECORDED = tuple(
    method for method in ORDER if method not in (ProcedureMethod.TABLE_VALUE, ProcedureMethod.SAMPLED, ProcedureMethod.RECALCULATED)
)
"""What a verifier records as such; a published value, a sample and a recalculation follow from what the case holds already."""
OF_FACTORS = frozenset({ProcedureMethod.FACTOR_TRACED})
OF_ACTIVITY = frozenset({ProcedureMethod.METER_READING, ProcedureMethod.METER_SEEN, ProcedureMethod.RECONCILED})
WITH_MONTHS = frozenset({ProcedureMethod.METER_READING})
"""Evidence that is of certain months by its nature."""


@dataclass(frozen=True, slots=True)
class CoverageNumber:
    """A number that counts: `tonnes` are the t CO2 that depend on it, without sign; `months` those it speaks of."""

    key: str
    kind: CoverageKind
    source: str
    category: str
    period: str
    tonnes: Fraction
    months: frozenset[str]


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure carried out on a number; without `months` its evidence covers the whole of it. `by` is empty for the program."""

    method: ProcedureMethod
    evidence: str = ""
    months: frozenset[str] = frozenset()
    by: str = ""
    at: datetime | None = None
    sampling: str = ""
    """The sampling method, of a sample."""
    note: str = ""


def months_between(text: str, year: int) -> frozenset[str]:
    """Months as people write them, separated by commas, with `..`, `–`, `~` or `至` for a range; none where the text is blank.

    `2021-03`, `2021年3月`, `3月` and `3` are March of `year`; refuses a part that is none of these, or of another year.
    """
    found: set[str] = set()
    for part in plain_text(text).replace("、", ",").replace(";", ",").split(","):
        if not part.strip():
            continue
        ends = _ends(part)
        first, last = (_month(end, year) for end in (ends[0], ends[-1]))
        if first is None or last is None or first > last or not first[:4] == last[:4] == str(year):
            raise Refusal("coverage.months", text=part.strip())
        found |= {month for month in (f"{year}-{number:02d}" for number in range(1, 13)) if first <= month <= last}
    return frozenset(found)


def _ends(part: str) -> Sequence[str]:
    for mark in ("..", "–", "—", "~", "至", " - ", " to "):
        if mark in part:
            return [end for end in part.split(mark) if end.strip()] or [part]
    return [part]


def _month(text: str, year: int) -> str | None:
    word = text.strip().removesuffix("月")
    if word.isdecimal() and 1 <= int(word) <= 12:
        return f"{year}-{int(word):02d}"
    month = period_of(text)
    return month if month and len(month) == 7 else None


def strongest(procedures: Iterable[Procedure]) -> Procedure | None:
    """The procedure a number is counted under; None where nothing was done."""
    return min(procedures, key=lambda each: ORDER.index(each.method), default=None)


def covered_by(number: CoverageNumber, procedures: Iterable[Procedure]) -> bool:
    """Whether the evidence covers every month of a number: one procedure without months, or several that together have them all."""
    months: set[str] = set()
    for each in procedures:
        if not each.months:
            return True
        months |= each.months
    return bool(number.months) and number.months <= months


def check_recorded(method: ProcedureMethod, kinds: Iterable[CoverageKind], evidence: str, months: frozenset[str]) -> None:
    """Refuses a procedure without its evidence, a method that does not suit the numbers, and a meter reading without months."""
    of = set(kinds)
    if method not in RECORDED:
        raise Refusal("coverage.method", method=method)
    if not evidence.strip():
        raise Refusal("coverage.evidence")
    if (method in OF_FACTORS and CoverageKind.ACTIVITY in of) or (method in OF_ACTIVITY and CoverageKind.FACTOR in of):
        raise Refusal("coverage.unsuited", method=method)
    if method in WITH_MONTHS and not months:
        raise Refusal("coverage.no_months")
