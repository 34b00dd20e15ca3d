"""Pages of statement: inside a case, and for everyone."""

from verifier.statement.views import case, keys, public, review_form, revocation
from verifier.statement.views.blueprint import LABELS, STATES, SUBJECTS, bp

__all__ = ["LABELS", "STATES", "SUBJECTS", "bp", "case", "keys", "public", "review_form", "revocation"]
