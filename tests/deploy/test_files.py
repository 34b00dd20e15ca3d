"""The files an installation is put up with name only what exists."""

import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"


def documented() -> set[str]:
    """Every variable of docs/settings.md, `VERIFIER_MAIL_HOST`, `_PORT` written out."""
    found: set[str] = set()
    for line in (ROOT / "docs" / "settings.md").read_text().splitlines():
        names = re.findall(r"`(VERIFIER_[A-Z_]+|_[A-Z_]+)`", line.split("|")[1]) if line.startswith("| `") else []
        for name in names:
            found.add(name if name.startswith("VERIFIER_") else names[0].rsplit("_", 1)[0] + name)
    return found


def read_by_us() -> set[str]:
    return set(re.findall(r'"(VERIFIER_[A-Z_]+)"', (ROOT / "verifier" / "config.py").read_text()))


def test_every_setting_is_documented_and_no_other() -> None:
    assert documented() == read_by_us()


def test_compose_and_image_set_only_settings_there_are() -> None:
    for file in (DEPLOY / "compose.yaml", ROOT / "Containerfile"):
        assert set(re.findall(r"\b(VERIFIER_[A-Z_]+)\b\s*[:=]", file.read_text())) - read_by_us() == set(), file


def test_compose_has_every_part_and_two_that_answer() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert set(services) == {"app-1", "app-2", "worker", "database", "store", "bucket", "proxy"}
    assert services["worker"]["command"] == ["verifier", "worker"]
    assert services["app-1"]["environment"]["VERIFIER_WORKER"] == "apart"


def test_the_proxy_passes_bodies_through_and_knows_the_same_apps_and_size() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    assert "proxy_request_buffering off;" in text
    assert set(re.findall(r"server (app-\d):5000", text)) == {"app-1", "app-2"}
    assert "client_max_body_size 60m" in text
    assert "| 60 | largest request body" in (ROOT / "docs" / "settings.md").read_text()


def test_the_image_runs_a_command_that_exists_and_not_as_root() -> None:
    text = (ROOT / "Containerfile").read_text()
    assert "USER verifier" in text
    for command in ("serve", "worker"):
        assert subprocess.run([ROOT / ".venv/bin/verifier", command, "--help"], capture_output=True).returncode == 0
