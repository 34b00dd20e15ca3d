"""Pages of evidence requests: raise, assign, answer, review."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from verifier.checks.data.vouchers import queries, request_actions
from verifier.checks.data.vouchers.forms import AnswerForm, AskForm, AssignForm, JudgeForm, numbers_in
from verifier.checks.data.vouchers.models import EvidenceRequest
from verifier.checks.data.vouchers.views.blueprint import bp, by_unit, can_give, inside, request_or_404
from verifier.checks.data.wording import parameter_name
from verifier.core.access import Permission
from verifier.core.errors import NotPermitted
from verifier.core.evidence_requests import NEXT, WITH_UNIT, RequestAction, RequestState
from verifier.core.lifecycle import CaseAction, possible
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor, this_user


@bp.route("/cases/<uuid:engagement_id>/requests/new", methods=["GET", "POST"])
@permit(Permission.EVIDENCE_REQUEST, on_report=True)
def request_evidence(engagement: Engagement) -> ResponseReturnValue:
    """Request evidence of one or many numbers (`?number=` in the address), or of something described in words."""
    form = AskForm(data={"numbers": "\n".join(request.args.getlist("number"))})
    if form.validate_on_submit() and form.due.date is not None:
        created = request_actions.request_evidence(
            engagement,
            numbers_in(form.numbers.data or ""),
            form.about.data or "",
            form.asked.data or "",
            form.department.data or "",
            form.due.date,
            each=bool(form.each.data),
            actor=current_actor(),
            now=utcnow(),
        )
        flash(
            ngettext("%(num)s evidence request sent to the unit.", "%(num)s evidence requests sent to the unit.", len(created)), "success"
        )
        return redirect(url_for(".requests", engagement_id=engagement.id), 303)
    return render_template("checks/data/vouchers/request_evidence.html", engagement=engagement, form=form)


@bp.get("/cases/<uuid:engagement_id>/requests/<int:request_number>")
@permit(Permission.VOUCHER_READ)
def evidence_request(engagement: Engagement, request_number: int) -> ResponseReturnValue:
    """One request: what is asked for, what was given, and what comes next."""
    return _request_page(engagement, request_or_404(engagement, request_number))


@bp.post("/cases/<uuid:engagement_id>/requests/<int:request_number>/assign")
@permit(Permission.VOUCHER_ASSIGN, on_report=False)
def assign(engagement: Engagement, request_number: int) -> ResponseReturnValue:
    """Give it to someone of the unit."""
    shown, form, people = request_or_404(engagement, request_number), AssignForm(), queries.people_of(engagement)
    form.offer(people)
    if not form.validate_on_submit():
        return _request_page(engagement, shown, assign_form=form)
    person = next((each for each in people if str(each.id) == form.person.data), None)
    request_actions.assign(engagement, shown, person, form.seen_version, actor=current_actor(), now=utcnow())
    flash(_("%(number)s is assigned to %(who)s.", number=shown.label, who=person.name if person else _("unit contact")), "success")
    return redirect(url_for(".evidence_request", engagement_id=engagement.id, request_number=request_number), 303)


@bp.post("/cases/<uuid:engagement_id>/requests/<int:request_number>/answer")
@permit(Permission.VOUCHER_ADD, on_report=False)
def answer(engagement: Engagement, request_number: int) -> ResponseReturnValue:
    """Answer in words."""
    if not by_unit():
        raise NotPermitted
    shown, form = request_or_404(engagement, request_number), AnswerForm()
    if not form.validate_on_submit():
        return _request_page(engagement, shown, answer_form=form)
    request_actions.answer_in_words(engagement, shown, form.words.data or "", form.seen_version, actor=current_actor(), now=utcnow())
    flash(_("The response was submitted to the verifiers."), "success")
    return redirect(url_for(".evidence_request", engagement_id=engagement.id, request_number=request_number), 303)


@bp.post("/cases/<uuid:engagement_id>/requests/<int:request_number>/judge")
@permit(Permission.EVIDENCE_REQUEST, on_report=True)
def judge(engagement: Engagement, request_number: int) -> ResponseReturnValue:
    """Accept, return or withdraw."""
    shown, form = request_or_404(engagement, request_number), JudgeForm()
    if not form.validate_on_submit():
        return _request_page(engagement, shown, judge_form=form)
    request_actions.judge(engagement, shown, RequestAction(form.decision.data), form.reason.data or "", actor=current_actor(), now=utcnow())
    flash(_("%(number)s is saved.", number=shown.label), "success")
    return redirect(url_for(".requests", engagement_id=engagement.id), 303)


def _request_page(
    engagement: Engagement,
    shown: EvidenceRequest,
    assign_form: AssignForm | None = None,
    answer_form: AnswerForm | None = None,
    judge_form: JudgeForm | None = None,
) -> str:
    data = {"person": str(shown.assigned_to or ""), "version": str(shown.version)}
    choose = assign_form or AssignForm(formdata=None, data=data)
    choose.offer(queries.people_of(engagement))
    judging = judge_form or JudgeForm(formdata=None)
    judging.offer([action for action in RequestAction if (shown.state, action) in NEXT])
    open_to_unit = shown.state in WITH_UNIT | {RequestState.ANSWERED} and can_give(engagement) and by_unit()
    answered = open_to_unit and shown.state is RequestState.ANSWERED and answer_form is None
    answering = answer_form or AnswerForm(formdata=None, data={"version": str(shown.version)})
    return render_template(
        "checks/data/vouchers/request.html",
        engagement=engagement,
        evidence_request=shown,
        inside=inside(),
        name=parameter_name,
        assign_form=choose,
        answer_form=answering,
        judge_form=judging,
        yours=by_unit(),
        can_assign=may(Permission.VOUCHER_ASSIGN) and shown.state in WITH_UNIT and can_give(engagement),
        can_answer=open_to_unit and not (answered and "add" not in request.args),
        answered=answered and "add" not in request.args,
        can_judge=may(Permission.EVIDENCE_REQUEST)
        and shown.state not in (RequestState.ACCEPTED, RequestState.WITHDRAWN)
        and possible(engagement.stage, CaseAction.CHECK),
        typed=assign_form or answer_form or judge_form,
        supporting_documents=[each.voucher for each in shown.answers],
        following=_following(engagement, shown),
    )


def _following(engagement: Engagement, shown: EvidenceRequest) -> EvidenceRequest | None:
    """For the unit, once a request is answered: the one that waits for this person next, by due date."""
    if not by_unit() or shown.state in WITH_UNIT:
        return None
    waiting = queries.requests_waiting(this_user(), engagement.id)
    return request_or_404(engagement, waiting[0].number) if waiting else None
