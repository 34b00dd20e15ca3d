"""Rejects malformed requests before any view: foreign hosts, NUL characters, oversized numbers."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import Blueprint, Response, abort, current_app, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadHost
from werkzeug.routing import IntegerConverter
from werkzeug.sansio.utils import host_is_trusted

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LARGEST = 2**31 - 1
"""A number in an address counts rows of ours; no database here has more."""


class RowNumber(IntegerConverter):
    """A number in an address, as large as a row's may be; beyond that there is nothing."""

    regex = r"\d{1,10}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": LARGEST, **kwargs})


def split(address: str | None) -> SplitResult:
    """The parts of an address that someone sent; of one that is none, nothing."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")


def local_path(address: str | None) -> str:
    """A path on this site, whatever was asked for: never another host, scheme or network path, however it is spelt."""
    parts = split(address)
    safe = (
        not parts.scheme
        and not parts.netloc
        and parts.path.startswith("/")
        and not parts.path.startswith("//")
        and not any(c == "\\" or ord(c) < 32 for c in parts.path + parts.query)
    )
    return parts.path + (f"?{parts.query}" if parts.query else "") if safe else "/"


def hosts() -> tuple[str, ...]:
    """Host names this installation accepts once its public address is configured; the local machine is always accepted."""
    settings = current_app.extensions["verifier"].settings
    if not settings.is_public:
        return ()
    public = urlsplit(settings.public_url).hostname or ""
    return (public, settings.host, "localhost", "127.0.0.1")


def check() -> Response | None:
    """Refuse a host that is not ours; words that do not tell their length, for they are cut off at the limit and half a form is none;
    and a NUL anywhere in words: one database keeps it, another fails on it, no reader sees it."""
    if isinstance(request.routing_exception, BadHost):
        return Response("Bad host", 400, mimetype="text/plain")
    known = hosts()
    if known and request.blueprint != "health" and not host_is_trusted(request.host, known):
        abort(400)
    if request.content_length is None and "chunked" in request.headers.get("Transfer-Encoding", "") and not request.files:
        abort(411)
    names = (each.filename or "" for each in request.files.values())
    typed = (word for values in (request.args, request.form) for pair in values.items(multi=True) for word in pair)
    if any("\0" in (word or "") for word in (request.path, *names, *typed)):
        abort(400)
    return None


def own_origins() -> frozenset[str]:
    """The origins of our own pages: the public address, and the address this request was sent to, whose host has been checked."""
    public = urlsplit(current_app.extensions["verifier"].settings.public_url)
    return frozenset({f"{public.scheme}://{public.netloc}", f"{request.scheme}://{request.host}"})


def check_origin() -> None:
    """Refuse what a page of another origin sends: `Origin` names the page, over https else `Referer`; `null` is nobody's."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    if origin is None and request.is_secure:
        referrer = split(request.headers.get("Referer"))
        origin = f"{referrer.scheme}://{referrer.netloc}"
    if origin is not None and origin not in own_origins():
        raise CSRFError("The request comes from another site.")


def same_origin_only(response: Response) -> Response:
    """Forbid pages of other origins to embed responses (Cross-Origin-Resource-Policy)."""
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def install(bp: Blueprint) -> None:
    """Register the checks before and after every view."""
    bp.record(lambda state: state.app.url_map.converters.update(int=RowNumber))
    bp.before_app_request(check)
    bp.before_app_request(check_origin)
    bp.after_app_request(same_origin_only)
