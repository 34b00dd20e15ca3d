"""Form for a case's move to a newer version of its rule pack."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length

from verifier.rulepacks.forms import LaterVersionForm
from verifier.web.forms import Required


class ChangeRulesForm(LaterVersionForm):
    """To which version the case moves, and why."""

    reason = TextAreaField(_l("Reason"), [Required(_l("Say why the case moves to the newer version")), Length(max=4000)])
