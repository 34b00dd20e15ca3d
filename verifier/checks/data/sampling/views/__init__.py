"""Pages of sampling: risks, plans in words, the drawn items, and what they showed."""

from verifier.checks.data.sampling.views import downloads, drawn, planning, risk
from verifier.checks.data.sampling.views.blueprint import LABELS, STATES, SUBJECTS, bp

__all__ = ["LABELS", "STATES", "SUBJECTS", "bp", "downloads", "drawn", "planning", "risk"]
