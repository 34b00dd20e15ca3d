"""Sentences of commands in the installation's language, from the catalogues, with neither the app nor a request."""

import errno
import gettext as standard
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from verifier import config

DOMAIN = "messages"
_language: ContextVar[str] = ContextVar("language of the command")


def language() -> str:
    """The language of the command that runs, else of the installation."""
    return _language.get(None) or config.language()


@contextmanager
def in_language(tag: str) -> Iterator[None]:
    """Use one language until the end of the block, also for the sentences of click, which asks the standard library's gettext."""
    token, before = _language.set(tag), os.environ.get("LANGUAGE")
    standard.bindtextdomain(DOMAIN, config.TRANSLATIONS)
    os.environ["LANGUAGE"] = tag
    try:
        yield
    finally:
        _language.reset(token)
        os.environ.pop("LANGUAGE")
        if before is not None:
            os.environ["LANGUAGE"] = before


def gettext(message: str, **values: object) -> str:
    """A sentence of the catalogues, with its values."""
    text = _catalogue(language()).gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """A sentence for one or for several, with its values; `num` is among them."""
    return _catalogue(language()).ngettext(one, many, num) % {"num": num, **values}


def marked(message: str) -> str:
    """A sentence that is translated where it is shown; imported as `_l`, by which the catalogues find it."""
    return message


def marked_forms(one: str, many: str) -> tuple[str, str]:
    """A sentence for one and for several, translated where it is shown; imported as `_ln`."""
    return one, many


def message_text(message: str, values: Mapping[str, object]) -> str:
    """The sentence of a message id, such as a refusal's; several values of one name are listed."""
    return gettext(message, **{name: ", ".join(map(str, value)) if isinstance(value, tuple) else value for name, value in values.items()})


_l = marked
REASONS = {
    errno.ENOENT: _l("No such file or directory"),
    errno.EACCES: _l("Permission denied"),
    errno.EPERM: _l("Operation not permitted"),
    errno.EROFS: _l("Read-only file system"),
    errno.ENOSPC: _l("No space left on device"),
    errno.EDQUOT: _l("Disk quota exceeded"),
    errno.EISDIR: _l("Is a directory"),
    errno.ENOTDIR: _l("Not a directory"),
    errno.EEXIST: _l("File exists"),
    errno.EIO: _l("Input/output error"),
    errno.ECONNREFUSED: _l("Connection refused"),
    errno.ETIMEDOUT: _l("Connection timed out"),
    errno.EADDRINUSE: _l("Address already in use"),
    socket.EAI_NONAME: _l("Name or service not known"),
    socket.EAI_AGAIN: _l("Temporary failure in name resolution"),
}
"""Reasons of the operating system that an administrator meets; others are shown as the system words them."""


def system_reason(error: OSError) -> str:
    """Why the operating system refused, without the file."""
    return gettext(REASONS[error.errno]) if error.errno in REASONS else error.strerror or str(error)


@lru_cache
def _catalogue(tag: str) -> standard.NullTranslations:
    return standard.translation(DOMAIN, config.TRANSLATIONS, languages=[tag], fallback=True)
