"""Queries of numbers: the register, filtered and sorted by the database, with the decision on each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_, union

from verifier.cache import SMALL, Cache
from verifier.checks.data.models import NumberDecision, SourceDecision
from verifier.checks.data.numbers.progress import decided_sources
from verifier.checks.data.sampling.models import Sample, SampledItem
from verifier.core.outcomes.source_outcomes import OutcomeStatus, outcome_status
from verifier.core.report.reported_numbers import NumberKind
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.reports.models import ReportedNumber, ReportedSource

DATA = (NumberKind.ACTIVITY, NumberKind.MEASUREMENT)
ORDERS: Mapping[str, tuple[tuple[Any, bool], ...]] = {
    "": ((ReportedNumber.position, False),),
    "tonnes": ((ReportedNumber.weight, True), (ReportedNumber.position, True)),
    "period": ((ReportedNumber.period, False), (ReportedNumber.position, False)),
}
"""Columns of each order, and whether it is descending; each order has its own index."""


@dataclass(frozen=True, slots=True)
class NumberQuery:
    """Filter and order of numbers; an empty value selects all."""

    search: str = ""
    kind: str = ""
    source: str = ""
    period: str = ""
    flag: str = ""
    state: str = ""
    sampled: bool = False
    owner: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One number of the version under verification, with its decision."""

    number: ReportedNumber
    outcome: NumberDecision | None
    status: OutcomeStatus
    with_source: bool = False
    """Whether nothing was held of it alone, but its source's tonnes are decided."""

    @property
    def current(self) -> bool:
        """Whether the outcome given holds for what is reported now."""
        return self.outcome is not None and self.outcome.fingerprint == self.number.fingerprint

    @property
    def is_open(self) -> bool:
        """Whether it still has to be looked at."""
        return not self.current

    @property
    def differs(self) -> bool:
        """Whether another value was found right, and that holds."""
        return self.current and self.status is OutcomeStatus.DIFFERS

    @property
    def agreeable(self) -> bool:
        """Whether it may be agreed to among others: open, readable, and nothing flagged at it."""
        return self.is_open and self.number.value is not None and not self.number.flag_codes


def numbers(engagement: Engagement, query: NumberQuery) -> Select[Any]:
    """The numbers of the version under verification that were asked for, in the order asked for."""
    found = _filtered(engagement, query, in_order=_finds_most(engagement, query.search))
    return found.order_by(*(column.desc() if down else column for column, down in order_of(query)))


def order_of(query: NumberQuery) -> tuple[tuple[Any, bool], ...]:
    """The columns of the requested order; the order of the report for an unknown one."""
    return ORDERS.get(query.sort, ORDERS[""])


def _finds_most(engagement: Engagement, search: str) -> bool:
    """Whether a search finds so many numbers that reading them in order meets a page of them at once."""
    return bool(search.strip()) and 4 * count(engagement, NumberQuery(search=search)) > count(engagement, NumberQuery())


def _filtered(engagement: Engagement, query: NumberQuery, *, in_order: bool = False) -> Select[Any]:
    found = select(ReportedNumber).where(ReportedNumber.version_id == engagement.report_version_id)
    if query.kind:
        found = found.where(ReportedNumber.kind == query.kind)
    if query.source:
        found = found.where(ReportedNumber.source_key == query.source)
    if query.period:
        found = found.where(ReportedNumber.period == ("" if query.period == "year" else query.period))
    if query.flag:
        found = found.where(ReportedNumber.flag_codes > "" if query.flag != "none" else ReportedNumber.flag_codes == "")
        if query.flag not in ("any", "none"):
            found = found.where(_contains(literal(" ") + ReportedNumber.flag_codes + literal(" "), f" {query.flag} "))
    if query.owner:
        found = found.where(ReportedNumber.source_key.in_(_sources(engagement).where(ReportedSource.owner == query.owner)))
    if query.search.strip():
        found = found.where(_found_by(engagement, query.search.strip(), in_order=in_order))
    if query.sampled:
        pairs = sampled(engagement)
        drawn = tuple_(ReportedNumber.source_key, ReportedNumber.period).in_(pairs) if pairs else literal(False)
        found = found.where(ReportedNumber.kind.in_([kind.value for kind in DATA]), drawn)
    return found.where(_in_state(engagement, query.state)) if query.state else found


def _sources(engagement: Engagement) -> Select[Any]:
    return select(ReportedSource.source_key).where(ReportedSource.version_id == engagement.report_version_id)


