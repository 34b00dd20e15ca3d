"""Whether a process uses the installation: servers, workers and writing commands hold its lock together, a restore holds it alone."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verifier.maintenance.archive import Unfit
from verifier.terminal.sentences import gettext as _

LOCK = "in-use.lock"


@contextmanager
def shared(instance: Path) -> Iterator[None]:
    """Hold the lock beside others; a restore that is under way is waited for. Processes forked meanwhile hold it too."""
    with _opened(instance) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@contextmanager
def alone(instance: Path) -> Iterator[None]:
    """Hold the lock with nobody beside; raises Unfit while a process uses the installation."""
    with _opened(instance) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unfit(
                _(
                    "A process uses the installation in %(folder)s. Stop `verifier serve` and `verifier worker`, then try again.",
                    folder=instance,
                )
            ) from error
        yield


@contextmanager
def _opened(instance: Path) -> Iterator[int]:
    lock = os.open(instance / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield lock
    finally:
        os.close(lock)
