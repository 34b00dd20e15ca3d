"""Cell styles of a workbook: which of them show percent."""

import re
from collections.abc import Mapping

_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
PERCENT_FORMATS = frozenset({9, 10})
"""Built-in number formats `0%` and `0.00%` (ECMA-376, 18.8.30)."""


class CellStyles:
    """Collects which cell styles have a percent format."""

    def __init__(self) -> None:
        self._inside = False
        self._formats = set(PERCENT_FORMATS)
        self._styles: list[int] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = name.rpartition(":")[2]
        number = attributes.get("numFmtId", "0")
        if tag == "cellXfs":
            self._inside = True
        elif tag == "numFmt" and number.isdecimal() and "%" in _QUOTED.sub("", attributes.get("formatCode", "")):
            self._formats.add(int(number))
        elif tag == "xf" and self._inside:
            self._styles.append(int(number) if number.isdecimal() else 0)

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            self._inside = False

    @property
    def percent(self) -> frozenset[int]:
        """Indexes of the styles whose number format shows percent."""
        return frozenset(index for index, number in enumerate(self._styles) if number in self._formats)
