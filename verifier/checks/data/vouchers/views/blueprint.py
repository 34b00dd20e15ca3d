"""The blueprint of vouchers, wording shared by its pages, and permissions on them."""

from typing import Any

from flask import Blueprint, abort, url_for
from flask_babel import lazy_gettext as _l

from verifier.checks.data.vouchers import queries, request_actions
from verifier.checks.data.vouchers.models import EvidenceRequest, Voucher
from verifier.core.access import Permission
from verifier.core.evidence_requests import RequestState
from verifier.core.lifecycle import CaseAction, possible
from verifier.engagements.models import Engagement
from verifier.web.permit import may
from verifier.web.signed_in import this_user
from verifier.web.subjects import SubjectKind, row_id, row_number

bp = Blueprint("vouchers", __name__)
LABELS = {
    RequestState.OPEN: _l("Awaiting response from the unit"),
    RequestState.ANSWERED: _l("Answered"),
    RequestState.ACCEPTED: _l("Accepted"),
    RequestState.RETURNED: _l("Returned to the unit"),
    RequestState.WITHDRAWN: _l("Withdrawn"),
}
STATES = {
    (RequestState, "open"): "warn",
    (RequestState, "answered"): "info",
    (RequestState, "accepted"): "ok",
    (RequestState, "returned"): "bad",
    (RequestState, "withdrawn"): "mute",
}


def _find_voucher(engagement: Engagement, text: str) -> Voucher | None:
    key = row_id(text)
    return queries.voucher(engagement, key, inside=inside()) if key is not None else None


def _find_request(engagement: Engagement, text: str) -> EvidenceRequest | None:
    number = row_number(text)
    return queries.request_numbered(engagement, number) if number is not None else None


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "voucher": SubjectKind[Voucher](
        find=_find_voucher,
        find_many=lambda engagement, _texts: {str(row.id): row for row in queries.vouchers(engagement, inside=inside())},
        title=lambda found: f"{found.label} {found.title}",
        url=lambda engagement, found: url_for("vouchers.voucher", engagement_id=engagement.id, voucher_id=found.id),
        guard=Permission.VOUCHER_READ,
    ),
    "evidence_request": SubjectKind[EvidenceRequest](
        find=_find_request,
        find_many=lambda engagement, _texts: {str(row.number): row for row in queries.requests(engagement)},
        title=lambda found: found.label,
        url=lambda engagement, found: url_for("vouchers.evidence_request", engagement_id=engagement.id, request_number=found.number),
        guard=Permission.VOUCHER_READ,
    ),
}


def inside() -> bool:
    """Whether the reader may see working papers."""
    return may(Permission.WORK_READ)


def by_unit() -> bool:
    """Whether the person speaks for the unit."""
    return this_user().organisation.kind == "unit"


def can_give(engagement: Engagement) -> bool:
    if not may(Permission.VOUCHER_ADD):
        return False
    return engagement.stage in request_actions.UNIT_MAY_GIVE if by_unit() else possible(engagement.stage, CaseAction.CHECK)


def request_or_404(engagement: Engagement, number: int) -> EvidenceRequest:
    """One request of the case."""
    found = queries.request_numbered(engagement, number)
    if found is None:
        abort(404)
    return found
