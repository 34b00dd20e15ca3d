"""Requests and bytes of a page, at the first visit and at a later one, as a browser that accepts gzip receives them."""

import re
from collections.abc import Iterator

from flask.testing import FlaskClient

from bench.pages import house
from bench.stopwatch import Figure
from verifier.db import db

ASSET = re.compile(r'(?:href|src)="(/static/[^"#]+)')
IMPORT = re.compile(r'(?:from|import) "(\.[^"]+)"')
FIRST, LATER = 30, 1
PAGES = {"home": "/", "case": "/cases/{case}", "sources": "/cases/{case}/data", "findings": "/cases/{case}/findings"}


def measured() -> Iterator[Figure]:
    """Pages of the demo's case; a later visit asks for what may not be kept for ever."""
    with house() as (_app, client, case):
        paths = {name: path.format(case=case.id) for name, path in PAGES.items()}
        db.session.remove()
        for name, path in paths.items():
            page, files = _asked(client, path)
            kept = sum(1 for _size, forever in files if forever)
            size = sum(size for size, _forever in files)
            note = f"{(page + size) / 1024:.0f} KB"
            yield Figure(f"{name}: requests at the first visit", 1 + len(files), "", FIRST, note=note)
            note = f"{page / 1024:.0f} KB"
            yield Figure(f"{name}: requests at a later visit", 1 + len(files) - kept, "", LATER, note=note)


def _asked(client: FlaskClient, path: str) -> tuple[int, list[tuple[int, bool]]]:
    """Bytes of the page, and of every file it leads to whether it may be kept for ever."""
    plain = client.get(path).get_data(as_text=True)
    waiting, seen, found = set(ASSET.findall(plain)), set[str](), []
    while waiting:
        address = waiting.pop()
        seen.add(address)
        with client.get(address, headers={"Accept-Encoding": "gzip"}) as answer:
            found.append((len(answer.data), "immutable" in answer.headers.get("Cache-Control", "")))
        if address.endswith(".js"):
            with client.get(address) as module:
                folder = address.rpartition("/")[0]
                waiting |= {f"{folder}/{name.removeprefix('./')}" for name in IMPORT.findall(module.get_data(as_text=True))} - seen
    return len(client.get(path, headers={"Accept-Encoding": "gzip"}).data), found
