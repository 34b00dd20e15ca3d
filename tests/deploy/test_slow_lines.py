"""The server without a proxy: strangers on slow lines hold no thread, and pages still open."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.journeys import server
from verifier.cli import receiving
from verifier.cli.receiving import ReceivedSocket

SLOW = 24


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server as `verifier serve` starts it."""
    with server.running(tmp_path_factory.mktemp("slow") / "instance") as found:
        yield found.address


def connected(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=10)


BEGUN = {
    "a body that stops": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 3000000\r\n\r\nemail=",
    "a head that stops": b"GET /check HTTP/1.1\r\nHost: local",
    "nothing at all": b"",
    "a body in chunks that stops": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nemail",
}


@pytest.mark.parametrize("begun", BEGUN)
def test_pages_open_in_two_seconds_while_strangers_send_a_byte_at_a_time(address: str, begun: str) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW):
            stack.enter_context(connected(address)).sendall(BEGUN[begun])
        for _ in range(3):
            before = monotonic()
            with urlopen(f"{address}/check", timeout=10) as answer:
                assert answer.status == 200
            assert monotonic() - before < 2


def test_a_body_in_pieces_arrives_whole(address: str) -> None:
    body = b"next=/&language=" + b"x" * 300_000
    head = f"POST /language HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    with connected(address) as here:
        here.sendall(head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n")
        for first in range(0, len(body), 50_000):
            here.sendall(body[first : first + 50_000])
        assert here.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 303", b"HTTP/1.1 403")


def test_a_connection_is_kept_and_two_requests_sent_at_once_are_both_answered(address: str) -> None:
    one = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with connected(address) as here:
        here.sendall(one)
        first = here.recv(65536)
        here.sendall(one + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        rest = b""
        while part := here.recv(65536):
            rest += part
    assert first.startswith(b"HTTP/1.1 200")
    assert rest.count(b"HTTP/1.1 200") == 2


def test_a_client_that_asks_before_sending_is_told_to_go_on(address: str) -> None:
    request = Request(f"{address}/language", data=b"language=en", method="POST", headers={"Expect": "100-continue"})
    with connected(address) as here:
        here.sendall(b"POST /language HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
        assert here.recv(100).startswith(b"HTTP/1.1 100")
        here.sendall(request.data if isinstance(request.data, bytes) else b"")
        assert b"HTTP/1.1 " in here.recv(100)


@pytest.mark.parametrize(
    ("sent", "age", "slow"),
    [
        (b"GET / HTTP/1.1\r\n", 14, False),
        (b"GET / HTTP/1.1\r\n", 16, True),
        (b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n", 29, False),
        (b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n", 31, True),
        (b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n" + bytes(60_000), 25, False),
    ],
)
def test_who_sends_too_slowly_is_given_up(sent: bytes, age: float, slow: bool) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        line = ReceivedSocket(ours)
        theirs.sendall(sent)
        line.receive()
        assert line.too_slow(line.begun + age) is slow
        line.close()
    assert receiving.SLOWEST < 1000
