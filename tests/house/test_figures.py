"""One kind of figure has one number of places and one grouping: pages format through shared filters, the PDF through its own functions."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from verifier.web.pages import filters

ROOT = Path(__file__).resolve().parents[2]
AD_HOC = {
    "a Jinja format": re.compile(r"\|\s*(?:round|float|int)\b|'%[^']*[df]'\s*\|\s*format|\"%[^\"]*[df]\"\s*\|\s*format"),
    "a percentage put together": re.compile(r"~\s*\"\s*%\"|\}\}\s*%(?!\})"),
    "a share multiplied by hand": re.compile(r"\*\s*100\s*(?:/[^|)]*)?\)\s*\|\s*tonnes"),
    "Python formatting": re.compile(r"\.format\("),
}
DRAWN = re.compile(r"width=\"\{\{ '%\.2f' \| format\(")
"""A width in a drawing is no figure that is read."""
FORMATTED = re.compile(r":[+]?,|:\.\d+f\}|:,f|:\.\d+%")
SHARED = {"web/pages/filters.py", "statement/pdf/parts.py", "core/calculation/units.py", "core/opinion/materiality.py"}
"""The modules that hold the shared formats: pages, PDF, numbers as written, and figures inside sentences."""
NO_FIGURES = {"web/operations/metrics.py", "statement/facts/assembly.py"}
"""Metrics for machines, and the coordinates of a photo."""


def test_templates_format_figures_by_the_shared_filters_only() -> None:
    found = {}
    for path in (ROOT / "templates").rglob("*.html"):
        text = DRAWN.sub("", path.read_text())
        found |= {(path.name, kind): match.group() for kind, pattern in AD_HOC.items() if (match := pattern.search(text))}
    assert found == {}


def test_code_formats_figures_in_the_shared_modules_only() -> None:
    found = {
        str(path.relative_to(ROOT / "verifier"))
        for path in (ROOT / "verifier").rglob("*.py")
        if re.match("core|checks|casework|findings|reports|statement|programme|web", str(path.relative_to(ROOT / "verifier")))
        and any(FORMATTED.search(literal) for literal in re.findall(r"f\"[^\"\n]*\"|format\([^\n]*\)", path.read_text()))
    }
    assert found - SHARED - NO_FIGURES == set()


@pytest.mark.parametrize(
    ("filter", "value", "shown"),
    [
        ("tonnes", Decimal("5084.0443"), "5,084.04"),
        ("tonnes", Fraction(-1, 200), "−0.01"),
        ("tonnes_exact", Decimal("5084.0443"), "5,084.0443"),
        ("share", Fraction(1, 3), "33.33 %"),
        ("share", Fraction(1, 20), "5.00 %"),
        ("share", None, "—"),
        ("rate", Fraction(1, 20), "5 %"),
        ("rate", "3/10", "30 %"),
        ("rate", Decimal("0.025"), "2.5 %"),
        ("rate", None, "—"),
    ],
)
def test_a_kind_of_figure_has_its_places(filter: str, value: object, shown: str) -> None:
    assert getattr(filters, filter)(value) == shown
