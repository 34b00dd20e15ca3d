"""`verifier`: what needs no database starts without the app, which takes seconds to load."""

import gc
import os
import sys
from importlib import import_module
from textwrap import wrap

from verifier import config
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import in_language

OFFLINE = {"check", "sample"}
HELP = {
    "audit": "Audit trails.",
    "backup": "Write a complete backup to one archive while the app runs; FILE contains secrets, so store it securely.",
    "check": "Recalculate a report and list data alerts; needs no database.",
    "demo": "Create demo data: people, a programme year, and a case at every stage.",
    "doctor": "List problems of this installation with their remedies; changes nothing.",
    "mail-test": "Send a test message at once and say what the mail server answered.",
    "packs": "Rule packs.",
    "restore": "Restore this installation from a backup: checksums are verified first; all or nothing is restored.",
    "sample": "Draw the same sample as the sampling page, from the workbook, a seed and the plan; needs no database.",
    "serve": "Migrate the database and start the server; prints its address.",
    "setup": "Begin an empty installation: language, address, mail and the first administrator, by options or asked for.",
    "statement": "Issued statements.",
    "sweep": "Remove files left behind by an interrupted process; `serve` does this at start.",
    "user": "People of this installation.",
    "worker": "Run queued jobs: mail, reminders, clean-up.",
}
"""What `verifier --help` says of each command, so that it need not load them; a test compares it with theirs."""


def main() -> None:
    """Dispatch to the module that defines the command."""
    if sys.argv[1:] in ([], ["-h"], ["--help"]):
        with in_language(config.language()):
            _print_help()
        sys.exit(0 if sys.argv[1:] else 2)
    if sys.argv[1:] and sys.argv[1] in OFFLINE:
        gc.disable()  # one report, then the process ends: looking for cycles among its rows finds none
        try:
            getattr(import_module("verifier.cli.offline"), sys.argv[1])(args=sys.argv[2:], prog_name=f"verifier {sys.argv[1]}")
        except SystemExit as ended:
            _leave(ended)
    else:
        import_module("verifier.cli.online").main()


def _print_help() -> None:
    print(_("Usage:"), "verifier [OPTIONS] COMMAND [ARGS]...\n")
    print(f"  {_('Verifier: from a reported number to a signed statement anyone can check.')}\n")
    print(f"{_('Options')}:\n  -h, --help  {_('Show this message and exit.')}\n\n{_('Commands')}:")
    width = max(map(len, HELP))
    for name, text in HELP.items():
        print("\n".join(wrap(_(text), 100, initial_indent=f"  {name:<{width}}  ", subsequent_indent=" " * (width + 4))))


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
