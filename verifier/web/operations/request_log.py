"""Request log: one JSON line per event, with the request id and no personal data."""

import traceback
from collections.abc import MutableMapping
from secrets import token_hex
from time import perf_counter
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from verifier.db import longest_write
from verifier.web.operations.metrics import Requests

log = structlog.get_logger()
BEGUN = "verifier.begun"


def begin() -> None:
    """Assign a request id; an incoming one is not trusted. A request that begins anew is timed from its first beginning."""
    if BEGUN not in request.environ:
        request.environ[BEGUN] = perf_counter()
        longest_write.set(0)
    g.request_id = token_hex(8)
    clear_contextvars()
    bind_contextvars(request=g.request_id)


def end(response: Response) -> Response:
    """Log the route template, never the URL, which may contain names and tokens."""
    if "request_id" not in g:
        return response
    response.headers["X-Request-ID"] = g.request_id
    if request.endpoint != "static":
        seconds, route = perf_counter() - request.environ[BEGUN], route_of()
        requests: Requests = current_app.extensions["requests"]
        requests.count(route, response.status_code, seconds)
        written = round(longest_write.get() * 1000)
        log.info("request", route=route, status=response.status_code, ms=round(seconds * 1000), write_ms=written)
    return response


def route_of() -> str:
    """`GET /cases/<uuid:engagement_id>`; `other` for an address without a route."""
    return f"{request.method} {request.url_rule.rule}" if request.url_rule is not None else "other"


def only_frames(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its kind and the lines it passed: its text may quote what somebody typed."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = [type(each).__name__ for each in _chain(error)]
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)][-30:]
    return event


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def install(app: Flask) -> None:
    """Register both ends; to be installed first, so that it begins before and ends after everything else."""
    app.before_request(begin)
    app.after_request(end)


def count_in(app: Flask) -> None:
    """Count requests by the routes of the app, once it has them all."""
    routes = [f"{method} {rule.rule}" for rule in app.url_map.iter_rules() if rule.endpoint != "static" for method in rule.methods or ()]
    app.extensions["requests"] = Requests(app.extensions["verifier"].settings.metrics_folder, routes)


structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        only_frames,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
)