def _found_by(engagement: Engagement, text: str, *, in_order: bool) -> ColumnElement[bool]:
    """By what names its source, by its document's whole name, or by its month: each has an index, so that no row is read in vain.

    `in_order`: row by row instead, for a search that finds most rows; gathering them all first would take longer than a page of them.
    """
    named = _sources(engagement).where(or_(*(_contains(column, text) for column in (*reports.SEARCHED, ReportedSource.facility_key))))
    at = select(ReportedNumber.position).where(ReportedNumber.version_id == engagement.report_version_id)
    ways = (
        ReportedNumber.source_key.in_(named),
        ReportedNumber.source_key == text,
        ReportedNumber.document == text,
        ReportedNumber.period == text,
    )
    if in_order:
        return or_(named.where(ReportedSource.source_key == ReportedNumber.source_key).exists(), *ways[1:])
    return ReportedNumber.position.in_(union(*(at.where(way) for way in ways)))


def _contains(column: Any, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.icontains(text, autoescape=True)
    return found


def _in_state(engagement: Engagement, state: str) -> ColumnElement[bool]:
    decided = select(NumberDecision.number_key).where(NumberDecision.engagement_id == engagement.id)
    own = decided.where(NumberDecision.number_key == ReportedNumber.number_key)
    holds = own.where(NumberDecision.fingerprint == ReportedNumber.fingerprint)
    if state == "open":
        return ~holds.exists()
    if state == OutcomeStatus.UNDECIDED:
        return ~own.exists()
    if state == OutcomeStatus.ASKED_AGAIN:
        return and_(ReportedNumber.number_key.in_(decided), ~holds.exists())
    return and_(ReportedNumber.number_key.in_(decided.where(NumberDecision.outcome == state)), holds.exists())


def count(engagement: Engagement, query: NumberQuery) -> int:
    """How many numbers were asked for, counted once where that never changes; open ones are all less those held."""
    if query.state == "open":
        every, holding = replace(query, state=""), _filtered(engagement, replace(query, state=""))
        decided = select(NumberDecision.number_key).where(NumberDecision.engagement_id == engagement.id)
        current = decided.where(
            NumberDecision.number_key == ReportedNumber.number_key, NumberDecision.fingerprint == ReportedNumber.fingerprint
        )
        return count(engagement, every) - _count(holding.where(ReportedNumber.number_key.in_(decided), current.exists()))
    if query == NumberQuery(sort=query.sort):
        last_position = select(func.max(ReportedNumber.position)).where(ReportedNumber.version_id == engagement.report_version_id)
        return db.session.scalar(last_position) or 0
    if query.state or query.sampled:
        return _count(_filtered(engagement, query))
    at = (engagement.report_version_id, replace(query, sort=""))
    return _counts.get(at, lambda: _count(_filtered(engagement, query)))


def _count(found: Select[Any]) -> int:
    return db.session.scalar(found.with_only_columns(func.count())) or 0


def with_outcomes(engagement: Engagement, rows: Sequence[ReportedNumber]) -> list[NumberRow]:
    """The numbers with what is held of each, in two queries however many there are."""
    of = select(NumberDecision).where(NumberDecision.engagement_id == engagement.id)
    decisions = {
        each.number_key: each for each in db.session.scalars(of.where(NumberDecision.number_key.in_([row.number_key for row in rows])))
    }
    source_keys = {row.source_key for row in rows}
    decided = set(db.session.scalars(decided_sources(engagement).where(SourceDecision.source_key.in_(source_keys))))
    return [_line(row, decisions.get(row.number_key), decided) for row in rows]


def every(engagement: Engagement, query: NumberQuery) -> list[NumberRow]:
    """Every number asked for, for a spreadsheet or a action on many: one query for the numbers, one for all outcomes."""
    decisions = select(NumberDecision).where(NumberDecision.engagement_id == engagement.id)
    outcomes = {each.number_key: each for each in db.session.scalars(decisions)}
    decided = set(db.session.scalars(decided_sources(engagement)))
    return [_line(row, outcomes.get(row.number_key), decided) for row in db.session.scalars(numbers(engagement, query))]


def _line(row: ReportedNumber, outcome: NumberDecision | None, decided: Collection[str]) -> NumberRow:
    current = outcome is not None and outcome.fingerprint == row.fingerprint
    status = outcome_status(outcome.outcome if outcome else None, current=current, open_finding=False)
    return NumberRow(row, outcome, status, with_source=outcome is None and row.source_key in decided)


def line(engagement: Engagement, number_key: str) -> NumberRow | None:
    """One number by its natural key, None where the version has none of it."""
    of = select(ReportedNumber).where(ReportedNumber.version_id == engagement.report_version_id, ReportedNumber.number_key == number_key)
    row = db.session.scalar(of)
    return with_outcomes(engagement, [row])[0] if row is not None else None


def with_keys(engagement: Engagement, keys: Collection[str]) -> list[NumberRow]:
    """The numbers of these keys that the version has."""
    of = select(ReportedNumber).where(ReportedNumber.version_id == engagement.report_version_id, ReportedNumber.number_key.in_(keys))
    return with_outcomes(engagement, list(db.session.scalars(of.order_by(ReportedNumber.position))))


def of_source(engagement: Engagement, source_key: str, places: Iterable[tuple[str, int]] = ()) -> list[NumberRow]:
    """What a source's tonnes rest on: its own numbers but those tonnes, and the rows at `places`, the factors it shares with others."""
    keys = list(at_places(engagement, set(places)).values())
    of_source_or_named = or_(ReportedNumber.source_key == source_key, ReportedNumber.number_key.in_(keys))
    of = select(ReportedNumber).where(ReportedNumber.version_id == engagement.report_version_id, of_source_or_named)
    kinds = [kind.value for kind in (*DATA, NumberKind.FACTOR)]
    return with_outcomes(engagement, list(db.session.scalars(of.where(ReportedNumber.kind.in_(kinds)).order_by(ReportedNumber.position))))


def neighbours(engagement: Engagement, query: NumberQuery, number: ReportedNumber) -> tuple[str | None, str | None]:
    """The keys of the number before and the one after, in the filter and order asked for."""
    return _nearest(engagement, query, number, forward=False), _nearest(engagement, query, number, forward=True)


def _nearest(engagement: Engagement, query: NumberQuery, number: ReportedNumber, *, forward: bool) -> str | None:
    columns = order_of(query)
    past: list[ColumnElement[bool]] = []
    for place, (column, down) in enumerate(columns):
        here = getattr(number, column.key)
        beyond = column < here if down is forward else column > here
        past.append(and_(*(each == getattr(number, each.key) for each, _ in columns[:place]), beyond))
    ordered = [column.desc() if down is forward else column for column, down in columns]
    return db.session.scalar(
        _filtered(engagement, query).with_only_columns(ReportedNumber.number_key).where(or_(*past)).order_by(*ordered).limit(1)
    )


def next_open(engagement: Engagement, query: NumberQuery, number: ReportedNumber) -> str | None:
    """The key of the next number that is still open, in the filter and order asked for."""
    state = query.state if query.state in ("open", OutcomeStatus.UNDECIDED, OutcomeStatus.ASKED_AGAIN) else "open"
    return _nearest(
        engagement, NumberQuery(**{**{name: getattr(query, name) for name in query.__slots__}, "state": state}), number, forward=True
    )


def sampled(engagement: Engagement) -> list[tuple[str, str]]:
    """Source and month of everything that was drawn from the report's data and not replaced since."""
    of = select(SampledItem.parts).join(Sample).where(Sample.engagement_id == engagement.id, Sample.drawn_at.is_not(None))
    drawn = of.where(Sample.replaced_at.is_(None), Sample.kind.in_(("data", "added", "deducted")))
    return sorted({(parts[0], parts[1]) for parts in db.session.scalars(drawn)})


def names_of(engagement: Engagement, keys: Collection[str] | None = None) -> dict[str, str]:
    """The names of sources by their keys; of all of them where none are asked for."""
    of = select(ReportedSource.source_key, ReportedSource.name).where(ReportedSource.version_id == engagement.report_version_id)
    found = db.session.execute(of if keys is None else of.where(ReportedSource.source_key.in_(keys)))
    return {row[0]: row[1] for row in found}


def at_places(engagement: Engagement, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The keys of the factors that stand at these sheets and rows."""
    if not places:
        return {}
    of = select(ReportedNumber.sheet, ReportedNumber.row, ReportedNumber.number_key).where(
        ReportedNumber.version_id == engagement.report_version_id,
        ReportedNumber.kind == NumberKind.FACTOR.value,
        tuple_(ReportedNumber.sheet, ReportedNumber.row).in_(list(places)),
    )
    return {(sheet, row): key for sheet, row, key in db.session.execute(of) if row is not None}


_counts: Cache[int] = Cache(SMALL)
"""How many numbers of a version a filter finds; what asks for outcomes or samples is counted anew, for those change."""
