"""Archives encrypted with a passphrase, in the format of age (age-encryption.org/v1), so that the `age` program opens them too.

An encrypted archive is a tar with two members: `key.age`, a key encrypted with the passphrase (scrypt), and `archive.age`, the archive
encrypted with that key (X25519, ChaCha20-Poly1305 in chunks of 64 KiB), written and read without being held in memory.
"""

import os
import tarfile
from io import BytesIO
from pathlib import Path

import pyrage

from verifier.maintenance.archive import Unfit
from verifier.terminal.sentences import gettext as _

KEY, CONTENT = "key.age", "archive.age"
SHORTEST = 12
"""Characters of a passphrase."""


def refuse_weak(passphrase: str) -> None:
    """Raise Unfit if a passphrase is too short."""
    if len(passphrase) < SHORTEST:
        raise Unfit(_("The passphrase has fewer than %(least)s characters. Choose a longer one.", least=SHORTEST))


def is_encrypted(file: Path) -> bool:
    """Whether a file is an encrypted archive."""
    try:
        with tarfile.open(file, "r:") as tar:
            first = tar.next()
    except (tarfile.TarError, OSError):
        return False
    return first is not None and first.name == KEY


def encrypt(plain: Path, into: Path, passphrase: str) -> None:
    """Write the encrypted archive of a plain one; `into` is readable by its owner only."""
    identity = pyrage.x25519.Identity.generate()
    content = into.with_name(f"{into.name}.{CONTENT}.part")
    try:
        with plain.open("rb") as source, os.fdopen(os.open(content, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
            pyrage.encrypt_io(source, out, [identity.to_public()])
        with (
            os.fdopen(os.open(into, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out,
            tarfile.open(fileobj=out, mode="w") as tar,
            content.open("rb") as encrypted,
        ):
            key = pyrage.passphrase.encrypt(str(identity).encode(), passphrase)
            tar.addfile(_entry(KEY, len(key)), BytesIO(key))
            tar.addfile(_entry(CONTENT, content.stat().st_size), encrypted)
    finally:
        content.unlink(missing_ok=True)


def decrypt(file: Path, into: Path, passphrase: str) -> None:
    """Write the plain archive of an encrypted one; raises Unfit for a wrong passphrase or altered content, leaving nothing."""
    try:
        with tarfile.open(file, "r:") as tar, os.fdopen(os.open(into, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
            key, content = tar.extractfile(KEY), tar.extractfile(CONTENT)
            if key is None or content is None:
                raise KeyError(KEY)
            identity = pyrage.x25519.Identity.from_str(_key(file, key.read(), passphrase))
            pyrage.decrypt_io(content, out, [identity])
    except (pyrage.DecryptError, tarfile.TarError, KeyError, OSError) as error:
        into.unlink(missing_ok=True)
        raise Unfit(
            _("%(file)s is damaged and cannot be decrypted (%(reason)s). Use another copy of it.", file=file, reason=error)
        ) from error
    except Unfit:
        into.unlink(missing_ok=True)
        raise


def _key(file: Path, encrypted: bytes, passphrase: str) -> str:
    try:
        return pyrage.passphrase.decrypt(encrypted, passphrase).decode()
    except pyrage.DecryptError as error:
        raise Unfit(_("The passphrase does not open %(file)s. Type it again, in the same spelling.", file=file)) from error


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry
