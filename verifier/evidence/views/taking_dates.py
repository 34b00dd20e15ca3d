"""Dates of taking that call for a question: shown on the page of a photo and on every list of photos."""

from flask import g

from verifier.checks.site import queries as site
from verifier.core.site import Gap, VisitPlan
from verifier.engagements.models import Engagement
from verifier.evidence.models import Photo
from verifier.evidence.views.blueprint import bp, inside
from verifier.web.pages.labels import label


def taking_note(engagement: Engagement, photo: Photo) -> Gap | None:
    """What is to be asked of a photo's date of taking; None outside the verification. The visits of a case are read once a request."""
    if photo.taken_at is None or not inside():
        return None
    known: dict[object, list[VisitPlan]] = g.setdefault("visit_plans", {})
    if engagement.id not in known:
        known[engagement.id] = [site.plan_of(each) for each in site.visits(engagement)]
    return site.gap_of(engagement, photo, known[engagement.id])


@bp.app_template_global()
def taking_word(engagement: Engagement, photo: Photo) -> str | None:
    """The same in words, for lists of photos."""
    note = taking_note(engagement, photo)
    return None if note is None else label(note)
