"""Which conclusion may be drawn, what it says of the tonnes, and what the page shows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.people import Cast, actor, sign_in
from tests.statement.builders import TEXT, concluded, worked_case
from verifier.checks.data import actions as data
from verifier.checks.data.models import SourceDecision
from verifier.checks.data.queries import source_reviews
from verifier.checks.data.vouchers import request_actions
from verifier.checks.site.models import SiteVisit
from verifier.core.errors import Refusal
from verifier.core.evidence_requests import NumberKey, RequestAction
from verifier.core.findings import Check, FindingState
from verifier.core.lifecycle import Stage
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.statement import actions, queries
from verifier.statement.facts import assessment


def outcome_of(case: Engagement, key: str) -> SourceDecision:
    """What check 2 holds of a source."""
    return db.session.query(SourceDecision).filter_by(engagement_id=case.id, source_key=key).one()


def some_finding(case: Engagement, cast: Cast, state: str, class_code: str = "non_conformity") -> Finding:
    """A finding in a state, on the first source."""
    finding = Finding(
        engagement_id=case.id,
        number=1,
        report_version_id=case.report_version_id,
        arose_in=Check.DATA,
        subject_kind="source",
        subject_id="x",
        subject_title="A source",
        class_code=class_code,
        clause="4a",
        title="Counted twice",
        description="January was counted twice.",
        state=FindingState(state),
        raised_by=cast.verifier.id,
        raised_at=utcnow(),
        sent_at=None if state == "draft" else utcnow(),
    )
    db.session.add(finding)
    db.session.flush()
    return finding


def test_the_verified_total_of_the_park_is_the_sum_of_its_rounded_categories(cast: Cast) -> None:
    found = assessment.comparison(worked_case(cast))
    assert found.total.verified == sum(row.verified for row in found.categories if row.counts and row.verified is not None)
    assert found.total.verified == Decimal(52915) or abs(found.total.verified - Decimal("52915.57")) <= len(found.categories)


def test_what_a_report_total_has_beyond_its_categories_stands_as_a_row_of_its_own(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    found = assessment.comparison(case)
    parts = sum(row.reported for row in found.categories if row.counts and row.reported is not None)
    assert found.within
    assert parts + found.within == found.total.reported
    page = sign_in(client, cast.lead).get(f"/cases/{case.id}/conclusion").text
    assert "Difference within the report" in page


def test_a_conclusion_moves_the_case_to_its_review(cast: Cast) -> None:
    case = concluded(cast)
    drawn = queries.conclusion(case)
    assert case.stage is Stage.REVIEWING
    assert drawn is not None
    assert drawn.opinion == "pass"
    assert drawn.text == TEXT
    assert drawn.verified_total == assessment.comparison(case).total.verified


@pytest.mark.parametrize(
    ("state", "opinion", "open_"),
    [("sent", "pass", False), ("sent", "fail", False), ("closed", "pass", True), ("estimated", "pass", False), ("estimated", "fail", True)],
)
def test_what_became_of_a_finding_opens_and_closes_opinions(cast: Cast, state: str, opinion: str, open_: bool) -> None:
    case = worked_case(cast)
    some_finding(case, cast, state)
    assert next(each for each in assessment.choices(case) if each.opinion.code == opinion).open is open_


def test_an_opinion_that_something_speaks_against_is_refused(cast: Cast) -> None:
    case = worked_case(cast)
    with pytest.raises(Refusal, match=r"statement\.conclusion\.not_open"):
        actions.draw_conclusion(case, "fail", "", actor=actor(cast.lead), now=utcnow())


def test_a_source_that_cannot_be_confirmed_leaves_no_total_and_only_a_negative_opinion(cast: Cast) -> None:
    case = worked_case(cast)
    row = outcome_of(case, assessment.data.source_reviews(case)[0].source.source_key)
    row.outcome, row.verified, row.note = "cannot_confirm", None, "The ledger is lost."
    db.session.flush()
    assert assessment.comparison(case).total.verified is None
    assert [each.opinion.code for each in assessment.choices(case) if each.open] == ["fail"]


def test_a_difference_stands_with_its_reason(cast: Cast) -> None:
    case = worked_case(cast)
    first = assessment.data.source_reviews(case)[0].source
    row = outcome_of(case, first.source_key)
    row.outcome, row.verified, row.note = "differs", Decimal("12.5"), "The invoice says so."
    db.session.flush()
    assert [(each.source_key, each.verified, each.reason) for each in assessment.comparison(case).sources] == [
        (first.source_key, Decimal("12.5"), "The invoice says so.")
    ]


def test_the_page_says_what_is_missing_and_invents_no_verdict_on_materiality(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    page = sign_in(client, cast.lead).get(f"/cases/{case.id}/conclusion").text
    assert "Outstanding items" in page
    assert "no verdict on materiality is given" in page
    assert 'name="opinion"' not in page


def test_findings_that_stand_in_the_way_are_listed_by_their_numbers(client: FlaskClient, cast: Cast) -> None:
    case = worked_case(cast)
    some_finding(case, cast, "sent").number = 2
    some_finding(case, cast, "sent")
    page = sign_in(client, cast.lead).get(f"/cases/{case.id}/conclusion").text
    assert '<span class="nw">F-001</span>, <span class="nw">F-002</span>' in page
    assert page.count("F-002") == 1


def test_the_lead_verifier_draws_the_conclusion_on_the_page(client: FlaskClient, cast: Cast) -> None:
    case = worked_case(cast)
    sign_in(client, cast.lead)
    answer = client.post(f"/cases/{case.id}/conclusion/draw", data={"opinion": "pass", "text": TEXT})
    assert answer.status_code == 303
    db.session.refresh(case)
    assert case.stage is Stage.REVIEWING


def test_a_verifier_reads_the_conclusion_but_does_not_draw_it(client: FlaskClient, cast: Cast) -> None:
    case = worked_case(cast)
    sign_in(client, cast.verifier)
    assert client.get(f"/cases/{case.id}/conclusion").status_code == 200
    assert client.post(f"/cases/{case.id}/conclusion/draw", data={"opinion": "pass"}).status_code == 403


def test_differences_are_taken_away_as_a_workbook(client: FlaskClient, cast: Cast) -> None:
    case = worked_case(cast)
    answer = sign_in(client, cast.lead).get(f"/cases/{case.id}/conclusion/differences.xlsx")
    assert answer.data[:2] == b"PK"


def test_a_case_is_not_concluded_before_its_site_visit_took_place(cast: Cast) -> None:
    case = worked_case(cast)
    visit = db.session.query(SiteVisit).filter_by(engagement_id=case.id).one()
    visit.starts_on, visit.ends_on = make.some_day(1), make.some_day(2)
    db.session.flush()
    with pytest.raises(Refusal, match=r"statement\.conclusion\.not_open"):
        actions.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow())
    actions.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow() + timedelta(days=4))


def test_a_case_is_not_concluded_while_an_evidence_request_is_open(cast: Cast) -> None:
    case = worked_case(cast)
    number = NumberKey.of(source_reviews(case)[0].source.source_key, "2021-03")
    by = {"actor": actor(cast.lead), "now": utcnow()}
    asked = request_actions.request_evidence(case, [number], "", "The invoice", "", make.some_day(5), **by)[0]
    with pytest.raises(Refusal, match=r"statement\.conclusion\.not_open"):
        actions.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow())
    request_actions.judge(case, asked, RequestAction.WITHDRAW, "The meter record was seen instead.", actor=actor(cast.lead), now=utcnow())
    actions.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow())


def test_a_difference_needs_a_finding_or_a_reason_before_a_conclusion(cast: Cast) -> None:
    case = worked_case(cast)
    first, by = source_reviews(case)[0].source, {"actor": actor(cast.lead), "now": utcnow()}
    row = outcome_of(case, first.source_key)
    data.decide(case, first.source_key, SourceOutcome.DIFFERS, row.verified + 1, "The invoice.", **by)
    assert assessment.case_assessment(case).differences_open == [first.source_key]
    with pytest.raises(Refusal, match=r"statement\.conclusion\.not_open"):
        actions.draw_conclusion(case, "pass", "", **by)
    data.decide(case, first.source_key, SourceOutcome.DIFFERS, row.verified, "The invoice.", no_finding="A later invoice.", **by)
    assert assessment.case_assessment(case).differences_open == []
    actions.draw_conclusion(case, "pass", "", **by)
