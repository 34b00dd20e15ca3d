"""Codes of the rule pack that a case uses: another pack must define them before the case can move to it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from verifier.checks.data.models import NumberDecision
from verifier.checks.data.sampling.queries import samples
from verifier.core.rulepack.pack import RulePack
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding


@dataclass(frozen=True, slots=True)
class Concluded:
    """What was concluded in a case, by value: whether a statement was ever issued, and the opinions given in it."""

    issued: bool
    opinions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A code that the case uses and a pack does not have; `section` is the pack's."""

    section: str
    code: str


def lacking(engagement: Engagement, pack: RulePack, concluded: Concluded) -> list[Lacking]:
    """Every code in use in a case that a pack does not have: the case cannot be worked under it."""
    known = {
        "finding_classes": {each.code for each in pack.finding_classes},
        "clauses": {each.code for each in pack.clauses},
        "evidence_activities": {each.code for each in pack.evidence_activities},
        "sampling": {each.code for each in pack.sampling.methods} if pack.sampling else set(),
        "opinions": {each.code for each in pack.opinions},
    }
    used = {*_used(engagement), *(("opinions", code) for code in concluded.opinions)}
    return [Lacking(section, code) for section, code in sorted(used) if code not in known[section]]


def _used(engagement: Engagement) -> Iterator[tuple[str, str]]:
    of = select(Finding.class_code, Finding.clause).where(Finding.engagement_id == engagement.id).distinct()
    for class_code, clause in db.session.execute(of):
        yield "finding_classes", class_code
        yield "clauses", clause
    tested = select(NumberDecision.method).where(NumberDecision.engagement_id == engagement.id, NumberDecision.method != "").distinct()
    yield from (("evidence_activities", method) for method in db.session.scalars(tested))
    yield from (("sampling", sample.method) for sample in samples(engagement))
