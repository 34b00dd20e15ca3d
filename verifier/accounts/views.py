"""Pages of accounts."""

from flask import Blueprint

from verifier.web.subjects import Describe

bp = Blueprint("accounts", __name__)
SUBJECTS: dict[str, Describe] = {}
