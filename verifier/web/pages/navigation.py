"""Navigation entries by role."""

from collections.abc import Mapping
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from verifier.core.access import AUTHORITY, UNIT, Role
from verifier.web.signed_in import signed_in_user

BELOW: Mapping[str, tuple[str, ...]] = {
    "accounts.people": ("accounts.invite", "accounts.person"),
    "accounts.organisations": ("accounts.add_organisation", "accounts.organisation"),
}
"""Pages below a navigation entry that do not share the beginning of its endpoint name."""


def context() -> dict[str, Any]:
    """`nav_items`: (label, address, whether it is the current one)."""
    return {"nav_items": [(words, url_for(endpoint), _current(endpoint)) for words, endpoint in _entries()]}


def _entries() -> list[tuple[str, str]]:
    user = signed_in_user()
    if user is None:
        return [(_("Verify a statement"), "statement.check")]
    entries = []
    if user.roles & UNIT:
        entries.append((_("Reports"), "reports.home"))
    if user.roles & AUTHORITY:
        entries.append((_("Programme years"), "registry.years"))
    if user.organisation.kind != "installation":
        entries.append((_("Cases"), "casework.cases"))
    if Role.ADMINISTRATOR in user.roles:
        entries.append((_("People"), "accounts.people"))
        entries.append((_("Organisations"), "accounts.organisations"))
        entries.append((_("Audit trail"), "casework.installation_trail"))
        entries.append((_("Background work"), "jobs.jobs"))
    entries.append((_("Verify a statement"), "statement.check"))
    return entries


def _current(endpoint: str) -> bool:
    here = request.endpoint or ""
    own = {
        "registry.years": ("registry.", "programme."),
        "reports.home": ("reports.",),
        "casework.cases": ("casework.", "engagements.", "boundary.", "data.", "site.", "findings.", "evidence."),
    }
    if endpoint == "casework.cases" and "engagement_id" in (request.view_args or {}):
        return bool(g.get("roles"))
    if endpoint in own:
        return here.startswith(own[endpoint]) and here not in ("casework.home", "casework.installation_trail")
    return here == endpoint or here in BELOW.get(endpoint, ())
