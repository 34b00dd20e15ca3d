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
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import system_reason

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
            _("VERIFIER_BEHIND_TLS is 1, VERIFIER_PUBLIC_URL %(address)s.", address=settings.public_url),
            _("Set VERIFIER_PUBLIC_URL to the https address people reach: links in e-mails and QR codes are built from it."),
        )
    if not settings.behind_tls and address.scheme == "https":
        yield Problem(
            "settings.public_url_tls",
            Grade.BROKEN,
            _("VERIFIER_PUBLIC_URL is https, and VERIFIER_BEHIND_TLS is not 1."),
            _("Set VERIFIER_BEHIND_TLS=1: without it session cookies may be sent unencrypted."),
        )
    if settings.behind_tls and settings.trusted_proxies == 0:
        yield Problem(
            "settings.proxies",
            Grade.CARE,
            _("VERIFIER_BEHIND_TLS is 1, and VERIFIER_TRUSTED_PROXIES is 0."),
            _("Set it to the number of proxies in front, otherwise all requests appear to come from the proxy's address."),
        )
    if not settings.behind_tls and settings.host not in ("127.0.0.1", "::1", "localhost"):
        yield Problem(
            "settings.open_http",
            Grade.CARE,
            _("VERIFIER_HOST is %(host)s, and no TLS proxy is configured in front of it.", host=settings.host),
            _("Put a TLS proxy in front and set VERIFIER_BEHIND_TLS=1, or listen on 127.0.0.1 only."),
        )
    if settings.idle_minutes > settings.session_hours * 60:
        yield Problem(
            "settings.idle",
            Grade.CARE,
            _("VERIFIER_IDLE_MINUTES is longer than VERIFIER_SESSION_HOURS."),
            _("Set it lower; otherwise it never ends a session."),
        )
    if os.environ.get("VERIFIER_FAILPOINT") or os.environ.get("VERIFIER_FAILPOINT_LOG"):
        yield Problem(
            "settings.crash",
            Grade.BROKEN,
            _("VERIFIER_FAILPOINT or _LOG is set: the app may terminate itself deliberately."),
            _("Unset both; they are for tests."),
        )


def mail(settings: Settings) -> Iterator[Problem]:
    """Mail that cannot leave: a host that does not resolve, no host at all, a sender nobody can answer."""
    if not settings.mail_host:
        if not settings.is_demo:
            yield Problem(
                "mail.folder",
                Grade.CARE,
                _("No mail host is set: messages are written to %(folder)s.", folder=settings.mail_folder),
                _("Set VERIFIER_MAIL_HOST, or hand out invitations yourself."),
            )
        return
    try:
        socket.getaddrinfo(settings.mail_host, settings.mail_port)
    except OSError as error:
        yield Problem(
            "mail.host",
            Grade.BROKEN,
            _("The mail host %(host)s is not found: %(reason)s.", host=settings.mail_host, reason=system_reason(error)),
            _("Correct VERIFIER_MAIL_HOST, or the machine's name service; then send a test message with `verifier mail-test`."),
        )
    if settings.mail_from.endswith("@localhost"):
        yield Problem(
            "mail.sender",
            Grade.CARE,
            _("Messages are sent from %(address)s, which most servers refuse.", address=settings.mail_from),
            _("Set VERIFIER_MAIL_FROM to an address of your domain."),
        )


def demo(settings: Settings) -> Iterator[Problem]:
    """A demo whose passwords everyone knows, at an address others reach."""
    if settings.has_published_passwords and settings.is_public:
        yield Problem(
            "demo.public",
            Grade.BROKEN,
            _("This is the demo, with published passwords, and its address is %(address)s.", address=settings.public_url),
            _("Begin an installation of your own in an empty folder with `verifier setup`."),
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
                _("%(path)s can be read by others (mode %(mode)s).", path=path, mode=f"{path.stat().st_mode & 0o777:o}"),
                _("chmod go= %(path)s; if others have accounts on this machine, treat its content as disclosed.", path=path),
            )
    paths = [settings.instance, *(path for path in (file, settings.instance / "heads") if path and path.exists())]
    for path in paths:
        if not os.access(path, os.W_OK) or os.statvfs(path).f_flag & os.ST_RDONLY:
            yield Problem(
                "permissions.read_only",
                Grade.BROKEN,
                _("%(path)s cannot be written.", path=path),
                _("Make it writable and owned by the account the app runs as."),
            )


def keys(settings: Settings) -> Iterator[Problem]:
    """The secret key, the checkpoint signing key and the certificate authority's key: present and readable."""
    if len(settings.secret_key) < SHORTEST_SECRET:
        yield Problem(
            "keys.secret",
            Grade.BROKEN,
            _("The secret key is missing or too short."),
            _("Restore secret.key from a backup; a new one ends all sessions and makes two-step verification secrets unreadable."),
        )
    trail = settings.instance / "keys" / "trail.pem"
    if not trail.exists():
        yield Problem(
            "keys.trail_missing",
            Grade.BROKEN,
            _("%(path)s is missing.", path=trail),
            _("Restore it from a backup to verify existing checkpoints."),
        )
    elif not _opens(trail, None):
        yield Problem("keys.trail_unreadable", Grade.BROKEN, _("%(path)s is not a valid key.", path=trail), _("Restore it from a backup."))
    folder = settings.instance / "keys" / "authority"
    if not (folder / "root.key.pem").exists() or not (folder / "root.cert.pem").exists():
        yield Problem(
            "keys.authority_missing",
            Grade.BROKEN,
            _("The certificate authority in %(folder)s is missing or incomplete.", folder=folder),
            _("Restore the folder from a backup; if nothing has been signed yet, remove it and start `verifier serve`."),
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
            _("%(size)s MB are free on the disk of %(folder)s.", size=free // 1_048_576, folder=settings.instance),
            _("Free space or move the instance to a larger disk before uploads are refused."),
        )


def fonts(_settings: Settings) -> Iterator[Problem]:
    """The fonts used in statements, compared by checksum."""
    for line in (FONTS / "SHA256SUMS").read_text().splitlines():
        digest, _space, name = line.partition(" ")
        file = FONTS / name.strip(" *")
        if not file.exists() or sha256(file.read_bytes()).hexdigest() != digest:
            yield Problem(
                "fonts.missing",
                Grade.BROKEN,
                _("%(file)s is missing or altered: no statement can be created.", file=file),
                _("Reinstall the app."),
            )


def programs(settings: Settings) -> Iterator[Problem]:
    """System programs required for backups."""
    if database.kind(settings.database_url) == "postgresql":
        for name in ("pg_dump", "pg_restore"):
            if shutil.which(name) is None:
                yield Problem(
                    "programs.missing",
                    Grade.CARE,
                    _("%(name)s is missing: no backup can be created.", name=name),
                    _("Install postgresql-client."),
                )


def packs(settings: Settings) -> Iterator[Problem]:
    """Invalid rule packs."""
    for file, key, reason in rulepacks.check(settings.instance / "rulepacks"):
        yield Problem("packs.malformed", Grade.BROKEN, f"{file}: {key}: {reason}", _("Correct the rule pack or remove it from the folder."))
