"""Pages of vouchers: handed in, looked at beside the number, linked; and of what was asked for."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from verifier.audit.actions import Effect, record
from verifier.checks.data.vouchers import actions, queries
from verifier.checks.data.vouchers.forms import (
    AnswerForm,
    AskForm,
    AssignForm,
    HandInForm,
    JudgeForm,
    LinkForm,
    WithdrawForm,
    numbers_in,
)  # fmt: skip
from verifier.checks.data.vouchers.models import EvidenceRequest, Voucher
from verifier.checks.data.vouchers.reading import read
from verifier.checks.data.wording import parameter_name
from verifier.core.access import Permission
from verifier.core.errors import NotPermitted
from verifier.core.lifecycle import Deed, possible
from verifier.core.subject import Subject
from verifier.core.vouchers import WITH_UNIT, RequestDeed, RequestState
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.queries import store
from verifier.web.permit import may, permit
from verifier.web.session import current_actor, this_user
from verifier.web.spreadsheet import download
from verifier.web.subjects import Describe, Described
from verifier.web.together import letting_go

bp = Blueprint("vouchers", __name__)
SANDBOX = "default-src 'none'; sandbox"
LABELS = {
    RequestState.OPEN: _l("With the unit"),
    RequestState.ANSWERED: _l("Answered"),
    RequestState.ACCEPTED: _l("Accepted"),
    RequestState.RETURNED: _l("Returned to the unit"),
    RequestState.WITHDRAWN: _l("Withdrawn"),
}
STATES = {
    (RequestState, "open"): "warn", (RequestState, "answered"): "info", (RequestState, "accepted"): "ok", (RequestState, "returned"): "bad",
    (RequestState, "withdrawn"): "mute",
}  # fmt: skip


def _describe_voucher(engagement: Engagement, voucher_id: str) -> Described:
    try:
        found = queries.voucher(engagement, UUID(voucher_id), inside=_inside())
    except ValueError:
        found = None
    if found is None:
        return Described(voucher_id)
    return Described(f"{found.label} {found.title}", url_for("vouchers.voucher", engagement_id=engagement.id, voucher_id=found.id))


def _describe_request(engagement: Engagement, number: str) -> Described:
    return Described(f"R-{number}", url_for("vouchers.asked", engagement_id=engagement.id, request_number=int(number)))


SUBJECTS: dict[str, Describe] = {"voucher": _describe_voucher, "evidence_request": _describe_request}


@bp.get("/cases/<uuid:engagement_id>/vouchers")
@permit(Permission.VOUCHER_READ)
def vouchers(engagement: Engagement) -> ResponseReturnValue:
    """What was asked for and what was handed in."""
    every = queries.requests(engagement)
    return render_template(
        "checks/data/vouchers/list.html", engagement=engagement, requests=every, inside=_inside(),
        vouchers=queries.vouchers(engagement, inside=_inside()), waiting=sum(each.at in WITH_UNIT for each in every),
        can_ask=may(Permission.VOUCHER_ASK) and possible(engagement.at, Deed.CHECK), can_give=_can_give(engagement), now=utcnow().date(),
        with_unit=WITH_UNIT,
    )  # fmt: skip


@bp.route("/cases/<uuid:engagement_id>/vouchers/new", methods=["GET", "POST"])
@permit(Permission.VOUCHER_HAND_IN)
def hand_in(engagement: Engagement) -> ResponseReturnValue:
    """Hand a voucher in, in answer to the request in the address or of one's own accord."""
    number = request.args.get("request", type=int)
    asked = _request(engagement, number) if number is not None else None
    if asked is not None and _by_unit() is False:
        raise NotPermitted
    form = HandInForm(data={"numbers": "\n".join(filter(None, [request.args.get("number", "")]))})
    if form.validate_on_submit():
        upload = form.file.data
        data, name = upload.read(), upload.filename or "voucher"
        actions.check_open(engagement, by_unit=_by_unit(), now=utcnow())
        keys = numbers_in(form.numbers.data or "")
        with letting_go():
            found = read(data, name)
        asked = _request(engagement, number) if number is not None else None
        kept, new = actions.hand_in(
            engagement, name, data, form.title.data or "", form.meter.data or "", form.period.data or "", keys, request=asked,
            answer=form.answer.data or "", by_unit=_by_unit(), already=found, actor=current_actor(), now=utcnow(),
        )  # fmt: skip
        said = (
            _("%(number)s is kept.", number=kept.label)
            if new
            else _("This very file was handed in before as %(number)s: it is linked, and kept once.", number=kept.label)
        )
        flash(said, "success")
        return redirect(url_for(".voucher", engagement_id=engagement.id, voucher_id=kept.id), 303)
    return render_template(
        "checks/data/vouchers/hand_in.html", engagement=engagement, form=form, asked=asked, inside=_inside(), name=parameter_name
    )


