"""Checks without the database: settings, permissions, keys, disk space, fonts, programs, rule packs."""

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization

from verifier.config import FONTS, Settings
from verifier.maintenance import database
from verifier.rulepacks import load as rulepacks

LEAST_FREE = 512 * 1_048_576
SHORTEST_SECRET = 32


class Grade(StrEnum):
    """Severity, highest first."""

    CANNOT = "cannot look"
    BROKEN = "broken"
    CARE = "take care"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem and its remedy."""

    code: str
    grade: Grade
    what: str
    do: str

    def as_json(self) -> dict[str, str]:
        """As JSON values."""
        return {"code": self.code, "grade": self.grade.value, "what": self.what, "do": self.do}


def contradictions(settings: Settings) -> Iterator[Problem]:
    """Contradictory settings."""
    address = urlsplit(settings.public_url)
    if settings.behind_tls and address.scheme != "https":
        yield Problem(
            "settings.tls_public_url",
            Grade.BROKEN,
            f"VERIFIER_BEHIND_TLS is 1, VERIFIER_PUBLIC_URL {settings.public_url}.",
            "Set VERIFIER_PUBLIC_URL to the https address people reach: links in e-mails and QR codes are built from it.",
        )
    if not settings.behind_tls and address.scheme == "https":
        yield Problem(
            "settings.public_url_tls",
            Grade.BROKEN,
            "VERIFIER_PUBLIC_URL is https, and VERIFIER_BEHIND_TLS is not 1.",
            "Set VERIFIER_BEHIND_TLS=1: without it session cookies may be sent unencrypted.",
        )
    if settings.behind_tls and settings.trusted_proxies == 0:
        yield Problem(
            "settings.proxies",
            Grade.CARE,
            "VERIFIER_BEHIND_TLS is 1, and VERIFIER_TRUSTED_PROXIES is 0.",
            "Set it to the number of proxies in front, otherwise all requests appear to come from the proxy's address.",
        )
    if not settings.behind_tls and settings.host not in ("127.0.0.1", "::1", "localhost"):
        yield Problem(
            "settings.open_http",
            Grade.CARE,
            f"VERIFIER_HOST is {settings.host}, and no TLS proxy is configured in front of it.",
            "Put a TLS proxy in front and set VERIFIER_BEHIND_TLS=1, or listen on 127.0.0.1 only.",
        )
    if settings.idle_minutes > settings.session_hours * 60:
        yield Problem(
            "settings.idle",
            Grade.CARE,
            "VERIFIER_IDLE_MINUTES is longer than VERIFIER_SESSION_HOURS.",
            "Set it lower; otherwise it never ends a session.",
        )
    if os.environ.get("VERIFIER_FAILPOINT") or os.environ.get("VERIFIER_FAILPOINT_LOG"):
        yield Problem(
            "settings.crash",
            Grade.BROKEN,
            "VERIFIER_FAILPOINT or _LOG is set: the app may terminate itself deliberately.",
            "Unset both; they are for tests.",
        )


def mail(settings: Settings) -> Iterator[Problem]:
    """Mail that cannot leave: a host that does not resolve, no host at all, a sender nobody can answer."""
    if not settings.mail_host:
        if not settings.is_demo:
            yield Problem(
                "mail.folder",
                Grade.CARE,
                f"No mail host is set: messages are written to {settings.mail_folder}.",
                "Set VERIFIER_MAIL_HOST, or hand out invitations yourself.",
            )
        return
    try:
        socket.getaddrinfo(settings.mail_host, settings.mail_port)
    except OSError as error:
        yield Problem(
            "mail.host",
            Grade.BROKEN,
            f"The mail host {settings.mail_host} is not found: {error.strerror or error}.",
            "Correct VERIFIER_MAIL_HOST, or the machine's name service; then send a test message with `verifier mail-test`.",
        )
    if settings.mail_from.endswith("@localhost"):
        yield Problem(
            "mail.sender",
            Grade.CARE,
            f"Messages are sent from {settings.mail_from}, which most servers refuse.",
            "Set VERIFIER_MAIL_FROM to an address of your domain.",
        )


def demo(settings: Settings) -> Iterator[Problem]:
    """A demo whose passwords everyone knows, at an address others reach."""
    if settings.has_published_passwords and settings.is_public:
        yield Problem(
            "demo.public",
            Grade.BROKEN,
            f"This is the demo, with published passwords, and its address is {settings.public_url}.",
            "Begin an installation of your own in an empty folder with `verifier setup`.",
        )


def permissions(settings: Settings) -> Iterator[Problem]:
    """Files with permissions that are too wide or too narrow."""
    file = database.sqlite_file(settings.database_url)
    secret = [settings.instance, settings.instance / "secret.key", settings.instance / "keys", *(settings.instance / "keys").rglob("*")]
    for path in (path for path in secret if path.exists() and not path.name.endswith(".cert.pem")):
        if path.stat().st_mode & 0o077:
            yield Problem(
                "permissions.open",
                Grade.BROKEN,
                f"{path} can be read by others (mode {path.stat().st_mode & 0o777:o}).",
                f"chmod go= {path}; if others have accounts on this machine, treat its content as disclosed.",
            )
    paths = [settings.instance, *(path for path in (file, settings.instance / "heads") if path and path.exists())]
    for path in paths:
        if not os.access(path, os.W_OK) or os.statvfs(path).f_flag & os.ST_RDONLY:
            yield Problem(
                "permissions.read_only",
                Grade.BROKEN,
                f"{path} cannot be written.",
                "Make it writable and owned by the account the app runs as.",
            )


def keys(settings: Settings) -> Iterator[Problem]:
    """The secret key, the checkpoint signing key and the certificate authority's key: present and readable."""
    if len(settings.secret_key) < SHORTEST_SECRET:
        yield Problem(
            "keys.secret",
            Grade.BROKEN,
            "The secret key is missing or too short.",
            "Restore secret.key from a backup; a new one ends all sessions and makes two-step verification secrets unreadable.",
        )
    trail = settings.instance / "keys" / "trail.pem"
    if not trail.exists():
        yield Problem(
            "keys.trail_missing", Grade.BROKEN, f"{trail} is missing.", "Restore it from a backup to verify existing checkpoints."
        )
    elif not _opens(trail, None):
        yield Problem("keys.trail_unreadable", Grade.BROKEN, f"{trail} is not a valid key.", "Restore it from a backup.")
    folder = settings.instance / "keys" / "authority"
    if not (folder / "root.key.pem").exists() or not (folder / "root.cert.pem").exists():
        yield Problem(
            "keys.authority_missing",
            Grade.BROKEN,
            f"The certificate authority in {folder} is missing or incomplete.",
            "Restore the folder from a backup; if nothing has been signed yet, remove it and start `verifier serve`.",
        )


