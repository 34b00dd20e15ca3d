"""Findings: transition table of their states, and the decisions that resolve them."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from verifier.core.errors import Refusal


class Check(StrEnum):
    """The check a finding arose in."""

    BOUNDARY = "boundary"
    DATA = "data"
    SITE = "site"


class FindingState(StrEnum):
    """State of a finding."""

    DRAFT = "draft"
    SENT = "sent"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"
    UNCORRECTED = "uncorrected"
    ESTIMATED = "estimated"
    CARRIED_OVER = "carried_over"
    WITHDRAWN = "withdrawn"


class FindingAction(StrEnum):
    """What can be done to a finding."""

    SEND = "send"
    ANSWER = "answer"
    ACCEPT = "accept"
    RETURN = "return"
    WITHDRAW = "withdraw"
    REPORT_UNCORRECTED = "report_uncorrected"
    ESTIMATE = "estimate"
    CARRY_OVER = "carry_over"


_ARTICLE = re.compile(r"\b(?:Art\.?|Articles?)\s*\d+|第\s*[\d一二三四五六七八九十百]+\s*条", re.IGNORECASE)


def check_article(needed: bool, *texts: str) -> None:
    """Where the class must cite the article of law that is not complied with, one of the texts names it (AVR; pack: cites_article)."""
    if needed and not any(_ARTICLE.search(text) for text in texts):
        raise Refusal("finding.article.missing")


S, D = FindingState, FindingAction
TABLE: Mapping[tuple[FindingState, FindingAction], FindingState] = {
    (S.DRAFT, D.SEND): S.SENT,
    (S.DRAFT, D.WITHDRAW): S.WITHDRAWN,
    (S.SENT, D.ANSWER): S.ANSWERED,
    (S.SENT, D.ACCEPT): S.CLOSED,
    (S.SENT, D.WITHDRAW): S.WITHDRAWN,
    (S.SENT, D.REPORT_UNCORRECTED): S.UNCORRECTED,
    (S.SENT, D.ESTIMATE): S.ESTIMATED,
    (S.SENT, D.CARRY_OVER): S.CARRIED_OVER,
    (S.RETURNED, D.ANSWER): S.ANSWERED,
    (S.RETURNED, D.ACCEPT): S.CLOSED,
    (S.RETURNED, D.WITHDRAW): S.WITHDRAWN,
    (S.RETURNED, D.REPORT_UNCORRECTED): S.UNCORRECTED,
    (S.RETURNED, D.ESTIMATE): S.ESTIMATED,
    (S.RETURNED, D.CARRY_OVER): S.CARRIED_OVER,
    (S.ANSWERED, D.ACCEPT): S.CLOSED,
    (S.ANSWERED, D.RETURN): S.RETURNED,
    (S.ANSWERED, D.WITHDRAW): S.WITHDRAWN,
    (S.ANSWERED, D.REPORT_UNCORRECTED): S.UNCORRECTED,
    (S.ANSWERED, D.ESTIMATE): S.ESTIMATED,
    (S.ANSWERED, D.CARRY_OVER): S.CARRIED_OVER,
}

DISPOSITION_OF: Mapping[FindingAction, str] = {
    D.ACCEPT: "closed",
    D.REPORT_UNCORRECTED: "reported_uncorrected",
    D.ESTIMATE: "conservative_estimate",
    D.CARRY_OVER: "carried_over",
}
"""The disposition of the pack that an action gives a finding; a class says which it admits."""
WITH_UNIT = frozenset({S.SENT, S.RETURNED})
"""The unit's turn. What it has not answered may be accepted only where the class needs no answer."""
RESOLVED_STATES = frozenset({S.CLOSED, S.UNCORRECTED, S.ESTIMATED, S.CARRIED_OVER, S.WITHDRAWN})
"""States of a resolved finding: no action leads out of them."""
SEEN_BY_UNIT = frozenset(S) - {S.DRAFT}
"""A draft never reaches the unit; a withdrawn one does only when it had been sent (the query looks at `sent_at`)."""


def after(state: FindingState, action: FindingAction) -> FindingState:
    """State after an action; refuses an action not permitted in the present state."""
    try:
        return TABLE[state, action]
    except KeyError:
        raise Refusal(f"finding.{action}.not_now", state=state) from None


def actions_of(state: FindingState) -> frozenset[FindingAction]:
    """Actions permitted in this state."""
    return frozenset(action for (at, action) in TABLE if at is state)


def open_actions(state: FindingState, *, needs_answer: bool, dispositions: Collection[str]) -> frozenset[FindingAction]:
    """Actions permitted in this state for a class: only those the pack allows, and no acceptance without an answer."""
    return frozenset(
        action
        for action in actions_of(state)
        if (action not in DISPOSITION_OF or DISPOSITION_OF[action] in dispositions)
        and not (action is D.ACCEPT and needs_answer and state in WITH_UNIT)
        and not (action is D.ACCEPT and needs_answer and state in WITH_UNIT)
    )


def decided(state: FindingState, action: FindingAction, *, needs_answer: bool, dispositions: Collection[str]) -> FindingState:
    """State after an action under a class; refuses what the state, then what the class does not permit."""
    to = after(state, action)
    if action in DISPOSITION_OF and DISPOSITION_OF[action] not in dispositions:
        raise Refusal("finding.disposition.not_of_class", action=action)
    if action is D.ACCEPT and needs_answer and state in WITH_UNIT:
        raise Refusal("finding.accept.not_answered")
    return to
