"""The help page of the event table: who is told of what, which task follows, and when mail goes out."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from verifier.casework.events import wording
from verifier.casework.events.table import EVENTS, Person, Told
from verifier.core.access import Permission, Role
from verifier.web.pages import labels
from verifier.web.permit import permit

bp = Blueprint("events", __name__)
LABELS = labels.words(wording.EVENTS, wording.PEOPLE, wording.TIMES)


@bp.get("/help/notices")
@permit(Permission.SIGNED_IN)
def table() -> ResponseReturnValue:
    """Every event with its recipients, in the order of a case; recipients told alike stand together."""
    rows = [(rule.event, people, told) for rule in EVENTS for people, told in _together(rule.told)]
    return render_template("casework/notices.html", rows=rows)


def _together(told: tuple[Told, ...]) -> list[tuple[list[Role | Person], Told]]:
    """Recipients with the same task and mail, and the first of their rows."""
    found: dict[tuple[object, object], list[Told]] = {}
    for each in told:
        found.setdefault((each.task, each.mail), []).append(each)
    return [([each.to for each in alike], alike[0]) for alike in found.values()]
