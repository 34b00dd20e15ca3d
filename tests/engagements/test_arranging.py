"""A case is opened by the body the unit named, and nobody works on it before the team is whole and independent."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.people import CASE_ROLES, Cast, actor, sign_in
from verifier.accounts.models import User
from verifier.core.access import Role
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements import actions
from verifier.engagements.models import Engagement
from verifier.engagements.queries import roles_on
from verifier.rulepacks.load import load

QUESTIONS = [question.code for question in load(make.PACK).independence_questions]
CLEAN = dict.fromkeys(QUESTIONS, (False, ""))


def opened(cast: Cast) -> Engagement:
    of = make.unit_year(cast)
    make.report(cast, of)
    return actions.open_case(of, conflict_check="Nothing shared.", actor=actor(cast.coordinator), now=utcnow())


def named(cast: Cast, case: Engagement, person: User, role: Role) -> None:
    actions.name_member(case, person, role, actor=actor(cast.coordinator), now=utcnow())


def refused(deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        deed()
    return refusal.value.message


def test_a_case_is_numbered_and_pins_the_pack_and_the_released_version(cast: Cast) -> None:
    case = opened(cast)
    assert (case.number, case.at, case.pack_sha256) == ("2021-0001", Stage.ARRANGING, load(make.PACK).sha256)
    assert case.report_version.released_at is not None


def test_only_the_named_body_opens_a_case_once_and_only_on_a_released_report(cast: Cast) -> None:
    of = make.unit_year(cast)
    make.report(cast, of, released=False)

    def deed(who: User, check: str = "Nothing shared.") -> Callable[[], object]:
        return lambda: actions.open_case(of, conflict_check=check, actor=actor(who), now=utcnow())

    assert refused(deed(cast.other_coordinator)) == "engagement.open.not_named"
    assert refused(deed(cast.lead)) == "engagement.open.not_named"
    assert refused(deed(cast.coordinator, " ")) == "engagement.open.no_conflict_check"
    assert refused(deed(cast.coordinator)) == "engagement.open.no_report"


def test_a_second_case_of_the_same_year_is_refused(cast: Cast) -> None:
    of = opened(cast).unit_year
    again = refused(lambda: actions.open_case(of, conflict_check="Again.", actor=actor(cast.coordinator), now=utcnow()))
    assert again == "engagement.open.exists"


def test_a_case_is_given_only_to_people_of_the_body(cast: Cast) -> None:
    case = opened(cast)
    assert refused(lambda: named(cast, case, cast.contact, Role.VERIFIER)) == "engagement.member.not_of_body"
    assert refused(lambda: named(cast, case, cast.lead, Role.COORDINATOR)) == "engagement.member.no_such_role"


def test_whoever_was_on_the_team_cannot_become_reviewer_after_leaving(cast: Cast) -> None:
    case = make.engagement(cast)
    member = next(each for each in case.members if each.user_id == cast.verifier.id)
    reviewer = next(each for each in case.members if each.user_id == cast.reviewer.id)
    for leaving in (member, reviewer):
        actions.remove_member(leaving, actor=actor(cast.coordinator), now=utcnow())
    assert refused(lambda: named(cast, case, cast.verifier, Role.REVIEWER)) == "independence.roles_differ"


def test_a_conflict_bars_the_person_from_everything_but_the_reason(client: FlaskClient, cast: Cast) -> None:
    case = opened(cast)
    named(cast, case, cast.verifier, Role.VERIFIER)
    member = actions.declare(case, CLEAN | {QUESTIONS[1]: (True, "in 2020")}, actor=actor(cast.verifier), now=utcnow())
    assert member.barred_by == QUESTIONS[1]
    assert roles_on(cast.verifier, case) == {Role.INVITED}
    assert refused(lambda: named(cast, case, cast.verifier, Role.TECHNICAL_EXPERT)) == "engagement.member.barred"
    address = f"/cases/{case.id}/declare"
    db.session.commit()
    page = sign_in(client, cast.verifier).get(address)
    assert page.status_code == 200
    assert "You cannot take part" in page.text


def test_a_declaration_is_given_once(cast: Cast) -> None:
    case = opened(cast)
    named(cast, case, cast.lead, Role.LEAD_VERIFIER)
    actions.declare(case, CLEAN, actor=actor(cast.lead), now=utcnow())
    assert roles_on(cast.lead, case) == {Role.LEAD_VERIFIER}
    assert refused(lambda: actions.declare(case, CLEAN, actor=actor(cast.lead), now=utcnow())) == "engagement.declare.already"
    assert refused(lambda: actions.declare(case, CLEAN, actor=actor(cast.colleague), now=utcnow())) == "engagement.declare.not_named"


def test_the_checks_start_when_everyone_is_named_and_has_declared(cast: Cast) -> None:
    case = opened(cast)

    def deed() -> None:
        actions.start(case, actor=actor(cast.coordinator), now=utcnow())

    assert refused(deed) == "engagement.start.no_role"
    for key, role in CASE_ROLES.items():
        named(cast, case, getattr(cast, key), role)
    assert refused(deed) == "engagement.start.undeclared"
    for key in CASE_ROLES:
        actions.declare(case, CLEAN, actor=actor(getattr(cast, key)), now=utcnow())
    deed()
    assert case.at is Stage.CHECKING


@pytest.mark.parametrize(("stage", "opens"), [(stage, stage in list(Stage)[3:7]) for stage in Stage])
def test_the_checks_are_opened_again_from_review_and_signing_with_a_reason(cast: Cast, stage: Stage, opens: bool) -> None:
    case = make.engagement(cast, stage)
    assert refused(lambda: actions.reopen(case, " ", actor=actor(cast.lead), now=utcnow())) == "engagement.reopen.no_reason"
    if opens:
        actions.reopen(case, "A meter was overlooked.", actor=actor(cast.lead), now=utcnow())
        assert case.at is Stage.CHECKING
    else:
        assert refused(lambda: actions.reopen(case, "Why not.", actor=actor(cast.lead), now=utcnow())) == "lifecycle.reopen.not_now"
