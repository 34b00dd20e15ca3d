"""A conservative estimate on the desk: the difference shown before it counts, then the verified figure, taken back, asked again."""

import re
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from tests import make
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.data import actions as data
from verifier.checks.data import queries as desk
from verifier.checks.data.estimates import actions, queries
from verifier.checks.data.estimates.models import ConservativeEstimate
from verifier.checks.data.estimates.queries import QuantityOrigin
from verifier.core.calculation.conservative_estimate import Month
from verifier.core.errors import Refusal
from verifier.core.findings import Check, FindingState
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.actions import adopt_report
from verifier.engagements.models import Engagement
from verifier.findings import actions as findings
from verifier.findings.models import Finding
from verifier.rulepacks.load import load
from verifier.statement.facts import assessment
from verifier.web.pages.filters import tonnes

SOURCE = "E-095"


@pytest.fixture
def case(app: Flask, cast: Cast) -> Engagement:
    return make.engagement(cast)


def sent(case: Engagement, cast: Cast, source: str = SOURCE) -> Finding:
    clause = load(case.pack_id).clauses[0].code
    finding = findings.raise_finding(
        case,
        Subject("source", source),
        Check.DATA,
        findings.Draft("non_conformity", clause, "Readings lost", "Look.", None),
        actor=actor(cast.lead),
        now=utcnow(),
    )
    findings.send_all(case, actor=actor(cast.lead), now=utcnow())
    return finding


def shown(case: Engagement, typed: dict[str, Decimal | None] | None = None) -> queries.Sheet:
    held = desk.source_review(case, SOURCE)
    assert held is not None
    return queries.sheet(case, held, typed)


def confirmed(case: Engagement, cast: Cast, finding: Finding) -> ConservativeEstimate:
    found = shown(case).estimate
    assert found is not None
    return actions.confirm(
        case, SOURCE, finding.number, {}, "No invoice came", seen_tonnes=found.tonnes, actor=actor(cast.verifier), now=utcnow()
    )


