"""Exchanges the content of an instance folder, which may be a mount and cannot itself be renamed, for a content laid out inside it.

A plan is written before the first rename. After an interruption `put_back` makes the content what it was; nothing is deleted before the
exchange is complete.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Self

from verifier.maintenance.in_use import LOCK

STAGING = "restoring.part"
"""The folder in the instance in which a restore is prepared."""
BEFORE = "before-restore-"
"""Begins the names of folders in the instance that hold what a restore replaced."""
IGNORED = ".gitignore"
PLAN = "exchange.json"
NEW, DISCARDED = "instance", "discarded"


def content(instance: Path) -> list[Path]:
    """What belongs to the installation: everything but the lock, a restore's own folders and what a checkout has."""
    return sorted(each for each in instance.iterdir() if each.name not in (LOCK, STAGING, IGNORED) and not each.name.startswith(BEFORE))


def is_interrupted(instance: Path) -> bool:
    """Whether an exchange was begun and is neither complete nor put back."""
    return (instance / STAGING / PLAN).exists()


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange under way: the instance folder and where its content before is kept."""

    instance: Path
    before: Path

    @classmethod
    def begin(cls, instance: Path, before: str) -> Self:
        """Write the plan and move the present content to the folder `before`."""
        plan = instance / STAGING / PLAN
        part = plan.with_suffix(".part")
        new = [each.name for each in (instance / STAGING / NEW).iterdir()]
        part.write_text(json.dumps({"before": before, "new": new}))
        _flush(part)
        part.rename(plan)
        _flush(plan.parent)
        exchange = cls(instance, instance / before)
        exchange.before.mkdir(mode=0o700, exist_ok=True)
        for each in content(instance):
            each.rename(exchange.before / each.name)
        _flush(instance)
        return exchange

    def complete(self) -> Path | None:
        """Move the new content into place; returns the folder of the content before, None where there was none."""
        for each in sorted((self.instance / STAGING / NEW).iterdir()):
            each.rename(self.instance / each.name)
        _flush(self.instance)
        (self.instance / STAGING / PLAN).unlink()
        rmtree(self.instance / STAGING, ignore_errors=True)
        if any(self.before.iterdir()):
            return self.before
        self.before.rmdir()
        return None


def put_back(instance: Path) -> None:
    """Make the content what it was before an exchange that did not complete; can be repeated."""
    file = instance / STAGING / PLAN
    plan = json.loads(file.read_text())
    before, discarded = instance / plan["before"], instance / STAGING / DISCARDED
    discarded.mkdir(exist_ok=True)
    old = {each.name for each in before.iterdir()} if before.exists() else set()
    moved = set(plan["new"]) - {each.name for each in (instance / STAGING / NEW).iterdir()}
    for each in content(instance):
        if each.name in moved:
            each.rename(discarded / each.name)
    for name in sorted(old):
        (before / name).rename(instance / name)
    if before.exists():
        before.rmdir()
    _flush(instance)
    file.unlink()


def _flush(path: Path) -> None:
    """Write a file or the names in a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
