"""The event table: event × recipient → task, mail, and whom to call; tasks, mails and the help page are drawn from it.

A further event is a further row of `EVENTS`, with its words in `wording.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from verifier.audit.trail_actions import TrailAction
from verifier.core.access import TEAM, UNIT, Role
from verifier.core.clocks import Before
from verifier.core.lifecycle import Stage


class Duty(StrEnum):
    """Kind of task assigned to a person."""

    DECLARE = "declare"
    OPEN = "open"
    ARRANGE = "arrange"
    CHECK = "check"
    ANSWER = "answer"
    JUDGE = "judge"
    SEND = "send"
    SHOW = "show"
    REVIEW = "review"
    CONCLUDE_AGAIN = "conclude_again"
    ANSWER_REVIEW = "answer_review"
    CERTIFY = "certify"
    COUNTERSIGN = "countersign"
    SEAL = "seal"
    SUBMIT = "submit"
    RELEASE = "release"
    NAME_BODY = "name_body"


class Event(StrEnum):
    """What people are told of. The words are stored with notices: one that was used stays."""

    UNIT_REGISTERED = "unit_registered"
    VERSION_WAITS = "version_waits"
    VERSION_RELEASED = "version_released"
    BODY_NAMED = "body_named"
    CASE_OPENED = "case_opened"
    MEMBER_NAMED = "member_named"
    CHECKS_STARTED = "checks_started"
    REQUEST_RAISED = "request_raised"
    REQUEST_ASSIGNED = "request_assigned"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_RETURNED = "request_returned"
    FINDING_RAISED = "finding_raised"
    FINDINGS_SENT = "findings_sent"
    FINDING_ANSWERED = "finding_answered"
    FINDING_RETURNED = "finding_returned"
    ALL_ANSWERED = "all_answered"
    CONCLUSION_DRAWN = "conclusion_drawn"
    REVIEW_SENT_BACK = "review_sent_back"
    REVIEW_APPROVED = "review_approved"
    APPROVAL_VOID = "approval_void"
    CHECKS_REOPENED = "checks_reopened"
    CERTIFIED = "certified"
    COUNTERSIGNED = "countersigned"
    STATEMENT_ISSUED = "statement_issued"
    STATEMENT_SUPERSEDED = "statement_superseded"
    CORRECTION_OPENED = "correction_opened"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


class Person(StrEnum):
    """A recipient who is not told by role."""

    NAMED = "named"
    """Who was named for the case."""
    ASSIGNEE = "assignee"
    """To whom the request is assigned; the contacts where it is assigned to nobody."""
    RAISER = "raiser"
    """Who raised the finding or the request."""
    OWNER = "owner"
    """Whose task it is."""


class Timing(StrEnum):
    """When mail goes out; either way one message for a person and a case."""

    AT_ONCE = "at_once"
    """Within a minute, with whatever else waits."""
    DIGEST = "digest"
    """Within minutes, together with what follows."""


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient of an event: the task that follows for them, whether they are mailed, and whom they call about it."""

    to: Role | Person
    call: Role | None
    task: Duty | None = None
    mail: Timing | None = Timing.DIGEST


@dataclass(frozen=True, slots=True)
class EventRule:
    """One row: the event, the recorded acts that are it, and who is told. `marked`: a detail that such an act must state."""

    event: Event
    acts: tuple[TrailAction, ...]
    told: tuple[Told, ...]
    marked: str = ""


OPEN_WHILE: Mapping[Duty, Stage | Before | None] = {
    Duty.SUBMIT: Before.NO_REPORT,
    Duty.RELEASE: Before.TO_RELEASE,
    Duty.NAME_BODY: Before.NO_BODY,
    Duty.OPEN: Before.TO_OPEN,
    Duty.ARRANGE: Stage.ARRANGING,
    Duty.CHECK: Stage.CHECKING,
    Duty.ANSWER: Stage.ANSWERING,
    Duty.REVIEW: Stage.REVIEWING,
    Duty.CERTIFY: Stage.TO_CERTIFY,
    Duty.COUNTERSIGN: Stage.TO_COUNTERSIGN,
    Duty.SEAL: Stage.TO_SEAL,
    Duty.DECLARE: None,
    Duty.JUDGE: None,
    Duty.SEND: None,
    Duty.SHOW: None,
    Duty.CONCLUDE_AGAIN: None,
    Duty.ANSWER_REVIEW: None,
}
"""The status of a case or a unit's year in which a task is open; None where rows of its own say so (a request, a finding, a comment)."""

