"""Procedures that follow from what the case holds already: links of vouchers, accepted requests, samples, decisions, photos, tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select

from verifier.checks.data.analysis.models import AnalysisConclusion
from verifier.checks.data.models import NumberDecision, SourceDecision
from verifier.checks.data.sampling import queries as sampling
from verifier.checks.data.sampling.models import Sample, SampledItem
from verifier.checks.data.vouchers import queries as vouchers
from verifier.checks.data.vouchers.models import EvidenceRequest, Voucher, VoucherLink
from verifier.core.analysis.lines import AnalysisLevel
from verifier.core.coverage.procedures import CoverageKind, Procedure, ProcedureMethod, months_between
from verifier.core.errors import Refusal
from verifier.core.evidence_requests import NumberKey, RequestState
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.core.sampling.ladder import SITES
from verifier.core.sampling.plan import Method
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.evidence.models import Photo, PhotoSubject
from verifier.reports import queries as reports
from verifier.reports.models import ReportedNumber, ReportedSource

WORD_ONLY = frozenset({"recalculation", "analytical_testing", "inquiry", ""})
"""Evidence activities that show nothing beyond the unit's own figures."""
Found = Iterator[tuple[str, Procedure]]


@dataclass(frozen=True, slots=True)
class Datum:
    """A number that counts, as the procedures find it."""

    key: str
    kind: CoverageKind
    source: str
    period: str
    parameter: str
    fingerprint: str
    quantity: object
    """The value as read."""
    document: str


