"""Cells of a table carry the heading above them, written once: in the columns of the table."""

import re
from pathlib import Path

import pytest
from markupsafe import Markup

from verifier.config import TEMPLATES
from verifier.web.pages.table_labels import labelled

COLUMNS = [("", "tick"), "Name", ("Reported, tCO₂", "num"), ("Units & shares", "second"), ""]


def labels(rows: str) -> list[str | None]:
    return [
        found.group(1) if (found := re.search(r'data-l="([^"]*)"', cell)) else None
        for cell in re.findall(r"<t[dh]\b[^>]*>", labelled(Markup(rows), COLUMNS))
    ]


def test_each_cell_gets_the_heading_of_its_column_and_a_row_header_none() -> None:
    row = '<tr><td class="tick"></td><th scope="row">A</th><td class="num">1</td><td>x</td><td>Open</td></tr>'
    assert labels(row * 2) == [None, None, "Reported, tCO₂", "Units &amp; shares", None] * 2


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("<td></td><td>A</td>", [None, "Name"]),
        ('<td></td><td class="ref">A-1</td><td>1</td>', [None, None, "Reported, tCO₂"]),
        ('<td colspan="2">none</td><td>1</td>', [None, "Reported, tCO₂"]),
        ('<td></td><td data-l="Own">A</td><td>1</td>', [None, "Own", "Reported, tCO₂"]),
        (
            "<td></td><td></td><td></td><td></td><td></td><td>beyond</td>",
            [None, "Name", "Reported, tCO₂", "Units &amp; shares", None, None],
        ),
    ],
    ids=[
        "a column without a heading",
        "a reference names itself",
        "a cell over two columns",
        "its own label stays",
        "more cells than columns",
    ],
)
def test_cells_are_counted_by_position(cells: str, expected: list[str | None]) -> None:
    assert labels(f"<tr>{cells}</tr>") == expected


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_types_a_heading_a_second_time(template: Path) -> None:
    assert "data-l=" not in template.read_text()
