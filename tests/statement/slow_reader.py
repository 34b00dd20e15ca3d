"""A reader for `verifier.sandbox` that takes as long as it is told."""

from time import sleep


def answer(given: bytes) -> bytes:
    """What was given, that many seconds later."""
    sleep(float(given))
    return given
