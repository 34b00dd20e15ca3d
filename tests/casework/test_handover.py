"""A person who leaves: what they held goes to named colleagues, within the rules of each case, and the account is disabled."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.people import Cast, actor, fresh_code, sign_in
from verifier.accounts import actions as accounts
from verifier.accounts.models import User
from verifier.audit.models import TrailRow
from verifier.casework.handover.actions import hand_over
from verifier.casework.handover.queries import duties
from verifier.checks.data.vouchers import request_actions
from verifier.core.access import Role
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.statement.queries import member


def test_a_place_on_an_open_case_goes_to_the_named_colleague_and_the_account_ends(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    db.session.commit()
    key = duties(cast.lead)[0].key
    sign_in(client, cast.coordinator)
    page = f"/organisation/people/{cast.lead.id}/hand-over"
    assert "Lead verifier, case" in client.get(page).text
    done = client.post(page, data={key: str(cast.colleague.id), "present": fresh_code(cast.coordinator)})
    assert done.status_code == 303
    db.session.expire_all()
    lead = member(case, Role.INVITED) or next(each for each in case.members if each.role is Role.LEAD_VERIFIER)
    assert (lead.user_id, lead.declared_at) == (cast.colleague.id, None), "the successor declares independence first"
    assert not cast.lead.is_active
    assert db.session.scalars(select(TrailRow.action).where(TrailRow.action == "accounts:account:handed_over")).one()


@pytest.mark.parametrize("successor", ["reviewer", "signatory"])
def test_it_is_refused_whole_where_the_rules_of_independence_forbid_the_successor(cast: Cast, successor: str) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    db.session.commit()
    held = duties(cast.lead)
    with pytest.raises(Refusal, match="independence"):
        hand_over(cast.lead, {held[0].key: getattr(cast, successor)}, actor=actor(cast.coordinator), now=utcnow())
    db.session.rollback()
    assert cast.lead.is_active
    assert next(each for each in case.members if each.role is Role.LEAD_VERIFIER).user_id == cast.lead.id


def test_nothing_is_left_without_a_successor(cast: Cast) -> None:
    make.engagement(cast, Stage.CHECKING)
    with pytest.raises(Refusal, match="successor"):
        hand_over(cast.lead, {}, actor=actor(cast.coordinator), now=utcnow())


def test_the_contact_s_role_and_requests_go_to_somebody_of_the_unit(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    now = utcnow()
    other = accounts.create_user(cast.org("unit"), "next@example.org", "Next", roles=[Role.CONTACT], actor=actor(cast.admin), now=now)
    due = now.date() + timedelta(days=9)
    [request] = request_actions.request_evidence(case, [], "Invoices", "Invoices of May", "", due, actor=actor(cast.lead), now=now)
    request_actions.assign(case, request, cast.contact, request.version, actor=actor(cast.contact), now=now)
    held = duties(cast.contact)
    assert {duty.kind for duty in held} == {"request", "role"}
    hand_over(cast.contact, {duty.key: other for duty in held}, actor=actor(cast.admin), now=now)
    assert (request.assigned_to, cast.contact.is_active) == (other.id, False)


def test_an_only_coordinator_leaves_once_someone_else_has_the_role(cast: Cast) -> None:
    held = duties(cast.coordinator)
    assert [duty.candidates for duty in held if duty.kind == "role"] == [[]]
    with pytest.raises(Refusal, match="successor"):
        hand_over(cast.coordinator, {held[-1].key: cast.lead}, actor=actor(cast.admin), now=utcnow())
    accounts.change_roles(cast.lead, [Role.COORDINATOR], seen_version=None, actor=actor(cast.admin), now=utcnow())
    db.session.flush()
    hand_over(cast.coordinator, {duty.key: cast.lead for duty in duties(cast.coordinator)}, actor=actor(cast.admin), now=utcnow())
    assert not cast.coordinator.is_active


@pytest.mark.parametrize(
    ("manager", "person", "expected"),
    [
        ("admin", "lead", 200),
        ("coordinator", "lead", 200),
        ("other_coordinator", "lead", 404),
        ("verifier", "lead", 404),
        ("contact", "responsible", 403),
        ("contact", "contributor", 200),
        ("contributor", "contact", 404),
        ("coordinator", "coordinator", 404),
    ],
)
def test_who_hands_over_whose_duties(client: FlaskClient, cast: Cast, manager: str, person: str, expected: int) -> None:
    concerned: User = getattr(cast, person)
    sign_in(client, getattr(cast, manager))
    assert client.get(f"/organisation/people/{concerned.id}/hand-over").status_code == expected
