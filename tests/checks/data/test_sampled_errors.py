"""A wrong sampled item counts at once, keeps its source from being agreed, and needs a finding or a reason."""

from decimal import Decimal
from fractions import Fraction

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.checks.data.test_sampling import agree_rest, assessed_ladder, drawn, note, refused, tonnes_plan
from tests.people import Cast, actor, sign_in
from tests.statement.builders import reperform, worked_case
from verifier.checks.data import actions as data
from verifier.checks.data import queries as sources
from verifier.checks.data.references.models import BodyTolerance
from verifier.checks.data.sampling import error_actions, item_errors, item_tolerance, queries, results
from verifier.checks.data.sampling.error_actions import ErrorFinding
from verifier.checks.data.sampling.models import Sample
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.core.sampling.plan import Result, draw
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings import actions as findings
from verifier.rulepacks.load import load
from verifier.statement import actions as statement
from verifier.statement import queries as statements
from verifier.statement.facts import assessment

WORDS = ErrorFinding("non_conformity", "4a", "Differs from the invoice", "The invoice shows less.")


@pytest.fixture
def case(cast: Cast) -> Engagement:
    return worked_case(cast)


@pytest.fixture
def ladder(case: Engagement, cast: Cast) -> Sample:
    """A ladder's sample with its first item wrong and the others right."""
    made = drawn(case, cast, assessed_ladder(case, cast))
    row = queries.item(made, 1)
    assert row is not None
    assert row.quantity
    note(case, cast, made, 1, Result.DIFFERS, str(row.quantity / 2))
    agree_rest(case, cast, made)
    return made


def first(made: Sample):
    return queries.item(made, 1)


def errors_known(case: Engagement) -> dict[str, Fraction]:
    return {each.source: each.tonnes for each in assessment.materiality_assessment(case).errors if not each.corrected}


def test_a_wrong_item_counts_in_materiality_with_its_tonnes_and_a_ladder_projects_nothing(case: Engagement, ladder: Sample) -> None:
    row = first(ladder)
    assert errors_known(case) == {row.parts[0]: Fraction(row.size) / 2}
    assert assessment.materiality_assessment(case).remainder is None


def test_a_source_agreed_before_is_asked_again_and_not_agreed_as_reported(case: Engagement, cast: Cast, ladder: Sample) -> None:
    key, by = first(ladder).parts[0], {"actor": actor(cast.verifier), "now": utcnow()}
    review = sources.source_review(case, key)
    assert review is not None
    assert (review.status, review.agreeable, sources.undecided_count(case)) == (OutcomeStatus.ASKED_AGAIN, False, 1)
    with refused("data.agreed.sampled"):
        data.decide(case, key, SourceOutcome.AGREED, note="Seen.", **by)
    with refused("data.many.unfit"):
        data.agree_many(case, [key], "Seen.", **by)
    data.decide(case, key, SourceOutcome.DIFFERS, review.source.reported - 1, "The invoice.", **by)
    assert errors_known(case) == {key: 1}, "the verifier's figure holds the sampled error"


def test_a_wrong_item_is_not_forgotten_and_its_finding_stands_for_it(case: Engagement, cast: Cast, ladder: Sample) -> None:
    row, by = first(ladder), {"actor": actor(cast.lead), "now": utcnow()}
    error = Fraction(row.size) / 2
    assert assessment.case_assessment(case).sample_errors_open == 1
    raised = error_actions.raise_for(case, row, WORDS, **by)
    assert (raised.subject_id, assessment.case_assessment(case).sample_errors_open) == (row.parts[0], 0)
    assert errors_known(case) == {row.parts[0]: Fraction(raised.effect)}
    assert abs(Fraction(raised.effect) - error) < Fraction(1, 10**6)
    findings.withdraw(raised, "Raised on the wrong clause.", **by)
    assert assessment.case_assessment(case).sample_errors_open == 1
    with refused("data.sample.no_finding_reason"):
        error_actions.no_finding(case, row, " ", **by)
    error_actions.no_finding(case, row, "The unit read the meter a day later.", **by)
    assert assessment.case_assessment(case).sample_errors_open == 0
    assert errors_known(case) == {row.parts[0]: error}, "an error without a finding still counts"


def test_a_tonne_unit_error_is_known_and_the_rest_projected(case: Engagement, cast: Cast) -> None:
    made = drawn(case, cast, tonnes_plan(case, cast))
    small = next(row for row in queries.items(made) if not row.whole and row.quantity)
    note(case, cast, made, small.position, Result.DIFFERS, str(small.quantity / 2))
    agree_rest(case, cast, made)
    error, found = Fraction(small.size) / 2, assessment.materiality_assessment(case)
    evaluation = queries.evaluation(made, queries.items(made))
    assert found.uncorrected.over == error
    assert found.remainder is not None
    assert found.remainder.over == evaluation.projected_over - error > 0
    assert found.compared.over == evaluation.projected_over


