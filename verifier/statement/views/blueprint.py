"""The blueprint of statements, and the words its pages share."""

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.statement.inspection.inspect import Verdict
from verifier.statement.models import ReviewOutcome, SignerRole
from verifier.web.refusals import in_words
from verifier.web.subjects import Describe, Described

bp = Blueprint("statement", __name__)

LABELS = {
    ReviewOutcome.APPROVED: _l("Approved"),
    ReviewOutcome.SENT_BACK: _l("Sent back"),
    SignerRole.LEAD: _l("Lead verifier"),
    SignerRole.SIGNATORY: _l("Authorised signatory"),
    SignerRole.SEAL: _l("Seal of the body"),
    Verdict.GENUINE: _l("Authentic"),
    Verdict.CORRECTING: _l("Authentic, under correction"),
    Verdict.SUPERSEDED: _l("Authentic, but no longer valid"),
    Verdict.EDITED: _l("Modified: do not rely on it"),
    Verdict.NOT_OURS: _l("Not issued by this system"),
    Verdict.UNREADABLE: _l("Unreadable"),
}
STATES = {
    (ReviewOutcome, "approved"): "ok",
    (ReviewOutcome, "sent_back"): "warn",
    (Verdict, "genuine"): "ok",
    (Verdict, "correcting"): "warn",
    (Verdict, "superseded"): "warn",
    (Verdict, "edited"): "bad",
    (Verdict, "not_ours"): "bad",
    (Verdict, "unreadable"): "warn",
}


def _describe(title: Any, endpoint: str) -> Describe:
    return lambda engagement, _id: Described(str(title), url_for(endpoint, engagement_id=engagement.id))


SUBJECTS: dict[str, Describe] = {
    "conclusion": _describe(_l("Conclusion"), "statement.conclusion"),
    "review": _describe(_l("Independent review"), "statement.review"),
    "statement": _describe(_l("Statement"), "statement.signing"),
}


def sentence(reason: Any) -> str:
    """A reason of a rule in the reader's language."""
    said: str = _(reason.message)
    return said % {name: in_words(value) for name, value in reason.values}
