"""Pages of sampling: risks, plans in words, the drawn items, and what they showed."""

from verifier.checks.data.sampling.views import drawn, planning, risk, taken_away
from verifier.checks.data.sampling.views.blueprint import LABELS, STATES, SUBJECTS, bp

__all__ = ["LABELS", "STATES", "SUBJECTS", "bp", "drawn", "planning", "risk", "taken_away"]
