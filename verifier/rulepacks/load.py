"""Loads rule packs from the package and from `instance/rulepacks/`."""

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from verifier.core.errors import Refusal
from verifier.core.rulepack import reading
from verifier.core.rulepack.pack import RulePack

SHIPPED = Path(__file__).with_name("packs")
IS_ID = re.compile(r"[^./\\\0][^/\\\0]*/[^./\\\0][^/\\\0]*")


def available(own: Path | None = None) -> tuple[str, ...]:
    """The ids (`beijing/2021`) of every pack, an own folder's among them."""
    return tuple(sorted({_id(folder, file) for folder in _folders(own) for file in folder.glob("*/*.toml")}))


def load(pack_id: str, own: Path | None = None) -> RulePack:
    """The pack of that id; an own pack may add to the shipped ones but never takes the place of one."""
    file, _shipped = _file_of(pack_id, own)
    return _read(file, file.stat().st_mtime_ns)


def pinned(pack_id: str, sha256: str) -> RulePack:
    """The pack a case or year was opened under; refused where its content is no longer what it was then."""
    pack = load(pack_id)
    if pack.sha256 != sha256:
        raise Refusal("pack.changed", pack=pack_id)
    return pack


def source_of(pack_id: str) -> tuple[dict[str, Any], bool]:
    """What the file of a pack says, key by key, and whether it ships with the program."""
    file, shipped = _file_of(pack_id, None)
    return tomllib.loads(file.read_text("utf-8")), shipped


def check(own: Path | None = None) -> list[tuple[str, str, str]]:
    """Every defect of every pack as (file, key, reason)."""
    found: list[tuple[str, str, str]] = []
    for folder in _folders(own):
        for file in sorted(folder.glob("*/*.toml")):
            try:
                data = tomllib.loads(file.read_text("utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                found.append((str(file), "", str(error)))
                continue
            found += [(str(file), key, reason) for key, reason in reading.problems(data)]
            if data.get("id") != _id(folder, file):
                found.append((str(file), "id", f"stands in {_id(folder, file)}.toml"))
            elif folder != SHIPPED and (SHIPPED / f"{data['id']}.toml").exists():
                found.append((str(file), "id", "a shipped pack has this id; give the own one another version"))
    return found


def own_folder() -> Path | None:
    """Where the installation keeps packs of its own; None outside of one."""
    return _installation[-1]() if _installation else None


def found_by(where: Callable[[], Path | None]) -> None:
    """Tell how the installation's own packs are found; the app does, so that whoever needs none need not load it."""
    _installation[:] = [where]


_installation: list[Callable[[], Path | None]] = []


def _folders(own: Path | None) -> Sequence[Path]:
    own = own or own_folder()
    return [SHIPPED, *([own] if own and own.is_dir() else [])]


def _file_of(pack_id: str, own: Path | None) -> tuple[Path, bool]:
    """The file of a pack, and whether it ships with the program; an id is a folder and a name in it, and leads nowhere else."""
    if IS_ID.fullmatch(pack_id):
        if (file := SHIPPED / f"{pack_id}.toml").is_file():
            return file, True
        if (own := own or own_folder()) and (file := own / f"{pack_id}.toml").is_file():
            return file, False
    raise Refusal("pack.not_found", pack=pack_id, available=", ".join(available(own)))


def _id(folder: Path, file: Path) -> str:
    return file.relative_to(folder).with_suffix("").as_posix()


@cache
def _read(file: Path, changed: int) -> RulePack:
    raw = file.read_bytes()
    try:
        data: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal("pack.unreadable", file=file.name, reason=str(error)) from error
    return replace(reading.parse(data), sha256=sha256(raw).hexdigest())
