"""Pages of vouchers: upload, view next to the number, link, and remove a link."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.vouchers import actions, queries, request_actions
from verifier.checks.data.vouchers.forms import HandInForm, LinkForm, WithdrawForm, numbers_in
from verifier.checks.data.vouchers.models import EvidenceRequest, Voucher
from verifier.checks.data.vouchers.shown_pages import pictured_as
from verifier.checks.data.vouchers.views.blueprint import bp, by_unit, can_give, inside, request_or_404
from verifier.checks.data.wording import parameter_name
from verifier.core.access import Permission
from verifier.core.errors import NotPermitted
from verifier.core.evidence_requests import month_in_name
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.queries import store
from verifier.evidence.uploads import actions as uploads
from verifier.web.downloads import pictures
from verifier.web.downloads.pictures import SANDBOX
from verifier.web.downloads.spreadsheet import download
from verifier.web.pages.filters import listed
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user
from verifier.web.transactions import prepared


@bp.route("/cases/<uuid:engagement_id>/vouchers/new", methods=["GET", "POST"])
@permit(Permission.VOUCHER_ADD, on_report=False, files=True)
def add(engagement: Engagement) -> ResponseReturnValue:
    """Hand vouchers in, in answer to the request in the address or of one's own accord."""
    number = request.args.get("request", type=int)
    if number is not None and not by_unit():
        raise NotPermitted
    evidence_request = request_or_404(engagement, number) if number is not None else None
    form = HandInForm(data={"numbers": "\n".join(filter(None, [request.args.get("number", "")]))})
    if form.validate_on_submit():
        files, who = _sent_files(engagement, form), this_user().id
        if not form.months_of_names.data or _has_months(form, [name for name, _content in files]):
            request_actions.check_open(engagement, by_unit=by_unit(), now=utcnow())
            keys = numbers_in(form.numbers.data or "")
            read = prepared("voucher", lambda: [actions.prepare(name, content) for name, content in files])
            evidence_request = request_or_404(engagement, number) if number is not None else None
            given = []
            for (name, _content), (data, found) in zip(files, read, strict=True):
                given.append(
                    actions.submit(
                        engagement,
                        _draft(form, name, data),
                        keys,
                        request=evidence_request,
                        answer=form.answer.data or "",
                        by_unit=by_unit(),
                        already=found,
                        actor=current_actor(),
                        now=utcnow(),
                    )
                )
            uploads.hand_over(engagement.id, who, form.uploaded.data)
            _flash_given(given)
            return redirect(_after_giving(engagement, evidence_request, [voucher for voucher, _new in given]), 303)
    return render_template(
        "checks/data/vouchers/add.html",
        engagement=engagement,
        form=form,
        evidence_request=evidence_request,
        inside=inside(),
        name=parameter_name,
    )


def _sent_files(engagement: Engagement, form: HandInForm) -> list[tuple[str, Callable[[], bytes]]]:
    """The files of the form, or those that were sent in pieces before: the name of each, and what reads it."""
    if form.uploaded.data:
        sent = uploads.complete(engagement.id, this_user().id, form.uploaded.data)
        return [(name, path.read_bytes) for name, path in sent]
    return [(file.filename or "voucher", file.read) for file in form.file.data]


def _has_months(form: HandInForm, names: list[str]) -> bool:
    """Whether every file has a month in its name; else the form says which has none."""
    without = [name for name in names if not month_in_name(name)]
    if without:
        form.months_of_names.errors = [_("No month was found in the names of: %(files)s", files=listed(without))]
    return not without


def _draft(form: HandInForm, name: str, data: bytes) -> actions.GivenVoucher:
    """One file with what the form says of it."""
    month = month_in_name(name) if form.months_of_names.data else ""
    title = " ".join(filter(None, [(form.title.data or "").strip(), month])) if form.title.data else ""
    return actions.GivenVoucher(name, data, title, form.meter.data or "", form.period.data or "", month)


def _flash_given(given: list[tuple[Voucher, bool]]) -> None:
    """What is saved, and what the year had before."""
    saved = [voucher.label for voucher, new in given if new]
    if saved:
        flash(_("%(number)s is saved.", number=listed(saved)), "success")
    for voucher, new in given:
        if not new:
            flash(_("This file was uploaded before as %(number)s; the existing document is linked.", number=voucher.label), "success")


def _after_giving(engagement: Engagement, answered: EvidenceRequest | None, given: list[Voucher]) -> str:
    """The page that shows what was given: the request it answers, else the document, or the list where there are several."""
    if answered is not None:
        return url_for(".evidence_request", engagement_id=engagement.id, request_number=answered.number)
    if len(given) > 1:
        return url_for(".vouchers", engagement_id=engagement.id)
    return url_for(".voucher", engagement_id=engagement.id, voucher_id=given[0].id)


