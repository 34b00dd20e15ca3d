"""Pages of supporting documents and evidence requests."""

from verifier.checks.data.vouchers.views import lists, pages, requests
from verifier.checks.data.vouchers.views.blueprint import LABELS, STATES, SUBJECTS, bp

__all__ = ["LABELS", "STATES", "SUBJECTS", "bp", "lists", "pages", "requests"]
