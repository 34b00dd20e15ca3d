"""How numbers were tested, as stated in the statement: totals by procedure and category, and source by source."""

import re
from collections.abc import Iterable
from fractions import Fraction
from zoneinfo import ZoneInfo

from verifier.casework.coverage import queries
from verifier.casework.coverage.models import CoverageDeviation
from verifier.casework.review.models import Review
from verifier.checks.data.numbers.queries import names_of
from verifier.core.calculation.units import round_half_up
from verifier.core.coverage.assessment import CoverageAssessment, NumberCoverage, amount
from verifier.core.coverage.procedures import ORDER, CoverageKind, ProcedureMethod, strongest
from verifier.engagements.models import Engagement
from verifier.statement.facts import model as said
from verifier.statement.facts.model import Both
from verifier.statement.pdf.wording import PROCEDURES

PLACES = 6
MOST_EVIDENCE = 12
"""Documents named for one procedure of a source; all of them stand in the working papers."""
ITEM = re.compile(r"(S-\d+), (\d+)")
"""A tested item, as evidence names it: its sample and its number."""


def coverage(engagement: Engagement, review: Review) -> said.Coverage | None:
    """The coverage of the case; None where its rules require none."""
    found = queries.assessment_of(engagement)
    if found.rule is None:
        return None
    missing, rule = amount(found.missing), found.rule.origin.words
    return said.Coverage(
        basis=Both(rule.zh, rule.en),
        cells=tuple(_cells(found)),
        lines=tuple(_lines(found, names_of(engagement))),
        missing=missing.count,
        missing_tonnes=round_half_up(missing.tonnes, PLACES),
        deviations=tuple(
            said.Deviation(each.source_key, each.reason, each.person.registered_name) for each in _deviations(engagement, found)
        ),
        plan=_plan(engagement, found),
        sampling_accepted=len(found.own_practice) if review.sampling_accepted else 0,
    )


def _deviations(engagement: Engagement, found: CoverageAssessment) -> Iterable[CoverageDeviation]:
    left_out = {row.number.source for row in found.deviations}
    return (each for each in queries.deviations(engagement) if each.source_key in left_out)


def _cells(found: CoverageAssessment) -> Iterable[said.CoverageCell]:
    for kind in CoverageKind:
        for category, cells in found.table(kind).items():
            for method, cell in cells.items():
                code = method.value if method else ""
                yield said.CoverageCell(kind.value, category, code, PROCEDURES[code], cell.count, round_half_up(cell.tonnes, PLACES))


def _lines(found: CoverageAssessment, names: dict[str, str]) -> Iterable[said.CoverageLine]:
    for source, rows in found.by_source().items():
        by_method: dict[tuple[CoverageKind, ProcedureMethod | None], list[NumberCoverage]] = {}
        for row in rows:
            by_method.setdefault((row.number.kind, row.method), []).append(row)
        for (kind, method), own in sorted(by_method.items(), key=_place):
            code, tonnes = method.value if method else "", sum((row.number.tonnes for row in own), Fraction())
            evidence, rounded = named(map(_evidence, own)), round_half_up(tonnes, PLACES)
            yield said.CoverageLine(source, names.get(source, ""), kind.value, code, PROCEDURES[code], len(own), rounded, evidence)


def _place(entry: tuple[tuple[CoverageKind, ProcedureMethod | None], list[NumberCoverage]]) -> tuple[str, int]:
    kind, method = entry[0]
    return kind.value, len(ORDER) if method is None else ORDER.index(method)


def _evidence(row: NumberCoverage) -> str:
    best = strongest(row.procedures)
    return best.evidence if best and best.method is not ProcedureMethod.RECALCULATED else ""


def named(evidence: Iterable[str]) -> tuple[str, ...]:
    """Documents as they are named, each once; the items of a sample together by their numbers, and at the end how many are not named."""
    items: dict[str, list[int]] = {}
    found: dict[str, None] = {}
    for text in filter(None, evidence):
        item = ITEM.fullmatch(text)
        found[item[1] if item else text] = None
        if item:
            items.setdefault(item[1], []).append(int(item[2]))
    texts = [f"{text}: {_ranges(items[text])}" if text in items else text for text in found]
    more = len(texts) - MOST_EVIDENCE
    return (*texts[:MOST_EVIDENCE], f"… +{more}") if more > 0 else tuple(texts)


def _ranges(numbers: Iterable[int]) -> str:
    """Numbers in order, neighbours as a range: “1–4, 421”."""
    ends: list[list[int]] = []
    for each in sorted(set(numbers)):
        if ends and each == ends[-1][1] + 1:
            ends[-1][1] = each
        else:
            ends.append([each, each])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ends)


def _plan(engagement: Engagement, found: CoverageAssessment) -> str:
    approved = queries.plan_of(engagement) if found.rule and found.rule.by_plan else None
    if approved is None:
        return ""
    on = approved.approved_at.astimezone(ZoneInfo(engagement.unit_year.year.time_zone)).date().isoformat()
    return ", ".join(part for part in (approved.person.registered_name, on, approved.reason) if part)
