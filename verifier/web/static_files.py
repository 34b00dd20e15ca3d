"""Static files under an address that holds the hash of them all, so that browsers and proxies keep them without asking again.

The hash stands before the folders: what a module or style sheet names relatively lies under the same hash.
"""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request, send_from_directory
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue

FOREVER = "public, max-age=31536000, immutable"
NOT_FOR_BROWSERS = {"fonts"}
"""Folders that only PDFs are made of."""
HASHED = re.compile(r"[0-9a-f]{16}/")


class PageSessions(SecureCookieSessionInterface):
    """Sessions of pages; a static file neither sets the cookie nor varies with it, so that a proxy may keep it for everybody."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """As Flask does, but for static files."""
        if request.endpoint != "static":
            super().save_session(app, session, response)


def tree_hash(folder: Path) -> str:
    """Hash of the names and contents of all files that browsers ask for."""
    digest = sha256()
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if file.is_file() and name.parts[0] not in NOT_FOR_BROWSERS:
            digest.update(f"{name.as_posix()}\n{sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def install(app: Flask) -> None:
    """Serve the folder under its hash, and under the hash of another version or none without being kept for ever."""
    folder = Path(app.static_folder or "")
    app.session_interface = PageSessions()
    prefix = f"/static/{tree_hash(folder)}/"

    def send(filename: str) -> ResponseReturnValue:
        name = HASHED.sub("", filename, count=1) if HASHED.match(filename) else filename
        if name.partition("/")[0] in NOT_FOR_BROWSERS:
            abort(404)
        return send_from_directory(folder, name)

    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=send)

    @app.url_defaults
    def under_the_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and not HASHED.match(values.get("filename", "")):
            values["filename"] = f"{prefix.removeprefix('/static/')}{values.get('filename', '')}"

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304) and request.path.startswith(prefix):
            response.headers["Cache-Control"] = FOREVER
        return response
