"""Pages of accounts: signing in, one's own account, colleagues, and the administrator's lists."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from verifier.accounts.models import Kind, Organisation, RequestKind, Status, User
from verifier.accounts.views import account, administration, colleagues, corrections, passkeys, requests, signing_in
from verifier.accounts.views.blueprint import bp
from verifier.core.access import Permission
from verifier.web.pages.filters import name_of
from verifier.web.subjects import SubjectKind, row_of, rows_of

__all__ = [
    "LABELS",
    "STATES",
    "SUBJECTS",
    "account",
    "administration",
    "bp",
    "colleagues",
    "corrections",
    "passkeys",
    "requests",
    "signing_in",
]

LABELS = {
    Kind.BODY: _l("Verification body"),
    Kind.UNIT: _l("Reporting unit"),
    Kind.AUTHORITY: _l("Authority"),
    Kind.INSTALLATION: _l("Operator of this system"),
    RequestKind.REMOVE_FACTOR: _l("Remove two-step verification"),
    RequestKind.CHANGE_EMAIL: _l("Change e-mail address"),
    Status.ACTIVE: _l("Active"),
    Status.INVITED: _l("Invited"),
    Status.DISABLED: _l("Disabled"),
}
STATES = {(Status, "active"): "ok", (Status, "invited"): "warn", (Status, "disabled"): "mute"}


def _outside(model: type[Any], title: Callable[[Any], str], url: Callable[[Any], str]) -> SubjectKind[Any]:
    """Rows that no case has: they are named in the trail of the installation."""
    return SubjectKind(
        find=lambda _engagement, _text: None,
        title=title,
        url=lambda _engagement, row: url(row),
        guard=Permission.ACCOUNT_MANAGE,
        find_outside=lambda text: row_of(model, text),
        find_many_outside=lambda texts: rows_of(model, texts),
    )


_ACCOUNT = _outside(
    User, lambda user: f"{user.name} · {name_of(user.organisation)}", lambda user: url_for("accounts.person", user_id=user.id)
)
SUBJECTS: dict[str, SubjectKind[Any]] = {
    "account": _ACCOUNT,
    "person": _ACCOUNT,
    "organisation": _outside(Organisation, name_of, lambda found: url_for("accounts.organisation", organisation_id=found.id)),
}
