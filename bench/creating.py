"""Creating beside the bare work, both under Flask: a finding beside its own writes, a file beside receiving, hashing and fsync."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import local
from time import perf_counter
from typing import Any

from flask import Flask, request
from flask.testing import FlaskClient
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import event

from bench.pages import house
from bench.photos import _photo
from bench.stopwatch import Figure, in_turns, milliseconds
from tests.people import Cast, sign_in
from verifier.core.subject import Subject
from verifier.db import db
from verifier.rulepacks.load import load

PEOPLE, EACH = 8, 25
SHARE, SPREAD, UPLOAD = 0.5, 2, 1.3
LARGE = 3_000_000
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000")
Write = tuple[str, Any]
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds for all, and of one: the median and the 95th percentile."""

    whole: float
    middle: float
    slowest: float

    @property
    def note(self) -> str:
        """Both percentiles in milliseconds."""
        return f"p50 {self.middle * 1000:.0f} ms, p95 {self.slowest * 1000:.0f} ms"


def measured() -> Iterator[Figure]:
    """One person and eight who raise findings, beside a bare POST with the same writes."""
    with house() as (app, _client, case), TemporaryDirectory(prefix="verifier-bench-") as folder:
        about = f"/cases/{case.id}/findings/new?check=data&subject_kind=source&subject_id=E-095"
        clause = load(case.pack_id).clauses[0].code
        db.session.remove()

        def create(client: FlaskClient) -> Any:
            text = f"No. {next(_numbers)}"
            return client.post(
                about, data={"class_code": "non_conformity", "clause": clause, "title": text, "description": text, "effect": ""}
            )

        clients = [_signed_in(app) for _ in range(PEOPLE)]
        create(clients[0])
        writes = _writes(lambda: create(clients[0]))
        bare = _bare(Path(folder) / "bare.sqlite", writes)
        bares = [bare.test_client() for _ in range(PEOPLE)]

        def plain(client: FlaskClient) -> Any:
            return client.post("/create")

        for people in (1, PEOPLE):
            alone, ours = _at_once(bares[:people], plain), _at_once(clients[:people], create)
            note = f"{people * EACH / ours.whole:.0f} / {people * EACH / alone.whole:.0f} a second; {ours.note}"
            yield Figure(f"{people} at once create: share of a bare Flask POST", alone.whole / ours.whole, "×", SHARE, False, note)
        yield Figure(f"{PEOPLE} at once create: p95 beside p50", ours.slowest / ours.middle, "×", SPREAD, note=ours.note)


def measured_uploads(rounds: int = 11) -> Iterator[Figure]:
    """The answer to a photo and to a PDF of 3 MB beside receiving, hashing and fsync, each time other bytes."""
    with house() as (_app, client, case), TemporaryDirectory(prefix="verifier-bench-") as folder:
        item = Subject("checklist_item", load(case.pack_id).checklist[0].code)
        photos = f"/cases/{case.id}/photos/new?subject_kind={item.kind}&subject_id={item.id}"
        vouchers = f"/cases/{case.id}/vouchers/new"
        db.session.remove()
        bare = _bare(Path(folder) / "bare.sqlite", []).test_client()
        for name, address, field, given in (("photo", photos, "photos", _jpegs()), ("PDF", vouchers, "file", _pdfs())):
            ours, alone = _sent(client, address, field, given), _sent(bare, "/receive", "file", given)
            least, whole = in_turns(alone, ours, rounds=rounds)
            note = milliseconds(whole, least)
            yield Figure(f"answer to a {name} of 3 MB beside receiving, hashing, fsync", whole / least, "×", UPLOAD, note=note)


def _sent(client: FlaskClient, address: str, field: str, given: Iterator[tuple[str, bytes]]) -> Callable[[], None]:
    def send() -> None:
        name, data = next(given)
        form = {field: (BytesIO(data), name), "caption": "Boiler", "title": "Invoice"}
        if Context().run(client.post, address, data=form, content_type="multipart/form-data").status_code not in (200, 302, 303):
            raise RuntimeError(f"{name} was not stored")

    return send


def _jpegs() -> Iterator[tuple[str, bytes]]:
    """A photo of 3 MB, each time with another comment before its end."""
    picture = _photo()
    comment = b"\xff\xfe" + (0xFFFF).to_bytes(2, "big")
    filled = picture[:2] + (comment + bytes(0xFFFD)) * max(0, (LARGE - len(picture)) // 0xFFFF) + picture[2:-2]
    for number in count():
        yield "boiler.jpg", filled + b"\xff\xfe\x00\x0a" + number.to_bytes(8, "big") + b"\xff\xd9"


def _pdfs() -> Iterator[tuple[str, bytes]]:
    """A document of 3 MB in a hundred pages, each time with another comment after its end."""
    out = BytesIO()
    canvas = Canvas(out, initialFontName="Courier", pageCompression=0)
    for page in range(100):
        for line in range(60):
            canvas.drawString(40, 40 + 12 * line, f"Page {page + 1}, line {line}: " + "electricity " * 35)
        canvas.showPage()
    canvas.save()
    for number in count():
        yield "invoice.pdf", out.getvalue() + f"% {number}\n".encode()


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, Cast().lead)
    db.session.remove()
    return client


def _writes(action: Callable[[], Any]) -> list[Write]:
    """What a request writes: its statements with their values; an upsert as its insert, for the bare tables have no keys."""
    seen: list[Write] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            seen.append((statement.partition(" ON CONFLICT")[0], values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        if Context().run(action).status_code not in (302, 303):
            raise RuntimeError("nothing was created")
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return seen


def _bare(file: Path, writes: list[Write]) -> Flask:
    """An app whose POST does the same writes to tables of the same columns without constraints, each in one transaction."""
    with sqlite3.connect(file) as connection:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        with db.engine.connect() as like:
            for statement in like.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT NULL").all():
                columns = ", ".join(f'"{row[1]}"' for row in like.exec_driver_sql(f'PRAGMA table_info("{statement[0]}")'))
                if not statement[0].startswith("sqlite_"):
                    connection.execute(f'CREATE TABLE "{statement[0]}" ({columns})')
            like.rollback()
    app, opened = Flask("bare"), local()

    @app.post("/create")
    def create() -> str:
        if not hasattr(opened, "connection"):
            opened.connection = sqlite3.connect(file, isolation_level=None)
            for pragma in PRAGMAS:
                opened.connection.execute(f"PRAGMA {pragma}")
        connection: sqlite3.Connection = opened.connection
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in writes:
            many = isinstance(values, list)
            (connection.executemany if many else connection.execute)(statement, values)
        connection.execute("COMMIT")
        return ""

    @app.post("/receive")
    def receive() -> str:
        data = request.files["file"].read()
        target = file.with_name(sha256(data).hexdigest())
        with open(target, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        return ""

    return app


def _at_once(clients: list[FlaskClient], action: Callable[[FlaskClient], Any]) -> Times:
    """Every client does it as often as the others, one time after the other."""

    def repeat(client: FlaskClient) -> list[float]:
        taken = []
        for _ in range(EACH):
            start = perf_counter()
            if Context().run(action, client).status_code >= 400:
                raise RuntimeError("nothing was created")
            taken.append(perf_counter() - start)
        return taken

    start = perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        each = [time for times in pool.map(repeat, clients) for time in times]
    return Times(perf_counter() - start, median(each), quantiles(each, n=20)[-1])
