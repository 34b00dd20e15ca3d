"""Loads rule packs from the package and from `instance/rulepacks/`."""

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from verifier.core.chain import canonical_json
from verifier.core.errors import Refusal
from verifier.core.rulepack import reading
from verifier.core.rulepack.extending import EXTENDS, Resolved, named, resolve
from verifier.core.rulepack.pack import RulePack
from verifier.rulepacks.calendars import CALENDARS

SHIPPED = Path(__file__).with_name("packs")
GENERAL = Path(__file__).with_name("general") / "independence.toml"
"""Independence questions of packs that name none."""
QUESTIONS = "independence_questions"
IS_ID = re.compile(r"[^./\\\0][^/\\\0]*/[^./\\\0][^/\\\0]*")
Read = tuple[Path, int]
"""A file and when it was last changed."""


@dataclass(frozen=True, slots=True)
class PackSource:
    """A pack as its file and those it extends have it: the resolved table, what it extends (nearest first), and where it comes from."""

    data: dict[str, Any]
    extends: tuple[str, ...]
    shipped: bool


def available(own: Path | None = None) -> tuple[str, ...]:
    """The ids (`beijing/2021`) of every pack, an own folder's among them."""
    return tuple(sorted({_id(folder, file) for folder in _folders(own) for file in folder.glob("*/*.toml")}))


def load(pack_id: str, own: Path | None = None) -> RulePack:
    """The pack of that id; an own pack may add to the shipped ones but never takes the place of one."""
    return _pack(_chain(pack_id, own))


def pinned(pack_id: str, digest: str) -> RulePack:
    """The pack a case or year was opened under; refused where its content is no longer what it was then.

    Content is known by the SHA-256 of the resolved pack. Before packs could extend one another it was the SHA-256 of the file, which
    still holds for a file that extends no other.
    """
    chain = _chain(pack_id, None)
    pack = _pack(chain)
    if digest != pack.sha256 and (len(chain) > 1 or digest != _file(*chain[0])[1]):
        raise Refusal("pack.changed", pack=pack_id)
    return pack


def source_of(pack_id: str, own: Path | None = None) -> PackSource:
    """What a pack says, key by key, with what it extends, and whether it ships with the program."""
    chain = _chain(pack_id, own)
    found = _resolved(chain)
    return PackSource(_with_questions(found.data), found.extends, chain[0][0].is_relative_to(SHIPPED))


def newer(pack_id: str) -> tuple[str, ...]:
    """The later versions of a pack: those of its programme that extend it, directly or through others, the latest last."""
    programme = pack_id.partition("/")[0]
    found = [each for each in available() if each.partition("/")[0] == programme and pack_id in _extends(each)]
    return tuple(sorted(found, key=lambda each: (len(_extends(each)), each)))


def later(pack_id: str, requested: str = "") -> str | None:
    """The later version of a pack that is asked for, else the latest; None where there is none."""
    known = newer(pack_id)
    return requested if requested in known else known[-1] if known else None


def newest() -> tuple[str, ...]:
    """The packs that no later version of their programme extends."""
    return tuple(each for each in available() if not newer(each))


def check(own: Path | None = None) -> list[tuple[str, str, str]]:
    """Every defect of every pack as (file, key, reason)."""
    found: list[tuple[str, str, str]] = []
    for folder in _folders(own):
        for file in sorted(folder.glob("*/*.toml")):
            try:
                found += [(str(file), key, reason) for key, reason in _defects(folder, file, own)]
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                found.append((str(file), "", str(error)))
    return found


def own_folder() -> Path | None:
    """Where the installation keeps packs of its own; None outside of one."""
    return _installation[-1]() if _installation else None


def found_by(where: Callable[[], Path | None]) -> None:
    """Register how the installation's own packs are found; done by the app, so that commands without own packs need not load it."""
    _installation[:] = [where]


_installation: list[Callable[[], Path | None]] = []


