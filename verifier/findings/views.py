"""Pages of findings."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("findings", __name__)
SUBJECTS: dict[str, Describe] = {}
