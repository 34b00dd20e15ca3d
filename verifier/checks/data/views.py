"""Pages of check data."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("data", __name__)
SUBJECTS: dict[str, Describe] = {}
