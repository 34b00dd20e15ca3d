"""Forms of rule packs: the filter of a pack's values, and the newer version to move to."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectChoice, SelectField, StringField

from verifier.rulepacks.contents import SECTIONS
from verifier.rulepacks.wording import BASIS_NAMES, SECTION_NAMES
from verifier.web.forms import BaseForm, SearchForm


class RulesFilter(SearchForm):
    """Which values of a pack to show."""

    q = StringField(_l("Search values and sources"))
    section = SelectField(
        _l("Section"), choices=[SelectChoice("", _l("All sections")), *(SelectChoice(code, SECTION_NAMES[code]) for code in SECTIONS)]
    )
    basis = SelectField(
        _l("Reliability"), choices=[SelectChoice("", _l("All values")), *(SelectChoice(code, name) for code, name in BASIS_NAMES.items())]
    )


class LaterVersionFilter(SearchForm):
    """Which of several newer versions of a pack to look at."""

    pack = SelectField(_l("Version"))

    @classmethod
    def of(cls, later: Sequence[str], chosen: str) -> "LaterVersionFilter":
        """The newer versions, the one looked at chosen."""
        form = cls(formdata=None, data={"pack": chosen})
        form.pack.choices = [SelectChoice(pack_id, pack_id) for pack_id in later]
        return form


class LaterVersionForm(BaseForm):
    """The newer version of a pack to move to, as its changes were shown."""

    pack = HiddenField()
    seen = HiddenField()
