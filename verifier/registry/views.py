"""Pages of registry."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("registry", __name__)
SUBJECTS: dict[str, Describe] = {}