def _opens(path: Path, password: bytes | None) -> bool:
    try:
        serialization.load_pem_private_key(path.read_bytes(), password)
    except (ValueError, TypeError, OSError):
        return False
    return True


def room(settings: Settings) -> Iterator[Problem]:
    """Free disk space of the instance folder."""
    free = shutil.disk_usage(settings.instance).free
    if free < LEAST_FREE:
        yield Problem(
            "room.little",
            Grade.CARE,
            f"{free // 1_048_576} MB are free on the disk of {settings.instance}.",
            "Free space or move the instance to a larger disk before uploads are refused.",
        )


def fonts(_settings: Settings) -> Iterator[Problem]:
    """The fonts used in statements, compared by checksum."""
    for line in (FONTS / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition(" ")
        file = FONTS / name.strip(" *")
        if not file.exists() or sha256(file.read_bytes()).hexdigest() != digest:
            yield Problem(
                "fonts.missing", Grade.BROKEN, f"{file} is missing or altered: no statement can be created.", "Reinstall the app."
            )


def programs(settings: Settings) -> Iterator[Problem]:
    """System programs required for backups."""
    if database.kind(settings.database_url) == "postgresql":
        for name in ("pg_dump", "pg_restore"):
            if shutil.which(name) is None:
                yield Problem("programs.missing", Grade.CARE, f"{name} is missing: no backup can be created.", "Install postgresql-client.")


def packs(settings: Settings) -> Iterator[Problem]:
    """Invalid rule packs."""
    for file, key, reason in rulepacks.check(settings.instance / "rulepacks"):
        yield Problem("packs.malformed", Grade.BROKEN, f"{file}: {key}: {reason}", "Correct the rule pack or remove it from the folder.")