@bp.get("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>")
@permit(Permission.VOUCHER_READ)
def voucher(engagement: Engagement, voucher_id: UUID) -> ResponseReturnValue:
    """One voucher: its pages, and the numbers that rest on it."""
    return _page(engagement, _voucher(engagement, voucher_id))


@bp.post("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>/link")
@permit(Permission.VOUCHER_ADD, on_report=True)
def link(engagement: Engagement, voucher_id: UUID) -> ResponseReturnValue:
    """Link one more number."""
    shown, form = _voucher(engagement, voucher_id), LinkForm()
    form.offer()
    if not form.validate_on_submit():
        return _page(engagement, shown, link_form=form)
    key = form.key()
    actions.link(engagement, shown, key, form.at(), by_unit=by_unit(), actor=current_actor(), now=utcnow())
    flash(_("%(number)s is now linked to %(key)s.", key=key.source, number=shown.label), "success")
    return redirect(url_for(".voucher", engagement_id=engagement.id, voucher_id=shown.id), 303)


@bp.post("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>/links/<uuid:link_id>/undo")
@permit(Permission.VOUCHER_ADD, on_report=True)
def unlink(engagement: Engagement, voucher_id: UUID, link_id: UUID) -> ResponseReturnValue:
    """Take one number's link away."""
    shown = _voucher(engagement, voucher_id)
    row = next((each for each in shown.links if each.id == link_id and (inside() or each.by_unit)), None)
    if row is None:
        abort(404)
    actions.unlink(engagement, row, by_unit=by_unit(), actor=current_actor(), now=utcnow())
    flash(_("The link between %(key)s and %(number)s was removed.", key=row.source_key, number=shown.label), "success")
    return redirect(url_for(".voucher", engagement_id=engagement.id, voucher_id=shown.id), 303)


@bp.post("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>/withdraw")
@permit(Permission.VOUCHER_ADD, on_report=False)
def withdraw(engagement: Engagement, voucher_id: UUID) -> ResponseReturnValue:
    """Withdraw a voucher that nobody relies on yet."""
    shown, form = _voucher(engagement, voucher_id), WithdrawForm()
    if not form.validate_on_submit():
        return _page(engagement, shown, withdraw_form=form)
    actions.withdraw(engagement, shown, form.reason.data or "", by_unit=by_unit(), actor=current_actor(), now=utcnow())
    flash(_("%(number)s is withdrawn and kept on record.", number=shown.label), "success")
    return redirect(url_for(".vouchers", engagement_id=engagement.id), 303)


@bp.get("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>/file")
@permit(Permission.VOUCHER_READ, keeps_record=True)
def original(engagement: Engagement, voucher_id: UUID) -> ResponseReturnValue:
    """The file as it was handed in, to be saved."""
    shown = _voucher(engagement, voucher_id)
    record(
        TrailAction.DATA_VOUCHER_DOWNLOADED,
        current_actor(),
        Subject("voucher", str(shown.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        file=shown.filename,
        sha256=shown.sha256,
    )
    return _sandboxed(download(store().get(shown.sha256), shown.filename, shown.media_type))


@bp.get("/cases/<uuid:engagement_id>/vouchers/<uuid:voucher_id>/pages/<int:page>")
@permit(Permission.VOUCHER_READ)
def picture(engagement: Engagement, voucher_id: UUID, page: int) -> ResponseReturnValue:
    """One page as a picture."""
    shown = _voucher(engagement, voucher_id)
    kind = pictured_as(shown.media_type)
    if page not in shown.shown_pages or kind is None:
        abort(404)
    kept = next((each for each in shown.pictures if each.page == page), None)
    return pictures.picture(store().get(kept.sha256)) if kept else pictures.picture_of(kind, shown.sha256, page - 1)


def _page(engagement: Engagement, shown: Voucher, link_form: LinkForm | None = None, withdraw_form: WithdrawForm | None = None) -> str:
    form = link_form or LinkForm(formdata=None)
    form.offer()
    own = shown.by_unit == by_unit()
    visible = [each for each in shown.links if inside() or each.by_unit]
    give, relied = can_give(engagement) and shown.withdrawn_at is None, queries.relied_on(shown, engagement)
    return render_template(
        "checks/data/vouchers/one.html",
        engagement=engagement,
        voucher=shown,
        inside=inside(),
        link_form=form,
        links=[each for each in visible if each.undone_at is None],
        withdraw_form=withdraw_form or WithdrawForm(formdata=None),
        can_link=give,
        name=parameter_name,
        undone=[each for each in visible if each.undone_at is not None],
        by_unit=by_unit(),
        can_unlink=can_give(engagement) and not (by_unit() and relied),
        can_withdraw=give and own and not relied,
        typed=link_form or withdraw_form,
    )


def _voucher(engagement: Engagement, voucher_id: UUID) -> Voucher:
    found = queries.voucher(engagement, voucher_id, inside=inside())
    if found is None:
        abort(404)
    return found


def _sandboxed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
