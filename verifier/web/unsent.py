"""What pages tell static/js/typed.js, which keeps unsent form entries on the reader's device."""

from flask import request, session

from verifier.accounts.authentication import crypto
from verifier.web.signed_in import signed_in_user

ACCEPTED = "accepted_forms"
MOST_ACCEPTED = 20


def reader() -> str:
    """Keyed hash of the reader's id, under which a browser keeps their entries; empty where nothing is kept.

    Nothing is kept for visitors, nor on a page whose address holds a token.
    """
    user = signed_in_user()
    return crypto.mark("unsent", str(user.id)) if user and "token" not in (request.view_args or {}) else ""


def accept(token: str) -> None:
    """Note the token of a form that was carried out, for the next page."""
    session[ACCEPTED] = [*session.get(ACCEPTED, []), token][-MOST_ACCEPTED:]


def accepted() -> str:
    """The tokens of the forms carried out since the last page, which this page reports."""
    return " ".join(session.pop(ACCEPTED, ())) if reader() else ""
