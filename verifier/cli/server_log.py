"""Log of the served process: gunicorn, libraries, warnings and uncaught errors as JSON lines of structlog, without client addresses."""

import logging
import re
import sys
import threading
from typing import Any

import structlog
from gunicorn.glogging import Logger

log = structlog.get_logger()
IP = re.compile(
    r"(?<![\w:.])(?:(?:\d{1,3}\.){3}\d{1,3}|(?=[0-9A-Fa-f:.]*::)[0-9A-Fa-f:.]{3,}|(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4})(?![\w:])"
)
"""An IPv4 or IPv6 address."""
BAD_REQUEST = "Invalid request from ip="
PLAIN = re.compile(r"SIG[A-Z]{2,9}|signal \d+")
LEVELS = {logging.CRITICAL: "critical", logging.ERROR: "error", logging.WARNING: "warning", logging.INFO: "info", logging.DEBUG: "debug"}


class JsonLines(logging.Handler):
    """Writes a record of the standard library's logging as a line of structlog.

    A record's arguments may hold addresses, names and tokens: only numbers and names of signals are filled into its text. An exception
    is written as its kind and frames.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        level = LEVELS.get(record.levelno, "info")
        error = record.exc_info[1] if record.exc_info else None
        getattr(log, level)("server", logger=record.name, message=message_of(record), **({"exc_info": error} if error else {}))


def message_of(record: logging.LogRecord) -> str:
    """The text of a record without what a client sent."""
    text = str(record.msg)
    if text.startswith(BAD_REQUEST):
        error = sys.exc_info()[1]
        return f"Invalid request: {type(error).__name__}" if error else "Invalid request"
    arguments = record.args if isinstance(record.args, tuple) else ()
    if arguments and all(isinstance(each, int) or PLAIN.fullmatch(str(each)) for each in arguments):
        text = text % arguments
    return IP.sub("(address)", text)


class ServerLogger(Logger):
    """gunicorn's logger, which hands its records to `JsonLines`."""

    def setup(self, cfg: Any) -> None:
        """Set the level, and our handler in place of gunicorn's own."""
        super().setup(cfg)
        self.error_log.handlers[:] = [JsonLines()]


def install() -> None:
    """Write warnings, records of libraries and uncaught errors of this process and its threads as JSON lines."""
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers[:] = [JsonLines()]
    root.setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def _uncaught(_kind: type[BaseException], error: BaseException, _traceback: Any) -> None:
    log.critical("crash", exc_info=error)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    log.critical("crash", thread=args.thread.name if args.thread else None, exc_info=args.exc_value)


def _unraisable(args: Any) -> None:
    log.error("unraisable", exc_info=args.exc_value)
