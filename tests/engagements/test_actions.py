"""A case is opened once, by the named body; its team declares before it sees anything."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.people import CASE_ROLES, Cast, actor, sign_in
from verifier.accounts.models import User
from verifier.audit.queries import trail
from verifier.core.access import Role
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements import actions, queries
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load

CLEAR = {question.code: (False, "") for question in load(make.PACK).independence_questions}
CHECKED = "No shared managers, no consulting."


def opened(cast: Cast) -> Engagement:
    of = make.unit_year(cast)
    make.report(cast, of)
    return actions.open_case(of, conflict_check=CHECKED, actor=actor(cast.coordinator), now=utcnow())


def named(cast: Cast) -> Engagement:
    case = opened(cast)
    for key, role in CASE_ROLES.items():
        actions.name_member(case, getattr(cast, key), role, actor=actor(cast.coordinator), now=utcnow())
    return case


def refusal_of(action: Callable[..., object], *of: object, by: User, **more: object) -> str:
    with pytest.raises(Refusal) as refusal:
        action(*of, actor=actor(by), now=utcnow(), **more)
    return refusal.value.message


def test_a_case_is_opened_on_a_released_report_and_pins_its_pack(cast: Cast) -> None:
    case = opened(cast)
    assert (case.number, case.stage, case.pack_sha256) == ("2021-0001", Stage.ARRANGING, load(make.PACK).sha256)
    assert [row.action for row in db.session.scalars(trail(case.id))] == ["engagement:case:opened"]


def test_only_the_named_body_opens_a_case(cast: Cast) -> None:
    of = make.unit_year(cast)
    make.report(cast, of)
    assert refusal_of(actions.open_case, of, conflict_check=CHECKED, by=cast.other_coordinator) == "engagement.open.not_named"


def test_an_unreleased_report_opens_nothing(cast: Cast) -> None:
    of = make.unit_year(cast)
    make.report(cast, of, released=False)
    assert refusal_of(actions.open_case, of, conflict_check=CHECKED, by=cast.coordinator) == "engagement.open.no_report"


def test_a_unit_and_year_has_one_case(cast: Cast) -> None:
    case = opened(cast)
    assert refusal_of(actions.open_case, case.unit_year, conflict_check=CHECKED, by=cast.coordinator) == "engagement.open.exists"


def test_only_people_of_the_body_are_named(cast: Cast) -> None:
    case = opened(cast)
    assert refusal_of(actions.name_member, case, cast.contact, Role.VERIFIER, by=cast.coordinator) == "engagement.member.not_of_body"


def test_the_checks_start_when_everyone_has_declared(cast: Cast) -> None:
    case = named(cast)
    assert refusal_of(actions.start, case, by=cast.coordinator) == "engagement.start.undeclared"
    for key in CASE_ROLES:
        actions.declare(case, CLEAR, actor=actor(getattr(cast, key)), now=utcnow())
    actions.start(case, actor=actor(cast.coordinator), now=utcnow())
    assert case.stage is Stage.CHECKING


def test_a_conflict_bars_the_person_for_good(cast: Cast) -> None:
    case = named(cast)
    first = next(iter(CLEAR))
    member = actions.declare(case, {**CLEAR, first: (True, "Consulted in 2020.")}, actor=actor(cast.verifier), now=utcnow())
    assert member.barred_by == first
    assert queries.roles_on(cast.verifier, case) == {Role.INVITED}
    actions.remove_member(member, actor=actor(cast.coordinator), now=utcnow())
    assert refusal_of(actions.name_member, case, cast.verifier, Role.VERIFIER, by=cast.coordinator) == "engagement.member.barred"


def test_a_declaration_is_given_once(cast: Cast) -> None:
    case = named(cast)
    actions.declare(case, CLEAR, actor=actor(cast.lead), now=utcnow())
    assert refusal_of(actions.declare, case, CLEAR, by=cast.lead) == "engagement.declare.already"


def test_who_worked_on_the_case_and_left_does_not_review_it(cast: Cast) -> None:
    case = make.engagement(cast)
    for key in ("verifier", "reviewer"):
        member = next(each for each in case.members if each.user_id == getattr(cast, key).id)
        actions.remove_member(member, actor=actor(cast.coordinator), now=utcnow())
    assert refusal_of(actions.name_member, case, cast.verifier, Role.REVIEWER, by=cast.coordinator) == "independence.roles_differ"


def test_a_newer_released_version_is_adopted_and_an_older_one_is_not(cast: Cast) -> None:
    case = make.engagement(cast)
    first = case.report_version
    second = make.report(cast, case.unit_year, make.PARK)
    actions.adopt_report(case, second, actor=actor(cast.lead), now=utcnow())
    assert case.report_version.number == 2
    assert refusal_of(actions.adopt_report, case, first, by=cast.lead) == "engagement.report.older"


def test_nobody_sees_a_case_before_declaring(cast: Cast, client: FlaskClient) -> None:
    case = make.engagement(cast, declared=False)
    db.session.commit()
    sign_in(client, cast.verifier)
    assert client.get(f"/cases/{case.id}/boundary/sources").status_code == 403
    page = client.get(f"/cases/{case.id}/declare")
    assert page.status_code == 200
    assert load(make.PACK).independence_questions[0].name.en in page.text.replace("&#39;", "'")


def test_a_barred_person_reads_why(cast: Cast, client: FlaskClient) -> None:
    case = make.engagement(cast, declared=False)
    db.session.commit()
    sign_in(client, cast.verifier)
    answers = {f"q_{code}": "no" for code in CLEAR} | {f"q_{next(iter(CLEAR))}": "yes"}
    assert client.post(f"/cases/{case.id}/declare", data=answers).status_code == 303
    assert "You cannot take part in this case" in client.get(f"/cases/{case.id}/declare").text
    assert client.get(f"/cases/{case.id}/data").status_code == 403


def test_a_double_click_opens_one_case_and_says_so(cast: Cast, client: FlaskClient) -> None:
    of = make.unit_year(cast)
    make.report(cast, of)
    db.session.commit()
    sign_in(client, cast.coordinator)
    typed = {"unit_year": str(of.id), "conflict_check": CHECKED}
    assert client.post("/cases/new", data=typed).status_code == 303
    assert client.post("/cases/new", data=typed).status_code in (200, 409)
    assert len(db.session.scalars(queries.visible_to(cast.coordinator)).unique().all()) == 1


@pytest.mark.parametrize(("stage", "opens"), [(stage, stage in list(Stage)[3:7]) for stage in Stage])
def test_the_checks_are_opened_again_from_review_and_signing_with_a_reason(cast: Cast, stage: Stage, opens: bool) -> None:
    case = make.engagement(cast, stage)
    assert refusal_of(actions.reopen, case, " ", by=cast.lead) == "engagement.reopen.no_reason"
    if opens:
        actions.reopen(case, "A meter was overlooked.", actor=actor(cast.lead), now=utcnow())
        assert case.stage is Stage.CHECKING
    else:
        assert refusal_of(actions.reopen, case, "Why not.", by=cast.lead) == "lifecycle.reopen.not_now"
