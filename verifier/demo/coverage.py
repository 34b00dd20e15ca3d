"""Tests the numbers of a demo case: vouchers, independent records, meter readings, and a completed sample of the small sources."""

from fractions import Fraction
from typing import Any

from verifier.casework.coverage import actions, queries
from verifier.casework.coverage.actions import Draft
from verifier.checks.data.sampling import actions as sampling
from verifier.checks.data.sampling import queries as samples
from verifier.checks.data.sampling import results
from verifier.checks.data.sampling.actions import SampleRequest
from verifier.checks.data.sampling.risk_queries import risk_rows
from verifier.checks.data.vouchers import actions as vouchers
from verifier.checks.data.vouchers.actions import GivenVoucher
from verifier.checks.data.vouchers.models import Voucher
from verifier.core.coverage.procedures import CoverageKind, ProcedureMethod
from verifier.core.report.rows import period_of
from verifier.core.sampling.ladder import STRICT
from verifier.core.sampling.plan import Method, Plan
from verifier.core.sampling.risk import Level
from verifier.engagements.models import Engagement
from verifier.reports.queries import report_of

INVOICES = ("electricity-invoices-2021.pdf", "Electricity invoices of the grid company, January to December 2021")
READINGS = ("gas-meter-readings-2021.pdf", "Monthly readings of the gas meters, export of the metering system")
SETTLEMENT = ("settlement-2021.pdf", "Settlement statements of the grid company by metering point")
METERS_READ = 3
"""Sources whose stored register is read at the meter."""


def cover(maker: Any, engagement: Engagement) -> None:
    """Every number that counts is tested beyond recalculation; default factors equal to their table need nobody."""
    small = sample(maker, engagement)
    data = [each for each in queries.counted_numbers(engagement) if each.number.kind is CoverageKind.ACTIVITY]
    large = [each for each in data if each.number.source not in small]
    electricity = [each.number.key for each in large if each.number.category == "purchased_electricity"]
    others = [each.number.key for each in large if each.number.category != "purchased_electricity"]
    written(maker, engagement, ProcedureMethod.VOUCHER, electricity, handed_in(maker, engagement, *INVOICES))
    written(maker, engagement, ProcedureMethod.ORIGINAL_RECORD, others, handed_in(maker, engagement, *READINGS))
    beside = {(row.source_id, period_of(row.period) or row.period) for row in report_of(engagement.report_version).crosschecks}
    compared = [each.number.key for each in data if (each.number.source, each.number.period) in beside]
    written(maker, engagement, ProcedureMethod.INDEPENDENT_RECORD, compared, handed_in(maker, engagement, *SETTLEMENT))
    december = sorted((each for each in large if each.number.period == "2021-12"), key=lambda each: -each.number.tonnes)
    read = Draft(ProcedureMethod.METER_READING, document="Stored register of the meter, read on site", months="2021-12")
    keys = [each.number.key for each in december[:METERS_READ]]
    actions.record_procedure(engagement, keys, read, actor=maker.actor("verifier"), now=maker.cast.now())


def written(maker: Any, engagement: Engagement, method: ProcedureMethod, keys: list[str], voucher: Voucher) -> None:
    """One procedure on many numbers, with its document."""
    if keys:
        draft = Draft(method, voucher.id, page=1)
        actions.record_procedure(engagement, keys, draft, actor=maker.actor("verifier"), now=maker.cast.now())


def handed_in(maker: Any, engagement: Engagement, name: str, title: str) -> Voucher:
    """A document of the unit; the demo's have one page with their title."""
    given = GivenVoucher(name, page_with(f"{title}: {engagement.unit.name}"), title, period="2021")
    return vouchers.submit(engagement, given, by_unit=True, actor=maker.actor("group-contact"), now=maker.cast.now())[0]


def page_with(text: str) -> bytes:
    """A PDF of one page with one line."""
    shown = text.encode("ascii", "replace").replace(b"(", b" ").replace(b")", b" ")
    stream = b"BT /F1 12 Tf 60 760 Td (" + shown + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def sample(maker: Any, engagement: Engagement) -> frozenset[str]:
    """The small sources, by the ladder: risks assessed, drawn once, every item traced to its reading."""
    by = {"actor": maker.actor("lead")}
    keys = [(str(each.kind), each.key) for each in risk_rows(engagement)[1]]
    reason = "Sub-meters read by one system; the unit compares them with the main meters every month."
    sampling.assess(engagement, keys, Level.LOW, Level.LOW, reason, now=maker.cast.now(), **by)
    places = samples.places(engagement, "data", STRICT)
    steps: dict[str, Fraction] = {place.key: place.step for place in places if place.sampled and place.items}
    request = SampleRequest("Many small sources with one kind of meter.", "", STRICT, places)
    population = samples.population(engagement, "data")
    planned = sampling.plan_sample(engagement, Plan(Method.LADDER, "data", steps), population, request, now=maker.cast.now(), **by)
    drawn = sampling.draw_sample(engagement, planned, now=maker.cast.now(), **by)
    positions = [row.position for row in samples.items(drawn)]
    results.agree_many(engagement, drawn, positions, "Reading log and meter export agree.", now=maker.cast.now(), **by)
    return frozenset(steps)
