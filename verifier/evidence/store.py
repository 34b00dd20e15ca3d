"""Content-addressed store (SHA-256): written once, never changed, verified on every read."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from errno import EDQUOT, EFBIG, ENOSPC, EROFS
from hashlib import sha256
from itertools import chain
from pathlib import Path
from re import fullmatch, search
from typing import Self
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from verifier import failpoints
from verifier.core.errors import Refusal

INCOMING = "incoming"
PATIENCE = {"max_retries": 2, "retry_timeout": timedelta(seconds=8)}
CLIENT = {"connect_timeout": "3s", "timeout": "60s"}


class Unreachable(OSError):
    """The store is unreachable or failing; the operation was not carried out."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A stored object: path, time, size and hash; half-written copies have no hash."""

    path: str
    at: datetime
    size: int
    digest: str | None


@dataclass(frozen=True)
class Store:
    """Evidence in a local folder (`root` says which) or in an S3 bucket."""

    objects: LocalStore | S3Store
    root: Path | None = None

    @classmethod
    def at(cls, location: str | Path, settings: Mapping[str, str] | None = None) -> Self:
        """A folder, or `s3://bucket/prefix?endpoint=…&region=…`; `settings` holds what does not belong in an address, such as the keys."""
        if not str(location).startswith("s3://"):
            root = Path(location).absolute()
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            return cls(LocalStore(root), root)
        address = urlsplit(str(location))
        config = {"virtual_hosted_style_request": "false", **dict(parse_qsl(address.query)), **(settings or {})}
        plain = config.get("endpoint", "").startswith("http://")
        return cls(
            S3Store(
                address.netloc,
                prefix=address.path.strip("/") or None,
                config=config,
                client_options={"allow_http": plain, **CLIENT},
                retry_config=PATIENCE,
            )
        )

    def put(self, data: bytes) -> str:
        """The hash under which the bytes now rest; when this returns they outlive a power cut. The same bytes again change nothing."""
        digest = sha256(data).hexdigest()
        try:
            with _answering():
                if self.root:
                    self._put_local(self.root, data, digest)
                else:
                    obstore.put(self.objects, _key(digest), data, mode="create", use_multipart=False)
        except AlreadyExistsError:
            self.get(digest)
        except FileNotFoundError:
            self._require_bucket()
            raise
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes, or a refusal where they are missing or no longer what was put in."""
        try:
            with _answering():
                data = bytes(obstore.get(self.objects, _key(digest)).bytes())
        except (NotFoundError, FileNotFoundError):
            self._require_bucket()
            raise Refusal("evidence.file.missing", sha256=digest) from None
        if sha256(data).hexdigest() != digest:
            raise Refusal("evidence.file.damaged", sha256=digest)
        return data

    def exists(self, digest: str) -> bool:
        """Whether something rests under the hash; only `get` says whether it is still sound."""
        try:
            self.size(digest)
        except Refusal:
            return False
        return True

    def size(self, digest: str) -> int:
        """How many bytes rest under the hash."""
        try:
            with _answering():
                return obstore.head(self.objects, _key(digest))["size"]
        except (NotFoundError, FileNotFoundError):
            self._require_bucket()
            raise Refusal("evidence.file.missing", sha256=digest) from None

    def _require_bucket(self) -> None:
        """Distinguish a missing object from a missing bucket, which is an outage."""
        if self.root is None:
            next(iter(self.listed()), None)

    def listed(self) -> Iterator[StoredObject]:
        """Everything in the store, including partial files of killed processes."""
        if self.root:
            yield from self._listed_local(self.root)
            return
        with _answering():
            for found in chain.from_iterable(obstore.list(self.objects, chunk_size=1000)):
                yield StoredObject(found["path"], found["last_modified"], found["size"], _digest(found["path"]))

    def remove(self, stored: StoredObject) -> None:
        """Delete unreferenced bytes; the caller holds the lock that prevents new references."""
        if self.root:
            (self.root / stored.path).unlink(missing_ok=True)
        else:
            with _answering():
                obstore.delete(self.objects, stored.path)

    @staticmethod
    def _listed_local(root: Path) -> Iterator[StoredObject]:
        """By the file system, for the object store does not show its own half-written copies."""
        for path in sorted(root.glob("*/*")):
            found, name = path.stat(), str(path.relative_to(root))
            yield StoredObject(name, datetime.fromtimestamp(found.st_mtime, UTC), found.st_size, _digest(name))

    def _put_local(self, root: Path, data: bytes, digest: str) -> None:
        """Write to a temporary file, fsync, then rename: the name appears complete or not at all."""
        aside, key = f"{INCOMING}/{uuid4()}", _key(digest)
        failpoints.point("store.before")
        obstore.put(self.objects, aside, data, mode="create", use_multipart=False)
        failpoints.point("store.aside")
        try:
            (root / aside).chmod(0o440)
            _force(root / aside)
            obstore.copy(self.objects, aside, key, overwrite=False)
            failpoints.point("store.named")
        finally:
            obstore.delete(self.objects, aside)
            for folder in ((root / key).parent, root):
                if folder.exists():
                    _force(folder)
        failpoints.point("store.after")


@contextmanager
def _answering() -> Iterator[None]:
    """Failures of file system or network as an OSError whose number says why: no room, read-only, or not reachable."""
    try:
        yield
    except (AlreadyExistsError, NotFoundError, FileNotFoundError):
        raise
    except (BaseError, OSError) as error:
        matched = search(r"os error (\d+)", str(error))
        number = getattr(error, "errno", None) or (int(matched[1]) if matched else None)
        if number in (ENOSPC, EDQUOT, EFBIG, EROFS):
            raise OSError(number, os.strerror(number)) from error
        raise Unreachable(str(error)) from error


def _key(digest: str) -> str:
    if not fullmatch("[0-9a-f]{64}", digest):
        raise Refusal("evidence.file.missing", sha256=digest)
    return f"{digest[:2]}/{digest}"


def _digest(path: str) -> str | None:
    """The hash in a path of ours, None where the path is no key."""
    name = path.rpartition("/")[2]
    return name if fullmatch("[0-9a-f]{64}", name) and path == _key(name) else None


def _force(path: Path) -> None:
    """What the file or folder holds is on the disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