def test_a_sample_above_the_tolerable_error_blocks_a_positive_opinion_until_other_procedures_are_accepted(
    case: Engagement, cast: Cast
) -> None:
    made = drawn(case, cast, tonnes_plan(case, cast))
    small = next(row for row in queries.items(made) if not row.whole and row.quantity)
    note(case, cast, made, small.position, Result.NOT_FOUND)
    agree_rest(case, cast, made)
    by = {"actor": actor(cast.lead), "now": utcnow()}
    error_actions.no_finding(case, small, "The unit lost the invoice.", **by)
    review = sources.source_review(case, small.parts[0])
    data.decide(case, small.parts[0], SourceOutcome.DIFFERS, review.source.reported - 1, "Seen there.", no_finding="Lost.", **by)
    assert [each.number for each in item_errors.unsupported(case)] == [made.number]
    assert [each.opinion.code for each in assessment.choices(case) if each.open and each.opinion.positive] == []
    error_actions.cover(case, made, "All invoices of the supplier were confirmed by the supplier.", **by)
    statement.draw_conclusion(case, "pass", "", **by)
    reperform(cast, case)
    seen, reviewer = statements.last_change(case.id), {"actor": actor(cast.reviewer), "now": utcnow()}
    with refused("statement.review.procedures"):
        statement.approve(case, "", seen, **reviewer)
    statement.approve(case, "", seen, accepts_procedures=True, **reviewer)
    cover = item_errors.covers(case)[made.number]
    assert cover.accepted_by == cast.reviewer.id


def test_an_extended_tonne_unit_sample_keeps_its_items_and_halves_its_interval(case: Engagement, cast: Cast) -> None:
    made, by = drawn(case, cast, tonnes_plan(case, cast)), {"actor": actor(cast.lead), "now": utcnow()}
    before, interval = {row.line for row in queries.items(made)}, queries.evaluation(made, queries.items(made)).size.interval
    with refused("data.sample.extend_reason"):
        results.double(case, made, " ", **by)
    added = results.double(case, made, "The upper limit is above the tolerable error.", **by)
    rows = queries.items(made)
    assert before < {row.line for row in rows}
    assert len(rows) == len(before) + added
    assert queries.evaluation(made, rows).size.interval == interval / 2
    plan, found = queries.plan_of(made), queries.stored_population(made)
    assert {each.item.line for each in draw(plan, found, made.seed)} == {row.line for row in rows}


def test_an_item_the_corrected_report_states_as_found_is_no_error_any_more(cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK_WITH_ERRORS)
    made = drawn(case, cast, tonnes_plan(case, cast))
    earlier, corrected = case.report_version, make.report(cast, case.unit_year, make.PARK)
    before = {item.parts: item for item in queries.population(case, "added").items}
    case.report_version = corrected
    after = {item.parts: item for item in queries.population(case, "added").items}
    case.report_version = earlier
    changed = next(
        row for row in queries.items(made) if after.get(tuple(row.parts)) and after[tuple(row.parts)] != before[tuple(row.parts)]
    )
    note(case, cast, made, changed.position, Result.DIFFERS, str(after[tuple(changed.parts)].quantity))
    assert errors_known(case)
    case.report_version = corrected
    db.session.flush()
    assert [each.error.corrected for each in item_errors.wrong_items(case)] == [True]


def test_the_page_of_a_wrong_item_proposes_a_finding_and_takes_the_decision(
    client: FlaskClient, case: Engagement, cast: Cast, ladder: Sample
) -> None:
    db.session.commit()
    sign_in(client, cast.lead)
    address = f"/cases/{case.id}/data/sampling/{ladder.number}"
    assert "Finding proposed" in client.get(address).text
    item = f"{address}/items/1"
    assert "Error of this item" in client.get(item).text
    sent = client.post(f"{item}/error", data={"then": "raise", "class_code": "non_conformity", "clause": "4a"})
    assert (sent.status_code, "/findings/" in sent.location) == (303, True)
    assert "F-001" in client.get(address).text


@pytest.mark.parametrize(
    ("pack_id", "body", "off", "wrong"),
    [
        ("beijing/2021.3", None, "0.009", False),
        ("beijing/2021.3", None, "0.011", True),
        ("beijing/2021.3", "0.0001", "0.009", True),
        ("eu-ets/2018.3", None, "0.0000001", True),
        ("beijing/2021.2", None, "0.009", True),
    ],
)
def test_how_far_an_item_may_differ_is_for_the_rules_to_say_and_the_body_may_ask_for_less(
    case: Engagement, cast: Cast, pack_id: str, body: str | None, off: str, wrong: bool
) -> None:
    made = drawn(case, cast, assessed_ladder(case, cast))
    row = first(made)
    note(case, cast, made, 1, Result.DIFFERS, str(row.quantity * (1 - Decimal(off))))
    if body:
        tolerance = BodyTolerance(
            engagement_id=case.id, code="crosscheck_difference", value=Decimal(body), reason="Ours.", set_by=cast.lead.id, set_at=utcnow()
        )
        db.session.add(tolerance)
    case.pack_id, case.pack_sha256 = pack_id, load(pack_id).sha256
    db.session.flush()
    assert bool(item_errors.wrong_items(case)) is wrong
    assert bool(item_tolerance.failed_count(made, queries.items(made))) is wrong
    assert bool(queries.counted(case)[made.number][2]) is wrong
    assert bool(item_tolerance.errors_of(made, queries.items(made))[row.line]) is wrong
