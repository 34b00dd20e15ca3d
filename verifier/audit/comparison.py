"""Compares today's trails with an older copy of them: every checkpoint of the copy must be a prefix of today's trail."""

import json
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from sqlalchemy import select

from verifier.audit.append_only_files import whole_lines
from verifier.audit.models import TrailRow
from verifier.db import db

Checkpoint = tuple[int, str]
"""Rows and last hash of a trail, as the copy holds them."""


class NoCopy(Exception):
    """The given path holds no checkpoints and no trails."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A checkpoint of the copy that is not on today's trail: lost where the row is gone, changed where its hash differs."""

    trail: str
    rows: int
    lost: bool


def departures(copy: Path) -> Iterator[Departure]:
    """The first departure of each trail; refuses what holds nothing to compare with."""
    known = checkpoints_in(copy)
    if not known:
        raise NoCopy(copy)
    for trail, checkpoints in sorted(known.items()):
        rows_now = db.session.execute(select(TrailRow.number, TrailRow.hash).where(TrailRow.trail == trail))
        today = {row.number: row.hash for row in rows_now}
        for rows, hash in sorted(checkpoints):
            if today.get(rows) != hash:
                yield Departure(trail, rows, rows not in today)
                break


def checkpoints_in(copy: Path) -> dict[str, set[Checkpoint]]:
    """The checkpoints of a copy: a backup archive, a folder with checkpoint files (also under heads/), or an SQLite database."""
    if copy.is_dir():
        return _of_folder(copy)
    if tarfile.is_tarfile(copy):
        return _of_archive(copy)
    return _of_database(copy)


def _of_folder(folder: Path) -> dict[str, set[Checkpoint]]:
    found: dict[str, set[Checkpoint]] = {}
    for place in (folder, folder / "heads", folder / "instance" / "heads"):
        for file in sorted(place.glob("*.log")):
            found.setdefault(file.stem, set()).update(_checkpoint(line) for line in whole_lines(file))
    for database in (folder / "verifier.sqlite", folder / "database" / "verifier.sqlite"):
        if database.exists():
            for trail, checkpoints in _of_database(database).items():
                found.setdefault(trail, set()).update(checkpoints)
    return {trail: {each for each in checkpoints if each[0]} for trail, checkpoints in found.items()}


def _of_archive(archive: Path) -> dict[str, set[Checkpoint]]:
    """What a backup holds of the trails, laid out in a temporary folder; a PostgreSQL dump in it is not read."""
    with TemporaryDirectory(prefix="verifier-copy-") as name, tarfile.open(archive, "r:*") as tar:
        for entry in tar:
            path = PurePosixPath(entry.name)
            wanted = path.parts[:2] == ("instance", "heads") or path == PurePosixPath("database/verifier.sqlite")
            source = tar.extractfile(entry) if wanted and entry.isreg() and ".." not in path.parts else None
            if source is not None:
                target = Path(name) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    while block := source.read(1 << 20):
                        file.write(block)
        return _of_folder(Path(name))


def _of_database(database: Path) -> dict[str, set[Checkpoint]]:
    """The head of every trail in an SQLite database."""
    found: dict[str, set[Checkpoint]] = {}
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as connection:
            for trail, rows, hash in connection.execute("SELECT trail, rows, hash FROM trail_head WHERE rows > 0"):
                found.setdefault(trail, set()).add((rows, hash))
    except sqlite3.Error as error:
        raise NoCopy(database) from error
    return found


def _checkpoint(line: str) -> Checkpoint:
    """What a line of a checkpoint file says; (0, "") where it cannot be read."""
    try:
        read = json.loads(line)
        return int(read["rows"]), str(read["hash"])
    except (ValueError, KeyError, TypeError):
        return 0, ""
