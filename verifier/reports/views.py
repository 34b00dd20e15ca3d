"""Pages of reports."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("reports", __name__)
SUBJECTS: dict[str, Describe] = {}
