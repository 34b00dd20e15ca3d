"""Someone outside the team approves or sends back, and a later change voids what they approved."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from tests.people import Cast, actor, sign_in
from tests.statement.builders import approve, approved, concluded, reperform
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.queries import last_change
from verifier.casework.review.queries import reviews
from verifier.checks.data.models import SourceDecision
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.statement import actions, queries
from verifier.statement.signing import issuing


def a_row(case: Engagement, by: Actor, effect: Effect) -> None:
    """One more row in the case's trail."""
    record("data:source:decided", by, Subject("source", "E-001"), now=utcnow(), case=case.id, effect=effect)


def test_an_approval_lets_the_lead_verifier_sign(cast: Cast) -> None:
    case = approved(cast)
    approval = queries.current_approval(case)
    assert case.stage is Stage.TO_CERTIFY
    assert approval is not None
    assert approval.is_valid
    assert approval.review.person.id == cast.reviewer.id


@pytest.mark.parametrize(("effect", "stands"), [(Effect.CHANGE, False), (Effect.PROCEED, True), (Effect.LOOK, True)])
def test_only_what_changes_the_case_voids_an_approval(cast: Cast, effect: Effect, stands: bool) -> None:
    case = approved(cast)
    a_row(case, actor(cast.verifier), effect)
    approval = queries.current_approval(case)
    assert approval is not None
    assert approval.is_valid is stands


def test_a_voided_approval_names_what_changed_and_lets_nothing_be_signed(client: FlaskClient, cast: Cast) -> None:
    case = approved(cast)
    a_row(case, actor(cast.verifier), Effect.CHANGE)
    with pytest.raises(Refusal, match=r"statement\.approval\.voided"):
        issuing.certify(case, cast.lead, "whatever it is", "123456", actor=actor(cast.lead), now=utcnow())
    page = sign_in(client, cast.lead).get(f"/cases/{case.id}/signing").text
    assert "Approval no longer valid" in page
    assert cast.verifier.name in page
    assert 'name="passphrase"' not in page


def test_a_voided_approval_is_mended_by_concluding_and_reviewing_again(cast: Cast) -> None:
    case = approved(cast)
    a_row(case, actor(cast.verifier), Effect.CHANGE)
    actions.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow())
    assert queries.current_approval(case) is None
    approve(cast, case)
    approval = queries.current_approval(case)
    assert approval is not None
    assert approval.is_valid


def test_what_changed_while_the_reviewer_was_reading_is_not_approved(cast: Cast) -> None:
    case = concluded(cast)
    seen = last_change(case.id)
    a_row(case, actor(cast.verifier), Effect.CHANGE)
    with pytest.raises(Refusal, match=r"statement\.review\.changed"):
        actions.approve(case, "", seen, actor=actor(cast.reviewer), now=utcnow())


def test_a_conclusion_whose_tonnes_are_no_longer_those_of_the_checks_is_not_approved(cast: Cast) -> None:
    case = concluded(cast)
    row = db.session.query(SourceDecision).filter_by(engagement_id=case.id).order_by(SourceDecision.source_key).first()
    assert row is not None
    assert row.verified is not None
    row.outcome, row.verified, row.note = "differs", row.verified + Decimal(100), "Another figure."
    db.session.flush()
    with pytest.raises(Refusal, match=r"statement\.conclusion\.outdated"):
        approve(cast, case)


@pytest.mark.parametrize("who", ["lead", "verifier"])
def test_whoever_took_part_cannot_review(cast: Cast, who: str) -> None:
    case = concluded(cast)
    with pytest.raises(Refusal, match=r"independence\.roles_differ"):
        actions.approve(case, "", last_change(case.id), actor=actor(getattr(cast, who)), now=utcnow())


def test_a_reviewer_who_decided_something_in_a_check_cannot_review(cast: Cast) -> None:
    case = concluded(cast)
    row = db.session.query(SourceDecision).filter_by(engagement_id=case.id).first()
    assert row is not None
    row.decided_by = cast.reviewer.id
    db.session.flush()
    with pytest.raises(Refusal, match=r"independence\.work_differs"):
        approve(cast, case)


def test_a_stranger_to_the_case_cannot_review(cast: Cast) -> None:
    case = concluded(cast)
    with pytest.raises(Refusal, match=r"independence\.not_named"):
        actions.approve(case, "", last_change(case.id), actor=actor(cast.colleague), now=utcnow())


def test_sending_back_needs_a_reason_and_opens_the_checks(client: FlaskClient, cast: Cast) -> None:
    case = concluded(cast)
    address = f"/cases/{case.id}/review/decide"
    sign_in(client, cast.reviewer)
    assert client.post(address, data={"outcome": "sent_back", "comments": " "}).status_code == 409
    assert client.post(address, data={"outcome": "sent_back", "comments": "E-002 needs its invoice."}).status_code == 303
    db.session.expire_all()
    assert case.stage is Stage.CHECKING
    assert reviews(case)[0].comments == "E-002 needs its invoice."


def test_the_reviewer_approves_on_the_page_what_it_showed(client: FlaskClient, cast: Cast) -> None:
    case = concluded(cast)
    reperform(cast, case)
    sign_in(client, cast.reviewer)
    assert "Your decision" in client.get(f"/cases/{case.id}/review").text
    answer = client.post(f"/cases/{case.id}/review/decide", data={"outcome": "approved", "comments": "", "seen": str(last_change(case.id))})
    assert answer.status_code == 303
    db.session.expire_all()
    assert case.stage is Stage.TO_CERTIFY
