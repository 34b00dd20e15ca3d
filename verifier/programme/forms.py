"""Forms of the programme's pages: the filter of the units of a year."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField

from verifier.web.forms import SearchForm


class ProgressFilter(SearchForm):
    """Which units to show."""

    q = StringField(_l("Search by unit, body or case"))
    standing = SelectField(_l("Status"))
    late = BooleanField(_l("Overdue only"))
