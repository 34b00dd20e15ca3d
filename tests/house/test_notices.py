"""Third-party notices: every third-party file is covered, checksum lists agree, and licences are those that packages state."""

import re
import tomllib
from hashlib import sha256
from importlib.metadata import files, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTICES = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
FILES, PACKAGES = (NOTICES.partition(f"## {title}\n")[2].partition("\n## ")[0] for title in ("Files in this repository", "Python packages"))
CHECKSUMS = ("static/vendor", "static/fonts", "tests/vendor")
"""Folders whose `SHA256SUMS` lists every other file in them."""


def third_party_files() -> list[str]:
    """Vendored folders, word lists, and the data and pictures of the demo."""
    demo = (path for path in (ROOT / "verifier" / "demo").rglob("*") if path.suffix in (".xlsx", ".json", ".jpg", ".png", ".heic"))
    vendored = (path for folder in CHECKSUMS for path in (ROOT / folder).rglob("*"))
    words = (ROOT / "verifier").rglob("*.txt")
    found = (path for each in (demo, vendored, words) for path in each if path.is_file() and path.name != "SHA256SUMS")
    return sorted(str(path.relative_to(ROOT)) for path in found)


def stated(package: str) -> str:
    """The licence of a package: its expression, else the licence field where it is one short line, else the classifier, else its file."""
    fields = metadata(package)
    classifiers = [each.rpartition(" :: ")[2] for each in fields.get_all("Classifier") or [] if each.startswith("License ::")]
    field = fields["License"] or ""
    return (
        fields["License-Expression"]
        or (field if 0 < len(field) < 40 and "\n" not in field else "")
        or ", ".join(classifiers)
        or _of_file(package)
    )


def _of_file(package: str) -> str:
    """The licence that the first line of a package's licence file names."""
    (file,) = (each for each in files(package) or () if each.name == "LICENSE")
    return file.read_text().splitlines()[0].removeprefix("The ").partition(" License")[0]


def test_every_third_party_file_has_a_notice() -> None:
    noticed = re.findall(r"`([^`]+)`", "\n".join(line.split(" | ")[0] for line in FILES.splitlines()))
    folders = tuple(name for name in noticed if name.endswith("/"))
    assert [name for name in third_party_files() if name not in noticed and not name.startswith(folders)] == []


def test_every_file_that_a_notice_names_exists() -> None:
    assert [name for name in re.findall(r"`([\w.-]+/[^`]+)`", FILES) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("folder", CHECKSUMS)
def test_a_checksum_list_names_every_file_of_its_folder_as_it_is(folder: str) -> None:
    listed = dict(reversed(line.split("  ", 1)) for line in (ROOT / folder / "SHA256SUMS").read_text().splitlines())
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert listed == {str(path.relative_to(ROOT / folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_required_package_is_listed_with_the_licence_it_states() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = [re.split(r"[\[><=]", each)[0] for each in project["dependencies"]]
    listed = dict(re.findall(r"^\| ([\w.-]+) \| (.+) \|$", PACKAGES, re.M))
    assert {name: licence for name, licence in listed.items() if name != "package"} == {name: stated(name) for name in required}


def test_the_package_states_its_licence_and_takes_the_texts_along() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (project["license"], project["license-files"]) == ("Apache-2.0", ["LICENSE", "NOTICE", "THIRD_PARTY_NOTICES.md"])
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text()