def _defects(folder: Path, file: Path, own: Path | None) -> list[tuple[str, str]]:
    """What is wrong with one file: as a table, as a pack with what it extends, and with what only the program knows."""
    data, pack_id = tomllib.loads(file.read_text("utf-8")), _id(folder, file)
    found = resolve(data, lambda name: _raw(name, own))
    defects = list(found.defects) or reading.problems(found.data)
    if found.extends:
        defects = [(named(key, found.data), reason) for key, reason in defects]
    if not defects and (calendar := found.data.get("calendar", "")) and calendar not in CALENDARS:
        defects.append(("calendar", f"no calendar {calendar!r}: there is {', '.join(CALENDARS)}"))
    if not defects and found.data["zone"] not in available_timezones():
        defects.append(("zone", f"no time zone {found.data['zone']!r}"))
    if data.get("id") != pack_id:
        defects.append(("id", f"stands in {pack_id}.toml"))
    elif folder != SHIPPED and (SHIPPED / f"{pack_id}.toml").exists():
        defects.append(("id", "a shipped pack has this id; give the own one another version"))
    return defects


def _raw(pack_id: str, own: Path | None) -> dict[str, Any] | None:
    """The file of a pack as a table, None where there is none that can be read."""
    try:
        file = _file_of(pack_id, own)
        return _file(file, file.stat().st_mtime_ns)[0]
    except Refusal:
        return None


def _extends(pack_id: str) -> tuple[str, ...]:
    """What a pack extends, nearest first; nothing where its files cannot be read."""
    try:
        return _resolved(_chain(pack_id, None)).extends
    except Refusal:
        return ()


def _folders(own: Path | None) -> Sequence[Path]:
    own = own or own_folder()
    return [SHIPPED, *([own] if own and own.is_dir() else [])]


def _file_of(pack_id: str, own: Path | None) -> Path:
    """The file of a pack; an id is a folder and a name in it, and leads nowhere else."""
    if IS_ID.fullmatch(pack_id):
        if (file := SHIPPED / f"{pack_id}.toml").is_file():
            return file
        if (own := own or own_folder()) and (file := own / f"{pack_id}.toml").is_file():
            return file
    raise Refusal("pack.not_found", pack=pack_id, available=", ".join(available(own)))


def _id(folder: Path, file: Path) -> str:
    return file.relative_to(folder).with_suffix("").as_posix()


def _chain(pack_id: str, own: Path | None) -> tuple[Read, ...]:
    """The file of a pack and those it extends, as far as they can be found, each with when it was last changed."""
    file = _file_of(pack_id, own)
    found: list[Read] = [(file, file.stat().st_mtime_ns)]
    while isinstance(name := _file(*found[-1])[0].get(EXTENDS), str):
        try:
            file = _file_of(name, own)
        except Refusal:
            break
        if file in (each for each, _changed in found):
            break
        found.append((file, file.stat().st_mtime_ns))
    return tuple(found)


@cache
def _file(file: Path, changed: int) -> tuple[dict[str, Any], str]:
    """A file as a table, and its SHA-256."""
    raw = file.read_bytes()
    try:
        return tomllib.loads(raw.decode("utf-8")), sha256(raw).hexdigest()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal("pack.unreadable", file=file.name, reason=str(error)) from error


@cache
def _resolved(chain: tuple[Read, ...]) -> Resolved:
    tables = [_file(*each)[0] for each in chain]
    known = {table.get("id"): table for table in tables[1:]}
    return resolve(tables[0], known.get)


@cache
def _pack(chain: tuple[Read, ...]) -> RulePack:
    found = _resolved(chain)
    if found.defects:
        key, reason = found.defects[0]
        raise Refusal("pack.malformed", key=key, reason=reason, count=len(found.defects))
    return replace(reading.parse(_with_questions(found.data)), sha256=sha256(canonical_json(found.data)).hexdigest())


def _with_questions(data: dict[str, Any]) -> dict[str, Any]:
    """A pack as it is applied: without independence questions of its own it asks the general ones, marked as practice."""
    if data.get(QUESTIONS) or "unstated" not in data:
        return data
    unstated = {key: reason for key, reason in data["unstated"].items() if key != QUESTIONS}
    return {**data, QUESTIONS: _general_questions(), "unstated": unstated}


@cache
def _general_questions() -> list[dict[str, Any]]:
    questions: list[dict[str, Any]] = tomllib.loads(GENERAL.read_text("utf-8"))[QUESTIONS]
    return questions
