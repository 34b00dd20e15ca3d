"""Pages of check boundary."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("boundary", __name__)
SUBJECTS: dict[str, Describe] = {}
