"""A case whose flags are settled and whose numbers are tested, for tests about what comes after them."""

from tests.people import Cast, actor
from verifier.casework.coverage import queries as coverage
from verifier.casework.coverage.models import EvidencePlan, EvidenceProcedure
from verifier.checks.data.flags import actions, queries
from verifier.checks.data.sampling.models import DataRisk, RiskKind
from verifier.core.coverage.procedures import CoverageKind, ProcedureMethod
from verifier.core.sampling.risk import Level
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement


def dismiss_all(case: Engagement, cast: Cast) -> int:
    """Every open flag of the case, dismissed."""
    keys = [each.flag.key for each in queries.flagged(case) if each.is_open]
    return actions.dismiss(case, keys, "Looked at: no error.", actor=actor(cast.verifier), now=utcnow()) if keys else 0


def cover_all(case: Engagement, cast: Cast, without: tuple[str, ...] = ()) -> None:
    """Every number that counts, traced to the unit's records, but those of sources left out; where the rules ask for it, as planned."""
    now, rule = utcnow(), coverage.rule_of(case)
    counted = coverage.counted_numbers(case)
    if rule is not None and rule.by_plan:
        levels = dict.fromkeys({each.number.source for each in counted}, Level.HIGH)
        for key in levels:
            risk = DataRisk(engagement_id=case.id, kind=RiskKind.SOURCE, key=key, inherent=Level.HIGH, control=Level.HIGH, reason="New.")
            risk.assessed_by, risk.assessed_at = cast.lead.id, now
            db.session.add(risk)
        db.session.add(EvidencePlan(engagement_id=case.id, levels=levels, reason="", approved_by=cast.lead.id, approved_at=now))
        db.session.flush()
    for kind, method in ((CoverageKind.ACTIVITY, ProcedureMethod.ORIGINAL_RECORD), (CoverageKind.FACTOR, ProcedureMethod.FACTOR_TRACED)):
        chosen = [each for each in counted if each.number.kind is kind and each.number.source not in without]
        row = EvidenceProcedure(
            engagement_id=case.id, method=method, document="Meter log and fuel analyses", months=[], withdrawn_reason=""
        )
        row.numbers = [[each.number.key, each.datum.fingerprint] for each in chosen]
        row.done_by, row.done_at, row.note = cast.verifier.id, utcnow(), ""
        db.session.add(row)
    db.session.flush()
