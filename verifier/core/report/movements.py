"""Movement of each source's reported tonnes from one version to the next: on request of findings, and changed without being asked."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from verifier.core.calculation.units import half_a_last_digit
from verifier.core.opinion.reconciliation import Movement
from verifier.core.report.differences import IN_TONNES
from verifier.core.report.rows import FactorRow, ReportedReport
from verifier.core.report.tonnage_effects import AMOUNTS_IN
from verifier.core.report.version_changes import Judged

Stated = Mapping[str, Decimal | None]


def changes_by_source(rows: Sequence[Judged], old: ReportedReport, new: ReportedReport) -> dict[str, list[Judged]]:
    """The changes that speak of each source; one of a shared factor speaks of every source of its kind."""
    found: dict[str, list[Judged]] = {}
    sources = {row.source_id: row for report in (old, new) for row in report.sources}
    for row in rows:
        change = row.change
        shared = FactorRow(sheet=change.sheet, row=change.row, source_id=change.source) if change.source.startswith("*") else None
        spoken_of = [key for key, source in sources.items() if shared.speaks_of(source)] if shared else [change.source]
        for key in spoken_of:
            found.setdefault(key, []).append(row)
    return found


def movements(
    before: Stated, after: Stated, rows: Mapping[str, Sequence[Judged]], whole: Collection[str] = frozenset()
) -> tuple[Movement, ...]:
    """How the stated tonnes of each source that counts moved, old − new; `rows` are its changes, `whole` the sources asked about whole.

    A source whose tonnes are unknown in either version is left out: its movement is unknown.
    """
    found = []
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, Decimal()), after.get(key, Decimal())
        if was is not None and now is not None and was != now:
            found.append(_movement(key, was, now, rows.get(key, ()), whole=key in whole))
    return tuple(found)


def _movement(source: str, was: Decimal, now: Decimal, rows: Sequence[Judged], *, whole: bool) -> Movement:
    moved = Fraction(was) - Fraction(now)
    details = [row for row in rows if row.change.sheet in AMOUNTS_IN or row.change.sheet == "factors"]
    asked, silent = [row for row in details if row.requested], [row for row in details if not row.requested]
    if not details:
        stated = [row for row in rows if row.change.sheet == "sources" and row.requested]
        return Movement(source, moved, Fraction()) if stated else Movement(source, Fraction(), moved)
    if not asked:
        return Movement(source, Fraction(), moved)
    if not silent and (whole or _stated_by(asked, moved, was, now)):
        return Movement(source, moved, Fraction())
    return _split(source, moved, asked, silent, whole=whole)


def _split(source: str, moved: Fraction, asked: Sequence[Judged], silent: Sequence[Judged], *, whole: bool) -> Movement:
    """Both in one source: what is known of the one leaves the rest to the other; where neither is known, nothing was asked for."""
    by_request, without = _tonnes(asked), _tonnes(silent)
    if without is not None and (whole or by_request is None):
        return Movement(source, moved - without, without)
    if by_request is not None:
        return Movement(source, by_request, moved - by_request)
    return Movement(source, Fraction(), moved)


def _stated_by(rows: Sequence[Judged], moved: Fraction, was: Decimal, now: Decimal) -> bool:
    """Whether the changed data explain the stated tonnes, to the digits in which those are stated; unknown data explain them."""
    explained = _tonnes(rows)
    return explained is None or abs(moved - explained) <= half_a_last_digit(was) + half_a_last_digit(now)


def _tonnes(rows: Sequence[Judged]) -> Fraction | None:
    """What changes of data moved the tonnes by, old − new; None where that of any is unknown. A month is told by one of its columns.

    What a shared factor moved is known of all its sources together, not of one.
    """
    if any(row.change.source.startswith("*") for row in rows):
        return None
    months: dict[tuple[str, str], Fraction | None] = {}
    for row in rows:
        place, tonnes = (row.change.sheet, "|".join(row.change.keys)), row.change.tonnes
        known = months.get(place)
        months[place] = known if tonnes is None else (known or Fraction()) - tonnes
    if any(each is None for each in months.values()):
        return None
    return sum((each for each in months.values() if each is not None), Fraction())


def accepted_sources(rows: Mapping[str, Sequence[tuple[Judged, bool]]]) -> frozenset[str]:
    """Sources of which every change that nobody asked for was accepted by a verifier; each change with whether it was."""
    silent = {key: [accepted for row, accepted in own if not row.requested and _moves(row)] for key, own in rows.items()}
    return frozenset(key for key, own in silent.items() if own and all(own))


def _moves(row: Judged) -> bool:
    """Whether a change may move the tonnes of its source."""
    sheet = row.change.sheet
    return sheet in AMOUNTS_IN or sheet == "factors" or (sheet == "sources" and row.change.column in (IN_TONNES, "counts", "category"))
