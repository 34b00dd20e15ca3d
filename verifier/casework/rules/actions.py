"""Actions on a case's rules: move to a newer version of its rule pack, decided by the lead verifier."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.casework.rules.queries import Concluded, lacking
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.reports.recalculation import Recalculated, keep_all
from verifier.rulepacks.load import load, newer

NOTHING: Mapping[UUID, Recalculated] = {}


def change_rules(
    engagement: Engagement,
    pack_id: str,
    reason: str,
    *,
    seen_sha256: str,
    concluded: Concluded,
    already: Mapping[UUID, Recalculated] = NOTHING,
    actor: Actor,
    now: datetime,
) -> None:
    """Work under a newer version of the pack from here on; what was issued stays under its own.

    `seen_sha256` is the SHA-256 of the version whose changes were shown. `already` holds the report's versions where they were recalculated
    before the transaction began. Refused once a statement was issued, and where the case uses a code that the newer version lacks.
    """
    db.session.refresh(engagement, with_for_update={"of": Engagement})
    advance(engagement, CaseAction.CHANGE_RULES, now=now)
    if concluded.issued:
        raise Refusal("rules.change.issued")
    if not reason.strip():
        raise Refusal("rules.change.no_reason")
    before, pack = load(engagement.pack_id), load(pack_id)
    if pack.id not in newer(before.id):
        raise Refusal("rules.change.not_newer", pack=pack.id, current=before.id)
    if pack.sha256 != seen_sha256:
        raise Refusal("pack.changed", pack=pack.id)
    if missing := lacking(engagement, pack, concluded):
        raise Refusal("rules.change.lacking", pack=pack.id, code=missing[0].code, count=len(missing))
    engagement.pack_id, engagement.pack_sha256 = pack.id, pack.sha256
    engagement.version += 1
    db.session.flush()
    if not pack.calculates_like(before):
        keep_all(engagement.unit_year, already, pack)
    record(
        TrailAction.ENGAGEMENT_RULES_CHANGED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        before=before.id,
        before_sha256=before.sha256,
        after=pack.id,
        after_sha256=pack.sha256,
        reason=reason.strip(),
    )
