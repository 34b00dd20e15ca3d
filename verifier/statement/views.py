"""Pages of statement."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from verifier.core.access import Permission
from verifier.web.permit import permit
from verifier.web.subjects import Describe

bp = Blueprint("statement", __name__)
SUBJECTS: dict[str, Describe] = {}


@bp.route("/check", methods=["GET", "POST"])
@permit(Permission.PUBLIC)
def check() -> ResponseReturnValue:
    """Whether a dropped PDF is an issued statement, untouched."""
    return render_template("statement/check.html")
