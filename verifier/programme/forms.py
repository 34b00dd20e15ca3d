"""Input of the programme's pages: which units of the year to show."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField

from verifier.web.forms import SearchForm


class ProgressFilter(SearchForm):
    """Which units to show."""

    q = StringField(_l("Search units, bodies and cases"))
    standing = SelectField(_l("Where it stands"))
    late = BooleanField(_l("Only what is late"))
