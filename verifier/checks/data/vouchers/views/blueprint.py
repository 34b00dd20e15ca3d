"""The blueprint of vouchers, the words its pages share, and who may do what on them."""

from uuid import UUID

from flask import Blueprint, abort, url_for
from flask_babel import lazy_gettext as _l

from verifier.checks.data.vouchers import actions, queries
from verifier.checks.data.vouchers.models import EvidenceRequest
from verifier.core.access import Permission
from verifier.core.evidence_requests import RequestState
from verifier.core.lifecycle import CaseAction, possible
from verifier.engagements.models import Engagement
from verifier.web.permit import may
from verifier.web.signed_in import this_user
from verifier.web.subjects import Describe, Described

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


def _describe_voucher(engagement: Engagement, voucher_id: str) -> Described:
    try:
        found = queries.voucher(engagement, UUID(voucher_id), inside=inside())
    except ValueError:
        found = None
    if found is None:
        return Described(voucher_id)
    return Described(f"{found.label} {found.title}", url_for("vouchers.voucher", engagement_id=engagement.id, voucher_id=found.id))


def _describe_request(engagement: Engagement, number: str) -> Described:
    return Described(f"R-{number}", url_for("vouchers.asked", engagement_id=engagement.id, request_number=int(number)))


SUBJECTS: dict[str, Describe] = {"voucher": _describe_voucher, "evidence_request": _describe_request}


def inside() -> bool:
    """Whether the reader may see working papers."""
    return may(Permission.WORK_READ)


def by_unit() -> bool:
    """Whether the person speaks for the unit."""
    return this_user().organisation.kind == "unit"


def can_give(engagement: Engagement) -> bool:
    if not may(Permission.VOUCHER_HAND_IN):
        return False
    return engagement.at in actions.UNIT_MAY_GIVE if by_unit() else possible(engagement.at, CaseAction.CHECK)


def request_or_404(engagement: Engagement, number: int) -> EvidenceRequest:
    """One request of the case."""
    found = queries.request_numbered(engagement, number)
    if found is None:
        abort(404)
    return found
