"""Who may be named for what, which answer bars, and that roles stay apart again when people act."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from verifier.core import independence
from verifier.core.access import Role
from verifier.core.errors import Refusal
from verifier.core.independence import (
    TeamPlace,
    Work,
    WorkDone,
    bars,
    check_may_act,
    check_may_be_named,
    check_may_hold,
    check_rotation,
    keepers,
    missing,
)
from verifier.core.rulepack.pack import RulePack
from verifier.core.rulepack.parts import Origin, Rotation, Text
from verifier.rulepacks.load import load

ANN, BEN, CAI, DAN = uuid4(), uuid4(), uuid4(), uuid4()
LEAD, VERIFIER, EXPERT, REVIEWER, SIGNATORY = (Role.LEAD_VERIFIER, Role.VERIFIER, Role.TECHNICAL_EXPERT, Role.REVIEWER, Role.SIGNATORY)
KEEPER = Role.COORDINATOR
CHINA = ("china-national/2021.3", "beijing/2021.3")
ELSEWHERE = ("eu-ets/2018.3", "iso-14064-3/2019.3")
BEFORE = ("beijing/2021", "china-national/2021.1", "eu-ets/2018.1", "iso-14064-3/2019")
"""Versions that say nothing of the keeper of the seal."""


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load("beijing/2021")


@pytest.mark.parametrize(
    ("has", "wants", "refused"),
    [
        ([], LEAD, None),
        ([TeamPlace(ANN, LEAD)], EXPERT, None),
        ([TeamPlace(ANN, LEAD)], LEAD, "independence.already"),
        ([TeamPlace(BEN, LEAD)], LEAD, "independence.taken"),
        ([TeamPlace(BEN, VERIFIER)], VERIFIER, None),
        ([TeamPlace(BEN, LEAD, left=True)], LEAD, None),
        ([TeamPlace(ANN, LEAD)], REVIEWER, "independence.roles_differ"),
        ([TeamPlace(ANN, EXPERT)], SIGNATORY, "independence.roles_differ"),
        ([TeamPlace(ANN, REVIEWER)], VERIFIER, "independence.roles_differ"),
        ([TeamPlace(ANN, REVIEWER)], SIGNATORY, "independence.roles_differ"),
        ([TeamPlace(ANN, VERIFIER, left=True)], REVIEWER, "independence.roles_differ"),
        ([TeamPlace(ANN, VERIFIER, left=True)], SIGNATORY, "independence.roles_differ"),
        ([TeamPlace(ANN, VERIFIER, left=True)], VERIFIER, None),
    ],
)
def test_who_may_be_named_for_what(pack: RulePack, has: list[TeamPlace], wants: Role, refused: str | None) -> None:
    assert _refusal(lambda: check_may_be_named(ANN, wants, has, pack)) == refused


@pytest.mark.parametrize(
    ("has", "acts_as", "refused"),
    [
        ([TeamPlace(ANN, REVIEWER)], REVIEWER, None),
        ([TeamPlace(BEN, REVIEWER)], REVIEWER, "independence.not_named"),
        ([TeamPlace(ANN, REVIEWER, left=True)], REVIEWER, "independence.not_named"),
        ([TeamPlace(ANN, REVIEWER), TeamPlace(ANN, VERIFIER, left=True)], REVIEWER, "independence.roles_differ"),
        ([TeamPlace(ANN, SIGNATORY), TeamPlace(ANN, LEAD)], SIGNATORY, "independence.roles_differ"),
    ],
)
def test_roles_are_looked_at_again_when_someone_acts(pack: RulePack, has: list[TeamPlace], acts_as: Role, refused: str | None) -> None:
    assert _refusal(lambda: check_may_act(ANN, acts_as, has, pack)) == refused


def test_which_roles_must_differ_is_for_the_pack_to_say(pack: RulePack) -> None:
    lenient = replace(pack, roles=replace(pack.roles, must_differ=()))
    strict = replace(pack, roles=replace(pack.roles, must_differ=(("lead_verifier", "verifier"),)))
    assert _refusal(lambda: check_may_be_named(ANN, REVIEWER, [TeamPlace(ANN, LEAD)], lenient)) is None
    assert _refusal(lambda: check_may_be_named(ANN, VERIFIER, [TeamPlace(ANN, LEAD)], strict)) == "independence.roles_differ"


@pytest.mark.parametrize(
    ("packs", "role", "kept_from"),
    [
        (CHINA, LEAD, {REVIEWER, SIGNATORY, KEEPER}),
        (CHINA, VERIFIER, {REVIEWER, SIGNATORY}),
        (CHINA, REVIEWER, {LEAD, VERIFIER, EXPERT, SIGNATORY, KEEPER}),
        (CHINA, SIGNATORY, {LEAD, VERIFIER, EXPERT, REVIEWER, KEEPER}),
        (ELSEWHERE, LEAD, {REVIEWER, KEEPER}),
        (ELSEWHERE, REVIEWER, {LEAD, VERIFIER, EXPERT}),
        (ELSEWHERE, SIGNATORY, set()),
        (BEFORE, LEAD, {REVIEWER, KEEPER}),
        (BEFORE, REVIEWER, {LEAD, VERIFIER, EXPERT, KEEPER}),
        (BEFORE, SIGNATORY, {KEEPER}),
    ],
)
def test_each_shipped_pack_keeps_these_roles_apart(packs: tuple[str, ...], role: Role, kept_from: set[Role]) -> None:
    for pack_id in packs:
        here = [TeamPlace(ANN, role)]
        found = {each for each in (LEAD, VERIFIER, EXPERT, REVIEWER, SIGNATORY, KEEPER) if not _may_hold(each, here, pack_id)}
        allowed_extra = {LEAD, VERIFIER, EXPERT, REVIEWER, SIGNATORY} if packs is BEFORE else set()
        assert kept_from <= found <= kept_from | allowed_extra, pack_id


@pytest.mark.parametrize(
    ("work", "role", "may"),
    [
        (Work.CHECKS, REVIEWER, False),
        (Work.CHECKS, SIGNATORY, False),
        (Work.CHECKS, LEAD, True),
        (Work.CHECKS, KEEPER, True),
        (Work.CERTIFIED, KEEPER, False),
        (Work.CERTIFIED, REVIEWER, False),
        (Work.REVIEWED, VERIFIER, False),
        (Work.REVIEWED, SIGNATORY, False),
        (Work.REVIEWED, REVIEWER, True),
        (Work.COUNTERSIGNED, KEEPER, False),
        (Work.SEALED, LEAD, False),
        (Work.SEALED, KEEPER, True),
    ],
)
def test_what_a_person_did_counts_like_the_role_it_belongs_to(work: Work, role: Role, may: bool) -> None:
    found = _refusal(lambda: check_may_hold(ANN, role, [], load(CHINA[0]), done=[WorkDone(ANN, work)]))
    assert found == (None if may else "independence.work_differs")
    assert _refusal(lambda: check_may_hold(BEN, role, [], load(CHINA[0]), done=[WorkDone(ANN, work)])) is None


def test_the_seal_is_kept_by_the_coordinators_whom_nothing_keeps_from_it() -> None:
    here = [TeamPlace(ANN, LEAD), TeamPlace(BEN, VERIFIER), TeamPlace(CAI, SIGNATORY, left=True)]
    assert keepers([ANN, BEN, CAI, DAN], here, load(CHINA[0])) == (BEN, DAN)


def test_a_refusal_names_the_person_the_rule_and_the_pack() -> None:
    with pytest.raises(Refusal) as refused:
        check_may_hold(ANN, KEEPER, [TeamPlace(ANN, LEAD)], load(CHINA[1]), name="Chen Wei")
    values = refused.value.values
    assert (values["name"], values["pack"], values["other"]) == ("Chen Wei", CHINA[1], LEAD)
    assert {values["first"], values["second"]} == {"keeper_of_seal", "lead_verifier"}


def test_the_first_yes_bars_and_every_question_wants_an_answer(pack: RulePack) -> None:
    codes = [question.code for question in pack.independence_questions]
    clean = dict.fromkeys(codes, False)
    barring = bars({**clean, codes[2]: True}, pack)
    assert bars(clean, pack) is None
    assert barring is not None
    assert barring.code == codes[2]
    assert _refusal(lambda: bars(dict.fromkeys(codes[1:], False), pack)) == "independence.unanswered"


@pytest.mark.parametrize(
    ("named", "undeclared", "lacks"),
    [
        ([], 0, {"no_role": {LEAD, REVIEWER, SIGNATORY}, "team_small": {0}}),
        ([(ANN, LEAD), (CAI, REVIEWER), (DAN, SIGNATORY)], 0, {"team_small": {1}}),
        ([(ANN, LEAD), (ANN, EXPERT), (CAI, REVIEWER), (DAN, SIGNATORY)], 0, {"team_small": {1}}),
        ([(ANN, LEAD), (BEN, VERIFIER), (CAI, REVIEWER)], 0, {"no_role": {SIGNATORY}}),
        ([(ANN, LEAD), (BEN, VERIFIER), (CAI, REVIEWER), (DAN, SIGNATORY)], 2, {"undeclared": {2}}),
        ([(ANN, LEAD), (BEN, VERIFIER), (CAI, REVIEWER), (DAN, SIGNATORY)], 0, {}),
    ],
)
def test_what_a_team_lacks(pack: RulePack, named: list[tuple[UUID, Role]], undeclared: int, lacks: dict[str, set[object]]) -> None:
    found: dict[str, set[object]] = {}
    for lack in missing([TeamPlace(person, role) for person, role in named], undeclared, pack):
        found.setdefault(lack.message.rpartition(".")[2], set()).add(lack.values[0][1])
    assert found == lacks


BODY = Rotation("body", Text("body", "机构"), 3, None, Origin("", "read"))
LED = Rotation("lead_verifier", Text("lead", "主任"), 5, 3, Origin("", "read"))


@pytest.mark.parametrize(
    ("rule", "work", "done", "may"),
    [
        (BODY, "body", {2018, 2019}, True),
        (BODY, "body", {2018, 2019, 2020}, False),
        (BODY, "body", {2017, 2018, 2019}, True),
        (BODY, "body", {2019, 2020, 2021}, True),
        (BODY, "lead_verifier", {2018, 2019, 2020}, True),
        (LED, "lead_verifier", {2015, 2016, 2017, 2018, 2019}, False),
        (LED, "lead_verifier", {2014, 2015, 2016, 2017, 2018}, False),
        (LED, "lead_verifier", {2013, 2014, 2015, 2016, 2017}, True),
        (LED, "lead_verifier", {2015, 2016, 2018, 2019, 2020}, False),
        (LED, "lead_verifier", set(), True),
    ],
)
def test_who_did_the_work_too_long_must_pause(pack: RulePack, rule: Rotation, work: str, done: set[int], may: bool) -> None:
    refusal = _refusal(lambda: check_rotation(work, 2021, done, replace(pack, rotation=(rule,)), name="Ann"))
    assert refusal == (None if may else "independence.rotation")


def test_every_word_a_pack_may_use_for_a_role_is_known(pack: RulePack) -> None:
    assert {word for pair in pack.roles_must_differ for word in pair} <= independence.PACK_WORDS.keys()


def _may_hold(role: Role, here: list[TeamPlace], pack_id: str) -> bool:
    return _refusal(lambda: check_may_hold(ANN, role, here, load(pack_id))) is None


def _refusal(action) -> str | None:  # type: ignore[no-untyped-def]
    try:
        action()
    except Refusal as refusal:
        return refusal.message
    return None
