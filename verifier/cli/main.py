"""`verifier`: what needs no database starts without the app, which takes seconds to load."""

import gc
import os
import sys
from importlib import import_module

OFFLINE = {"check", "sample"}


def main() -> None:
    """Dispatch to the module that defines the command."""
    if sys.argv[1:] and sys.argv[1] in OFFLINE:
        gc.disable()  # one report, then the process ends: looking for cycles among its rows finds none
        try:
            getattr(import_module("verifier.cli.offline"), sys.argv[1])(args=sys.argv[2:], prog_name=f"verifier {sys.argv[1]}")
        except SystemExit as ended:
            _leave(ended)
    else:
        import_module("verifier.cli.online").main()


def _leave(ended: SystemExit) -> None:
    """Exit immediately without freeing the rows of a large report."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        raise ended from None
    if not isinstance(ended.code, int | None):
        raise ended
    os._exit(ended.code or 0)
