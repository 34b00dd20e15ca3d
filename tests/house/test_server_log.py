"""The real server writes one format: JSON lines, gunicorn's warnings and errors too, and none of them names a client."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import homes
from tests.journeys.server import free_port
from verifier.cli.server_log import message_of

VERIFIER = Path(sys.executable).with_name("verifier")
SECRET = "a-token-out-of-a-mail"
BAD = (
    f"GET /link/{SECRET} HTTP/9.9\r\n\r\n",
    f"GET /link/{SECRET} HTTP/1.1\r\nHost: x\r\nX Forged Header: {SECRET}\r\n\r\n",
    f"BAD\x01METHOD /{SECRET} HTTP/1.1\r\n\r\n",
    f"GET /{SECRET * 400} HTTP/1.1\r\n\r\n",
    f"POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {SECRET}\r\n\r\n",
)


def send(port: int, request: str) -> bytes:
    """What the server answers to these very bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request.encode())
        return connection.recv(4096)


def wait(port: int) -> None:
    """Until the server answers."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            if b" 200 " in send(port, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail("the server did not answer")


def children(process: int) -> list[int]:
    """The server's worker processes."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(each) for each in found]


def test_every_line_of_the_server_is_json_and_names_no_client(migrated: Path, tmp_path: Path) -> None:
    home, port, log = tmp_path / "served", free_port(), tmp_path / "server.log"
    homes.copied(migrated, home)
    environment = {**os.environ, **homes.environ(home), "VERIFIER_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as out:
        server = subprocess.Popen([VERIFIER, "serve", "--workers", "1"], env=environment, stdout=out, stderr=out)
    try:
        wait(port)
        answers = [send(port, request) for request in BAD]
        for how in (signal.SIGKILL, signal.SIGABRT):
            os.kill(children(server.pid)[0], how)
            time.sleep(2)
            wait(port)
    finally:
        server.terminate()
        server.wait(30)
    assert any(b"400" in answer for answer in answers)
    text = log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    said = [line["message"] for line in lines if line["event"] == "server"]
    assert any(message.startswith("Invalid request: ") for message in said)
    assert any("SIGKILL" in message for message in said)
    assert [line["address"] for line in lines if line["event"] == "serving"] == [f"http://localhost:{port}"]
    without_start = "\n".join(line for line in text.splitlines() if '"serving"' not in line)
    assert "127.0.0.1" not in without_start
    assert SECRET not in text


@pytest.mark.parametrize(
    ("template", "arguments", "written"),
    [
        ("Invalid request from ip=198.51.100.7: Invalid HTTP method: 'secret'", (), "Invalid request"),
        ("connection from 198.51.100.7 closed", (), "connection from (address) closed"),
        ("connection from 2001:db8::7 closed", (), "connection from (address) closed"),
        ("from [::ffff:198.51.100.7]:443 and ::1", (), "from [(address)]:443 and (address)"),
        ("Error handling request %s", ("/link/secret",), "Error handling request %s"),
        ("Worker (pid:%s) was sent %s!", (7, "SIGKILL"), "Worker (pid:7) was sent SIGKILL!"),
        ("at 12:30:05 nothing happened", (), "at 12:30:05 nothing happened"),
    ],
)
def test_a_record_keeps_its_text_and_loses_what_a_client_sent(template: str, arguments: tuple[object, ...], written: str) -> None:
    record = logging.LogRecord("gunicorn.error", logging.WARNING, "", 0, template, arguments, None)
    assert message_of(record) == written
