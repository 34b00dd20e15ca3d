"""Named places at which a process may be made to die, so that tests can show what a kill leaves behind; see docs/decisions.

Nothing happens unless VERIFIER_FAILPOINT is set: to names, separated by commas, each optionally with which time it is passed ("a:2").
With VERIFIER_FAILPOINT_LOG every place that is passed is written to that file instead, one a line.
"""

import os
import re
import signal
from collections import Counter
from typing import Any

from sqlalchemy import Engine, event

_STATEMENT = re.compile(
    r"\s*(INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|CREATE TRIGGER|CREATE INDEX|ALTER TABLE)\s+\"?(\w+)", re.IGNORECASE
)
_passed: Counter[str] = Counter()


def enabled() -> bool:
    """Whether somebody wants this process to die somewhere, or to say what it passes."""
    return bool(os.environ.get("VERIFIER_FAILPOINT") or os.environ.get("VERIFIER_FAILPOINT_LOG"))


def point(name: str) -> None:
    """Kill the process with SIGKILL if this failpoint is selected; nothing is cleaned up."""
    if not enabled():
        return
    _passed[name] += 1
    log = os.environ.get("VERIFIER_FAILPOINT_LOG")
    if log:
        with open(log, "a") as file:
            file.write(f"{name}:{_passed[name]}\n")
    places = os.environ.get("VERIFIER_FAILPOINT", "").split(",")
    if f"{name}:{_passed[name]}" in places or name in places:
        os.kill(os.getpid(), signal.SIGKILL)


def watch(engine: Engine) -> None:
    """Make every statement that writes, and the commit itself, a place before and after; only where somebody asked."""
    if enabled():
        event.listen(engine, "before_cursor_execute", _before)
        event.listen(engine, "after_cursor_execute", _after)
        event.listen(engine, "commit", lambda _connection: point("commit.before"))


def _before(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    found = _STATEMENT.match(statement)
    if found:
        point(f"{found[1].split()[0].lower()}.{found[2]}.before")


def _after(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    found = _STATEMENT.match(statement)
    if found:
        point(f"{found[1].split()[0].lower()}.{found[2]}.after")
