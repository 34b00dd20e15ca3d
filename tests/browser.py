"""Debian's Chromium at an app served in this process, each person at a browser of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.people import sign_in
from verifier.accounts.models import User

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
DESK, TABLET, PHONE = (1180, 820), (820, 1180), (390, 844)


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Requests are not worth a line here."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address at which the app answers, in threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; its absence is an error."""
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def sitting(browser: Browser, app: Flask, address: str, person: User | None, **settings: Any) -> Iterator[Page]:
    """A page in a fresh browser context, the person signed in; `page.complaints` collects what the console says is wrong."""
    context = browser.new_context(base_url=address, **settings)
    if person is not None:
        client = app.test_client()
        sign_in(client, person)
        cookie = client.get_cookie("verifier")
        assert cookie is not None
        context.add_cookies([{"name": "verifier", "value": cookie.value, "url": address}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.complaints = complaints  # type: ignore[attr-defined]
    try:
        yield page
    finally:
        context.close()


def faults(page: Page, *rules: str) -> list[str]:
    """What axe finds, in one line each; by these of its rules, or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    wanted = {"resultTypes": ["violations"], "preload": False} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("wanted => axe.run(document, wanted)", wanted)
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width
