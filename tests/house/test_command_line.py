"""The command line: what it prints for programs, and its exit codes: 0 good, 1 something found, 2 cannot be read."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests import homes, make
from verifier.audit.actions import record
from verifier.cli.main import HELP
from verifier.cli.online import main
from verifier.core.actor import INSTALLATION
from verifier.core.subject import Subject
from verifier.db import db, utcnow

COMMANDS = [
    [],
    ["serve"],
    ["demo"],
    ["demo", "code"],
    ["user"],
    ["user", "add"],
    ["check"],
    ["statement"],
    ["statement", "list"],
    ["statement", "export"],
    ["statement", "verify"],
    ["audit"],
    ["audit", "verify"],
    ["packs"],
    ["packs", "check"],
]


@pytest.fixture(autouse=True)
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands work on this test's installation."""
    for name, value in homes.environ(app.extensions["verifier"].settings.instance).items():
        monkeypatch.setenv(name, value)
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
        "pack",
        "reported_total",
        "recalculated_total",
        "recalculated_known",
        "difference",
        "relative",
        "materiality",
        "coverage",
        "sources",
        "unassigned",
        "flags",
    ]
    assert found["recalculated_total"] == found["recalculated_known"] == "52915.57011485507386"
    assert found["reported_total"] == "52915"
    first = found["sources"][0]
    assert set(first) == {"id", "category", "reported", "recalculated", "difference", "complete", "method", "factors"}
    assert first["method"] == "electricity"
    assert first["factors"] == [{"parameter": "ef", "value": "0.604", "unit": "tCO2/MWh", "table": "F_beijing", "version": "2013"}]


def test_last_years_report_and_the_plan_are_compared_with(tmp_path: Path) -> None:
    errors = str(make.PARK_WITH_ERRORS)
    codes = [
        {flag["code"] for flag in json.loads(run("check", errors, "--pack", "eu-ets/2018", *more, "--json").output)["flags"]}
        for more in ([], ["--previous", str(make.PARK)])
    ]
    assert "disappeared" not in codes[0]
    assert codes[1] - codes[0]
    no_plan = run("check", errors, "--pack", "beijing/2021", "--plan", str(make.PARK))
    assert (no_plan.exit_code, "plan" in no_plan.output) == (2, True)
    nowhere = run("check", errors, "--pack", "beijing/2021", "--previous", str(tmp_path / "none.xlsx"))
    assert (nowhere.exit_code, "none.xlsx" in nowhere.output) == (2, True)


def test_a_pack_with_a_threshold_gives_a_verdict_and_one_without_gives_none() -> None:
    told = run("check", str(make.PARK), "--pack", "eu-ets/2018", "--json")
    park = json.loads(told.output)
    held = park["materiality"]
    assert (held["threshold"], held["verdict"]) == ("2645.75", None)
    assert told.exit_code == 1
    assert 1 < float(held["net"]) <= float(held["gross"]) < 3
    assert json.loads(run("check", str(make.PARK), "--pack", "beijing/2021", "--json").output)["materiality"] is None


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


def test_the_help_that_loads_nothing_lists_every_command_in_its_own_words() -> None:
    assert set(HELP) == set(main.commands)
    for name, command in main.commands.items():
        assert (command.help or "").startswith(HELP[name]), name


def test_help_loads_neither_the_app_nor_its_libraries(tmp_path: Path) -> None:
    program = "import sys; sys.argv = ['verifier', '--help']\nfrom verifier.cli.main import main\ntry:\n main()\nexcept SystemExit: pass\n"
    program += "print([name for name in ('flask', 'sqlalchemy', 'PIL', 'reportlab', 'click') if name in sys.modules])"
    (here := tmp_path / "here").mkdir()
    told = subprocess.run([sys.executable, "-c", program], cwd=here, capture_output=True, text=True, check=True).stdout
    assert told.endswith("[]\n")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("words", [["check", str(make.PARK), "--pack", make.PACK], ["packs", "check"]])
def test_what_needs_no_installation_leaves_none_behind(tmp_path: Path, words: list[str]) -> None:
    verifier = Path(sys.executable).with_name("verifier")
    (here := tmp_path / "here").mkdir()
    told = subprocess.run([verifier, *words], cwd=here, capture_output=True, env={"PATH": os.environ["PATH"]})
    assert told.returncode in (0, 1), told.stderr
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "said"),
    [("nowhere/instance", "does not exist"), ("file", "is not a folder"), ("fresh", "There is no installation"), ("kept", "holds no keys")],
)
def test_a_wrong_instance_ends_in_a_sentence_and_makes_no_keys(app: Flask, tmp_path: Path, folder: str, said: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "kept").mkdir()
    settings = app.extensions["verifier"].settings
    told = {**homes.environ(settings.instance), "PATH": os.environ["PATH"], "VERIFIER_INSTANCE": str(tmp_path / folder)}
    if folder == "kept":
        told["VERIFIER_DATABASE_URL"] = settings.database_url
        record("test:row:kept", INSTALLATION, Subject("installation", ""), now=utcnow())
        db.session.commit()
    words = ["statement", "list"] if folder == "fresh" else ["worker", "--until-empty"]
    ended = subprocess.run([Path(sys.executable).with_name("verifier"), *words], capture_output=True, text=True, env=told, cwd=tmp_path)
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False), ended.stderr
    assert said in ended.stderr
    assert not list(tmp_path.glob(f"{folder}/keys/*"))


def test_check_prints_the_tonnes_of_each_alert_with_the_heaviest_first() -> None:
    printed = run("check", str(make.PARK_WITH_ERRORS), "--pack", "beijing/2021").output.splitlines()
    told = [found[1] for line in printed if (found := re.match(r" +([+−][\d,.]+ tCO2|–)  ", line))]
    weights = [0.0 if each == "–" else float(each[1:-5].replace(",", "")) for each in told]
    assert "+5,035.82 tCO2" in told
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == 0.0 < weights[0]
