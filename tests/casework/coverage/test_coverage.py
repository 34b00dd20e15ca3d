"""Procedures on the numbers of a case: recorded, withdrawn, derived from other work; and what a conclusion makes of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.checks.data.builders import cover_all
from tests.people import Cast, actor, sign_in
from tests.statement.builders import approve, worked, worked_case
from verifier.casework.coverage import actions, queries
from verifier.casework.coverage.actions import Draft
from verifier.casework.coverage.models import EvidenceProcedure
from verifier.checks.data.numbers import actions as numbers
from verifier.checks.data.vouchers.models import Voucher, VoucherLink
from verifier.core.coverage.assessment import NumberCoverage
from verifier.core.coverage.procedures import CoverageKind, ProcedureMethod
from verifier.core.coverage.shortest_way import LeadKind
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence import actions as evidence
from verifier.rulepacks.load import load
from verifier.statement import actions as statement
from verifier.statement.facts import assessment

LOG = Draft(ProcedureMethod.ORIGINAL_RECORD, document="Reading log of the boiler house")


def row_of(case: Engagement, key: str) -> NumberCoverage:
    return next(row for row in queries.assessment_of(case).rows if row.number.key == key)


def some_datum(case: Engagement, place: int = 0) -> str:
    data = [each for each in queries.counted_numbers(case) if each.number.kind is CoverageKind.ACTIVITY]
    return sorted(data, key=lambda each: (-each.number.tonnes, each.number.key))[place].number.key


def voucher(case: Engagement, cast: Cast, period: str = "") -> Voucher:
    kept = evidence.keep(b"%PDF-1.4 invoice" + period.encode(), "application/pdf", now=utcnow())
    made = Voucher(unit_year_id=case.unit_year_id, number=1, sha256=kept.sha256, filename="invoice.pdf", title="Invoice", period=period)
    made.media_type, made.by_unit, made.handed_in_by, made.handed_in_at = "application/pdf", True, cast.contact.id, utcnow()
    db.session.add(made)
    db.session.flush()
    return made


def linked(case: Engagement, cast: Cast, key: str, *, by_unit: bool, period: str = "") -> Voucher:
    made, datum = voucher(case, cast, period), next(each.datum for each in queries.counted_numbers(case) if each.number.key == key)
    by = cast.contact if by_unit else cast.verifier
    db.session.add(VoucherLink(voucher_id=made.id, source_key=datum.source, by_unit=by_unit, linked_by=by.id, linked_at=utcnow()))
    db.session.flush()
    return made


def record(case: Engagement, cast: Cast, keys: list[str], draft: Draft = LOG) -> EvidenceProcedure:
    return actions.record_procedure(case, keys, draft, actor=actor(cast.verifier), now=utcnow())


def test_agreeing_in_bulk_is_a_recalculation_and_covers_nothing(cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    key = next(each.number.key for each in queries.counted_numbers(case) if each.number.kind is CoverageKind.ACTIVITY)
    numbers.agree_many(case, [key], "examination", actor=actor(cast.verifier), now=utcnow())
    assert (row_of(case, key).method, row_of(case, key).missing) == (ProcedureMethod.RECALCULATED, True)


def test_a_case_whose_numbers_were_only_agreed_gets_no_positive_opinion(cast: Cast) -> None:
    case = worked_case(cast)
    for row in queries.recorded(case):
        actions.withdraw_procedure(case, row.id, "It was another unit's log.", actor=actor(cast.verifier), now=utcnow())
    with pytest.raises(Refusal, match=r"statement\.conclusion\.not_open"):
        statement.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow())
    assert [choice.opinion.code for choice in assessment.choices(case) if choice.open] == []


def test_a_procedure_withdrawn_after_approval_leaves_nothing_to_certify(cast: Cast) -> None:
    case = worked_case(cast)
    statement.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow())
    row = next(each for each in queries.recorded(case) if each.method is ProcedureMethod.ORIGINAL_RECORD)
    actions.withdraw_procedure(case, row.id, "It was another unit's log.", actor=actor(cast.verifier), now=utcnow())
    with pytest.raises(Refusal, match=r"statement\.conclusion\.outdated"):
        approve(cast, case)


def test_one_procedure_covers_many_numbers_and_holds_while_they_are_as_they_were(cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    first, second = some_datum(case), some_datum(case, 1)
    row = record(case, cast, [first, second])
    assert not row_of(case, first).missing
    assert not row_of(case, second).missing
    row.numbers = [[first, "another value"], row.numbers[1]]
    db.session.flush()
    assert (row_of(case, first).missing, row_of(case, second).missing) == (True, False)


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (Draft(ProcedureMethod.ORIGINAL_RECORD), "coverage.evidence"),
        (Draft(ProcedureMethod.RECALCULATED, document="Sheet"), "coverage.method"),
        (Draft(ProcedureMethod.FACTOR_TRACED, document="Report"), "coverage.unsuited"),
        (Draft(ProcedureMethod.METER_READING, document="Meter"), "coverage.no_months"),
        (Draft(ProcedureMethod.ORIGINAL_RECORD, document="Log", months="2020-01"), "coverage.months"),
        (Draft(ProcedureMethod.VOUCHER, voucher_id=uuid4()), "coverage.no_voucher"),
    ],
)
def test_a_procedure_without_evidence_that_suits_is_refused(cast: Cast, draft: Draft, message: str) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    with pytest.raises(Refusal, match=message.replace(".", r"\.")):
        record(case, cast, [some_datum(case)], draft)


def test_numbers_that_do_not_count_are_refused(cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    with pytest.raises(Refusal, match=r"coverage\.gone"):
        record(case, cast, [some_datum(case), "activity/E-999/2021-01"])


def test_a_voucher_the_unit_linked_is_a_lead_until_a_verifier_links_it(cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    key = some_datum(case)
    made = linked(case, cast, key, by_unit=True)
    assert row_of(case, key).missing
    leads = queries.leads(case, {key})[key]
    assert (LeadKind.UNIT_VOUCHER, made.label) in [(lead.kind, lead.reference) for lead in leads]
    linked_by_us = made.links[0]
    linked_by_us.by_unit = False
    db.session.flush()
    assert row_of(case, key).method is ProcedureMethod.VOUCHER


def test_a_voucher_of_one_month_does_not_support_the_others(cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    source = row_of(case, some_datum(case)).number.source
    months = {
        each.number.period: each.number.key
        for each in queries.counted_numbers(case)
        if each.number.source == source and each.number.kind is CoverageKind.ACTIVITY
    }
    linked(case, cast, months["2021-03"], by_unit=False, period="2021-03")
    assert not row_of(case, months["2021-03"]).missing
    assert row_of(case, months["2021-04"]).missing


def test_a_default_equal_to_its_table_is_found_by_the_program(cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    found = [row for row in queries.assessment_of(case).rows if row.method is ProcedureMethod.TABLE_VALUE]
    assert found
    assert all(not each.by and row.number.kind is CoverageKind.FACTOR for row in found for each in row.procedures)


def test_tonnes_by_procedure_add_up_to_what_the_sources_come_to(cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    found = queries.assessment_of(case)
    tonnes = sum(cell.tonnes for cells in found.table(CoverageKind.ACTIVITY).values() for cell in cells.values())
    calculated = assessment.reports.calculation_of(case.report_version)
    assert tonnes == sum(abs(quantity.tonnes) for each in calculated.sources if each.counts for quantity in each.quantities)


def under(pack_id: str, cast: Cast) -> Engagement:
    case = make.engagement(cast, Stage.CHECKING, make.PARK)
    case.pack_id, case.pack_sha256 = pack_id, load(pack_id).sha256
    db.session.flush()
    return case


def test_a_case_on_the_version_before_keeps_its_rules_and_shows_what_newer_ones_would_ask(client: FlaskClient, cast: Cast) -> None:
    case = under("beijing/2021.2", cast)
    worked(case, cast)
    for row in queries.recorded(case):
        db.session.delete(row)
    db.session.flush()
    assert [choice.opinion.code for choice in assessment.choices(case) if choice.open] == ["pass"]
    page = sign_in(client, cast.lead).get(f"/cases/{case.id}/coverage").text
    assert "beijing/2021.3" in page
    assert "Numbers not tested as the rules require" in page


def test_a_plan_approved_after_testing_began_needs_a_reason(cast: Cast) -> None:
    case = under("eu-ets/2018.3", cast)
    with pytest.raises(Refusal, match=r"coverage\.not_assessed"):
        actions.approve_plan(case, "", actor=actor(cast.lead), now=utcnow())
    cover_all(case, cast)
    with pytest.raises(Refusal, match=r"coverage\.late"):
        actions.approve_plan(case, "", actor=actor(cast.lead), now=utcnow() + timedelta(minutes=1))
    assert queries.assessment_of(case).missing == ()


def test_a_deviation_is_for_rules_that_allow_it(cast: Cast) -> None:
    with pytest.raises(Refusal, match=r"coverage\.no_deviation"):
        actions.deviate(make.engagement(cast, workbook=make.PARK), "E-001", "Lost.", actor=actor(cast.lead), now=utcnow())


def test_a_deviation_leaves_a_source_out_with_its_reason(cast: Cast) -> None:
    case = under("eu-ets/2018.3", cast)
    source = queries.assessment_of(case).missing[0].number.source
    row = actions.deviate(case, source, "The archive burnt.", actor=actor(cast.lead), now=utcnow())
    assert source not in {each.number.source for each in queries.assessment_of(case).missing}
    assert {each.deviation for each in queries.assessment_of(case).deviations} == {"The archive burnt."}
    actions.end_deviation(case, row.id, actor=actor(cast.lead), now=utcnow())
    assert source in {each.number.source for each in queries.assessment_of(case).missing}


def test_the_page_lists_what_is_missing_and_one_form_covers_all_that_is_filtered(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    key = some_datum(case)
    db.session.commit()
    sign_in(client, cast.verifier)
    assert "A positive opinion may not be given yet" in client.get(f"/cases/{case.id}/coverage").text
    assert key.rpartition("/")[2] in client.get(f"/cases/{case.id}/coverage/numbers?state=missing&kind=activity").text
    sent = client.post(
        f"/cases/{case.id}/coverage/record?state=missing&kind=activity",
        data={"method": "original_record", "document": "Reading log", "scope": "filtered", "version_seen": ""},
    )
    assert sent.status_code == 303, sent.text
    assert [row.number.key for row in queries.assessment_of(case).missing if row.number.kind is CoverageKind.ACTIVITY] == []


def test_the_conclusion_names_the_heaviest_missing_number_and_the_quickest_way(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    heaviest = queries.assessment_of(case).missing[0].number
    page = sign_in(client, cast.lead).get(f"/cases/{case.id}/conclusion").text
    assert f"/data/register/{heaviest.key}" in page
    assert "Quickest way to cover what is missing" in page