A = TrailAction
_TO_CHECK = tuple(Told(role, Role.COORDINATOR, Duty.CHECK) for role in Role if role in TEAM)
_TO_ANSWER = tuple(Told(role, Role.LEAD_VERIFIER, Duty.ANSWER) for role in Role if role in UNIT)


def _of_statement(mail: Timing) -> tuple[Told, ...]:
    """Who is told of a statement; whoever sealed it knows."""
    by_coordinator = (Role.CONTACT, Role.RESPONSIBLE, Role.LEAD_VERIFIER, Role.PROGRAMME_MANAGER)
    return (
        *(Told(role, Role.COORDINATOR, mail=mail) for role in by_coordinator),
        *(Told(role, Role.LEAD_VERIFIER, mail=mail) for role in (Role.REVIEWER, Role.SIGNATORY)),
    )


EVENTS: tuple[EventRule, ...] = (
    EventRule(
        Event.UNIT_REGISTERED,
        (A.REGISTRY_UNIT_REGISTERED,),
        (Told(Role.CONTACT, Role.PROGRAMME_MANAGER, Duty.SUBMIT), Told(Role.CONTRIBUTOR, Role.CONTACT, Duty.SUBMIT, mail=None)),
    ),
    EventRule(Event.VERSION_WAITS, (A.REPORT_VERSION_HANDED_IN,), (Told(Role.RESPONSIBLE, Role.CONTACT, Duty.RELEASE),)),
    EventRule(
        Event.VERSION_RELEASED,
        (A.REPORT_VERSION_RELEASED,),
        (
            Told(Role.CONTACT, Role.RESPONSIBLE, Duty.NAME_BODY),
            Told(Role.RESPONSIBLE, Role.CONTACT, Duty.NAME_BODY, mail=None),
            Told(Role.COORDINATOR, Role.CONTACT, Duty.OPEN),
            Told(Role.LEAD_VERIFIER, Role.CONTACT),
        ),
    ),
    EventRule(Event.BODY_NAMED, (A.REGISTRY_BODY_NAMED,), (Told(Role.COORDINATOR, Role.CONTACT, Duty.OPEN),)),
    EventRule(
        Event.CASE_OPENED,
        (A.ENGAGEMENT_CASE_OPENED,),
        (
            Told(Role.COORDINATOR, Role.CONTACT, Duty.ARRANGE),
            Told(Role.CONTACT, Role.COORDINATOR),
            Told(Role.RESPONSIBLE, Role.COORDINATOR),
        ),
    ),
    EventRule(Event.MEMBER_NAMED, (A.ENGAGEMENT_MEMBER_NAMED,), (Told(Person.NAMED, Role.COORDINATOR, Duty.DECLARE),)),
    EventRule(Event.CHECKS_STARTED, (A.ENGAGEMENT_CASE_STARTED,), _TO_CHECK),
    EventRule(Event.REQUEST_RAISED, (A.DATA_REQUEST_RAISED,), (Told(Role.CONTACT, Role.LEAD_VERIFIER, Duty.SHOW),)),
    EventRule(Event.REQUEST_ASSIGNED, (A.DATA_REQUEST_ASSIGNED,), (Told(Person.ASSIGNEE, Role.CONTACT, Duty.SHOW),)),
    EventRule(
        Event.REQUEST_ANSWERED, (A.DATA_REQUEST_ANSWERED,), (Told(Person.RAISER, Role.CONTACT), Told(Role.LEAD_VERIFIER, Role.CONTACT))
    ),
    EventRule(Event.REQUEST_RETURNED, (A.DATA_REQUEST_RETURNED,), (Told(Person.ASSIGNEE, Role.LEAD_VERIFIER, Duty.SHOW),)),
    EventRule(Event.FINDING_RAISED, (A.FINDING_FINDING_RAISED,), (Told(Role.LEAD_VERIFIER, None, Duty.SEND, mail=None),)),
    EventRule(Event.FINDINGS_SENT, (A.FINDING_FINDINGS_SENT,), _TO_ANSWER),
    EventRule(
        Event.FINDING_ANSWERED,
        (A.FINDING_FINDING_ANSWERED,),
        (Told(Role.LEAD_VERIFIER, Role.CONTACT, Duty.JUDGE), Told(Person.RAISER, Role.CONTACT)),
    ),
    EventRule(Event.FINDING_RETURNED, (A.FINDING_FINDING_RETURNED,), _TO_ANSWER),
    EventRule(Event.ALL_ANSWERED, (A.FINDING_FINDINGS_ALL_ANSWERED,), _TO_CHECK),
    EventRule(Event.CONCLUSION_DRAWN, (A.STATEMENT_CONCLUSION_DRAWN,), (Told(Role.REVIEWER, Role.LEAD_VERIFIER, Duty.REVIEW),)),
    EventRule(
        Event.REVIEW_SENT_BACK,
        (A.STATEMENT_REVIEW_SENT_BACK,),
        (
            Told(Role.LEAD_VERIFIER, Role.REVIEWER, Duty.ANSWER_REVIEW, Timing.AT_ONCE),
            Told(Role.VERIFIER, Role.LEAD_VERIFIER, Duty.CHECK),
            Told(Role.TECHNICAL_EXPERT, Role.LEAD_VERIFIER, Duty.CHECK),
        ),
    ),
    EventRule(Event.REVIEW_APPROVED, (A.STATEMENT_REVIEW_APPROVED,), (Told(Role.LEAD_VERIFIER, Role.REVIEWER, Duty.CERTIFY),)),
    EventRule(
        Event.APPROVAL_VOID,
        (),
        (
            Told(Role.LEAD_VERIFIER, Role.REVIEWER, Duty.CONCLUDE_AGAIN, Timing.AT_ONCE),
            Told(Role.REVIEWER, Role.LEAD_VERIFIER, mail=Timing.AT_ONCE),
            Told(Role.SIGNATORY, Role.LEAD_VERIFIER, mail=Timing.AT_ONCE),
            Told(Role.COORDINATOR, Role.LEAD_VERIFIER, mail=Timing.AT_ONCE),
        ),
    ),
    EventRule(
        Event.CHECKS_REOPENED,
        (A.ENGAGEMENT_CASE_REOPENED,),
        (*_TO_CHECK, Told(Role.REVIEWER, Role.LEAD_VERIFIER), Told(Role.SIGNATORY, Role.LEAD_VERIFIER)),
    ),
    EventRule(Event.CERTIFIED, (A.STATEMENT_LEAD_SIGNED,), (Told(Role.SIGNATORY, Role.LEAD_VERIFIER, Duty.COUNTERSIGN),)),
    EventRule(Event.COUNTERSIGNED, (A.STATEMENT_SIGNATORY_SIGNED,), (Told(Role.COORDINATOR, Role.SIGNATORY, Duty.SEAL),)),
    EventRule(Event.STATEMENT_ISSUED, (A.STATEMENT_SEAL_SIGNED,), _of_statement(Timing.DIGEST)),
    EventRule(Event.STATEMENT_SUPERSEDED, (A.STATEMENT_SEAL_SIGNED,), _of_statement(Timing.AT_ONCE), marked="supersedes"),
    EventRule(
        Event.CORRECTION_OPENED,
        (A.ENGAGEMENT_CASE_CORRECTING,),
        tuple(
            Told(role, Role.COORDINATOR, Duty.CHECK if role in TEAM else None, Timing.AT_ONCE)
            for role in Role
            if role in TEAM | {Role.REVIEWER, Role.SIGNATORY, Role.COORDINATOR, Role.CONTACT, Role.RESPONSIBLE}
        ),
    ),
    EventRule(Event.DUE_SOON, (), (Told(Person.OWNER, None),)),
    EventRule(Event.OVERDUE, (), (Told(Person.OWNER, None),)),
)

