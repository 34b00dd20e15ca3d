"""Commands and `verifier doctor` in the installation's language: no English sentence is left in Chinese output."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from tests import homes, make
from verifier import config
from verifier.cli.main import HELP
from verifier.cli.online import main
from verifier.db import db
from verifier.maintenance.diagnostics import doctor
from verifier.terminal import sentences
from verifier.terminal.commands import Command

VERIFIER = Path(__file__).parents[2] / "verifier"
SPOKEN = [*(VERIFIER / "cli").glob("*.py"), *(VERIFIER / "maintenance").rglob("*.py"), VERIFIER / "demo" / "build.py"]
SAYS = {"echo": (0,), "prompt": (0,), "fail": (0,), "fail_with": (0,), "Unfit": (0,), "Problem": (2, 3)}
"""What shows a text to who runs a command, and at which argument."""
WORDS = re.compile(r"[A-Za-z]{2,}[,:;]? [a-z]{2,}[,:;]? [a-z]{2,}")
"""Three words in a row: an English sentence, not a name."""
QUOTED = re.compile(r"`[^`]+`|'[^']+'|--[a-z-]+|\S*/\S+")


@pytest.fixture
def chinese(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands work on this test's installation, in Chinese."""
    for name, value in homes.environ(app.extensions["verifier"].settings.instance).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("VERIFIER_LANGUAGE", "zh")
    db.session.rollback()


def english(text: str) -> list[str]:
    """The lines of a text that hold an English sentence; the line of usage holds the names of commands."""
    return [line for line in text.splitlines() if not line.startswith("用法：") and WORDS.search(QUOTED.sub("", line))]


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


@pytest.mark.parametrize("words", [(), *(words for words, _command in commands(main))], ids=" ".join)
def test_the_help_of_every_command_is_chinese(chinese: None, words: tuple[str, ...]) -> None:
    told = CliRunner().invoke(main, [*words, "--help"], terminal_width=200)
    assert (told.exit_code, english(told.output)) == (0, [])
    assert "用法：" in told.output


@pytest.mark.parametrize("command", [command for _words, command in commands(main)], ids=lambda command: command.name)
def test_every_command_is_one_that_translates_its_help(command: click.Command) -> None:
    assert isinstance(command, Command)


def test_the_list_of_commands_that_loads_nothing_is_chinese(tmp_path: Path) -> None:
    told = {"PATH": "/usr/bin:/bin", "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    shown = subprocess.run(
        [Path(sys.executable).with_name("verifier"), "--help"], cwd=tmp_path, env=told, capture_output=True, text=True, check=True
    ).stdout
    assert english(shown) == []
    assert "审" in shown or "备份" in shown


def test_the_list_that_loads_nothing_has_the_first_paragraph_of_each_command() -> None:
    first = {name: " ".join((command.help or "").split("\n\n")[0].split()) for name, command in main.commands.items()}
    assert first == HELP


@pytest.mark.parametrize(
    "words",
    [
        ["check", str(make.PARK), "--pack", "beijing/2021"],
        ["check", "nowhere.xlsx", "--pack", "beijing/2021"],
        ["check", str(make.PARK), "--pack", "mars/2021"],
        ["check"],
        ["check", "--nothing"],
        ["nothing"],
        ["sample", str(make.PARK), "--pack", "beijing/2021", "--method", "wrong", "--seed", "1"],
        ["doctor"],
        ["sweep"],
        ["user", "list"],
        ["user", "send-link", "nobody@example.org"],
        ["statement", "list"],
        ["statement", "export", "X-1", "-o", "nowhere.pdf"],
        ["statement", "verify", "nowhere.pdf"],
        ["statement", "verify", str(make.PARK)],
        ["audit", "verify", "--evidence"],
        ["mail-test", "somebody@example.org"],
        ["restore", "nowhere.tar"],
        ["setup"],
    ],
    ids=" ".join,
)
def test_what_a_command_says_is_chinese(chinese: None, words: list[str]) -> None:
    told = CliRunner().invoke(main, words)
    assert "Traceback" not in told.output
    assert english(told.output) == []


@pytest.mark.parametrize("path", sorted(SPOKEN), ids=lambda path: str(path.relative_to(VERIFIER)))
def test_every_sentence_of_a_command_is_in_the_catalogues(path: Path) -> None:
    left = []
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        for text in (call.args[place] for place in SAYS.get(name, ()) if place < len(call.args)):
            spelt = [each.value for each in ast.walk(text) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            looked_up = any(isinstance(each, ast.Call) and getattr(each.func, "id", "") in ("_", "ngettext") for each in ast.walk(text))
            left += [f"{path.name}:{call.lineno}: {each}" for each in spelt if re.search(r"[A-Za-z]{2}.*\s", each) and not looked_up]
    assert left == []


def test_doctor_says_problems_in_chinese_and_keeps_its_codes(app: Flask, chinese: None, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["verifier"].settings
    monkeypatch.setenv("VERIFIER_MAIL_HOST", "no-such-host.invalid")
    monkeypatch.setenv("VERIFIER_BEHIND_TLS", "1")
    monkeypatch.setenv("VERIFIER_FAILPOINT", "nothing")
    settings.instance.chmod(0o755)
    found = doctor.examine({**homes.environ(settings.instance), "VERIFIER_BEHIND_TLS": "1", "VERIFIER_MAIL_HOST": "no-such-host.invalid"})
    assert {"mail.host", "mail.sender", "settings.crash", "permissions.open", "settings.tls_public_url"} <= {each.code for each in found}
    assert [each for each in found if english(f"{each.what}\n{each.do}")] == []
    assert {each.grade.value for each in found} <= {"cannot look", "broken", "take care"}


def test_a_setting_that_cannot_be_read_is_named_in_chinese(app: Flask, chinese: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIER_PORT", "five")
    for words in (["doctor"], ["user", "list"]):
        told = CliRunner().invoke(main, words)
        assert (told.exit_code, "VERIFIER_PORT" in told.output, english(told.output)) == (2, True, [])


@pytest.mark.parametrize(
    ("told", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "VERIFIER_LANGUAGE": "en"}, "en"),
        ({"LANG": "C.UTF-8", "VERIFIER_LANGUAGE": "zh"}, "zh"),
    ],
)
def test_without_an_installation_the_setting_then_the_system_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "VERIFIER_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERIFIER_INSTANCE", str(tmp_path / "none"))
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert config.language() == language
    assert sentences.language() == language


def test_setup_asks_on_in_the_language_that_was_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIER_INSTANCE", str(tmp_path / "own"))
    monkeypatch.delenv("VERIFIER_LANGUAGE", raising=False)
    told = CliRunner().invoke(main, ["setup"], input="\n".join(["zh", "", "", "me@example.org", "Me", "We"]) + "\n")
    assert told.exit_code == 0, told.output
    assert english(told.output.partition("]")[2]) == []
    assert "verifier doctor" in told.output
