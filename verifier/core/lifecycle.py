"""Where a case stands: stage × deed → next stage, as one table, and whose turn it is."""

from collections.abc import Mapping
from enum import StrEnum

from verifier.core.access import Role
from verifier.core.errors import Refusal


class Stage(StrEnum):
    """The stations of a case, in the order it passes them."""

    ARRANGING = "arranging"
    CHECKING = "checking"
    ANSWERING = "answering"
    REVIEWING = "reviewing"
    TO_CERTIFY = "to_certify"
    TO_COUNTERSIGN = "to_countersign"
    TO_SEAL = "to_seal"
    ISSUED = "issued"


class Deed(StrEnum):
    """What can be done to a case as a whole, or inside it."""

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


TABLE: Mapping[tuple[Stage, Deed], Stage] = {
    (Stage.ARRANGING, Deed.ARRANGE): Stage.ARRANGING,
    (Stage.ARRANGING, Deed.DECLARE): Stage.ARRANGING,
    (Stage.ARRANGING, Deed.START): Stage.CHECKING,
    (Stage.ARRANGING, Deed.CHANGE_RULES): Stage.ARRANGING,
    (Stage.CHECKING, Deed.ARRANGE): Stage.CHECKING,
    (Stage.CHECKING, Deed.DECLARE): Stage.CHECKING,
    (Stage.CHECKING, Deed.CHECK): Stage.CHECKING,
    (Stage.CHECKING, Deed.CHANGE_RULES): Stage.CHECKING,
    (Stage.CHECKING, Deed.SEND_FINDINGS): Stage.ANSWERING,
    (Stage.CHECKING, Deed.CONCLUDE): Stage.REVIEWING,
    (Stage.ANSWERING, Deed.ARRANGE): Stage.ANSWERING,
    (Stage.ANSWERING, Deed.DECLARE): Stage.ANSWERING,
    (Stage.ANSWERING, Deed.CHECK): Stage.ANSWERING,
    (Stage.ANSWERING, Deed.CHANGE_RULES): Stage.ANSWERING,
    (Stage.ANSWERING, Deed.SEND_FINDINGS): Stage.ANSWERING,
    (Stage.ANSWERING, Deed.ANSWER): Stage.ANSWERING,
    (Stage.ANSWERING, Deed.ALL_ANSWERED): Stage.CHECKING,
    (Stage.REVIEWING, Deed.ARRANGE): Stage.REVIEWING,
    (Stage.REVIEWING, Deed.DECLARE): Stage.REVIEWING,
    (Stage.REVIEWING, Deed.CHECK): Stage.REVIEWING,
    (Stage.REVIEWING, Deed.APPROVE): Stage.TO_CERTIFY,
    (Stage.REVIEWING, Deed.SEND_BACK): Stage.CHECKING,
    (Stage.REVIEWING, Deed.REOPEN): Stage.CHECKING,
    (Stage.TO_CERTIFY, Deed.ARRANGE): Stage.TO_CERTIFY,
    (Stage.TO_CERTIFY, Deed.DECLARE): Stage.TO_CERTIFY,
    (Stage.TO_CERTIFY, Deed.CHECK): Stage.TO_CERTIFY,
    (Stage.TO_CERTIFY, Deed.CONCLUDE): Stage.REVIEWING,
    (Stage.TO_CERTIFY, Deed.REOPEN): Stage.CHECKING,
    (Stage.TO_CERTIFY, Deed.CERTIFY): Stage.TO_COUNTERSIGN,
    (Stage.TO_COUNTERSIGN, Deed.REOPEN): Stage.CHECKING,
    (Stage.TO_COUNTERSIGN, Deed.COUNTERSIGN): Stage.TO_SEAL,
    (Stage.TO_SEAL, Deed.REOPEN): Stage.CHECKING,
    (Stage.TO_SEAL, Deed.SEAL): Stage.ISSUED,
    (Stage.ISSUED, Deed.CORRECT): Stage.CHECKING,
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


def after(stage: Stage, deed: Deed) -> Stage:
    """The stage a deed leads to; refuses a deed that the stage does not know."""
    try:
        return TABLE[stage, deed]
    except KeyError:
        raise Refusal(f"lifecycle.{deed}.not_now", stage=stage) from None


def possible(stage: Stage, deed: Deed) -> bool:
    """Whether the deed may be done at this stage at all."""
    return (stage, deed) in TABLE
