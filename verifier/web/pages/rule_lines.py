"""The lines of a rule pack in words, for every page that shows some."""

from collections.abc import Mapping
from typing import Any

from verifier.reports.wording import flag_name
from verifier.rulepacks.wording import BASIS_STATES, basis_name, in_words, key_name, section_name
from verifier.web.pages.filters import listed


def value_in_words(key: str, value: object) -> str:
    """A value of a line as text: alerts by their names, yes and no in words, any other as it is; a dash where there is none."""
    if value is None or value == "":
        return "—"
    if key == "flags":
        return listed(flag_name(code) for code in str(value).split(", "))
    return basis_name(str(value)) if key == "basis" else in_words(value)


IN_WORDS: Mapping[str, Any] = {
    "section_name": section_name,
    "key_name": key_name,
    "basis_name": basis_name,
    "basis_state": BASIS_STATES,
    "value_in_words": value_in_words,
}
"""What a template needs to show lines of a pack."""