def sent_form(page: str, **typed: str) -> dict[str, str]:
    """The confirming form of a page as a browser sends it."""
    form = next(each for each in re.findall(r"<form method=\"post\".*?</form>", page, re.DOTALL) if 'name="tonnes"' in each)
    tags = (dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", form))
    return {each["name"]: unescape(each.get("value", "")) for each in tags} | typed


KNOWN = [
    (1, "10", "12", None, "12", QuantityOrigin.INDEPENDENT, False),
    (1, "10", "8", None, "10", QuantityOrigin.REPORTED, False),
    (-1, "10", "8", None, "8", QuantityOrigin.INDEPENDENT, False),
    (-1, "10", "8", None, "9", QuantityOrigin.STATED, True),
    (1, "10", None, "9", "9", QuantityOrigin.VERIFIED, True),
    (1, "10", None, None, "11", QuantityOrigin.STATED, False),
    (1, None, None, None, None, None, False),
]


@pytest.mark.parametrize(("sign", "reported", "independent", "verified", "taken", "why", "milder"), KNOWN)
def test_a_month_says_where_its_quantity_is_from_and_whether_it_is_less_cautious(
    sign: int,
    reported: str | None,
    independent: str | None,
    verified: str | None,
    taken: str | None,
    why: QuantityOrigin | None,
    milder: bool,
) -> None:
    first, second, third, fourth = (None if text is None else Decimal(text) for text in (reported, independent, verified, taken))
    row = queries.EstimatedMonth(Month("2021-01", "MWh", first, second), third, fourth, sign)
    assert (row.why, row.milder) == (why, milder)


def test_the_difference_is_shown_before_it_counts_and_then_the_estimate_is_the_verified_figure(
    client: FlaskClient, case: Engagement, cast: Cast
) -> None:
    finding = sent(case, cast)
    db.session.commit()
    browser, address = sign_in(client, cast.verifier), f"/cases/{case.id}/estimates/{SOURCE}"
    assert "Estimate conservatively…" in browser.get(f"/cases/{case.id}/data/{SOURCE}").text
    found = shown(case).estimate
    assert found is not None
    page = browser.get(address).text
    assert "Difference (reported − estimated), tCO₂" in page
    assert found.difference is not None
    assert tonnes(-found.difference) in page
    dearer = browser.get(address, query_string={f"q{period}": "9999" for period, _quantity, _unit in found.quantities}).text
    assert browser.post(address, data=sent_form(page, tonnes="1", reason="No invoice came")).status_code == 409
    held = desk.source_review(case, SOURCE)
    assert held is not None
    assert (held.status, finding.state) == (OutcomeStatus.WAITING, FindingState.SENT)
    assert browser.post(address, data=sent_form(dearer, reason=" ")).status_code == 200
    assert browser.post(address, data=sent_form(dearer, reason="No invoice came")).status_code == 303
    held, row = desk.source_review(case, SOURCE), queries.of_source(case, SOURCE)
    assert held is not None
    assert row is not None
    assert {each["taken"] for each in row.working["quantities"]} == {"9999"}
    assert (held.status, held.verified, db.session.get_one(Finding, finding.id).state) == (
        OutcomeStatus.DIFFERS,
        row.tonnes,
        FindingState.ESTIMATED,
    )
    assert row.tonnes > found.tonnes
    assert "View the estimate" in browser.get(f"/cases/{case.id}/data/{SOURCE}").text
    assert "Estimate in effect" in browser.get(address).text
    assert {"data:estimate:confirmed", "finding:finding:resolved", "data:source:decided"} <= set(
        db.session.scalars(select(TrailRow.action))
    )


def test_taken_back_the_source_is_undecided_and_the_finding_stays_resolved(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    finding = sent(case, cast)
    confirmed(case, cast, finding)
    assert list(queries.in_force(case)) == [SOURCE]
    browser, address = sign_in(client, cast.verifier), f"/cases/{case.id}/estimates-taken-back/{SOURCE}"
    assert browser.post(address, data={"back-version": "1", "back-reason": ""}).status_code == 200
    assert browser.post(address, data={"back-version": "7", "back-reason": "Why"}).status_code == 409
    assert browser.post(address, data={"back-version": "1", "back-reason": "The invoices came"}).status_code == 303
    held = desk.source_review(case, SOURCE)
    assert held is not None
    assert (held.status, queries.in_force(case), finding.state) == (OutcomeStatus.UNDECIDED, {}, FindingState.ESTIMATED)
    told = db.session.scalars(select(TrailRow).where(TrailRow.action == "data:estimate:withdrawn")).one()
    assert told.detail["reason"] == "The invoices came"
    assert "cannot be" not in browser.get(f"/cases/{case.id}/estimates/{SOURCE}").text


def test_a_later_outcome_takes_its_place_and_a_corrected_report_asks_again(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    finding = sent(case, cast)
    row = confirmed(case, cast, finding)
    version = make.report(cast, case.unit_year, make.PARK)
    adopt_report(case, version, actor=actor(cast.lead), now=utcnow())
    assert queries.in_force(case) == {}
    held = desk.source_review(case, SOURCE)
    assert held is not None
    assert held.status is OutcomeStatus.ASKED_AGAIN
    browser = sign_in(client, cast.verifier)
    assert "Confirmation required again" in browser.get(f"/cases/{case.id}/estimates/{SOURCE}").text
    data.decide(case, SOURCE, SourceOutcome.DIFFERS, row.tonnes + 1, "Read by hand", actor=actor(cast.verifier), now=utcnow())
    assert "Replaced by another figure" in browser.get(f"/cases/{case.id}/estimates/{SOURCE}").text
    with pytest.raises(Refusal, match=r"data\.estimate\.gone"):
        actions.take_back(case, SOURCE, "Why", actor=actor(cast.verifier), now=utcnow())
    confirmed(case, cast, finding)
    assert list(queries.in_force(case)) == [SOURCE]


def test_without_a_finding_nothing_counts_and_where_the_rules_give_no_estimate_the_page_says_so(
    client: FlaskClient, case: Engagement, cast: Cast
) -> None:
    browser, address = sign_in(client, cast.verifier), f"/cases/{case.id}/estimates/{SOURCE}"
    assert "No underlying finding" in browser.get(address).text
    assert "Estimate conservatively…" not in browser.get(f"/cases/{case.id}/data/{SOURCE}").text
    found = shown(case).estimate
    assert found is not None
    with pytest.raises(Refusal, match=r"data\.estimate\.no_finding"):
        actions.confirm(case, SOURCE, None, {}, "Why", seen_tonnes=found.tonnes, actor=actor(cast.verifier), now=utcnow())
    for pack, words in (("eu-ets/2018", "a conservative estimate is the authority"), ("iso-14064-3/2019", "Not stated in what was read")):
        case.pack_id, case.pack_sha256 = pack, load(pack).sha256
        db.session.commit()
        page = unescape(browser.get(address).text)
        assert "Conservative estimates are not provided for by the rules" in page
        assert words in page
        assert shown(case).estimate is None


def test_the_working_taken_away_holds_formulas_that_come_to_the_estimate(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    sent(case, cast)
    found = shown(case).estimate
    assert found is not None
    answer = sign_in(client, cast.reviewer).get(f"/cases/{case.id}/estimate-workings/{SOURCE}")
    formulas, values = (load_workbook(BytesIO(answer.data), data_only=only) for only in (False, True))
    assert formulas.sheetnames[:3] == ["Estimate", "Months used", "Factors used"]
    (tonnes_at,) = (cell.column for cell in formulas["Sources"][1] if cell.value == "Recalculated, t CO2")
    assert str(formulas["Sources"].cell(2, tonnes_at).value).startswith("=")
    assert values["Sources"].cell(2, tonnes_at).value == pytest.approx(float(found.tonnes))
    assert formulas["Activity"].max_row == 1 + len(found.quantities)
    assert formulas["Factors"].cell(2, 8).value == found.factors[0].default.table  # type: ignore[union-attr]
    assert db.session.scalar(select(TrailRow.effect).where(TrailRow.action == "data:estimate:downloaded")) == "look"


def test_a_finding_is_not_resolved_as_estimated_on_its_own_page(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    finding = sent(case, cast)
    db.session.commit()
    form = {"decision": "estimate", "text": "No invoice came"}
    answer = sign_in(client, cast.lead).post(f"/cases/{case.id}/findings/{finding.number}/judge", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{case.id}/estimates/{SOURCE}")
    db.session.expire_all()
    assert finding.state is FindingState.SENT


def test_an_estimate_taken_back_leaves_a_finding_that_no_opinion_can_follow(case: Engagement, cast: Cast) -> None:
    finding = sent(case, cast)
    confirmed(case, cast, finding)
    assert queries.missing(case) == []
    actions.take_back(case, SOURCE, "It came", actor=actor(cast.verifier), now=utcnow())
    assert queries.missing(case) == [finding.label]
    against = [reason for choice in assessment.choices(case) for reason in choice.against if reason.message == "opinion.estimates_missing"]
    assert dict(against[0].values) == {"findings": (finding.label,), "count": 1}
