"""gzip of textual responses, for servers without a proxy in front and for proxies that pass it on.

The gzip header carries a file name of random length: the length of a page then says less about what it repeats (BREACH).
"""

from gzip import GzipFile
from io import BytesIO
from secrets import randbelow
from threading import Lock
from typing import Any

from flask import Flask, Response, request

TYPES = frozenset(
    {"text/html", "text/css", "text/plain", "text/csv", "text/javascript", "application/javascript", "application/json", "image/svg+xml"}
)
SMALLEST = 500
"""Bytes; below that the header costs more than is saved."""
PADDING = 100
LEVEL = 5


def compress(data: bytes, padding: int = 0) -> bytes:
    """gzip, its header lengthened by some bytes."""
    out = BytesIO()
    with GzipFile(filename="a" * padding, mode="wb", fileobj=out, compresslevel=LEVEL, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def install(app: Flask) -> None:
    """Compress what is text; static files once a process."""
    static: dict[str, bytes] = {}
    lock = Lock()

    def once(response: Response) -> bytes:
        key = f"{request.path} {response.headers.get('ETag')}"
        file: Any = response.response
        with lock:
            if key not in static:
                response.direct_passthrough = False
                static[key] = compress(response.get_data())
        if hasattr(file, "close"):
            file.close()
        response.direct_passthrough = False
        return static[key]

    @app.after_request
    def gzipped(response: Response) -> Response:
        if response.mimetype not in TYPES:
            return response
        response.vary.add("Accept-Encoding")
        is_static = request.endpoint == "static"
        if (
            response.status_code != 200
            or "Content-Encoding" in response.headers
            or request.accept_encodings.quality("gzip") <= 0
            or (response.is_streamed and not is_static)
            or (response.content_length or 0) < SMALLEST
        ):
            return response
        response.set_data(once(response) if is_static else compress(response.get_data(), randbelow(PADDING)))
        response.headers["Content-Encoding"] = "gzip"
        etag, weak = response.get_etag()
        if etag is not None and not weak:
            response.set_etag(etag, weak=True)
        return response
