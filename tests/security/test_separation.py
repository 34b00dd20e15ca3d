"""Attacks on the separation of roles: sealing one's own statement, reviewing one's own work, and coming back in another role."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from tests import make
from tests.people import Cast, actor, sign_in
from tests.statement.builders import PASSPHRASE, Signer, all_sign, approved, concluded, signer, signing_people
from verifier.accounts.models import Appointment, User
from verifier.audit.actions import record
from verifier.audit.queries import last_change
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Role
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements import actions as engagements
from verifier.engagements.models import Engagement, TeamMember
from verifier.rulepacks.load import load
from verifier.statement import actions
from verifier.statement.participants import work_done
from verifier.statement.signing import issuing

OLDER = "beijing/2021"
"""A version that says nothing of the keeper of the seal."""


def make_coordinator(person: User) -> None:
    db.session.add(Appointment(user_id=person.id, role=Role.COORDINATOR))
    db.session.flush()
    db.session.refresh(person)


def sealed_by(case: Engagement, who: Signer) -> None:
    code, at = who.code()
    issuing.seal(case, who.person, PASSPHRASE, code, actor=actor(who.person), now=at)


def at_the_seal(cast: Cast, who: str, pack_id: str = make.PACK) -> tuple[Engagement, Signer]:
    """A case certified and countersigned, and the sealer with authenticator and seal, whoever else they are on the case."""
    case = approved(cast)
    case.pack_id, case.pack_sha256 = pack_id, load(pack_id).sha256
    db.session.flush()
    people = signing_people(cast)
    for action in ("certify", "countersign"):
        code, at = people[action].code()
        getattr(issuing, action)(case, people[action].person, PASSPHRASE, code, actor=actor(people[action].person), now=at)
    sealer = getattr(cast, who)
    make_coordinator(sealer)
    known = next((each for each in people.values() if each.person.id == sealer.id), None)
    if known is None:
        known = signer(sealer)
    known.at = max(each.at for each in people.values())
    return case, known


@pytest.mark.parametrize("pack_id", [make.PACK, OLDER])
@pytest.mark.parametrize("who", ["lead", "reviewer", "signatory"])
def test_whoever_certified_reviewed_or_countersigned_does_not_seal_as_a_coordinator(cast: Cast, who: str, pack_id: str) -> None:
    case, sealer = at_the_seal(cast, who, pack_id)
    with pytest.raises(Refusal, match=r"independence\.roles_differ") as refused:
        sealed_by(case, sealer)
    assert refused.value.values["name"] == sealer.person.name
    assert case.stage is Stage.TO_SEAL


def test_a_lead_who_left_the_case_after_certifying_does_not_seal_it_either(cast: Cast) -> None:
    case, sealer = at_the_seal(cast, "lead")
    db.session.execute(update(TeamMember).where(TeamMember.user_id == cast.lead.id).values(removed_at=utcnow(), barred_by="consulting"))
    db.session.expire_all()
    with pytest.raises(Refusal, match=r"independence\.work_differs"):
        sealed_by(case, sealer)


def test_another_coordinator_seals_what_the_lead_who_is_one_too_certified(cast: Cast) -> None:
    case, _lead = at_the_seal(cast, "lead")
    make_coordinator(cast.colleague)
    sealed_by(case, signer(cast.colleague))
    assert case.stage is Stage.ISSUED


def test_the_signing_page_tells_a_coordinator_why_they_cannot_seal_and_who_can(client: FlaskClient, cast: Cast) -> None:
    case, _sealer = at_the_seal(cast, "lead")
    db.session.commit()
    page = sign_in(client, cast.lead).get(f"/cases/{case.id}/signing").text
    assert "You cannot seal this statement" in page
    assert "Lead cannot be Keeper of the seal in this case" in page
    assert "The seal can be applied by: Coordinator." in page
    assert 'name="passphrase"' not in page


def test_the_only_coordinator_is_not_named_where_nobody_would_be_left_to_seal(cast: Cast) -> None:
    case = make.engagement(cast, Stage.ARRANGING)
    for member in [each for each in case.members if each.role is Role.LEAD_VERIFIER]:
        engagements.remove_member(member, actor=actor(cast.coordinator), now=utcnow())
    name = lambda: engagements.name_member(case, cast.coordinator, Role.LEAD_VERIFIER, actor=actor(cast.coordinator), now=utcnow())  # noqa: E731
    with pytest.raises(Refusal, match=r"independence\.no_keeper"):
        name()
    make_coordinator(cast.colleague)
    assert name().role is Role.LEAD_VERIFIER


def test_whoever_sealed_a_statement_is_not_named_lead_of_its_correction(cast: Cast) -> None:
    case = approved(cast)
    all_sign(case, signing_people(cast))
    make_coordinator(cast.colleague)
    engagements.correct(case, "A meter was read wrongly.", actor=actor(cast.coordinator), now=utcnow())
    for member in [each for each in case.members if each.role is Role.LEAD_VERIFIER]:
        engagements.remove_member(member, actor=actor(cast.coordinator), now=utcnow())
    with pytest.raises(Refusal, match=r"independence\.work_differs"):
        engagements.name_member(
            case, cast.coordinator, Role.LEAD_VERIFIER, done=work_done(case), actor=actor(cast.coordinator), now=utcnow()
        )


def test_what_was_withdrawn_still_stands_in_the_trail_and_keeps_its_doer_from_reviewing(cast: Cast) -> None:
    case = concluded(cast)
    subject = Subject("source", "E-001")
    record(TrailAction.BOUNDARY_MISSING_SOURCE_WITHDRAWN, actor(cast.reviewer), subject, now=utcnow(), case=case.id)
    with pytest.raises(Refusal, match=r"independence\.work_differs"):
        actions.approve(case, "", last_change(case.id), actor=actor(cast.reviewer), now=utcnow())


def test_the_team_page_refuses_and_says_beforehand_who_cannot_be_chosen(client: FlaskClient, cast: Cast) -> None:
    case = concluded(cast)
    for member in [each for each in case.members if each.role is Role.REVIEWER]:
        engagements.remove_member(member, actor=actor(cast.coordinator), now=utcnow())
    record(TrailAction.DATA_NUMBER_DECIDED, actor(cast.colleague), Subject("source", "E-001"), now=utcnow(), case=case.id)
    db.session.commit()
    browser, address = sign_in(client, cast.coordinator), f"/cases/{case.id}/team"
    why = "Colleague cannot be Independent reviewer in this case: work in the checks is recorded under this name here"
    assert why in browser.get(address).text
    answer = browser.post(address, data={"person": str(cast.colleague.id), "role": "reviewer"})
    assert answer.status_code == 409
    assert why in answer.text
