"""How many rows a downloaded list may have before a background job makes its file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LARGE = 5_000
"""Rows above which a spreadsheet takes longer than a page should keep anyone waiting: some two seconds."""
_making: ContextVar[Callable[[int], None] | None] = ContextVar("spreadsheet_being_made", default=None)


class LargeDownload(Exception):
    """The rows are too many for the answer of a request."""


def announce(rows: int) -> None:
    """Say how many rows a list to be downloaded has, before they are read; many are left to a job, which is told the number."""
    progress = _making.get()
    if progress is not None:
        progress(rows)
    elif rows > LARGE:
        raise LargeDownload


@contextmanager
def making(progress: Callable[[int], None]) -> Iterator[None]:
    """Files of any size are made inside."""
    token = _making.set(progress)
    try:
        yield
    finally:
        _making.reset(token)


def is_making() -> bool:
    """Whether a job makes the file."""
    return _making.get() is not None
