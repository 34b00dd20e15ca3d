"""Pages of engagements."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("engagements", __name__)
SUBJECTS: dict[str, Describe] = {}
