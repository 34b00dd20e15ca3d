"""What the pages of sampling share: the blueprint, its words, and how a sample is found and named."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _

from verifier.checks.data.sampling import queries
from verifier.checks.data.sampling.models import Sample
from verifier.checks.data.sampling.wording import LABELS, STATES, kind_name
from verifier.core.rulepack.parts import SamplingRule
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.web.pages.filters import text_in
from verifier.web.subjects import Describe, Described

bp = Blueprint("samples", __name__)

__all__ = ["LABELS", "STATES", "SUBJECTS", "bp", "categories", "rule_of", "sample_or_404"]


def _describe(engagement: Engagement, number: str) -> Described:
    row = queries.sample(engagement, int(number)) if number.isdecimal() else None
    url = url_for("samples.sample", engagement_id=engagement.id, number=number) if row else None
    title = _("Sample %(number)s", number=number)
    return Described(_("%(sample)s: %(what)s", sample=title, what=kind_name(row.kind)) if row else title, url)


SUBJECTS: dict[str, Describe] = {"sample": _describe}


def sample_or_404(engagement: Engagement, number: int) -> Sample:
    """The sample of that number in this case."""
    return queries.sample(engagement, number) or abort(404)


def rule_of(engagement: Engagement) -> SamplingRule:
    """How the case's pack lets one sample; a pack that says nothing of it has no such pages."""
    return load(engagement.pack_id).sampling or abort(404)


def categories(engagement: Engagement) -> dict[str, str]:
    """The pack's categories by name."""
    return {category.code: text_in(category.name) for category in load(engagement.pack_id).categories}
