"""Creating beside the bare work, both under Flask: a finding beside its own writes, a photo beside receiving, hashing and fsync."""

import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import local
from time import perf_counter
from typing import Any

from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import event

from bench.pages import house
from bench.photos import _photo
from bench.stopwatch import Figure, in_turns, milliseconds
from tests.people import Cast, sign_in
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load

PEOPLE, EACH = 8, 25
SHARE, SPREAD, UPLOAD = 0.5, 2, 1.3
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000")
Write = tuple[str, Any]


def measured(rounds: int = 9) -> list[Figure]:
    """Throughput and spread of eight people who create at once; the answer to a photo of 3 MB and to a PDF."""
    with house() as (app, client, case), TemporaryDirectory(prefix="verifier-bench-") as folder:
        about = f"/cases/{case.id}/findings/new?check=data&subject_kind=source&subject_id=E-095"
        typed = {
            "class_code": "non_conformity",
            "clause": load(case.pack_id).clauses[0].code,
            "title": "T",
            "description": "D",
            "effect": "",
        }
        writes = _writes(lambda: client.post(about, data=typed))
        bare = _bare(Path(folder) / "bare.sqlite", writes)
        clients = [_signed_in(app) for _ in range(PEOPLE)]
        alone = _at_once([bare.test_client() for _ in range(PEOPLE)], lambda each: each.post("/create"))
        ours = _at_once(clients, lambda each: each.post(about, data=typed))
        found = [
            Figure(f"{PEOPLE} people create: share of a bare Flask POST", alone[0] / ours[0], "×", SHARE, False, _note(ours, alone)),
            Figure(
                f"{PEOPLE} people create: 95th percentile beside the median",
                ours[2] / ours[1],
                "×",
                SPREAD,
                note=f"{ours[1] * 1000:.0f} ms",
            ),
        ]
        return [*found, _upload(client, bare, case, rounds)]


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, Cast().lead)
    db.session.remove()
    return client


def _writes(action: Callable[[], Any]) -> list[Write]:
    """What a request writes: its statements with their values."""
    seen: list[Write] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            seen.append((statement, values))

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
            for statement in like.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT NULL"):
                columns = ", ".join(f'"{row[1]}"' for row in like.exec_driver_sql(f'PRAGMA table_info("{statement[0]}")'))
                if not statement[0].startswith("sqlite_"):
                    connection.execute(f'CREATE TABLE "{statement[0]}" ({columns})')
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


def _at_once(clients: list[FlaskClient], action: Callable[[FlaskClient], Any]) -> tuple[float, float, float]:
    """Seconds for all, the median of one, and the 95th percentile."""

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
    return perf_counter() - start, median(each), quantiles(each, n=20)[-1]


def _note(ours: tuple[float, float, float], alone: tuple[float, float, float]) -> str:
    count = PEOPLE * EACH
    return f"{count / ours[0]:.0f} / {count / alone[0]:.0f} a second"


def _upload(client: FlaskClient, bare: Flask, case: Engagement, rounds: int) -> Figure:
    """The answer to a photo, each time other bytes."""
    picture, taken, receiver = _photo()[:-2], 0, bare.test_client()
    item = Subject("checklist_item", load(case.pack_id).checklist[0].code)
    address = f"/cases/{case.id}/photos/new?subject_kind={item.kind}&subject_id={item.id}"

    def form(name: str) -> dict[str, Any]:
        nonlocal taken
        taken += 1
        data = picture + b"\xff\xfe\x00\x0a" + taken.to_bytes(8, "big") + b"\xff\xd9"
        return {name: (BytesIO(data), "boiler.jpg"), "caption": "Boiler"}

    def ours() -> None:
        answer = Context().run(client.post, address, data=form("photos"), content_type="multipart/form-data")
        if answer.status_code not in (302, 303):
            raise RuntimeError("the photo was not stored")

    alone, whole = in_turns(lambda: receiver.post("/receive", data=form("file")), ours, rounds=rounds)
    return Figure("answer to a photo beside receiving, hashing, fsync", whole / alone, "×", UPLOAD, note=milliseconds(whole, alone))
