"""`docs/rule-packs.md` says what is so: its list of keys is the program's, and its example is a pack that loads and does what it says."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.people import Cast, sign_in
from verifier.core.rulepack.kinds import BASES, Mark
from verifier.core.rulepack.pack import RulePack
from verifier.core.rulepack.parts import Origin
from verifier.core.rulepack.reader import FieldRule, rules_of
from verifier.db import db
from verifier.findings.models import Finding
from verifier.rulepacks import load
from verifier.rulepacks.differences import How, differences

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "rule-packs.md").read_text("utf-8")


def inner(rule: FieldRule) -> Any:
    """The dataclass of a table or of each row of a list, None for a plain value."""
    return rule.row_kind or rule.table_kind


def keys(kind: Any) -> str:
    """The keys of a table as the guide lists them."""
    found = []
    for rule in rules_of(kind):
        if rule.base is Origin:
            found += ["`source`", "`basis`"]
        else:
            found.append(f"`{rule.key}{'' if rule.required else '?'}`")
    return ", ".join(found)


def reference() -> list[str]:
    """A line for each section, and for each table inside one."""
    lines = []
    for section in rules_of(RulePack):
        if (kind := inner(section)) is None:
            continue
        may = " (may be unstated)" if Mark.MAY_BE_UNSTATED in section.marks else ""
        lines.append(f"- `{section.key}`{may}: {keys(kind)}")
        for rule in rules_of(kind):
            if nested := inner(rule):
                lines.append(f"- `{section.key}.{rule.key}`: {keys(nested)}")
                lines += [f"- `{section.key}.{rule.key}.{each.key}`: {keys(deep)}" for each in rules_of(nested) if (deep := inner(each))]
    return lines


def test_the_guide_lists_every_section_with_its_keys() -> None:
    assert re.findall(r"^- `[a-z0-9_.]+`(?: \(may be unstated\))?: `.*$", GUIDE, re.MULTILINE) == reference()
    assert all(f"`{basis}`" in GUIDE for basis in BASES)


def example(folder: Path) -> str:
    """The pack of the guide, written into a folder of packs; its id."""
    (text,) = re.findall(r"```toml\n(id = .*?)```", GUIDE, re.DOTALL)
    pack_id = re.search(r'id = "(.*?)"', text)
    assert pack_id is not None
    file = folder / f"{pack_id[1]}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return pack_id[1]


def test_the_example_of_the_guide_is_a_well_formed_pack_that_changes_what_it_says(tmp_path: Path) -> None:
    pack_id = example(tmp_path)
    assert load.check(tmp_path) == []
    source = load.source_of(pack_id, tmp_path)
    changed = differences(load.source_of(source.extends[0]).data, source.data, "en")
    assert [(each.how, each.line.place) for each in changed if each.line.section != "pack"] == [
        (How.REMOVED, "facts.offsets"),
        (How.ADDED, "finding_classes.observation"),
        (How.CHANGED, "clocks.unit_answers"),
    ]


@pytest.mark.parametrize("removed", ["facts.tides", "clocks.unit_answers.hours"])
def test_a_slip_in_the_example_is_named(tmp_path: Path, removed: str) -> None:
    file = tmp_path / f"{example(tmp_path)}.toml"
    file.write_text(file.read_text("utf-8").replace("facts.offsets", removed), "utf-8")
    assert [(key, reason) for _file, key, reason in load.check(tmp_path)] == [("remove", f"nothing at {removed!r}")]


def test_a_class_of_finding_is_added_by_a_few_lines_of_one_pack(app: Flask, cast: Cast, client: FlaskClient) -> None:
    case = make.engagement(cast)
    pack_id = example(Path(app.extensions["verifier"].settings.instance) / "rulepacks")
    case.pack_id, case.pack_sha256 = pack_id, load.load(pack_id).sha256
    db.session.commit()
    browser, address = sign_in(client, cast.verifier), f"/cases/{case.id}/findings/new?check=data"
    assert 'value="observation"' in browser.get(address).text
    typed = {"class_code": "observation", "clause": "4a", "title": "Meter list", "description": "Two meters are not named."}
    assert browser.post(address, data=typed).status_code == 303
    assert db.session.scalars(select(Finding)).one().label == "O-001"
    assert "Observation" in browser.get(f"/cases/{case.id}/findings").text
    block = re.search(r"\[\[finding_classes\]\]\n(?:.+\n)+", GUIDE)
    assert block is not None
    assert len(block[0].splitlines()) <= 12


COLUMN = "internal_note"
"""A column of a finding that is typed, kept with every edit, shown and exported."""


def test_a_column_of_a_finding_stands_in_no_more_places_than_the_guide_says() -> None:
    places = [
        file
        for folder in ("verifier", "templates", "static")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in (".py", ".html", ".js")
    ]
    holding = {file.relative_to(ROOT).as_posix() for file in places if COLUMN in file.read_text("utf-8")}
    migrations = {place for place in holding if "/migrations/" in place}
    listed = re.findall(r"^\d+\. `([A-Za-z_/.]+)`", GUIDE, re.MULTILINE)
    always = {place for place in listed if "/statement/" not in place} - {"verifier/migrations/versions"}
    assert holding - migrations == {place for place in always if not place.endswith(".po")}
    assert (len(migrations), len(listed) <= 11) == (1, True)
