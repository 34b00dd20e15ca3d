"""Pages of evidence."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("evidence", __name__)
SUBJECTS: dict[str, Describe] = {}
