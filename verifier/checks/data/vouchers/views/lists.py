"""The lists of evidence requests and of vouchers: searched, paged and downloaded alike."""

from collections.abc import Callable
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.vouchers import queries
from verifier.checks.data.vouchers.forms import RequestFilter, VoucherFilter
from verifier.checks.data.vouchers.models import EvidenceRequest, Voucher, VoucherLink
from verifier.checks.data.vouchers.views.blueprint import bp, by_unit, can_give, inside
from verifier.checks.data.wording import parameter_name
from verifier.core.access import Permission
from verifier.core.evidence_requests import WITH_UNIT, NumberKey, RequestState
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.labels import label
from verifier.web.pages.lists import export_url, paged_list, wants_spreadsheet
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor


@bp.get("/cases/<uuid:engagement_id>/requests")
@permit(Permission.VOUCHER_READ, keeps_record="export")
def requests(engagement: Engagement) -> ResponseReturnValue:
    """What was asked for, what is due first on top."""
    every, form, today = queries.requests(engagement), RequestFilter(request.args), utcnow().date()
    form.offer()
    rows = [each for each in every if _matches_request(each, form.q.data or "", form.state.data or "", today)]
    if wants_spreadsheet():
        return _download_requests(engagement, rows)
    return render_template(
        "checks/data/vouchers/requests.html",
        engagement=engagement,
        form=form,
        page=paged_list(rows),
        inside=inside(),
        yours=by_unit(),
        waiting=sum(each.state in WITH_UNIT for each in every),
        with_unit=WITH_UNIT,
        now=today,
        export_url=export_url(),
        any=bool(every),
        can_ask=may(Permission.EVIDENCE_REQUEST) and possible(engagement.stage, CaseAction.CHECK),
        can_give=can_give(engagement),
    )


@bp.get("/cases/<uuid:engagement_id>/vouchers")
@permit(Permission.VOUCHER_READ, keeps_record="export")
def vouchers(engagement: Engagement) -> ResponseReturnValue:
    """What was handed in, newest first."""
    every, form = queries.vouchers(engagement, inside=inside()), VoucherFilter(request.args)
    form.offer(inside=inside())
    rows = [each for each in every if _matches_voucher(each, form.q.data or "", form.kind.data or "")]
    if wants_spreadsheet():
        return _download_vouchers(engagement, rows)
    return render_template(
        "checks/data/vouchers/list.html",
        engagement=engagement,
        form=form,
        page=paged_list(rows),
        inside=inside(),
        live=_live,
        can_ask=may(Permission.EVIDENCE_REQUEST) and possible(engagement.stage, CaseAction.CHECK),
        can_give=can_give(engagement),
        any=bool(every),
        export_url=export_url(),
    )


def _matches_request(row: EvidenceRequest, search: str, state: str, today: date) -> bool:
    """Whether a request is among those looked for; `unit` waits for the unit, `late` does so past its day; another word asks for all."""
    who = row.assignee.name if row.assignee else ""
    words = f"{row.label} {row.asked} {row.about} {row.department} {who} {' '.join(key.source for key in row.keys)}"
    if search.strip().casefold() not in words.casefold():
        return False
    return _WANTED[state](row, today) if state in _WANTED else state not in set(RequestState) or row.state == state


_WANTED: dict[str, Callable[[EvidenceRequest, date], bool]] = {
    "unit": lambda row, today: row.state in WITH_UNIT,
    "late": lambda row, today: row.state in WITH_UNIT and row.due < today,
}


def _live(row: Voucher) -> list[VoucherLink]:
    """The links that stand, to those outside the unit's own."""
    return [each for each in row.links if each.undone_at is None and (inside() or each.by_unit)]


_KINDS: dict[str, Callable[[Voucher], bool]] = {
    "unit": lambda row: row.by_unit,
    "ours": lambda row: not row.by_unit,
    "loose": lambda row: row.withdrawn_at is None and not _live(row),
    "withdrawn": lambda row: row.withdrawn_at is not None,
}


def _matches_voucher(row: Voucher, search: str, kind: str) -> bool:
    """Whether a voucher matches the filter; an unknown kind matches all."""
    words = f"{row.label} {row.title} {row.filename} {row.meter} {row.period} {' '.join(each.source_key for each in _live(row))}"
    return search.strip().casefold() in words.casefold() and (kind not in _KINDS or _KINDS[kind](row))


def _written(key: NumberKey) -> str:
    """A number as people write one."""
    named = parameter_name(key.parameter) if key.parameter and key.parameter != "quantity" else _("Quantity") if key.parameter else ""
    return " ".join(filter(None, [key.source, key.period, named]))


def _download_requests(engagement: Engagement, rows: list[EvidenceRequest]) -> ResponseReturnValue:
    record(
        TrailAction.DATA_REQUESTS_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        rows=len(rows),
    )
    headers = [
        _("No."),
        _("Evidence requested"),
        _("Subject"),
        _("Numbers"),
        _("Responsible person at the unit"),
        _("Responsible for response"),
        _("Due date"),
        _("State"),
        _("Requested by"),
        _("Requested on"),
        _("Response"),
        _("Response by"),
        _("Response date"),
        _("Supporting documents"),
        _("Reason"),
    ]
    body = [
        [
            each.label,
            each.asked,
            each.about,
            "\n".join(_written(key) for key in each.keys),
            each.department,
            each.assignee.name if each.assignee else "",
            each.due,
            label(each.state),
            each.raiser.name,
            each.raised_at,
            each.answer,
            each.answerer.name if each.answerer else "",
            each.answered_at,
            "\n".join(answer.voucher.label for answer in each.answers),
            each.reason,
        ]
        for each in rows
    ]
    return spreadsheet(f"{_('Evidence requests')} {engagement.number}", headers, body)


def _download_vouchers(engagement: Engagement, rows: list[Voucher]) -> ResponseReturnValue:
    record(
        TrailAction.DATA_VOUCHERS_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        rows=len(rows),
    )
    headers = [
        _("No."),
        _("Supporting document"),
        _("File"),
        _("Size, bytes"),
        "SHA-256",
        _("Meter"),
        _("Period covered"),
        _("Numbers"),
        _("Uploaded by"),
        _("Uploaded on"),
        _("Withdrawn"),
        _("Reason"),
    ]
    body = [
        [
            each.label,
            each.title,
            each.filename,
            each.file.size,
            each.sha256,
            each.meter,
            each.period,
            "\n".join(_written(link.key) for link in _live(each)),
            each.giver.name,
            each.handed_in_at,
            each.withdrawn_at,
            each.withdrawn_reason,
        ]
        for each in rows
    ]
    return spreadsheet(f"{_('Supporting documents')} {engagement.number}", headers, body)
