"""Case lifecycle: transition table stage × action → next stage."""

from collections.abc import Mapping
from enum import StrEnum

from verifier.core.access import Role
from verifier.core.errors import Refusal


class Stage(StrEnum):
    """Stages of a case, in order."""

    ARRANGING = "arranging"
    CHECKING = "checking"
    ANSWERING = "answering"
    REVIEWING = "reviewing"
    TO_CERTIFY = "to_certify"
    TO_COUNTERSIGN = "to_countersign"
    TO_SEAL = "to_seal"
    ISSUED = "issued"


class CaseAction(StrEnum):
    """Actions on a case, or within it."""

    ARRANGE = "arrange"
    DECLARE = "declare"
    START = "start"
    CHECK = "check"
    """Decide on a facility, a source or a checklist item; add a photo; raise or judge a finding."""
    SEND_FINDINGS = "send_findings"
    ANSWER = "answer"
    """The unit answers a finding or hands in a corrected report."""
    ALL_ANSWERED = "all_answered"
    CONCLUDE = "conclude"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    REOPEN = "reopen"
    CORRECT = "correct"
    """Open the checks again after issue; the issued statement stays until another is issued in its place."""
    CHANGE_RULES = "change_rules"
    """Work under a newer version of the rule pack from here on."""
    CERTIFY = "certify"
    COUNTERSIGN = "countersign"
    SEAL = "seal"


TABLE: Mapping[tuple[Stage, CaseAction], Stage] = {
    (Stage.ARRANGING, CaseAction.ARRANGE): Stage.ARRANGING,
    (Stage.ARRANGING, CaseAction.DECLARE): Stage.ARRANGING,
    (Stage.ARRANGING, CaseAction.START): Stage.CHECKING,
    (Stage.ARRANGING, CaseAction.CHANGE_RULES): Stage.ARRANGING,
    (Stage.CHECKING, CaseAction.ARRANGE): Stage.CHECKING,
    (Stage.CHECKING, CaseAction.DECLARE): Stage.CHECKING,
    (Stage.CHECKING, CaseAction.CHECK): Stage.CHECKING,
    (Stage.CHECKING, CaseAction.CHANGE_RULES): Stage.CHECKING,
    (Stage.CHECKING, CaseAction.SEND_FINDINGS): Stage.ANSWERING,
    (Stage.CHECKING, CaseAction.CONCLUDE): Stage.REVIEWING,
    (Stage.ANSWERING, CaseAction.ARRANGE): Stage.ANSWERING,
    (Stage.ANSWERING, CaseAction.DECLARE): Stage.ANSWERING,
    (Stage.ANSWERING, CaseAction.CHECK): Stage.ANSWERING,
    (Stage.ANSWERING, CaseAction.CHANGE_RULES): Stage.ANSWERING,
    (Stage.ANSWERING, CaseAction.SEND_FINDINGS): Stage.ANSWERING,
    (Stage.ANSWERING, CaseAction.ANSWER): Stage.ANSWERING,
    (Stage.ANSWERING, CaseAction.ALL_ANSWERED): Stage.CHECKING,
    (Stage.REVIEWING, CaseAction.ARRANGE): Stage.REVIEWING,
    (Stage.REVIEWING, CaseAction.DECLARE): Stage.REVIEWING,
    (Stage.REVIEWING, CaseAction.CHECK): Stage.REVIEWING,
    (Stage.REVIEWING, CaseAction.APPROVE): Stage.TO_CERTIFY,
    (Stage.REVIEWING, CaseAction.SEND_BACK): Stage.CHECKING,
    (Stage.REVIEWING, CaseAction.REOPEN): Stage.CHECKING,
    (Stage.TO_CERTIFY, CaseAction.ARRANGE): Stage.TO_CERTIFY,
    (Stage.TO_CERTIFY, CaseAction.DECLARE): Stage.TO_CERTIFY,
    (Stage.TO_CERTIFY, CaseAction.CHECK): Stage.TO_CERTIFY,
    (Stage.TO_CERTIFY, CaseAction.CONCLUDE): Stage.REVIEWING,
    (Stage.TO_CERTIFY, CaseAction.REOPEN): Stage.CHECKING,
    (Stage.TO_CERTIFY, CaseAction.CERTIFY): Stage.TO_COUNTERSIGN,
    (Stage.TO_COUNTERSIGN, CaseAction.REOPEN): Stage.CHECKING,
    (Stage.TO_COUNTERSIGN, CaseAction.COUNTERSIGN): Stage.TO_SEAL,
    (Stage.TO_SEAL, CaseAction.REOPEN): Stage.CHECKING,
    (Stage.TO_SEAL, CaseAction.SEAL): Stage.ISSUED,
    (Stage.ISSUED, CaseAction.CORRECT): Stage.CHECKING,
}
"""What is not in the table may not be done. A change while the case is under review or waits to be certified
stays possible, and voids the approval by comparison with the trail."""

TURN: Mapping[Stage, Role | None] = {
    Stage.ARRANGING: Role.COORDINATOR,
    Stage.CHECKING: Role.LEAD_VERIFIER,
    Stage.ANSWERING: Role.CONTACT,
    Stage.REVIEWING: Role.REVIEWER,
    Stage.TO_CERTIFY: Role.LEAD_VERIFIER,
    Stage.TO_COUNTERSIGN: Role.SIGNATORY,
    Stage.TO_SEAL: Role.COORDINATOR,
    Stage.ISSUED: None,
}
"""Who is waited for."""


def after(stage: Stage, action: CaseAction) -> Stage:
    """Stage after an action; refuses an action not permitted at the present stage."""
    try:
        return TABLE[stage, action]
    except KeyError:
        raise Refusal(f"lifecycle.{action}.not_now", stage=stage) from None


def possible(stage: Stage, action: CaseAction) -> bool:
    """Whether the action is permitted at this stage."""
    return (stage, action) in TABLE
