"""What eslint is installed from: versions and hashes, and no address of a registry."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "package-lock.json").read_text(encoding="utf-8")
PACKAGES = {name: entry for name, entry in json.loads(LOCK)["packages"].items() if name}


def test_the_lock_holds_no_address() -> None:
    assert "://" not in LOCK
    assert [name for name, entry in PACKAGES.items() if "resolved" in entry] == []


def test_every_package_of_the_lock_has_a_hash() -> None:
    assert len(PACKAGES) > 50
    assert [name for name, entry in PACKAGES.items() if not entry.get("integrity", "").startswith("sha512-")] == []


def test_every_package_of_the_lock_is_for_development_only() -> None:
    assert [name for name, entry in PACKAGES.items() if not entry.get("dev")] == []


def test_the_lock_is_of_the_versions_that_are_asked_for() -> None:
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert {name: PACKAGES[f"node_modules/{name}"]["version"] for name in wanted} == wanted
