"""The form with which a rule pack is searched."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, StringField

from verifier.rulepacks.contents import SECTIONS
from verifier.rulepacks.wording import BASIS_NAMES, SECTION_NAMES
from verifier.web.forms import SearchForm


class RulesFilter(SearchForm):
    """Which values of a pack to show."""

    q = StringField(_l("Search values and sources"))
    section = SelectField(
        _l("Section"), choices=[SelectChoice("", _l("All sections")), *(SelectChoice(code, SECTION_NAMES[code]) for code in SECTIONS)]
    )
    basis = SelectField(
        _l("Reliability"), choices=[SelectChoice("", _l("All values")), *(SelectChoice(code, name) for code, name in BASIS_NAMES.items())]
    )
