"""Beginning an installation of one's own, people from the command line, and a demo that stays on its machine."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.people import Cast
from verifier import config
from verifier.accounts.authentication import passwords
from verifier.accounts.models import User
from verifier.app import create_app
from verifier.cli.online import main
from verifier.db import db
from verifier.demo import people
from verifier.maintenance.diagnostics import doctor

ROOT = Path(__file__).parents[2]


def run(instance: Path, *words: str, typed: str | None = None, **environment: str) -> Result:
    return CliRunner().invoke(main, list(words), input=typed, env={"VERIFIER_INSTANCE": str(instance), **environment})


FIRST = ("--email", "first@example.org", "--name", "Zhou Lan", "--organisation", "Own installation")


def test_setup_by_options_makes_the_first_administrator_and_keeps_the_settings(tmp_path: Path) -> None:
    done = run(tmp_path / "own", "setup", *FIRST, "--language", "zh", "--public-url", "https://verifier.example.org")
    assert done.exit_code == 0, done.output
    assert "https://verifier.example.org/link/" in done.output
    settings = config.from_environment({"VERIFIER_INSTANCE": str(tmp_path / "own")})
    assert (settings.language, settings.public_url, settings.is_demo) == ("zh", "https://verifier.example.org", False)
    problems = doctor.examine({"VERIFIER_INSTANCE": str(tmp_path / "own"), "VERIFIER_BEHIND_TLS": "1", "VERIFIER_TRUSTED_PROXIES": "1"})
    assert [problem.code for problem in problems] == ["mail.folder"]
    assert (tmp_path / "own" / "settings.env").stat().st_mode & 0o077 == 0
    listed = json.loads(run(tmp_path / "own", "user", "list", "--json").output)
    assert [(row["email"], row["roles"], row["status"]) for row in listed] == [("first@example.org", ["administrator"], "invited")]


def test_an_environment_variable_comes_before_what_setup_wrote(tmp_path: Path) -> None:
    config.write_settings(tmp_path, {"VERIFIER_LANGUAGE": "zh", "VERIFIER_PORT": "5010"})
    settings = config.from_environment({"VERIFIER_INSTANCE": str(tmp_path), "VERIFIER_PORT": "5020"})
    assert (settings.language, settings.port) == ("zh", 5020)


def test_setup_asks_for_what_no_option_gives(tmp_path: Path) -> None:
    answers = ["en", "https://v.example.org", "smtp.example.org", "465", "robot", "secret", "v@example.org", "me@example.org", "Me", "We"]
    done = run(tmp_path / "own", "setup", typed="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    settings = config.from_environment({"VERIFIER_INSTANCE": str(tmp_path / "own")})
    mail = (settings.mail_host, settings.mail_port, settings.mail_tls, settings.mail_user, settings.mail_password, settings.mail_from)
    assert mail == ("smtp.example.org", 465, "implicit", "robot", "secret", "v@example.org")
    assert "secret" not in done.output


def test_setup_is_done_once(tmp_path: Path) -> None:
    assert run(tmp_path / "own", "setup", *FIRST).exit_code == 0
    assert run(tmp_path / "own", "setup", *FIRST).exit_code == 1
    again = run(tmp_path / "own", "setup", "--once")
    assert (again.exit_code, again.output) == (0, "")


def test_people_are_sent_links_and_disabled_but_not_the_only_administrator(tmp_path: Path) -> None:
    home = tmp_path / "own"
    assert run(home, "setup", *FIRST).exit_code == 0
    refused = run(home, "user", "disable", "first@example.org")
    assert (refused.exit_code, "only administrator" in refused.output) == (1, True)
    second = ("--name", "Second", "--organisation", "Own installation", "--kind", "installation", "--role", "administrator")
    assert run(home, "user", "add", "second@example.org", *second).exit_code == 0
    link = run(home, "user", "send-link", "second@example.org")
    assert (link.exit_code, bool(re.search(r"/link/\S+", link.output))) == (0, True)
    assert run(home, "user", "disable", "second@example.org").exit_code == 0
    assert run(home, "user", "send-link", "second@example.org").exit_code == 1
    assert run(home, "user", "send-link", "nobody@example.org").exit_code == 1
    shown = run(home, "user", "list").output
    assert re.search(r"second@example.org\t.*\tdisabled", shown)


def test_a_reset_link_keeps_the_second_factor(app: Flask, cast: Cast) -> None:
    cast.lead.password_hash = "x"
    db.session.commit()
    lead, before = cast.lead.id, cast.lead.totp_secret
    assert before
    email = cast.lead.email
    db.session.remove()
    done = run(app.extensions["verifier"].settings.instance, "user", "send-link", email)
    assert done.exit_code == 0, done.output
    assert db.session.get_one(User, lead).totp_secret == before


@pytest.mark.parametrize("told", [{"VERIFIER_HOST": "0.0.0.0"}, {"VERIFIER_PUBLIC_URL": "https://demo.example.org"}])
def test_a_demo_with_published_passwords_is_served_on_its_own_machine_only(app: Flask, told: dict[str, str]) -> None:
    settings = app.extensions["verifier"].settings
    db.session.remove()
    refused = run(settings.instance, "serve", **told)
    assert (refused.exit_code, "VERIFIER_DEMO_OPEN=1" in refused.output) == (1, True)
    settings.demo_marker.write_text(config.OPEN_DEMO)
    assert not settings.has_published_passwords


@pytest.mark.hold
def test_an_open_demo_has_a_password_of_its_own_which_is_printed(tmp_path: Path) -> None:
    done = run(tmp_path / "open", "demo", VERIFIER_DEMO_OPEN="1")
    assert done.exit_code == 0, done.output
    printed = re.search(r"password is (\S+),", done.output)
    assert printed is not None
    settings = config.from_environment({"VERIFIER_INSTANCE": str(tmp_path / "open")})
    assert not settings.has_published_passwords
    made = create_app(settings, testing=True)
    with made.app_context():
        hashes = list(db.session.scalars(select(User.password_hash)))
        db.session.remove()
        db.engine.dispose()
    assert all(passwords.matches(each, printed[1]) for each in hashes)
    assert not passwords.matches(hashes[0], people.PASSWORD)


def test_every_page_of_the_demo_says_so(client: FlaskClient, app: Flask) -> None:
    assert "Demo: invented data" in client.get("/sign-in").text
    app.extensions["verifier"].settings.demo_marker.unlink()
    assert "Demo: invented data" not in client.get("/sign-in").text


def test_doctor_names_a_mail_host_that_does_not_resolve_and_a_public_demo(app: Flask) -> None:
    settings = app.extensions["verifier"].settings
    told = {
        "VERIFIER_INSTANCE": str(settings.instance),
        "VERIFIER_MAIL_HOST": "no-such-host.invalid",
        "VERIFIER_PUBLIC_URL": "https://demo.example.org",
    }
    codes = {problem.code for problem in doctor.examine(told)}
    assert {"mail.host", "demo.public", "mail.sender"} <= codes


NOT_IN_CONTAINERS = {"VERIFIER_INSTANCE", "VERIFIER_HOST", "VERIFIER_PORT"}
"""Settings that the image itself has."""


def test_the_containers_are_passed_every_setting_and_their_images_carry_tags() -> None:
    written = set(re.findall(r"VERIFIER_[A-Z_]+", (ROOT / "docs" / "settings.md").read_text()))
    written |= {f"VERIFIER_MAIL{part}" for part in re.findall(r"`(_[A-Z]+)`", (ROOT / "docs" / "settings.md").read_text())}
    compose = (ROOT / "deploy" / "compose.yaml").read_text()
    passed = set(re.findall(r"^ +(VERIFIER_[A-Z_]+):", compose, re.MULTILINE))
    assert written - passed - NOT_IN_CONTAINERS == set()
    images = re.findall(r"image: (\S+)", compose)
    assert images
    assert [image for image in images if ":" not in image.rpartition("/")[2]] == []


def test_the_units_of_systemd_are_well_formed(tmp_path: Path) -> None:
    for unit in sorted((ROOT / "deploy").glob("verifier*.service")) + sorted((ROOT / "deploy").glob("verifier*.timer")):
        text = unit.read_text().replace("/opt/verifier/venv/bin/verifier", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    units = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