RULES: Mapping[Event, EventRule] = {rule.event: rule for rule in EVENTS}


def rule_of(action: TrailAction, stated: Mapping[str, object]) -> EventRule | None:
    """The row of a recorded act, by what its detail states; None for acts that nobody is told of."""
    fitting = [rule for rule in EVENTS if action in rule.acts and (not rule.marked or stated.get(rule.marked))]
    return max(fitting, key=lambda rule: bool(rule.marked), default=None)


def holders(duty: Duty) -> frozenset[Role]:
    """The roles for which an event makes this task."""
    return frozenset(told.to for _rule, told in _with_task(duty) if isinstance(told.to, Role))


def at_stage() -> dict[Stage, tuple[frozenset[Role], Duty]]:
    """For each stage of a case, who has which task."""
    return {stage: (holders(duty), duty) for duty, stage in OPEN_WHILE.items() if isinstance(stage, Stage)}


def before_case() -> dict[Before, tuple[frozenset[Role], Duty]]:
    """For each status of a unit's year without a case, who has which task."""
    return {status: (holders(duty), duty) for duty, status in OPEN_WHILE.items() if isinstance(status, Before)}


def _with_task(duty: Duty) -> Iterator[tuple[EventRule, Told]]:
    return ((rule, told) for rule in EVENTS for told in rule.told if told.task is duty)
