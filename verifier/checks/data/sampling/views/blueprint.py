"""The blueprint of sampling, wording shared by its pages, and finding a sample by number."""

from typing import Any

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _

from verifier.checks.data.sampling import queries
from verifier.checks.data.sampling.models import Sample
from verifier.checks.data.sampling.wording import LABELS, STATES, kind_name
from verifier.core.rulepack.parts import SamplingRule
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.web.pages.filters import text_in
from verifier.web.subjects import SubjectKind, row_number

bp = Blueprint("samples", __name__)

__all__ = ["LABELS", "STATES", "SUBJECTS", "bp", "categories", "rule_of", "sample_or_404"]


def _find(engagement: Engagement, text: str) -> Sample | None:
    number = row_number(text)
    return queries.sample(engagement, number) if number is not None else None


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "sample": SubjectKind[Sample](
        find=_find,
        find_many=lambda engagement, _texts: {str(row.number): row for row in queries.samples(engagement)},
        title=lambda row: _("%(sample)s: %(what)s", sample=_("Sample %(number)s", number=str(row.number)), what=kind_name(row.kind)),
        url=lambda engagement, row: url_for("samples.sample", engagement_id=engagement.id, number=row.number),
    )
}


def sample_or_404(engagement: Engagement, number: int) -> Sample:
    """The sample of that number in this case."""
    return queries.sample(engagement, number) or abort(404)


def rule_of(engagement: Engagement) -> SamplingRule:
    """How the case's pack lets one sample; a pack that says nothing of it has no such pages."""
    return load(engagement.pack_id).sampling or abort(404)


def categories(engagement: Engagement) -> dict[str, str]:
    """The pack's categories by name."""
    return {category.code: text_in(category.name) for category in load(engagement.pack_id).categories}
