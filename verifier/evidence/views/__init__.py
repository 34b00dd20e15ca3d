"""Pages of photos and the files themselves."""

from verifier.evidence.views import downloads, photos, subjects, taking_dates
from verifier.evidence.views.blueprint import SUBJECTS, bp
from verifier.evidence.views.photos import flash_added

__all__ = ["SUBJECTS", "bp", "downloads", "flash_added", "photos", "subjects", "taking_dates"]