@bp.get("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>")
@permit(Permission.VOUCHER_READ)
def voucher(engagement: Engagement, voucher_id: UUID) -> ResponseReturnValue:
    """One voucher: its pages, and the numbers that rest on it."""
    return _page(engagement, _voucher(engagement, voucher_id))


@bp.post("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>/link")
@permit(Permission.VOUCHER_HAND_IN)
def link(engagement: Engagement, voucher_id: UUID) -> ResponseReturnValue:
    """Link one more number."""
    shown, form = _voucher(engagement, voucher_id), LinkForm()
    form.offer()
    if not form.validate_on_submit():
        return _page(engagement, shown, link_form=form)
    key = form.key()
    actions.link(engagement, shown, key, form.at(), by_unit=_by_unit(), actor=current_actor(), now=utcnow())
    flash(_("%(key)s rests on %(number)s now.", key=key.source, number=shown.label), "success")
    return redirect(url_for(".voucher", engagement_id=engagement.id, voucher_id=shown.id), 303)


@bp.post("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>/withdraw")
@permit(Permission.VOUCHER_HAND_IN)
def withdraw(engagement: Engagement, voucher_id: UUID) -> ResponseReturnValue:
    """Withdraw a voucher that nobody relies on yet."""
    shown, form = _voucher(engagement, voucher_id), WithdrawForm()
    if not form.validate_on_submit():
        return _page(engagement, shown, withdraw_form=form)
    actions.withdraw(engagement, shown, form.reason.data or "", by_unit=_by_unit(), actor=current_actor(), now=utcnow())
    flash(_("%(number)s is withdrawn. It stays in the record.", number=shown.label), "success")
    return redirect(url_for(".vouchers", engagement_id=engagement.id), 303)


@bp.get("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>/file")
@permit(Permission.VOUCHER_READ, keeps_record=True)
def original(engagement: Engagement, voucher_id: UUID) -> ResponseReturnValue:
    """The file as it was handed in, to be saved."""
    shown = _voucher(engagement, voucher_id)
    record("data:voucher:taken_away", current_actor(), Subject("voucher", str(shown.id)), now=utcnow(), case=engagement.id,
           effect=Effect.LOOK, file=shown.filename, sha256=shown.sha256)  # fmt: skip
    return _sandboxed(download(store().get(shown.sha256), shown.filename, shown.media_type))