class Evidence:
    """What the case holds, looked up once for all numbers; a link made on an earlier report holds while the number is as it was."""

    def __init__(self, engagement: Engagement, data: Sequence[Datum]) -> None:
        self._case = engagement
        self._by_key = {each.key: each for each in data}
        self._by_source: dict[str, list[Datum]] = {}
        for each in data:
            self._by_source.setdefault(each.source, []).append(each)
        self._versions = sorted(reports.versions(engagement.unit_year), key=lambda version: version.handed_in_at)
        self._prints: dict[object, Mapping[str, str]] = {}

    def all(self) -> Found:
        """Every derived procedure, with the key of its number."""
        yield from self._links()
        yield from self._requests()
        yield from self._samples()
        yield from self._decisions()
        yield from self._photos()
        yield from self._analysis()

    def spoken_of(self, key: NumberKey) -> list[Datum]:
        """The numbers that a voucher or request speaks of; of factors only those whose parameter it names."""
        return [
            each
            for each in self._by_source.get(key.source, ())
            if key.covers(each.period, each.parameter) and (each.kind is CoverageKind.ACTIVITY or key.parameter == each.parameter)
        ]

    def unchanged(self, datum: Datum, since: datetime) -> bool:
        """Whether a number is as it was in the report that was there at a moment."""
        version = next((each for each in reversed(self._versions) if each.handed_in_at <= since), None)
        if version is None or version.id == self._case.report_version_id or not self._versions:
            return True
        if version.id not in self._prints:
            of = select(ReportedNumber.number_key, ReportedNumber.fingerprint).where(ReportedNumber.version_id == version.id)
            self._prints[version.id] = {row[0]: row[1] for row in db.session.execute(of)}
        return self._prints[version.id].get(datum.key, datum.fingerprint) == datum.fingerprint

    def _links(self) -> Found:
        """A voucher that a verifier linked; a link of the unit's own is a claim that nobody has looked at."""
        for link in links_of(self._case):
            if not link.by_unit:
                evidence = evidence_of(link.voucher, link.page)
                months = self._months(link.voucher, link.key)
                for datum in self.spoken_of(link.key):
                    if self.unchanged(datum, link.linked_at):
                        yield datum.key, Procedure(ProcedureMethod.VOUCHER, evidence, months, link.linker.name, link.linked_at)

    def _months(self, voucher: Voucher, key: NumberKey) -> frozenset[str]:
        """The months a link covers: its own month, else those the voucher says it is of, where they can be read."""
        if len(key.period) == 7:
            return frozenset({key.period})
        try:
            return months_between(voucher.period, self._case.unit_year.year.emission_year)
        except Refusal:
            return frozenset()

    def _requests(self) -> Found:
        for request in vouchers.requests(self._case):
            given = [each.voucher for each in request.answers if each.voucher.withdrawn_at is None]
            if request.state is RequestState.ACCEPTED and given and request.answered_at:
                labels = ", ".join(each.label for each in given)
                for datum in self._asked(request):
                    if self.unchanged(datum, request.answered_at):
                        months = frozenset({datum.period}) if len(datum.period) == 7 else frozenset[str]()
                        evidence = f"{request.label}: {labels}"
                        yield datum.key, Procedure(ProcedureMethod.VOUCHER, evidence, months, "", request.answered_at)

    def _asked(self, request: EvidenceRequest) -> Iterator[Datum]:
        for key in request.keys:
            yield from self.spoken_of(key)

    def _samples(self) -> Found:
        for drawn in sampling.live(self._case):
            if drawn.method == Method.RECIPROCAL or drawn.kind == SITES:
                continue
            rows = sampling.items(drawn)
            tested = {(row.parts[0], row.parts[1]): row for row in rows if row.result and len(row.parts) > 1}
            supported = still_supports(self._case, drawn, rows)
            for datum in self._by_key.values():
                place = (datum.source, datum.period)
                row = tested.get(place)
                if datum.kind is CoverageKind.FACTOR:
                    continue
                if row is not None and (row.quantity is None or datum.quantity in (row.quantity, row.found)):
                    method = ProcedureMethod.ORIGINAL_RECORD if row.result != "not_found" else ProcedureMethod.RECALCULATED
                    name = row.tester.name if row.tester else ""
                    yield datum.key, Procedure(method, f"S-{drawn.number}, {row.position}", frozenset(), name, row.tested_at, note=row.note)
                elif row is None and place in supported:
                    yield datum.key, Procedure(ProcedureMethod.SAMPLED, f"S-{drawn.number}", at=drawn.drawn_at, sampling=drawn.method)

    def _decisions(self) -> Found:
        """A decision recalculates; one that found another value rests on the document it names, unless it was calculated or told."""
        of = select(NumberDecision).where(NumberDecision.engagement_id == self._case.id)
        for decision in db.session.scalars(of):
            datum = self._by_key.get(decision.number_key)
            if datum is None or decision.fingerprint != datum.fingerprint or decision.outcome == SourceOutcome.CANNOT_CONFIRM:
                continue
            seen = decision.outcome == SourceOutcome.DIFFERS and decision.method not in WORD_ONLY
            method = ProcedureMethod.ORIGINAL_RECORD if seen else ProcedureMethod.RECALCULATED
            yield datum.key, Procedure(method, decision.said_by, frozenset(), decision.decider.name, decision.decided_at, note=decision.how)
        of_sources = (
            select(SourceDecision)
            .join(ReportedSource, ReportedSource.source_key == SourceDecision.source_key)
            .where(SourceDecision.engagement_id == self._case.id, ReportedSource.version_id == self._case.report_version_id)
            .where(ReportedSource.fingerprint == SourceDecision.fingerprint, SourceDecision.outcome != SourceOutcome.CANNOT_CONFIRM)
        )
        for held in db.session.scalars(of_sources):
            for datum in self._by_source.get(held.source_key, ()):
                yield datum.key, Procedure(ProcedureMethod.RECALCULATED, "", frozenset(), held.decider.name, held.decided_at)

    def _photos(self) -> Found:
        """A photo of a source shows its meter: identity, multiplier, calibration."""
        of = select(PhotoSubject.key, Photo.caption, Photo.added_at).join(Photo, PhotoSubject.photo_id == Photo.id)
        for key, caption, added_at in db.session.execute(of.where(Photo.case_id == self._case.id, PhotoSubject.kind == "source")):
            for datum in self._by_source.get(key or "", ()):
                if datum.kind is CoverageKind.ACTIVITY:
                    yield datum.key, Procedure(ProcedureMethod.METER_SEEN, caption, at=added_at)

    def _analysis(self) -> Found:
        """A conclusion on a line of an analytical procedure that is of one source, or of a month of it."""
        of = select(AnalysisConclusion).where(AnalysisConclusion.engagement_id == self._case.id)
        for row in db.session.scalars(of):
            _procedure, level, code, *period = (part.replace("%2F", "/").replace("%25", "%") for part in row.line_key.split("/"))
            months = frozenset(each for each in period if len(each) == 7)
            for datum in self._by_source.get(code, ()) if level == AnalysisLevel.SOURCE else ():
                if datum.kind is CoverageKind.ACTIVITY and self.unchanged(datum, row.concluded_at):
                    yield datum.key, Procedure(ProcedureMethod.ANALYTICAL, row.conclusion, months, at=row.concluded_at)


