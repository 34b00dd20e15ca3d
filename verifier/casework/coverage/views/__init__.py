"""Pages of coverage: how numbers were tested, what is missing, and procedures on many numbers at once."""

from verifier.casework.coverage.views import pages as _pages  # noqa: F401 - so that its views are registered
from verifier.casework.coverage.views.blueprint import LABELS, STATES, SUBJECTS, bp

__all__ = ["LABELS", "STATES", "SUBJECTS", "bp"]
