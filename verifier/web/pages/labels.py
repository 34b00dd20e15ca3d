"""Translated labels of enums shown on pages, defined once; tests check that no member is missing."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from verifier.core.access import Role, SeparateRole
from verifier.core.findings import FindingAction, FindingState
from verifier.core.independence import Work
from verifier.core.lifecycle import CaseAction, Stage

Words = dict[tuple[type[StrEnum], str], Any]


def words(*tables: dict[Any, Any]) -> Words:
    """The words of some enums, one table each: members of two enums may be spelt alike, so they are kept by type and value."""
    return {(type(member), member.value): text for table in tables for member, text in table.items()}


LABELS = words(
    {
        Role.ADMINISTRATOR: _l("Administrator"),
        Role.PROGRAMME_MANAGER: _l("Programme manager"),
        Role.ASSESSOR: _l("Assessor (reads only)"),
        Role.COORDINATOR: _l("Coordinator"),
        Role.LEAD_VERIFIER: _l("Lead verifier"),
        Role.VERIFIER: _l("Verifier"),
        Role.TECHNICAL_EXPERT: _l("Technical expert"),
        Role.REVIEWER: _l("Independent reviewer"),
        Role.SIGNATORY: _l("Authorised signatory"),
        Role.INVITED: _l("Assigned, independence not yet declared"),
        Role.CONTACT: _l("Contact"),
        Role.CONTRIBUTOR: _l("Contributor"),
        Role.RESPONSIBLE: _l("Responsible person"),
    },
    {
        SeparateRole.TEAM: _l("Member of the verification team"),
        SeparateRole.LEAD_VERIFIER: _l("Lead verifier"),
        SeparateRole.VERIFIER: _l("Verifier"),
        SeparateRole.TECHNICAL_EXPERT: _l("Technical expert"),
        SeparateRole.REVIEWER: _l("Independent reviewer"),
        SeparateRole.SIGNATORY: _l("Authorised signatory"),
        SeparateRole.KEEPER: _l("Keeper of the seal"),
    },
    {
        Work.CHECKS: _l("work in the checks"),
        Work.CERTIFIED: _l("the lead verifier's signature"),
        Work.REVIEWED: _l("a decision of the independent review"),
        Work.COUNTERSIGNED: _l("the countersignature"),
        Work.SEALED: _l("the application of the seal"),
    },
    {
        Stage.ARRANGING: _l("In preparation"),
        Stage.CHECKING: _l("Checks under way"),
        Stage.ANSWERING: _l("Awaiting response from the unit"),
        Stage.REVIEWING: _l("Independent review"),
        Stage.TO_CERTIFY: _l("Awaiting lead verifier's signature"),
        Stage.TO_COUNTERSIGN: _l("Awaiting countersignature"),
        Stage.TO_SEAL: _l("Awaiting the seal"),
        Stage.ISSUED: _l("Statement issued"),
    },
    {
        FindingState.DRAFT: _l("Draft"),
        FindingState.SENT: _l("Sent to the unit"),
        FindingState.ANSWERED: _l("Answered"),
        FindingState.RETURNED: _l("Returned to the unit"),
        FindingState.CLOSED: _l("Closed"),
        FindingState.UNCORRECTED: _l("Reported as uncorrected"),
        FindingState.ESTIMATED: _l("Estimated conservatively"),
        FindingState.CARRIED_OVER: _l("Carried over"),
        FindingState.WITHDRAWN: _l("Withdrawn"),
    },
    {
        FindingAction.SEND: _l("Sent"),
        FindingAction.ANSWER: _l("Answer"),
        FindingAction.ACCEPT: _l("Accepted"),
        FindingAction.RETURN: _l("Returned"),
        FindingAction.WITHDRAW: _l("Withdrawn"),
        FindingAction.REPORT_UNCORRECTED: _l("Reported as uncorrected"),
        FindingAction.ESTIMATE: _l("Estimated conservatively"),
        FindingAction.CARRY_OVER: _l("Carried over"),
    },
    {
        CaseAction.ARRANGE: _l("Set up the team"),
        CaseAction.DECLARE: _l("Declare independence"),
        CaseAction.START: _l("Start the checks"),
        CaseAction.CHECK: _l("Carry out the checks"),
        CaseAction.SEND_FINDINGS: _l("Send the findings"),
        CaseAction.ANSWER: _l("Respond to the findings"),
        CaseAction.ALL_ANSWERED: _l("All findings answered"),
        CaseAction.CONCLUDE: _l("Prepare the conclusion"),
        CaseAction.APPROVE: _l("Approve"),
        CaseAction.SEND_BACK: _l("Send back"),
        CaseAction.REOPEN: _l("Reopen the checks"),
        CaseAction.CHANGE_RULES: _l("Move to newer rules"),
        CaseAction.CERTIFY: _l("Certify"),
        CaseAction.COUNTERSIGN: _l("Countersign"),
        CaseAction.SEAL: _l("Seal"),
        CaseAction.CORRECT: _l("Open for correction"),
    },
)

_BY_TYPE: Words = dict(LABELS)

STATES: dict[tuple[type[StrEnum], str], str] = {
    (Stage, "arranging"): "mute",
    (Stage, "checking"): "info",
    (Stage, "answering"): "warn",
    (Stage, "reviewing"): "info",
    (Stage, "to_certify"): "warn",
    (Stage, "to_countersign"): "warn",
    (Stage, "to_seal"): "warn",
    (Stage, "issued"): "ok",
    (FindingState, "draft"): "mute",
    (FindingState, "sent"): "warn",
    (FindingState, "answered"): "info",
    (FindingState, "returned"): "bad",
    (FindingState, "closed"): "ok",
    (FindingState, "uncorrected"): "bad",
    (FindingState, "estimated"): "warn",
    (FindingState, "carried_over"): "warn",
    (FindingState, "withdrawn"): "mute",
}
"""Colour and shape of a status; they are always shown with the word."""


def label(member: Any) -> str:
    """The member in the reader's language; a plain text is itself."""
    text = _BY_TYPE.get((type(member), getattr(member, "value", member)))
    return str(text) if text is not None else str(member)


def state_of(member: Any) -> str:
    """ok, info, warn, bad or mute."""
    return STATES.get((type(member), getattr(member, "value", member)), "mute")


def register(labels: dict[Any, Any], states: dict[tuple[type[StrEnum], str], str] | None = None) -> None:
    """Take in the words of a package's own enums."""
    _BY_TYPE.update(labels if all(isinstance(key, tuple) for key in labels) else words(labels))
    STATES.update(states or {})
