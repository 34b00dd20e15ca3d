"""Outages outside the app: full disk, read-only instance, unavailable database or file storage."""

from collections.abc import Iterator
from enum import StrEnum
from errno import EDQUOT, EFBIG, ENOSPC, EROFS

from flask import current_app, g
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError, OperationalError

from verifier.db import write_transaction
from verifier.evidence.store import Unreachable


class Outage(StrEnum):
    """What is out of order."""

    FULL = "full"
    READ_ONLY = "read_only"
    STORE = "store"
    DATABASE = "database"


STATUS = {Outage.FULL: 507, Outage.READ_ONLY: 503, Outage.STORE: 503, Outage.DATABASE: 503}
_SAID = {
    "disk is full": Outage.FULL,
    "no space left": Outage.FULL,
    "readonly database": Outage.READ_ONLY,
    "read-only file system": Outage.READ_ONLY,
    "unable to open database file": Outage.DATABASE,
    "disk i/o error": Outage.DATABASE,
}
_SQLSTATES = {"53100": Outage.FULL, "25006": Outage.READ_ONLY}
_ERRNOS = {ENOSPC: Outage.FULL, EDQUOT: Outage.FULL, EFBIG: Outage.FULL, EROFS: Outage.READ_ONLY}


def outage_of(error: BaseException | None) -> Outage | None:
    """Which outage is behind an error, or behind what it was raised from; None where the error is ours."""
    for each in _causes(error):
        if isinstance(each, Unreachable):
            return Outage.STORE
        if isinstance(each, OSError) and each.errno in _ERRNOS:
            return _ERRNOS[each.errno]
        if isinstance(each, DBAPIError):
            found = _of_database(each)
            if found:
                return found
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _of_database(error: DBAPIError) -> Outage | None:
    text, state = str(error.orig).lower(), getattr(error.orig, "sqlstate", None)
    if state in _SQLSTATES:
        return _SQLSTATES[state]
    connection_lost = state is not None and state.startswith(("08", "57P"))
    if connection_lost or error.connection_invalidated or (isinstance(error, OperationalError) and "connection" in text and state is None):
        return Outage.DATABASE
    return next((outage for words, outage in _SAID.items() if words in text), None)


def reading_only(outage: Outage) -> None:
    """What is still shown must not ask for a lock that writes; without a database it must not ask who is signed in."""
    write_transaction.set(False)
    if outage is Outage.DATABASE:
        g.signed_in, g._login_user = None, current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def texts(outage: Outage) -> tuple[str, str]:
    """Title and advice."""
    nothing = _("Nothing was saved, and existing data are unaffected. Your entries are still in your browser: go back and keep it open.")
    messages = {
        Outage.FULL: (
            _("Not enough storage space to save this"),
            _("The disk of the system is full. Inform the administrator. Pages can still be read; submit again once there is space."),
        ),
        Outage.READ_ONLY: (
            _("Saving is temporarily unavailable"),
            _("The system is in read-only mode at present. Inform the administrator, or wait and submit again later."),
        ),
        Outage.STORE: (
            _("Files are temporarily unavailable"),
            _("The file storage is not responding. Try again in a few minutes; if the problem continues, inform the administrator."),
        ),
        Outage.DATABASE: (
            _("The database is not responding"),
            _("No page can be shown until it responds. Try again in a few minutes; if the problem continues, inform the administrator."),
        ),
    }
    title, advice = messages[outage]
    return title, f"{nothing} {advice}"
