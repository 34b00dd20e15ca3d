"""The quickest way to cover what is missing: documents and requests shared by many numbers, those with the most tonnes first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from heapq import heapify, heappop, heappush

from verifier.core.coverage.assessment import NumberCoverage


class LeadKind(StrEnum):
    """What could cover a number, quickest first."""

    UNIT_VOUCHER = "unit_voucher"
    """A voucher that the unit linked to it and nobody of the team has looked at."""
    ANSWERED_REQUEST = "answered_request"
    """An answer of the unit to an evidence request, to be reviewed."""
    OPEN_REQUEST = "open_request"
    """An evidence request that waits for the unit."""
    OPEN_SAMPLE = "open_sample"
    """A sample whose items are not all tested, or that must be extended."""
    DOCUMENT = "document"
    """The document that the report names for several numbers; nobody has asked for it."""
    SOURCE_DOCUMENTS = "source_documents"
    """The documents of a source, each of one number."""
    NONE = "none"


ORDER = tuple(LeadKind)


@dataclass(frozen=True, slots=True, order=True)
class Lead:
    """One thing that could cover several numbers: a voucher, a request, a sample, or a document by its name in the report."""

    kind: LeadKind
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A lead with the missing numbers that it would cover."""

    lead: Lead
    numbers: tuple[str, ...]
    tonnes: Fraction


def ways(missing: Sequence[NumberCoverage], leads: Mapping[str, Iterable[Lead]]) -> tuple[Way, ...]:
    """Each missing number under one lead: again and again the lead that covers the most tonnes of those left, then the quicker kind.

    Numbers without a lead come last, together.
    """
    tonnes = {row.number.key: row.number.tonnes for row in missing}
    by_lead: dict[Lead, set[str]] = {}
    for key in tonnes:
        for lead in leads.get(key, ()):
            by_lead.setdefault(lead, set()).add(key)
    found, left = [], set(tonnes)
    queue = [(_worth(lead, keys, tonnes), lead) for lead, keys in by_lead.items()]
    heapify(queue)
    while queue:
        worth, lead = heappop(queue)
        keys = by_lead[lead] & left
        now = _worth(lead, keys, tonnes)
        if not keys:
            continue
        if now != worth:  # What it covers has become less: others may be worth more by now.
            heappush(queue, (now, lead))
            continue
        found.append(_way(lead, keys, tonnes))
        left -= keys
    if left:
        found.append(_way(Lead(LeadKind.NONE), left, tonnes))
    return tuple(found)


def _worth(lead: Lead, keys: set[str], tonnes: Mapping[str, Fraction]) -> tuple[Fraction, int, int, str]:
    """The order in which leads are taken, smallest first: most tonnes, most numbers, quickest kind."""
    return -sum((tonnes[key] for key in keys), Fraction()), -len(keys), ORDER.index(lead.kind), lead.reference


def _way(lead: Lead, keys: set[str], tonnes: Mapping[str, Fraction]) -> Way:
    return Way(lead, tuple(sorted(keys)), sum((tonnes[key] for key in keys), Fraction()))