def links_of(engagement: Engagement) -> list[VoucherLink]:
    """Every link that holds, of the unit or the body."""
    of = select(VoucherLink).join(Voucher).where(Voucher.unit_year_id == engagement.unit_year_id)
    holding = of.where(VoucherLink.undone_at.is_(None), Voucher.withdrawn_at.is_(None))
    return list(db.session.scalars(holding.order_by(VoucherLink.linked_at)).unique())


def evidence_of(voucher: Voucher, page: int | None) -> str:
    """A voucher with its page, as it is named."""
    return f"{voucher.label} {voucher.title}" + (f", p. {page}" if page else "")


def supports(drawn: Sample, rows: Sequence[SampledItem]) -> frozenset[tuple[str, str]]:
    """Source and month of all that a sample speaks for: of a ladder the strata whose step is done without a failure that forces another,
    of tonne units the population where the upper limit of error is within the tolerable one."""
    population = sampling.stored_population(drawn)
    places = [(item.parts[0], item.parts[1]) for item in population.items if len(item.parts) > 1]
    if drawn.method == Method.LADDER:
        done = {each.key for each in sampling.strata(drawn, rows) if not each.forced.open and not each.forced.must_climb and each.tested}
        return frozenset(place for place in places if place[0] in done)
    found, tonnes = sampling.evaluation(drawn, rows), sampling.plan_of(drawn).tonnes
    if found is None or tonnes is None or found.open or found.upper_limit > Fraction(tonnes.tolerable):
        return frozenset()
    return frozenset(place for place in places if place[0] not in population.unknown)


def still_supports(engagement: Engagement, drawn: Sample, rows: Sequence[SampledItem]) -> frozenset[tuple[str, str]]:
    """The same after a corrected report: of a ladder without the months that changed, since no draw could have reached their new amount;
    of tonne units all or nothing, and all only where none but tested items changed."""
    changed = {(parts[0], parts[1]) for parts in sampling.changed_items(engagement, drawn) if len(parts) > 1}
    if drawn.method == Method.LADDER:
        return supports(drawn, rows) - changed
    tested = {(row.parts[0], row.parts[1]) for row in rows if row.result and len(row.parts) > 1}
    return supports(drawn, rows) if changed <= tested else frozenset()


def would_support(engagement: Engagement, drawn: Sample) -> frozenset[tuple[str, str]]:
    """Source and month of all that a sample would speak for if it were completed and supported the figure: of a ladder what it samples.

    What it speaks for today is not among them.
    """
    rows = sampling.items(drawn)
    done = still_supports(engagement, drawn, rows)
    places = {(item.parts[0], item.parts[1]) for item in sampling.stored_population(drawn).items if len(item.parts) > 1}
    if drawn.method == Method.LADDER:
        sampled = {each.key for each in sampling.strata(drawn, rows)}
        changed = {parts[:2] for parts in sampling.changed_items(engagement, drawn)}
        places = {place for place in places if place[0] in sampled and place not in changed}
    return frozenset(places - done)


def first_test(engagement: Engagement, procedures: Iterable[Procedure]) -> datetime | None:
    """When testing began: the first procedure beyond recalculation that somebody carried out."""
    idle = (ProcedureMethod.RECALCULATED, ProcedureMethod.TABLE_VALUE, ProcedureMethod.SAMPLED, ProcedureMethod.METER_SEEN)
    return min((each.at for each in procedures if each.at is not None and each.method not in idle), default=None)
