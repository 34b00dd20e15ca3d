"""Pages of accounts: signing in, one's own account, colleagues, and the administrator's lists."""

from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _l

from verifier.accounts.models import Kind, Organisation, Status, User
from verifier.accounts.views import account, administration, colleagues, signing_in
from verifier.accounts.views.blueprint import bp
from verifier.db import db
from verifier.web.pages.filters import name_of
from verifier.web.subjects import Describe, Described, OutsideCases

__all__ = ["LABELS", "OUTSIDE_CASES", "STATES", "SUBJECTS", "account", "administration", "bp", "colleagues", "signing_in"]

LABELS = {
    Kind.BODY: _l("Verification body"),
    Kind.UNIT: _l("Reporting unit"),
    Kind.AUTHORITY: _l("Authority"),
    Kind.INSTALLATION: _l("Operator of this system"),
    Status.ACTIVE: _l("Active"),
    Status.INVITED: _l("Invited"),
    Status.DISABLED: _l("Disabled"),
}
STATES = {(Status, "active"): "ok", (Status, "invited"): "warn", (Status, "disabled"): "mute"}
SUBJECTS: dict[str, Describe] = {}


def _describe_account(key: UUID) -> Described | None:
    user = db.session.get(User, key)
    return Described(f"{user.name} · {name_of(user.organisation)}", url_for("accounts.person", user_id=user.id)) if user else None


def _describe_organisation(key: UUID) -> Described | None:
    found = db.session.get(Organisation, key)
    return Described(name_of(found), url_for("accounts.organisation", organisation_id=found.id)) if found else None


OUTSIDE_CASES: dict[str, OutsideCases] = {"account": _describe_account, "person": _describe_account, "organisation": _describe_organisation}
