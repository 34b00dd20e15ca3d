"""`verifier`: what needs no database starts without the app, which takes seconds to load."""

import gc
import sys
from importlib import import_module

OFFLINE = {"check", "sample"}


def main() -> None:
    """Hand over to the commands that know the name."""
    if sys.argv[1:] and sys.argv[1] in OFFLINE:
        gc.disable()  # one report, then the process ends: looking for cycles among its rows finds none
        getattr(import_module("verifier.offline"), sys.argv[1])(args=sys.argv[2:], prog_name=f"verifier {sys.argv[1]}")
    else:
        import_module("verifier.cli").main()
