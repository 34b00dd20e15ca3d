"""The event table as a specification: who has which task when, and whom everyone calls."""

from verifier.audit.trail_actions import TrailAction
from verifier.casework.events.table import EVENTS, RULES, Duty, Event, Person, Timing, at_stage, before_case, rule_of
from verifier.casework.events.wording import EVENTS as WORDS
from verifier.casework.events.wording import PEOPLE, TIMES
from verifier.core.access import TEAM, UNIT, Role
from verifier.core.clocks import BEFORE_TURN, Before
from verifier.core.lifecycle import TURN, Stage


def test_every_event_has_one_row_and_its_words() -> None:
    assert [rule.event for rule in EVENTS] == list(Event)
    assert set(WORDS) == set(Event)
    assert (set(PEOPLE), set(TIMES)) == (set(Person), set(Timing))


def test_every_kind_of_task_follows_from_an_event() -> None:
    assert {told.task for rule in EVENTS for told in rule.told if told.task} == set(Duty)


def test_each_stage_gives_its_task_to_those_it_waits_for() -> None:
    assert at_stage() == {
        Stage.ARRANGING: ({Role.COORDINATOR}, Duty.ARRANGE),
        Stage.CHECKING: (TEAM, Duty.CHECK),
        Stage.ANSWERING: (UNIT, Duty.ANSWER),
        Stage.REVIEWING: ({Role.REVIEWER}, Duty.REVIEW),
        Stage.TO_CERTIFY: ({Role.LEAD_VERIFIER}, Duty.CERTIFY),
        Stage.TO_COUNTERSIGN: ({Role.SIGNATORY}, Duty.COUNTERSIGN),
        Stage.TO_SEAL: ({Role.COORDINATOR}, Duty.SEAL),
    }
    assert all(TURN[stage] in roles for stage, (roles, _duty) in at_stage().items())


def test_before_there_is_a_case_tasks_are_those_of_the_party_that_is_waited_for() -> None:
    assert before_case() == {
        Before.NO_REPORT: ({Role.CONTACT, Role.CONTRIBUTOR}, Duty.SUBMIT),
        Before.TO_RELEASE: ({Role.RESPONSIBLE}, Duty.RELEASE),
        Before.NO_BODY: ({Role.CONTACT, Role.RESPONSIBLE}, Duty.NAME_BODY),
        Before.TO_OPEN: ({Role.COORDINATOR}, Duty.OPEN),
    }
    assert all(BEFORE_TURN[status] in roles for status, (roles, _duty) in before_case().items())


def test_everyone_who_is_mailed_is_told_whom_to_call_and_nobody_calls_themselves() -> None:
    mailed = [told for rule in EVENTS for told in rule.told if told.mail and told.to is not Person.OWNER]
    assert [told for told in mailed if told.call is None] == []
    themselves = {told.to for told in mailed if told.call == told.to}
    assert themselves == {Role.COORDINATOR}, "a body may have several coordinators"
    assert [rule.event for rule in EVENTS if any(told.call == told.to for told in rule.told)] == [Event.CORRECTION_OPENED]


def test_an_act_is_one_event_and_a_further_statement_is_told_as_superseding() -> None:
    acts = [act for rule in EVENTS for act in rule.acts]
    assert {act for act in acts if acts.count(act) > 1} == {TrailAction.STATEMENT_SEAL_SIGNED}
    assert rule_of(TrailAction.STATEMENT_SEAL_SIGNED, {}) is RULES[Event.STATEMENT_ISSUED]
    assert rule_of(TrailAction.STATEMENT_SEAL_SIGNED, {"supersedes": "V1"}) is RULES[Event.STATEMENT_SUPERSEDED]
    assert rule_of(TrailAction.CASE_TRAIL_DOWNLOADED, {}) is None
