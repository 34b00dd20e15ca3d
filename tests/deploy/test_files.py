"""The files an installation is put up with name only what exists."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

from verifier.config import from_environment, secret_file
from verifier.web.operations import metrics

pytestmark = pytest.mark.hold

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


def let_in() -> list[str]:
    """What of this folder goes into the image; everything else stays out."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    assert not (ROOT / ".containerignore").exists(), "Docker does not read it, and Podman would read it instead"
    return [line[1:] for line in lines if line.startswith("!")]


def test_what_goes_into_the_image_is_named_and_enough_to_answer(tmp_path: Path) -> None:
    image = tmp_path / "app"
    for name in let_in():
        (image / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, image / name)
        else:
            shutil.copy(ROOT / name, image / name)
    asked = (
        "import verifier; from verifier.app import create_app; browser = create_app().test_client();"
        "print(verifier.__file__, browser.get('/check').status_code, browser.get('/static/favicon.svg').status_code)"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(image), "VERIFIER_INSTANCE": str(tmp_path / "instance")}
    answered = subprocess.run([sys.executable, "-c", asked], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert answered.stdout.splitlines()[-1:] == [f"{image}/verifier/__init__.py 200 200"], answered.stderr


def test_secrets_beside_the_compose_file_go_neither_into_the_image_nor_into_the_repository() -> None:
    assert {"deploy/.env", "deploy/tls/"} <= set((ROOT / ".gitignore").read_text().split())
    assert (ROOT / "instance" / ".gitignore").read_text().split() == ["*", "!.gitignore"]
    assert not [name for name in let_in() if name.split("/")[0] in ("deploy", "instance", ".git", ".venv")]


def test_everything_the_compose_file_asks_for_is_told_on_the_page_about_it() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    told = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "deploying.md").read_text()))
    assert asked - told == set()


def test_the_apps_write_only_where_things_are_kept_and_come_back_under_their_address() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    for name in ("app-1", "app-2", "worker"):
        its = services[name]
        assert (its["read_only"], its["tmpfs"], its["cap_drop"], its["volumes"]) == (True, ["/tmp"], ["ALL"], ["instance:/instance"]), name
        assert its["hostname"] == name
    addresses = {name: services[name]["networks"]["default"]["ipv4_address"] for name in ("app-1", "app-2")}
    assert {f"{name}:{address}" for name, address in addresses.items()} == set(services["proxy"]["extra_hosts"])
    ours = compose["networks"]["default"]["ipam"]["config"][0]
    handed_out = ip_network(ours["ip_range"])
    assert handed_out.subnet_of(ip_network(ours["subnet"]))
    assert [address for address in addresses.values() if ip_address(address) in handed_out] == []


def test_processes_with_the_same_number_make_one_secret(tmp_path: Path) -> None:
    """The first process of every container is number 1; threads of one process have one number too."""
    with ThreadPoolExecutor(8) as pool:
        for place in range(30):
            path = tmp_path / f"{place}.key"
            assert len(set(pool.map(secret_file, [path] * 8))) == 1
    assert sorted(tmp_path.glob("*.part")) == []


def test_a_server_that_starts_forgets_its_own_counts_and_not_those_of_one_beside_it(tmp_path: Path) -> None:
    first, second = (from_environment({"VERIFIER_INSTANCE": str(tmp_path), "VERIFIER_PORT": port}) for port in ("5000", "5001"))
    for settings in (first, second):
        metrics.Requests(settings.metrics_folder, ["GET /a"]).count("GET /a", 200, 0.02)
    metrics.forget(first.metrics_folder)
    counted = [list(metrics.Requests(settings.metrics_folder, ["GET /a"]).text()) for settings in (first, second)]
    assert [sum("_count" in line for line in lines) for lines in counted] == [0, 1]


def test_the_proxy_receives_bodies_whole_and_knows_the_same_apps_and_size() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    assert "proxy_request_buffering on;" in text
    assert set(re.findall(r"server (app-\d):5000", text)) == {"app-1", "app-2"}
    assert "client_max_body_size 60m" in text
    assert "| 60 | largest request body" in (ROOT / "docs" / "settings.md").read_text()


def test_the_image_runs_a_command_that_exists_and_not_as_root() -> None:
    text = (ROOT / "Containerfile").read_text()
    assert "USER verifier" in text
    for command in ("serve", "worker"):
        assert subprocess.run([ROOT / ".venv/bin/verifier", command, "--help"], capture_output=True).returncode == 0
