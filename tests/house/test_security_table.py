"""The table of docs/security.md names only files and tests that exist, each id once, and says why where something is not held."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in TABLE.splitlines() if line.startswith("| V")]


def test_every_row_has_an_id_a_requirement_a_place_and_a_test_or_a_dash() -> None:
    assert len(ROWS) > 100
    assert [row for row in ROWS if len(row) != 4 or not re.match(r"V\d+\.\d+\.\d+", row[0]) or not row[2] or not row[3]] == []


def test_every_test_that_is_named_exists() -> None:
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
    }
    named = set(re.findall(r"`(test_\w+)`", TABLE))
    assert named - written == set()
    assert len(named) > 60


def test_every_file_that_is_named_exists() -> None:
    for page in ("security.md", "threat-model.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        named = set(re.findall(r"`((?:verifier|tests|docs|templates|static|requirements)[\w./-]*)`", text)) - {"static/js"}
        assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_requirement_is_told_twice() -> None:
    ids = [each for row in ROWS for each in re.findall(r"V\d+\.\d+\.\d+", row[0])]
    assert [each for each in ids if ids.count(each) > 1] == []
