"""The heading of each table cell, written into the cell, so that a table stacked on a narrow screen says what each value is."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

Column = str | Sequence[str]
_TAG = re.compile(r"<(tr|td|th)\b([^>]*)>")
_SPAN = re.compile(r'\bcolspan="(\d+)"')
_UNLABELLED = re.compile(r'\bdata-l=|\bcolspan=|\bclass="(?:[^"]*\s)?(?:ref|tick)(?:\s[^"]*)?"')
"""Cells that already have a label or need none: a reference names itself, a tick box has a name of its own."""


def labelled(rows: Markup, columns: Sequence[Column]) -> Markup:
    """The rows of a table with `data-l` on each cell under a heading that has a text; cells are counted by position and colspan."""
    headings = [column if isinstance(column, str) else column[0] for column in columns]
    position = 0

    def label(found: re.Match[str]) -> str:
        nonlocal position
        tag, attributes = found.group(1), found.group(2)
        if tag == "tr":
            position = 0
            return found.group(0)
        heading = headings[position] if position < len(headings) else ""
        span = _SPAN.search(attributes)
        position += int(span.group(1)) if span else 1
        if tag == "th" or not heading or heading == "tick" or _UNLABELLED.search(attributes):
            return found.group(0)
        return f'<td data-l="{escape(heading)}"{attributes}>'

    return Markup(_TAG.sub(label, rows))  # noqa: S704 - the rows were escaped by their template, the heading is escaped here
