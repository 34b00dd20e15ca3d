"""Builders of check 1: a monitoring plan entered from a document."""

from datetime import date

from tests.people import Cast, actor
from verifier.checks.boundary.plans.actions import PlanDocument, enter_plan
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.references.models import EnteredPlan

DOCUMENT = PlanDocument(
    "Data-quality control plan, version 2", date(2020, 3, 1), "Filing 17", "plan.pdf", b"%PDF-1.4\n%%EOF", "application/pdf"
)


def enter(case: Engagement, cast: Cast, planned: str, absent: str = "", document: PlanDocument = DOCUMENT) -> EnteredPlan:
    """A plan on paper, entered by the lead verifier."""
    return enter_plan(case, document, planned, absent, actor=actor(cast.lead), now=utcnow())
