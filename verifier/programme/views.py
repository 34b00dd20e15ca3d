"""Pages of programme."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("programme", __name__)
SUBJECTS: dict[str, Describe] = {}
