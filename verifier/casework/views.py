"""Pages of casework."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("casework", __name__)
SUBJECTS: dict[str, Describe] = {}
