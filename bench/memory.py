"""Whether a worker's memory stays flat over a thousand mixed requests, in a server of one process started as it is in use."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.request import Request, urlopen

from flask import Flask

from bench.pages import house
from bench.stopwatch import Figure
from verifier.db import db

REQUESTS, SHARE = 1000, 1.05
SERVING = "import sys; from verifier.cli.main import main; main()"


def measured() -> list[Figure]:
    """Memory after a thousand requests as a share of what it was after the first five hundred."""
    with house() as (app, client, case):
        cookie = client.get_cookie("verifier")
        if cookie is None:
            raise RuntimeError("nobody is signed in")
        rests = ("", "/findings", "/photos", "/data", "/data/E-095", "/boundary/sources", "/site", "/trail")
        pages = [f"/cases/{case.id}{rest}" for rest in rests]
        pages += ["/", "/cases", "/account", "/check", "/bench-nothing"]
        db.session.remove()  # a transaction left open here would keep the server from writing
        with _serving(app) as (address, workers):
            _ask(address, cookie.value, pages, REQUESTS // 2)
            before = _resident(workers)
            _ask(address, cookie.value, pages, REQUESTS)
            after = _resident(workers)
    note = f"{before / 1e6:.0f} MB, then {after / 1e6:.0f} MB"
    return [Figure(f"memory of a worker after {REQUESTS:,} more requests", after / before, "×", SHARE, note=note)]


@contextmanager
def _serving(app: Flask) -> Iterator[tuple[str, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    instance = Path(app.extensions["verifier"].settings.instance)
    environ = {**os.environ, "VERIFIER_INSTANCE": str(instance), "VERIFIER_PORT": str(port), "VERIFIER_PROCESSES": "1"}
    log = instance / "bench-server.log"
    with log.open("wb") as said:
        server = subprocess.Popen([sys.executable, "-c", SERVING, "serve"], env=environ, stdout=said, stderr=said)
    address, until = f"http://127.0.0.1:{port}", monotonic() + 120
    try:
        while not _answers(address):
            if server.poll() is not None or monotonic() > until:
                raise RuntimeError(f"the server does not answer: {log.read_text()[-2000:]}")
            sleep(0.3)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(30)


def _answers(address: str) -> bool:
    try:
        urlopen(f"{address}/health/live").close()
    except OSError:
        return False
    return True


def _ask(address: str, cookie: str, pages: list[str], count: int) -> None:
    for number in range(count):
        asked = Request(address + pages[number % len(pages)], headers={"Cookie": f"verifier={cookie}"})
        try:
            urlopen(asked).close()
        except OSError as error:
            if getattr(error, "code", 0) != 404:
                raise


def _resident(master: int) -> int:
    """Bytes resident in the only worker."""
    (worker,) = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{worker}/status").read_text())
    if found is None:
        raise RuntimeError("the worker is gone")
    return int(found[1]) * 1024
