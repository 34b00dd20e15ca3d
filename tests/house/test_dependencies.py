"""What the package imports is what it depends on; the tests' own dependencies are in their own file; the locks hold both."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests import homes

ROOT = Path(homes.__file__).resolve().parent.parent
NOT_IMPORTED = {
    "email-validator": "WTForms' e-mail validator imports it when a form uses it",
    "psycopg": "SQLAlchemy imports the driver that a postgresql address names",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}
"""Dependencies that no line of the package imports, and who does."""
RUN_AS_PROGRAMS = {
    "coverage": "make hold measures with it",
    "flask-cors": "moto's server imports it",
    "import-linter": "make check runs it",
    "moto": "the tests start its S3 server",
    "mypy": "make check runs it",
    "pytest-randomly": "pytest loads it",
    "pytest-xdist": "pytest loads it",
    "ruff": "make check runs it",
    "setuptools": "builds the package",
    "vulture": "make check runs it",
}
"""Dependencies of the tests that no line of them imports, and what for."""


def named(requirement: str) -> str:
    """The name of a distribution as registries compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def dependencies() -> list[str]:
    """What the package says it needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return list(project["dependencies"])


def for_tests() -> list[str]:
    """What the tests need beside it."""
    return (ROOT / "requirements-dev.in").read_text().split()


def imported(*folders: str) -> set[str]:
    """The distributions of other people that the folders import."""
    modules: set[str] = set()
    for file in (file for folder in folders for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    distributions = packages_distributions()
    others = modules - sys.stdlib_module_names - {"verifier", "tests", "tools", "bench", "setup"}
    return {named(name) for module in others for name in distributions.get(module, [module])}


def test_the_package_depends_on_what_it_imports_and_on_nothing_else() -> None:
    assert {named(each) for each in dependencies()} - set(NOT_IMPORTED) == imported("verifier")


def test_every_dependency_has_a_lower_bound() -> None:
    assert [each for each in dependencies() if ">=" not in each] == []


def test_the_tests_depend_on_what_they_import_beside_the_package() -> None:
    ours, theirs = {named(each) for each in dependencies()}, {named(each) for each in for_tests()}
    assert not theirs & ours
    assert theirs - set(RUN_AS_PROGRAMS) == imported("tests", "tools", "bench") - ours - set(RUN_AS_PROGRAMS)


def test_the_locks_hold_every_dependency_with_hashes_and_no_address() -> None:
    for lock, wanted in (("requirements.txt", dependencies()), ("requirements-dev.txt", [*dependencies(), *for_tests()])):
        text = (ROOT / lock).read_text()
        locked = re.findall(r"^([\w.-]+)==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
        assert {named(each) for each in wanted} <= {named(each) for each in locked}, lock
        assert len(locked) == len(re.findall(r"^\S", text, re.MULTILINE)), f"{lock}: a line that is not a locked package"
        assert "://" not in text, lock
