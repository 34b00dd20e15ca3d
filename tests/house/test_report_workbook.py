"""docs/report-workbook.md describes every sheet, column, field, word, unit and flag that the reader knows, and no other."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from verifier.config import TRANSLATIONS
from verifier.core.calculation.units import unit
from verifier.core.report.rows import CATEGORIES, PARAMETERS
from verifier.reports.wording import FLAG_NAMES
from verifier.reports.workbook.columns import CHINESE, FIELDS, REQUIRED_FIELDS, REQUIRED_SHEETS, SHEETS, Sheet, key

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "report-workbook.md").read_text(encoding="utf-8")
SECTIONS = {
    (found[1], found[2]): (bool(found[3]), text)
    for found, text in (
        (re.fullmatch(r"`(\w+)` (\S+)( \(required\))?", head), text)
        for head, _, text in (part.partition("\n## ")[0].partition("\n") for part in PAGE.split("\n### ")[1:])
    )
    if found is not None
}
"""Name in English and Chinese → whether the sheet is called required, and what is said of it."""


def rows(text: str) -> dict[str, tuple[str, bool]]:
    """Column → its Chinese name and whether it is called required, by the table of a section."""
    return {name: (chinese, bool(required)) for name, chinese, required in re.findall(r"^\| `(\w+)` \| (\S+) \| (\w*) ?\| ", text, re.M)}


def test_every_sheet_is_described_under_both_names() -> None:
    assert set(SECTIONS) == set(CHINESE.items())
    assert {name for (name, _), (required, _) in SECTIONS.items() if required} == set(REQUIRED_SHEETS["report"])


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_column_is_described_under_both_names(sheet: Sheet) -> None:
    described = rows(SECTIONS[sheet.name, CHINESE[sheet.name]][1])
    assert set(described) == set(sheet.columns.values())
    assert {name: sheet.columns.get(key(chinese)) for name, (chinese, _) in described.items()} == {name: name for name in described}
    assert {name for name, (_, required) in described.items() if required} == set(sheet.required)


def test_every_field_of_the_unit_is_described_under_both_names() -> None:
    described = rows(SECTIONS["unit", CHINESE["unit"]][1])
    assert {name: chinese for name, (chinese, _) in described.items()} == FIELDS
    assert {name for name, (_, required) in described.items() if required} == set(REQUIRED_FIELDS)


def test_every_category_and_parameter_is_listed_under_both_names() -> None:
    section = PAGE.partition("## Categories, parameters and bases")[2].partition("## Units")[0]
    assert set(re.findall(r"`(\w+)` \| (\w+) \|", section)) == {*CATEGORIES.items(), *PARAMETERS.items()}


def test_every_unit_that_is_named_can_be_read() -> None:
    table = PAGE.partition("## Units")[2].partition("\n\nAny of them")[0]
    named = [word for cell in re.findall(r"^\| [\w ]+ \| (.+) \|$", table, re.M) for word in re.split("[,;] ", cell)]
    assert len(named) > 20
    assert [word for word in named if word not in ("units", "blank") and unit(word) is None] == []


def test_every_flag_is_explained() -> None:
    with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        told = {str(message.id).split(".")[1] for message in read_po(file, locale="en") if str(message.id).startswith("flag.")}
    explained = {code for line in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| [^|]+ \|$", PAGE, re.M) for code in re.findall(r"\w+", line)}
    assert explained == told | FLAG_NAMES.keys()
