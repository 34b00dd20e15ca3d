"""The blueprint of statements, and wording shared by its pages."""

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.casework.review.models import Review, ReviewOutcome
from verifier.core.access import Permission, Role
from verifier.core.calculation.units import grouped
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.statement import queries
from verifier.statement.inspection.inspect import Verdict
from verifier.statement.models import Conclusion, RevocationReason, SignerRole, Statement
from verifier.web.pages.labels import words
from verifier.web.refusals import in_words
from verifier.web.refusals import sentence as refused
from verifier.web.signed_in import this_user
from verifier.web.subjects import SubjectKind, row_in_case, rows_in_case

bp = Blueprint("statement", __name__)

LABELS = words(
    {
        ReviewOutcome.APPROVED: _l("Approved"),
        ReviewOutcome.SENT_BACK: _l("Sent back"),
        SignerRole.LEAD: _l("Lead verifier"),
        SignerRole.SIGNATORY: _l("Authorised signatory"),
        SignerRole.SEAL: _l("Seal of the body"),
        Verdict.GENUINE: _l("Authentic"),
        Verdict.CORRECTING: _l("Authentic, under correction"),
        Verdict.SUPERSEDED: _l("Authentic, but no longer valid"),
        Verdict.EDITED: _l("Modified: do not rely on it"),
        Verdict.REVOKED: _l("Issued, but signed with a revoked key: do not rely on it"),
        Verdict.NOT_OURS: _l("Not issued by this system"),
        Verdict.UNREADABLE: _l("Unreadable"),
        Verdict.REGISTER_ALTERED: _l("Integrity check failed"),
    },
    {
        RevocationReason.KEY_COMPROMISE: _l("Key or passphrase may be known to somebody else"),
        RevocationReason.AFFILIATION_CHANGED: _l("The holder no longer signs for the organisation"),
        RevocationReason.SUPERSEDED: _l("Replaced by another key"),
        RevocationReason.CESSATION: _l("No longer used"),
        RevocationReason.UNSPECIFIED: _l("Another reason"),
    },
)
STATES = {
    (ReviewOutcome, "approved"): "ok",
    (ReviewOutcome, "sent_back"): "warn",
    (Verdict, "genuine"): "ok",
    (Verdict, "correcting"): "warn",
    (Verdict, "superseded"): "warn",
    (Verdict, "edited"): "bad",
    (Verdict, "revoked"): "bad",
    (Verdict, "not_ours"): "bad",
    (Verdict, "unreadable"): "warn",
    (Verdict, "register_altered"): "bad",
}


def _kind(model: type[Any], title: Any, endpoint: str, guard: Permission = Permission.WORK_READ) -> SubjectKind[Any]:
    """Rows of the last steps, each linked to the page of its step."""
    return SubjectKind(
        find=row_in_case(model),
        find_many=rows_in_case(model),
        title=lambda _row: str(title),
        url=lambda engagement, _row: url_for(endpoint, engagement_id=engagement.id),
        guard=guard,
    )


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "conclusion": _kind(Conclusion, _l("Conclusion"), "statement.conclusion"),
    "review": _kind(Review, _l("Independent review"), "statement.review"),
    "statement": _kind(Statement, _l("Statement"), "statement.signing", Permission.STATEMENT_READ),
}


def barred(engagement: Engagement, role: Role) -> str | None:
    """Why the rules keep the signed-in person from acting in the role on the case, None where nothing does."""
    user = this_user()
    found = queries.role_conflict(engagement, user.id, role)
    return refused(found.refusal(user.name, load(engagement.pack_id))) if found else None


def sentence(reason: Any) -> str:
    """A reason of a rule in the reader's language."""
    text: str = _(reason.message)
    return text % {name: grouped(str(value)) if name == "count" else in_words(value) for name, value in reason.values}
