"""Comments and their answers, re-performed numbers, who is told of a void approval, and what a sealed case shows."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from tests import make
from tests.casework.events.told import digests, enable, enable_everyone
from tests.people import Cast, actor, sign_in
from tests.statement.builders import TEXT, approved, concluded, issued, reperform
from verifier.audit.queries import last_change
from verifier.casework.coverage import queries as coverage
from verifier.casework.coverage.models import EvidenceProcedure
from verifier.casework.events.table import Duty
from verifier.casework.review import actions as papers
from verifier.casework.review import queries as reviewed
from verifier.casework.review.actions import ReperformedResult
from verifier.casework.review.models import ReviewPart
from verifier.casework.to_do import on_case
from verifier.checks.data import actions as data
from verifier.checks.data.queries import source_reviews
from verifier.checks.data.references import actions as references
from verifier.checks.data.references.queries import last_version
from verifier.core import reperformance
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.core.reperformance import ReperformedOutcome
from verifier.db import db, utcnow, uuid7
from verifier.engagements import queries as engagements
from verifier.engagements.models import Engagement
from verifier.registry.models import UnitYear
from verifier.reports.models import ReportVersion
from verifier.statement import actions, queries
from verifier.statement.facts import assessment


def sent_back(cast: Cast) -> Engagement:
    """A case that the reviewer sent back with a comment on its coverage and one on the whole."""
    case = concluded(cast)
    on_parts = {ReviewPart.COVERAGE: "Which page of the log?"}
    actions.send_back(case, "See my comment.", on_parts=on_parts, actor=actor(cast.reviewer), now=utcnow())
    db.session.commit()
    return case


def another_figure(case: Engagement, cast: Cast) -> str:
    """The verifier decides another figure for the first source; returns its key."""
    first = source_reviews(case)[0]
    assert first.outcome is not None
    key, tonnes = first.source.source_key, (first.outcome.verified or Decimal()) + 100
    data.decide(case, key, SourceOutcome.DIFFERS, tonnes, "Seen on the invoice.", actor=actor(cast.verifier), now=utcnow())
    return key


def test_a_case_sent_back_is_told_to_the_lead_who_answers_each_comment_before_concluding_again(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    enable(cast.lead)
    case = sent_back(cast)
    assert set(digests(app, later=timedelta())) == {"Lead"}
    assert [each.what for each in on_case(cast.lead, case)] == [Duty.ANSWER_REVIEW, Duty.CHECK]
    with pytest.raises(Refusal, match=r"statement\.conclusion\.unanswered"):
        actions.draw_conclusion(case, "pass", TEXT, actor=actor(cast.lead), now=utcnow())
    page = sign_in(client, cast.lead).get(f"/cases/{case.id}/review").text
    for row in reviewed.comments(case):
        assert f"/review/comments/{row.id}" in page
        assert client.post(f"/cases/{case.id}/review/comments/{row.id}", data={"answer": "Page 12.", "version": "1"}).status_code == 303
    db.session.expire_all()
    assert [each.what for each in on_case(cast.lead, case)] == [Duty.CHECK]
    actions.draw_conclusion(case, "pass", TEXT, actor=actor(cast.lead), now=utcnow())


def test_comments_that_are_not_answered_are_outstanding_on_the_page_of_the_conclusion(client: FlaskClient, cast: Cast) -> None:
    case = sent_back(cast)
    address = f"/cases/{case.id}/conclusion"
    page = sign_in(client, cast.lead).get(address).text
    assert f'<a href="/cases/{case.id}/review">Comments of the independent reviewer not yet answered: 2.' in page
    assert "Nothing is outstanding" not in page
    assert "Submit the conclusion for review" not in page
    for row in reviewed.comments(case):
        papers.answer(case, row.id, "Page 12.", actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    page = client.get(address).text
    assert "Nothing is outstanding" in page
    assert "Submit the conclusion for review" in page


def test_the_reviewer_sees_answers_beside_what_changed_before_and_after(client: FlaskClient, cast: Cast) -> None:
    case = sent_back(cast)
    another_figure(case, cast)
    for row in reviewed.comments(case):
        papers.answer(case, row.id, "Page 12 of the log.", actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    page = sign_in(client, cast.reviewer).get(f"/cases/{case.id}/review").text
    assert page.count("Page 12 of the log.") == 2
    assert "Changed since the case was sent back" in page
    assert "Outcome: Agreed → Differs" in page


def test_a_void_approval_is_shown_with_values_before_and_after_and_asks_the_lead_to_conclude_again(client: FlaskClient, cast: Cast) -> None:
    case = approved(cast)
    db.session.commit()
    another_figure(case, cast)
    db.session.commit()
    assert [each.what for each in on_case(cast.lead, case)] == [Duty.CONCLUDE_AGAIN]
    page = sign_in(client, cast.lead)
    assert "Prepare the conclusion again" in page.get(f"/cases/{case.id}").text
    assert "Outcome: Agreed → Differs" in page.get(f"/cases/{case.id}/review").text


def test_the_numbers_to_re_perform_are_the_heaviest_and_random_ones_that_the_seed_repeats(cast: Cast) -> None:
    case = concluded(cast)
    drawn = queries.conclusion(case)
    assert drawn is not None
    draw = reviewed.reperformance(drawn.id)
    assert draw is not None
    numbers = [(each.number.key, each.number.tonnes) for each in coverage.counted_numbers(case)]
    keys = [each.row.number_key for each in reviewed.reperformed(case, drawn.id)]
    assert len(keys) == 1 + reperformance.PRACTICE
    assert keys == [each.key for each in reperformance.chosen(numbers, draw.seed)]
    assert keys[0] == max(numbers, key=lambda number: number[1])[0]
    assert [each.key for each in reperformance.chosen(numbers, "another seed")][1:] != keys[1:]


def test_nothing_is_approved_before_every_drawn_number_is_re_performed_and_confirmed(cast: Cast) -> None:
    case = concluded(cast)
    by, drawn = actor(cast.reviewer), queries.conclusion(case)
    assert drawn is not None
    with pytest.raises(Refusal, match=r"statement\.review\.not_reperformed"):
        actions.approve(case, "", last_change(case.id), actor=by, now=utcnow())
    reperform(cast, case)
    first = reviewed.reperformed(case, drawn.id)[0].row
    differs = ReperformedResult(ReperformedOutcome.DIFFERS, Decimal(1), "The invoice says otherwise.")
    papers.enter_results(case, drawn.id, {first.number_key: differs}, actor=by, now=utcnow())
    with pytest.raises(Refusal, match=r"statement\.review\.reperformed_differs"):
        actions.approve(case, "", last_change(case.id), actor=by, now=utcnow())


def test_results_are_entered_on_the_page_of_the_review(client: FlaskClient, cast: Cast) -> None:
    case = concluded(cast)
    drawn = queries.conclusion(case)
    assert drawn is not None
    rows = [each.row for each in reviewed.reperformed(case, drawn.id)]
    values = {f"n{row.position}-outcome": "confirmed" for row in rows} | {f"n{row.position}-version": "1" for row in rows}
    assert sign_in(client, cast.reviewer).post(f"/cases/{case.id}/review/numbers", data=values).status_code == 303
    assert reviewed.left_to_reperform(case, drawn.id) == (0, 0)


def test_errors_in_the_results_name_the_number_and_the_field(client: FlaskClient, cast: Cast) -> None:
    case = concluded(cast)
    drawn = queries.conclusion(case)
    assert drawn is not None
    _first, second = reviewed.reperformed(case, drawn.id)[:2]
    values = {"n0-outcome": "differs", "n0-value": "12", "n0-version": "1", "n1-outcome": "confirmed", "n1-value": "x", "n1-version": "1"}
    page = sign_in(client, cast.reviewer).post(f"/cases/{case.id}/review/numbers", data=values).text
    summary = page.partition('class="errsum"')[2].partition("</div>")[0]
    assert second.number is not None
    assert re.search(r'href="#n0-note">[^<*]+ · [^<]+, How it was re-performed: State how', summary)
    assert re.search(rf'href="#n1-value">{re.escape(second.number.source_key)} · [^<]*, Value as re-performed: Enter a number', summary)
    assert page.count('class="errsum"') == 1


def test_a_factor_of_a_kind_of_sources_is_named_in_words(client: FlaskClient, cast: Cast) -> None:
    case = concluded(cast)
    shared = next(each.datum.key for each in coverage.counted_numbers(case) if each.datum.key.startswith("factor/*"))
    drawn = queries.conclusion(case)
    assert drawn is not None
    reviewed.reperformed(case, drawn.id)[0].row.number_key = shared
    db.session.commit()
    sign_in(client, cast.reviewer)
    for page in ("review", "data/register?kind=factor", "coverage/numbers?kind=factor"):
        shown = re.sub(r'(href|value|data-row)="[^"]*"', "", client.get(f"/cases/{case.id}/{page}").text)
        assert "*:" not in shown, page
        assert "(all sources)" in shown, page


def test_a_sealed_case_shows_the_coverage_and_totals_that_were_signed(cast: Cast) -> None:
    case = issued(cast).engagement
    signed, totals = coverage.assessment_of(case), assessment.comparison(case).total
    assert signed.missing == ()
    for row in db.session.scalars(select(EvidenceProcedure).where(EvidenceProcedure.engagement_id == case.id)):
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = utcnow(), cast.verifier.id, "Later."
    another = source_reviews(case)[0].outcome
    assert another is not None
    another.verified = Decimal(1)
    db.session.flush()
    assert coverage.assessment_of(case) == signed
    assert assessment.comparison(case).total == totals
    case.stage = Stage.CHECKING
    assert coverage.assessment_of(case).missing
    assert assessment.comparison(case).total != totals


def test_last_years_report_is_chosen_once_and_changed_only_by_a_person(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    before = make.year(cast, 2020)
    earlier = UnitYear(year_id=before.id, unit_id=case.unit_year.unit_id, registered_at=utcnow())
    db.session.add(earlier)
    db.session.flush()
    columns = {column.key: getattr(case.report_version, column.key) for column in inspect(ReportVersion).column_attrs}
    version = ReportVersion(**{**columns, "id": uuid7(), "unit_year_id": earlier.id})
    db.session.add(version)
    db.session.flush()
    assert engagements.previous_reports(case.unit_year) == [version]
    assert last_version(case) is None, "released after the case was opened"
    references.choose_previous(case, version.id, "Released late.", actor=actor(cast.lead), now=utcnow())
    assert last_version(case) is version
    before.pack_id = "china-national/2021"
    db.session.flush()
    assert engagements.previous_reports(case.unit_year) == [], "another programme of the same authority"


def test_an_approval_may_carry_comments_that_need_no_answer(cast: Cast) -> None:
    case = concluded(cast)
    reperform(cast, case)
    on_parts = {ReviewPart.SAMPLES: "Well documented."}
    actions.approve(case, "", last_change(case.id), on_parts=on_parts, actor=actor(cast.reviewer), now=utcnow())
    assert reviewed.unanswered(case) == 0


def test_nobody_is_told_of_a_void_approval_where_nothing_was_approved(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    case = concluded(cast)
    digests(app)
    another_figure(case, cast)
    assert digests(app) == {}
