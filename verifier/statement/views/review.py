"""Pages of the independent review: the working paper, the decision, answers to comments, and re-performed numbers."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from verifier.audit.models import TrailRow
from verifier.audit.queries import last_change
from verifier.casework.coverage import queries as coverage
from verifier.casework.review import actions as working_papers
from verifier.casework.review import queries as reviewed
from verifier.casework.review.models import ReviewOutcome, ReviewPart
from verifier.casework.review.queries import ToReperform
from verifier.casework.trail_wording import in_words
from verifier.checks.data import queries as data
from verifier.checks.data.flags import queries as flags
from verifier.checks.data.models import SourceDecision
from verifier.checks.data.numbers.wording import number_title, owner_name
from verifier.checks.data.sampling import item_errors
from verifier.checks.data.sampling import queries as samples
from verifier.checks.data.versions import queries as versions
from verifier.core.access import Permission, Role
from verifier.core.datachecks.flag_resolution import FlagState
from verifier.core.lifecycle import CaseAction, Stage, possible
from verifier.core.outcomes.source_outcomes import OutcomeStatus
from verifier.core.reperformance import ReperformedOutcome
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.reports.wording import changed_field, flag_name, sheet_name
from verifier.statement import actions, queries
from verifier.statement.facts import assessment
from verifier.statement.forms import AnswerForm, ReperformedForm, ReviewForm
from verifier.statement.views.blueprint import barred, bp
from verifier.web.pages.labels import words
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor, this_user

LABELS = words(
    {
        ReviewPart.CASE: _l("The case as a whole"),
        ReviewPart.CONCLUSION: _l("Conclusion"),
        ReviewPart.DIFFERENCES: _l("Differences"),
        ReviewPart.COVERAGE: _l("Coverage"),
        ReviewPart.MATERIALITY: _l("Materiality"),
        ReviewPart.SAMPLES: _l("Samples"),
        ReviewPart.DISMISSALS: _l("Dismissals"),
        ReviewPart.CHANGES: _l("Unrequested changes"),
        ReviewPart.FINDINGS: _l("Findings"),
        ReviewPart.REPERFORMED: _l("Re-performed numbers"),
    },
    {ReperformedOutcome.CONFIRMED: _l("Confirmed"), ReperformedOutcome.DIFFERS: _l("Differs")},
)
STATES: dict[tuple[type[StrEnum], str], str] = {(ReperformedOutcome, "confirmed"): "ok", (ReperformedOutcome, "differs"): "bad"}

PARTS_OF_ACTIONS = {
    "statement:conclusion": ReviewPart.CONCLUSION,
    "data:materiality": ReviewPart.MATERIALITY,
    "data:planning_threshold": ReviewPart.MATERIALITY,
    "data:sample": ReviewPart.SAMPLES,
    "data:risk": ReviewPart.SAMPLES,
    "data:flag": ReviewPart.DISMISSALS,
    "data:flags": ReviewPart.DISMISSALS,
    "data:changes": ReviewPart.CHANGES,
    "engagement:report": ReviewPart.CHANGES,
    "data:source": ReviewPart.DIFFERENCES,
    "data:sources": ReviewPart.DIFFERENCES,
    "data:number": ReviewPart.DIFFERENCES,
    "data:numbers": ReviewPart.DIFFERENCES,
    "data:estimate": ReviewPart.DIFFERENCES,
    "data:coverage_deviation": ReviewPart.COVERAGE,
    "data:evidence_plan": ReviewPart.COVERAGE,
    "data:procedure": ReviewPart.COVERAGE,
    "data:voucher": ReviewPart.COVERAGE,
    "data:request": ReviewPart.COVERAGE,
    "finding:finding": ReviewPart.FINDINGS,
    "finding:findings": ReviewPart.FINDINGS,
    "finding:photo": ReviewPart.FINDINGS,
}
"""Source and subject of an action → the part of the working paper it changes; any other changes the case as a whole."""


@bp.get("/cases/<uuid:engagement_id>/review")
@permit(Permission.WORK_READ)
def review(engagement: Engagement) -> ResponseReturnValue:
    """The working paper of the independent review, and what was decided."""
    return _review(engagement, ReviewForm())


@bp.route("/cases/<uuid:engagement_id>/review/decide", methods=["GET", "POST"])
@permit(Permission.REVIEW_DECIDE, on_report=True)
def decide(engagement: Engagement) -> ResponseReturnValue:
    """The reviewer approves, or sends back with comments."""
    form = ReviewForm()
    if form.validate_on_submit():
        comments, by = form.comments.data or "", current_actor()
        if form.outcome.data == ReviewOutcome.APPROVED:
            actions.approve(
                engagement,
                comments,
                form.seen_change,
                accepts_procedures=bool(form.procedures.data),
                sampling_accepted=bool(form.sampling_accepted and form.sampling_accepted.data),
                on_parts=form.on_parts,
                actor=by,
                now=utcnow(),
            )
            flash(_("The conclusion is approved. The lead verifier may now sign."), "success")
        else:
            actions.send_back(engagement, comments, on_parts=form.on_parts, actor=by, now=utcnow())
            flash(_("The case was sent back to the team with your comments. The lead verifier has been told by e-mail."), "success")
        return redirect(url_for(".review", engagement_id=engagement.id), 303)
    return _review(engagement, form)


@bp.route("/cases/<uuid:engagement_id>/review/numbers", methods=["GET", "POST"])
@permit(Permission.REVIEW_DECIDE, on_report=True)
def reperform(engagement: Engagement) -> ResponseReturnValue:
    """The reviewer enters the results of re-performed numbers."""
    drawn = queries.conclusion(engagement)
    rows = reviewed.reperformed(engagement, drawn.id) if drawn else []
    forms = [(each, ReperformedForm(_title(each), prefix=f"n{each.row.position}-", obj=each.row)) for each in rows]
    valid = [form.validate_on_submit() for _each, form in forms]
    if drawn and forms and all(valid):
        actions.refuse_part(engagement, Role.REVIEWER, this_user())
        results = {each.row.number_key: result for each, form in forms if (result := form.result) is not None}
        working_papers.enter_results(engagement, drawn.id, results, actor=current_actor(), now=utcnow())
        flash(_("The results were saved."), "success")
        return redirect(url_for(".review", engagement_id=engagement.id, _anchor="reperformed"), 303)
    return _review(engagement, ReviewForm(formdata=None), forms)


@bp.route("/cases/<uuid:engagement_id>/review/comments/<uuid:comment_id>", methods=["GET", "POST"])
@permit(Permission.CONCLUSION_DRAW, on_report=False)
def answer(engagement: Engagement, comment_id: UUID) -> ResponseReturnValue:
    """The lead verifier answers a comment of the reviewer."""
    row = reviewed.comment(engagement, comment_id)
    if row is None:
        raise NotFound
    form = AnswerForm(obj=row)
    if form.validate_on_submit():
        text, seen = form.answer.data or "", form.seen_version
        working_papers.answer(engagement, comment_id, text, seen_version=seen, actor=current_actor(), now=utcnow())
        left = reviewed.unanswered(engagement)
        flash(
            ngettext(
                "The answer was saved. %(num)s comment remains to be answered.",
                "The answer was saved. %(num)s comments remain to be answered.",
                left,
            ),
            "success",
        )
        return redirect(url_for(".review", engagement_id=engagement.id, _anchor=f"part-{row.part}"), 303)
    return render_template("statement/answer.html", engagement=engagement, row=row, form=form)


def _review(engagement: Engagement, form: ReviewForm, entered: list[tuple[Any, ReperformedForm]] | None = None) -> ResponseReturnValue:
    form.seen.data = str(last_change(engagement.id))
    if not coverage.assessment_of(engagement).own_practice:
        del form.sampling_accepted
    drawn = queries.conclusion(engagement)
    why_not = barred(engagement, Role.REVIEWER) if may(Permission.REVIEW_DECIDE) else None
    can = may(Permission.REVIEW_DECIDE) and possible(engagement.stage, CaseAction.APPROVE) and why_not is None
    rows = reviewed.reperformed(engagement, drawn.id) if drawn else []
    return render_template(
        "statement/review.html",
        engagement=engagement,
        in_words=in_words,
        pack=assessment.pack_of(engagement),
        drawn=drawn,
        approval=queries.current_approval(engagement),
        reviews=reviewed.reviews(engagement),
        comparison=assessment.comparison(engagement),
        form=form if can else None,
        barred=why_not,
        covers=item_errors.covers(engagement),
        to_accept=item_errors.to_accept(engagement),
        findings=assessment.findings_of(engagement),
        Part=ReviewPart,
        comments=_comments(engagement),
        changed=_changed(engagement),
        may_answer=may(Permission.CONCLUSION_DRAW) and engagement.stage in (Stage.CHECKING, Stage.ANSWERING),
        samples=_samples(engagement),
        dismissed=[each for each in flags.flagged(engagement) if each.state is FlagState.DISMISSED],
        flag_name=flag_name,
        sheet_name=sheet_name,
        changed_field=changed_field,
        no_finding=_without_finding(engagement),
        changes=versions.unrequested_changes(engagement),
        draw=reviewed.reperformance(drawn.id) if drawn else None,
        reperformed=entered
        or [(each, ReperformedForm(_title(each), prefix=f"n{each.row.position}-", formdata=None, obj=each.row)) for each in rows],
        errors_of_numbers=_errors([form for _each, form in entered or ()]),
    )


def _title(entry: ToReperform) -> str:
    """A number to re-perform by its name; one that the version under verification no longer has, by its source."""
    return number_title(entry.number) if entry.number else owner_name(entry.row.number_key.split("/")[1])


def _errors(forms: list[ReperformedForm]) -> list[tuple[str, str]]:
    """What is wrong with the results, each with the field it is tied to; what an action refused is said once."""
    refused = next(([(str(text), "") for text in form.form_errors] for form in forms if form.form_errors), [])
    return [*refused, *(error for form in forms for error in form.named_errors)]


def _comments(engagement: Engagement) -> dict[ReviewPart, Any]:
    """The comments of the last decision that sent the case back, by what they are about; none once a later conclusion is approved."""
    last = next(iter(reviewed.reviews(engagement)), None)
    sent_back = last is not None and last.outcome is ReviewOutcome.SENT_BACK
    return {row.part: row for row in reviewed.comments(engagement)} if sent_back else {}


def _changed(engagement: Engagement) -> dict[ReviewPart, list[TrailRow]]:
    """What changed since the case was sent back, by part of the working paper."""
    found: dict[ReviewPart, list[TrailRow]] = {}
    for row in reviewed.changed_since_sent_back(engagement) if _comments(engagement) else ():
        part = PARTS_OF_ACTIONS.get(row.action.rpartition(":")[0], ReviewPart.CASE)
        found.setdefault(part, []).append(row)
    return found


def _samples(engagement: Engagement) -> list[dict[str, Any]]:
    """Each sample that holds: items tested and wrong, and whether it supports the figure."""
    deducted, wrong = item_errors.deducted_sources(engagement), item_errors.wrong_items(engagement)
    found = []
    for drawn in samples.live(engagement):
        items = samples.items(drawn)
        found.append(
            {
                "sample": drawn,
                "items": len(items),
                "tested": sum(each.result is not None for each in items),
                "wrong": sum(each.sample.id == drawn.id for each in wrong),
                "supported": item_errors.supported(drawn, deducted),
            }
        )
    return found


def _without_finding(engagement: Engagement) -> list[SourceDecision]:
    """Differences for which the team states that no finding is needed."""
    differing = [each.outcome for each in data.source_reviews(engagement) if each.status is OutcomeStatus.DIFFERS]
    return [each for each in differing if each is not None and each.no_finding_reason]
