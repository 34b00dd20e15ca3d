"""Pages of statement."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("statement", __name__)
SUBJECTS: dict[str, Describe] = {}
