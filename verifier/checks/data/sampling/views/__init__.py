"""Pages of sampling: risks, plans, the drawn items, and their results."""

from verifier.checks.data.sampling.views import downloads, drawn, errors, planning, risk
from verifier.checks.data.sampling.views.blueprint import LABELS, STATES, SUBJECTS, bp

__all__ = ["LABELS", "STATES", "SUBJECTS", "bp", "downloads", "drawn", "errors", "planning", "risk"]
