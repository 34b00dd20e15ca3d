"""Every word of the method that a page may show has its label."""

import ast
import importlib
import re
from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask

from verifier.core.access import CASE_ROLES, GRANTS, Permission, Role
from verifier.core.findings import FindingAction, FindingState
from verifier.core.lifecycle import TABLE, TURN, CaseAction, Stage
from verifier.web.pages.labels import LABELS, STATES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("words", [Role, Stage, CaseAction, FindingState, FindingAction])
def test_every_member_has_its_label(words: type[StrEnum]) -> None:
    assert [member for member in words if (words, member.value) not in LABELS] == []


def test_no_table_of_words_loses_a_member_to_another_enum_spelt_alike() -> None:
    lost = []
    for file in sorted((ROOT / "verifier").rglob("*.py")):
        tables = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Dict)]
        for table in (table for table in tables if len(table.keys) > 1 and all(isinstance(key, ast.Attribute) for key in table.keys)):
            named = {ast.unparse(key).rpartition(".")[0] for key in table.keys if key is not None}
            module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
            enums = [
                found for found in (getattr(module, name, None) for name in named) if isinstance(found, type) and issubclass(found, StrEnum)
            ]
            values = [ast.unparse(key).rpartition(".")[2].lower() for key in table.keys if key is not None]
            if len(enums) > 1 and len(values) != len(set(values)):
                lost.append(f"{file.relative_to(ROOT)}:{table.lineno}")
    assert lost == []


@pytest.mark.parametrize("words", [Stage, FindingState])
def test_every_status_has_its_colour_and_shape(words: type[StrEnum]) -> None:
    assert [member for member in words if (words, member.value) not in STATES] == []


def test_every_permission_is_granted_to_someone_or_to_all() -> None:
    assert set(Permission) - GRANTS.keys() == {Permission.PUBLIC, Permission.SIGNED_IN}


def test_every_stage_says_whose_turn_it_is() -> None:
    assert TURN.keys() == set(Stage)
    assert {stage for stage, _action in TABLE} == set(Stage)
    assert set(Role) >= CASE_ROLES


def test_every_setting_is_documented() -> None:
    used = set(re.findall(r'"(VERIFIER_[A-Z_]+)"', (ROOT / "verifier" / "config.py").read_text()))
    text = (ROOT / "docs" / "settings.md").read_text()
    written = set(re.findall(r"VERIFIER_[A-Z_]+", text)) | {f"VERIFIER_MAIL{part}" for part in re.findall(r"`(_[A-Z]+)`", text)}
    assert used - written == set()


def test_every_template_is_used(app: Flask) -> None:
    said = "".join(
        path.read_text() for folder in ("verifier", "templates") for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".html")
    )
    names = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")}
    assert sorted(name for name in names if f'"{name}"' not in said and f"'{name}'" not in said) == []
