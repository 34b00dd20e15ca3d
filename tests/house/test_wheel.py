"""A wheel built from the repository, installed into an environment of its own, serves the demo from an empty folder."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from tests import homes
from tests.journeys.server import free_port

pytestmark = pytest.mark.hold

ROOT = Path(homes.__file__).resolve().parent.parent
NOT_BUILT = shutil.ignore_patterns("__pycache__", "*.mo", "*.egg-info")
STARTS_WITHIN = 120


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel, and beside it only the dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    sources = folder / "sources"
    for name in ("verifier", "templates", "static"):
        shutil.copytree(ROOT / name, sources / name, ignore=NOT_BUILT)
    for file in (*ROOT.glob("*.toml"), ROOT / "setup.py", *ROOT.glob("*.md"), *ROOT.glob("LICENSE*"), *ROOT.glob("NOTICE*")):
        shutil.copy(file, sources)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-index", "--no-deps"]
    run(*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, sources)
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run(*pip, "--python", python, "install", *offline, *folder.glob("*.whl"))
    return python.parent


def run(*command: str | Path, **options: object) -> str:
    """What a program prints; it must end well."""
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


@contextmanager
def serving(programs: Path, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address at which `verifier serve` answers, started in the folder."""
    with (
        (folder / "server.log").open("w") as log,
        subprocess.Popen([programs / "verifier", "serve"], cwd=folder, env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            address, until = f"http://127.0.0.1:{environment['VERIFIER_PORT']}", monotonic() + STARTS_WITHIN
            while not answers(address):
                assert server.poll() is None, (folder / "server.log").read_text()
                assert monotonic() < until
                sleep(0.2)
            yield address
        finally:
            server.terminate()


def answers(address: str) -> bool:
    """Whether the server is there."""
    try:
        return get(address + "/health/live")[0] == 200
    except (URLError, ConnectionError):
        return False


def get(address: str, language: str = "en") -> tuple[int, str]:
    """A page's status and text, as a browser of the language gets it."""
    try:
        with urlopen(Request(address, headers={"Accept-Language": language}), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, ""


def test_the_wheel_serves_the_demo_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "VERIFIER_PORT": str(free_port())}
    home = tmp_path / "empty"
    home.mkdir()
    where = Path(run(installed / "python", "-c", "import verifier; print(verifier.__file__)", cwd=home, env=environment).strip())
    assert where.is_relative_to(installed.parent)
    run(installed / "verifier", "demo", "--once", cwd=home, env=environment)
    assert [each.name for each in home.iterdir()] == ["instance"]
    with serving(installed, home, environment) as address:
        status, page = get(address + "/sign-in")
        assert status == 200
        styles = re.findall(r'<link[^>]*rel="stylesheet"[^>]*href="([^"]+)"', page)
        assert styles
        for style in styles:
            status, css = get(address + style)
            assert (status, "{" in css) == (200, True), style
        assert "登录" in get(address + "/sign-in", "zh")[1]
        assert "登录" not in page