@bp.get("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>/pages/<int:page>")
@permit(Permission.VOUCHER_READ)
def picture(engagement: Engagement, voucher_id: UUID, page: int) -> ResponseReturnValue:
    """One page as a picture: it never changes, so the browser may keep it for itself."""
    found = next((each for each in _voucher(engagement, voucher_id).pictures if each.page == page), None)
    if found is None:
        abort(404)
    response = Response(store().get(found.sha256), mimetype=found.media_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return _sandboxed(response)


@bp.route("/cases/<uuid:engagement_id>/requests/new", methods=["GET", "POST"])
@permit(Permission.VOUCHER_ASK)
def ask(engagement: Engagement) -> ResponseReturnValue:
    """Ask for evidence of one or many numbers (`?number=` in the address), or of something told in words."""
    form = AskForm(data={"numbers": "\n".join(request.args.getlist("number"))})
    if form.validate_on_submit() and form.due.date is not None:
        made = actions.ask(
            engagement, numbers_in(form.numbers.data or ""), form.about.data or "", form.asked.data or "", form.department.data or "",
            form.due.date, each=bool(form.each.data), actor=current_actor(), now=utcnow(),
        )  # fmt: skip
        flash(ngettext("%(num)s request is with the unit.", "%(num)s requests are with the unit.", len(made)), "success")
        return redirect(url_for(".vouchers", engagement_id=engagement.id), 303)
    return render_template("checks/data/vouchers/ask.html", engagement=engagement, form=form)


@bp.get("/cases/<uuid:engagement_id>/requests/<int:request_number>")
@permit(Permission.VOUCHER_READ)
def asked(engagement: Engagement, request_number: int) -> ResponseReturnValue:
    """One request: what is asked for, what was given, and what comes next."""
    return _request_page(engagement, _request(engagement, request_number))


@bp.post("/cases/<uuid:engagement_id>/requests/<int:request_number>/assign")
@permit(Permission.VOUCHER_ASSIGN)
def assign(engagement: Engagement, request_number: int) -> ResponseReturnValue:
    """Give it to someone of the unit."""
    shown, form, people = _request(engagement, request_number), AssignForm(), queries.people_of(engagement)
    form.offer(people)
    if not form.validate_on_submit():
        return _request_page(engagement, shown, assign_form=form)
    person = next((each for each in people if str(each.id) == form.person.data), None)
    actions.assign(engagement, shown, person, form.seen_version, actor=current_actor(), now=utcnow())
    flash(_("%(number)s is given to %(who)s.", number=shown.label, who=person.name if person else _("the contact")), "success")
    return redirect(url_for(".asked", engagement_id=engagement.id, request_number=request_number), 303)


@bp.post("/cases/<uuid:engagement_id>/requests/<int:request_number>/answer")
@permit(Permission.VOUCHER_HAND_IN)
def answer(engagement: Engagement, request_number: int) -> ResponseReturnValue:
    """Answer in words."""
    shown, form = _request(engagement, request_number), AnswerForm()
    if not _by_unit():
        raise NotPermitted
    if not form.validate_on_submit():
        return _request_page(engagement, shown, answer_form=form)
    actions.answer_in_words(engagement, shown, form.words.data or "", actor=current_actor(), now=utcnow())
    flash(_("The answer is with the verifiers."), "success")
    return redirect(url_for(".asked", engagement_id=engagement.id, request_number=request_number), 303)


@bp.post("/cases/<uuid:engagement_id>/requests/<int:request_number>/judge")
@permit(Permission.VOUCHER_ASK)
def judge(engagement: Engagement, request_number: int) -> ResponseReturnValue:
    """Accept, return or withdraw."""
    shown, form = _request(engagement, request_number), JudgeForm()
    if not form.validate_on_submit():
        return _request_page(engagement, shown, judge_form=form)
    actions.judge(engagement, shown, RequestDeed(form.deed.data), form.reason.data or "", actor=current_actor(), now=utcnow())
    flash(_("%(number)s is saved.", number=shown.label), "success")
    return redirect(url_for(".vouchers", engagement_id=engagement.id), 303)


def _page(engagement: Engagement, shown: Voucher, link_form: LinkForm | None = None, withdraw_form: WithdrawForm | None = None) -> str:
    form = link_form or LinkForm(formdata=None)
    form.offer()
    own = shown.by_unit == _by_unit()
    links = [each for each in shown.links if each.undone_at is None and (_inside() or each.by_unit)]
    give = _can_give(engagement) and shown.withdrawn_at is None
    return render_template(
        "checks/data/vouchers/one.html", engagement=engagement, voucher=shown, links=links, inside=_inside(), link_form=form,
        withdraw_form=withdraw_form or WithdrawForm(formdata=None), can_link=give, name=parameter_name,
        can_withdraw=give and own and not queries.relied_on(shown, engagement), typed=link_form or withdraw_form,
    )  # fmt: skip


def _request_page(engagement: Engagement, shown: EvidenceRequest, assign_form: AssignForm | None = None,
                  answer_form: AnswerForm | None = None, judge_form: JudgeForm | None = None) -> str:  # fmt: skip
    data = {"person": str(shown.assigned_to or ""), "version": str(shown.version)}
    choose = assign_form or AssignForm(formdata=None, data=data)
    choose.offer(queries.people_of(engagement))
    open_to_unit = shown.at in WITH_UNIT | {RequestState.ANSWERED} and _can_give(engagement) and _by_unit()
    return render_template(
        "checks/data/vouchers/request.html", engagement=engagement, asked=shown, inside=_inside(), name=parameter_name,
        assign_form=choose, answer_form=answer_form or AnswerForm(formdata=None), judge_form=judge_form or JudgeForm(formdata=None),
        can_assign=may(Permission.VOUCHER_ASSIGN) and shown.at in WITH_UNIT and _can_give(engagement), can_answer=open_to_unit,
        can_judge=may(Permission.VOUCHER_ASK) and shown.at not in (RequestState.ACCEPTED, RequestState.WITHDRAWN)
        and possible(engagement.at, Deed.CHECK), typed=assign_form or answer_form or judge_form,
        given=[each.voucher for each in shown.answers],
    )  # fmt: skip


def _inside() -> bool:
    """Whether the reader may see working papers."""
    return may(Permission.WORK_READ)


def _by_unit() -> bool:
    """Whether the person speaks for the unit."""
    return this_user().organisation.kind == "unit"


def _can_give(engagement: Engagement) -> bool:
    if not may(Permission.VOUCHER_HAND_IN):
        return False
    return engagement.at in actions.UNIT_MAY_GIVE if _by_unit() else possible(engagement.at, Deed.CHECK)


def _voucher(engagement: Engagement, voucher_id: UUID) -> Voucher:
    found = queries.voucher(engagement, voucher_id, inside=_inside())
    if found is None:
        abort(404)
    return found


def _request(engagement: Engagement, number: int) -> EvidenceRequest:
    found = queries.request_numbered(engagement, number)
    if found is None:
        abort(404)
    return found


def _sandboxed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
