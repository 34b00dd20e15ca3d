"""Pages of check site."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("site", __name__)
SUBJECTS: dict[str, Describe] = {}
