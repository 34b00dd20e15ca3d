"""The command line: what it prints for programs, and its exit codes: 0 good, 1 something found, 2 cannot be read."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests import make
from verifier.cli import main
from verifier.db import db

COMMANDS = [
    [], ["serve"], ["demo"], ["demo", "code"], ["user"], ["user", "add"], ["check"], ["statement"], ["statement", "list"],
    ["statement", "export"], ["statement", "verify"], ["audit"], ["audit", "verify"], ["packs"], ["packs", "check"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands work on this test's installation."""
    monkeypatch.setenv("VERIFIER_INSTANCE", str(app.extensions["verifier"].settings.instance))
    db.session.rollback()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: list[str]) -> None:
    told = run(*command, "--help")
    assert told.exit_code == 0
    assert "Usage:" in told.output


def test_a_good_report_is_recalculated_to_the_last_digit() -> None:
    done = run("check", str(make.PARK), "--pack", "beijing/2021", "--json")
    found = json.loads(done.output)
    assert done.exit_code == 0
    assert list(found) == [
        "pack", "reported_total", "recalculated_total", "recalculated_known", "difference", "sources", "unassigned", "flags",
    ]  # fmt: skip
    assert found["recalculated_total"] == found["recalculated_known"] == "52915.57011485507386"
    assert found["reported_total"] == "52915"
    assert set(found["sources"][0]) == {"id", "category", "reported", "recalculated", "difference", "complete"}


def test_a_report_with_errors_is_incomplete_and_says_so() -> None:
    done = run("check", str(make.PARK_WITH_ERRORS), "--pack", "beijing/2021", "--json")
    found = json.loads(done.output)
    assert done.exit_code == 1
    assert found["recalculated_total"] is None
    assert [row["source"] for row in found["unassigned"]] == ["E-999"]
    assert run("check", str(make.PARK_WITH_ERRORS), "--pack", "beijing/2021").exit_code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("check", "{text}", "--pack", "beijing/2021"),
        ("check", "{nowhere}", "--pack", "beijing/2021"),
        ("check", "{park}", "--pack", "mars/2021"),
        ("statement", "verify", "{text}"),
        ("statement", "verify", "{nowhere}"),
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_what_cannot_be_read_ends_with_two_and_a_reason(words: tuple[str, ...], tmp_path: Path) -> None:
    text = tmp_path / "text.xlsx"
    text.write_text("not a workbook")
    done = run(*(word.format(text=text, nowhere=tmp_path / "nowhere", park=make.PARK) for word in words))
    assert done.exit_code == 2, done.output
    assert done.output.strip()
    assert "Traceback" not in done.output


def test_an_installation_without_statements_lists_none() -> None:
    done = run("statement", "list", "--json")
    assert (done.exit_code, json.loads(done.output)) == (0, [])
    assert run("statement", "export", "BEIJING-2021-0001-V1", "-o", "nowhere.pdf").exit_code == 1


def test_packs_that_are_well_formed_are_named() -> None:
    done = run("packs", "check")
    assert (done.exit_code, "beijing/2021" in done.output) == (0, True)


def test_an_own_pack_that_is_not_well_formed_is_named_with_its_key(app: Flask) -> None:
    own = app.extensions["verifier"].settings.instance / "rulepacks" / "mine"
    own.mkdir(parents=True)
    (own / "2021.toml").write_text('id = "mine/2021"\n')
    done = run("packs", "check")
    assert done.exit_code == 1
    assert "2021.toml" in done.output


def test_a_person_is_added_with_a_link_to_choose_a_password() -> None:
    done = run(
        "user", "add", "new@example.org", "--name", "New Person", "--organisation", "New Unit", "--kind", "unit", "--role", "contact"
    )
    assert done.exit_code == 0, done.output
    assert "/link/" in done.output
    again = run("user", "add", "new@example.org", "--name", "New Person", "--organisation", "New Unit", "--kind", "unit")
    assert again.exit_code == 1
    assert "new@example.org" in again.output
