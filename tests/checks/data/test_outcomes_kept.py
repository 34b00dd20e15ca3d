"""Outcomes of check 2 through versions and findings, and what they come to."""

from decimal import Decimal

import pytest
from flask import Flask

from tests import make
from tests.checks.data.builders import dismiss_all
from tests.people import Cast, actor
from verifier.checks.data import actions, queries
from verifier.core.errors import Refusal
from verifier.core.findings import Check, FindingState
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings.actions import Draft, raise_finding
from verifier.rulepacks.load import load


@pytest.fixture
def case(app: Flask, cast: Cast) -> Engagement:
    return make.engagement(cast)


def standing_of(case: Engagement, key: str) -> OutcomeStatus:
    held = queries.source_review(case, key)
    assert held is not None
    return held.status


def agree_all(case: Engagement, cast: Cast) -> int:
    keys = [each.source.source_key for each in queries.source_reviews(case) if each.agreeable]
    return actions.agree_many(case, keys, expected=len(keys), actor=actor(cast.lead), now=utcnow())


def test_the_untouched_park_is_agreed_whole_and_comes_to_its_known_total(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    assert agree_all(case, cast) == 161
    assert dismiss_all(case, cast) == 11
    assert agree_all(case, cast) == 10
    verified = queries.verified_by_category(case)
    assert sum(row.verified or 0 for row in verified.categories) == Decimal("52915.57011485507386")
    assert verified.total == verified.reported_total == 52915
    assert (queries.undecided_count(case), queries.differences(case)) == (0, [])


def test_an_undecided_source_leaves_the_verified_total_unknown(case: Engagement, cast: Cast) -> None:
    agree_all(case, cast)
    assert queries.verified_by_category(case).total is None


def test_an_outcome_follows_to_a_version_that_says_the_same_and_is_asked_again_where_it_does_not(case: Engagement, cast: Cast) -> None:
    by = {"actor": actor(cast.lead), "now": utcnow()}
    actions.decide(case, "E-000", SourceOutcome.AGREED, **by)
    actions.decide(case, "E-047", SourceOutcome.DIFFERS, Decimal("137.48"), "Slip of the pen", **by)
    case.report_version = make.report(cast, case.unit_year, make.PARK)
    db.session.flush()
    assert (standing_of(case, "E-000"), standing_of(case, "E-047")) == (OutcomeStatus.AGREED, OutcomeStatus.ASKED_AGAIN)


def test_a_source_waits_with_its_finding_and_needs_its_figure_once_that_is_closed(case: Engagement, cast: Cast) -> None:
    pack = load(case.pack_id)
    finding = raise_finding(
        case,
        Subject("source", "E-095"),
        Check.DATA,
        Draft(pack.finding_classes[0].code, pack.clauses[0].code, "Off", "Off"),
        subject_title="E-095",
        actor=actor(cast.lead),
        now=utcnow(),
    )
    assert standing_of(case, "E-095") is OutcomeStatus.WAITING
    finding.state, finding.sent_at = FindingState.CLOSED, utcnow()
    db.session.flush()
    assert standing_of(case, "E-095") is OutcomeStatus.UNDECIDED


def test_another_figure_and_one_that_cannot_be_confirmed_are_listed_with_their_reasons(case: Engagement, cast: Cast) -> None:
    by = {"actor": actor(cast.lead), "now": utcnow()}
    actions.decide(case, "E-047", SourceOutcome.DIFFERS, Decimal("137.48"), "Slip of the pen", **by)
    actions.decide(case, "E-052", SourceOutcome.CANNOT_CONFIRM, None, "No data", **by)
    found = [(each.source_key, each.verified, each.reason) for each in queries.differences(case)]
    assert found == [("E-047", Decimal("137.48"), "Slip of the pen"), ("E-052", None, "No data")]
    assert queries.cannot_confirm(case) == ["E-052"]


def test_a_flagged_source_is_never_agreed_among_others(case: Engagement, cast: Cast) -> None:
    with pytest.raises(Refusal, match=r"data\.many\.unfit"):
        actions.agree_many(case, ["E-000", "E-027"], actor=actor(cast.lead), now=utcnow())


def test_a_stale_outcome_is_refused_with_both(case: Engagement, cast: Cast) -> None:
    actions.decide(case, "E-000", SourceOutcome.AGREED, seen_version=0, actor=actor(cast.lead), now=utcnow())
    with pytest.raises(Refusal) as refusal:
        actions.decide(case, "E-000", SourceOutcome.CANNOT_CONFIRM, None, "why", seen_version=0, actor=actor(cast.verifier), now=utcnow())
    shown = refusal.value.values
    assert (refusal.value.message, shown["theirs"], shown["yours"]) == (
        "data.outcome.stale",
        OutcomeStatus.AGREED,
        OutcomeStatus.CANNOT_CONFIRM,
    )


def test_a_source_whose_error_stays_uncorrected_is_not_agreed_as_reported(app: Flask, cast: Cast) -> None:
    case, by = make.engagement(cast, workbook=make.PARK), {"actor": actor(cast.lead), "now": utcnow()}
    actions.decide(case, "E-000", SourceOutcome.AGREED, **by)
    clause = load(case.pack_id).clauses[0].code
    draft = Draft("non_conformity", clause, "Meter", "It reads 10 t more.", Decimal(-10))
    finding = raise_finding(case, Subject("source", "E-000"), Check.DATA, draft, **by)
    assert standing_of(case, "E-000") is OutcomeStatus.AGREED, "a draft decides nothing"
    finding.state, finding.sent_at = FindingState.UNCORRECTED, utcnow()
    db.session.flush()
    assert standing_of(case, "E-000") is OutcomeStatus.ASKED_AGAIN
    assert queries.undecided_count(case) == len(queries.source_reviews(case))
    with pytest.raises(Refusal, match=r"data\.agreed\.uncorrected"):
        actions.decide(case, "E-000", SourceOutcome.AGREED, **by)
    with pytest.raises(Refusal, match=r"data\.many\.unfit"):
        actions.agree_many(case, ["E-000"], **by)
    actions.decide(case, "E-000", SourceOutcome.DIFFERS, Decimal("109.29"), "Meter", **by)
    assert standing_of(case, "E-000") is OutcomeStatus.DIFFERS
