"""Every word of the method that pages show, said once; tests hold that no member is forgotten."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from verifier.core.access import Role
from verifier.core.findings import FindingDeed, FindingState
from verifier.core.lifecycle import Deed, Stage

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
        Role.INVITED: _l("Named, not yet declared"),
        Role.CONTACT: _l("Contact"),
        Role.CONTRIBUTOR: _l("Contributor"),
        Role.RESPONSIBLE: _l("Responsible person"),
    },
    {
        Stage.ARRANGING: _l("Being arranged"),
        Stage.CHECKING: _l("Checks under way"),
        Stage.ANSWERING: _l("With the unit for answers"),
        Stage.REVIEWING: _l("Independent review"),
        Stage.TO_CERTIFY: _l("Awaiting lead's signature"),
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
        FindingState.UNCORRECTED: _l("Reported uncorrected"),
        FindingState.ESTIMATED: _l("Estimated conservatively"),
        FindingState.CARRIED_OVER: _l("Carried over"),
        FindingState.WITHDRAWN: _l("Withdrawn"),
    },
    {
        FindingDeed.SEND: _l("Sent"),
        FindingDeed.ANSWER: _l("Answer"),
        FindingDeed.ACCEPT: _l("Accepted"),
        FindingDeed.RETURN: _l("Returned"),
        FindingDeed.WITHDRAW: _l("Withdrawn"),
        FindingDeed.REPORT_UNCORRECTED: _l("Reported uncorrected"),
        FindingDeed.ESTIMATE: _l("Estimated conservatively"),
        FindingDeed.CARRY_OVER: _l("Carried over"),
    },
    {
        Deed.ARRANGE: _l("Arrange the team"),
        Deed.DECLARE: _l("Declare independence"),
        Deed.START: _l("Start the checks"),
        Deed.CHECK: _l("Work on the checks"),
        Deed.SEND_FINDINGS: _l("Send the findings"),
        Deed.ANSWER: _l("Answer the findings"),
        Deed.ALL_ANSWERED: _l("Everything answered"),
        Deed.CONCLUDE: _l("Draw the conclusion"),
        Deed.APPROVE: _l("Approve"),
        Deed.SEND_BACK: _l("Send back"),
        Deed.REOPEN: _l("Open the checks again"),
        Deed.CERTIFY: _l("Certify"),
        Deed.COUNTERSIGN: _l("Countersign"),
        Deed.SEAL: _l("Seal"),
        Deed.CORRECT: _l("Open for correction"),
        Deed.CHANGE_RULES: _l("Move to newer rules"),
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
"""The colour and shape of a status; the word always stands beside it."""


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
