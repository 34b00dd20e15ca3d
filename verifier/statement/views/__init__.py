"""Pages of statement: inside a case, and for everyone."""

from verifier.statement.views import blueprint, case, keys, public, review, review_form, revocation
from verifier.statement.views.blueprint import SUBJECTS, bp

LABELS = blueprint.LABELS | review.LABELS
STATES = blueprint.STATES | review.STATES

__all__ = ["LABELS", "STATES", "SUBJECTS", "bp", "case", "keys", "public", "review", "review_form", "revocation"]
