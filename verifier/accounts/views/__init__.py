"""Pages of accounts: signing in, one's own account, colleagues, and the administrator's lists."""

from flask_babel import lazy_gettext as _l

from verifier.accounts.models import Kind, Status
from verifier.accounts.views import account, administration, colleagues, signing_in
from verifier.accounts.views.blueprint import bp
from verifier.web.subjects import Describe

__all__ = ["LABELS", "STATES", "SUBJECTS", "account", "administration", "bp", "colleagues", "signing_in"]

LABELS = {
    Kind.BODY: _l("Verification body"),
    Kind.UNIT: _l("Reporting unit"),
    Kind.AUTHORITY: _l("Authority"),
    Kind.INSTALLATION: _l("This installation"),
    Status.ACTIVE: _l("Active"),
    Status.INVITED: _l("Invited"),
    Status.DISABLED: _l("Disabled"),
}
STATES = {(Status, "active"): "ok", (Status, "invited"): "warn", (Status, "disabled"): "mute"}
SUBJECTS: dict[str, Describe] = {}
