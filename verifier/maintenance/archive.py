"""Archive of an installation: a tar with every file's SHA-256 in its manifest, written to a temporary name and validated when read."""

import json
import os
import tarfile
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, Self

from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import ngettext

FORMAT = 1
MANIFEST = "manifest.json"


class Unfit(Exception):
    """Why a backup cannot be made or restored, in one sentence that says what to do."""


@dataclass
class Writer:
    """An archive under way; every file that goes in is hashed as it is read."""

    tar: tarfile.TarFile
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, data: bytes, mode: int = 0o600) -> str:
        """Put a file in; returns its hash."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), mode
        self.tar.addfile(entry, BytesIO(data))
        digest = sha256(data).hexdigest()
        self.files[name] = {"sha256": digest, "size": len(data)}
        return digest

    def add_large(self, name: str, path: Path) -> None:
        """Put in a file that nobody changes meanwhile, without holding it in memory."""
        with path.open("rb") as file:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = path.stat().st_size, 0o600
            self.files[name] = {"sha256": file_digest(file, "sha256").hexdigest(), "size": entry.size}
            file.seek(0)
            self.tar.addfile(entry, file)

    def finish(self, **values: Any) -> None:
        """The manifest goes in last, when everything is known."""
        text = json.dumps({"format": FORMAT, **values, "files": self.files}, indent=1, sort_keys=True).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(text), 0o600
        self.tar.addfile(entry, BytesIO(text))


@dataclass(frozen=True)
class Unpacked:
    """An archive laid out in a folder, every file of it checked against the manifest."""

    folder: Path
    manifest: dict[str, Any]

    @classmethod
    def of(cls, archive: Path, folder: Path) -> Self:
        """Unpack into an empty folder; refuses whatever is missing, altered, unlisted or would lie elsewhere."""
        try:
            found = _unpack(archive, folder)
        except FileNotFoundError:
            raise Unfit(_("%(file)s is not there.", file=archive)) from None
        except (tarfile.TarError, EOFError, ValueError, OSError) as error:
            raise Unfit(
                _("%(file)s cannot be read as a backup (%(reason)s). Use another copy of it.", file=archive, reason=error)
            ) from error
        manifest = folder / MANIFEST
        if not manifest.exists():
            raise Unfit(
                _("%(file)s has no manifest: it is no backup of this app, or its end is missing. Use another copy of it.", file=archive)
            )
        manifest_data = json.loads(manifest.read_bytes())
        if manifest_data.get("format") != FORMAT:
            other = manifest_data.get("format")
            raise Unfit(_("%(file)s is of format %(format)s; this version reads %(known)s.", file=archive, format=other, known=FORMAT))
        listed = {name: each["sha256"] for name, each in manifest_data["files"].items()}
        wrong = sorted(name for name in listed.keys() | found.keys() if listed.get(name) != found.get(name))
        if wrong:
            raise Unfit(
                ngettext(
                    "%(file)s is damaged: %(num)d file does not match its checksum (%(names)s). Use another copy of it.",
                    "%(file)s is damaged: %(num)d files do not match their checksum (%(names)s). Use another copy of it.",
                    len(wrong),
                    file=archive,
                    names=", ".join(wrong[:5]),
                )
            )
        return cls(folder, manifest_data)


def _unpack(archive: Path, folder: Path) -> dict[str, str]:
    """The hash of every file, as it was written to the folder."""
    found: dict[str, str] = {}
    with tarfile.open(archive, "r:gz") as tar:
        for entry in tar:
            path = PurePosixPath(entry.name)
            if not entry.isreg() or path.is_absolute() or ".." in path.parts:
                raise ValueError(_("%(name)s may not be in a backup", name=entry.name))
            target, source = folder / path, tar.extractfile(entry)
            assert source is not None
            for above in [each for each in reversed(path.parents) if each.parts]:
                (folder / above).mkdir(mode=0o700, exist_ok=True)
            digest = sha256()
            with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, entry.mode & 0o700), "wb") as out:
                while block := source.read(1 << 20):
                    digest.update(block)
                    out.write(block)
            if entry.name != MANIFEST:
                found[entry.name] = digest.hexdigest()
    return found
