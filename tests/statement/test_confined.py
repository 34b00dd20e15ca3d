"""Where strangers' files are read: two at a time, within their seconds, in processes that may die without harm."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from time import monotonic, sleep

import pytest
from flask.testing import FlaskClient

from tests.people import Cast, sign_in
from tests.statement import bombs
from tests.statement.builders import settle_authority
from verifier import sandbox
from verifier.db import db

SLOW = "tests.statement.slow_reader"
ROOM = 256 * 2**20
DROPPED = b"%PDF-1.7\nbroken"


def read(seconds: float, *, within: int = 20) -> bytes:
    """The slow reader's answer."""
    return sandbox.run(SLOW, str(seconds).encode(), memory=ROOM, seconds=within)


@pytest.fixture
def two_under_way(client: FlaskClient) -> Iterator[list[Future[bytes]]]:
    """As many files as are read at once, each for five seconds, on an installation that may be asked."""
    settle_authority()
    db.session.commit()
    assert client.get("/check").status_code == 200
    read(0)
    with ThreadPoolExecutor(sandbox.AT_ONCE) as pool:
        under_way = [pool.submit(read, 5) for _ in range(sandbox.AT_ONCE)]
        sleep(0.5)
        yield under_way


def test_a_third_file_is_refused_in_words_and_read_when_there_is_a_place(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, two_under_way: list[Future[bytes]]
) -> None:
    monkeypatch.setattr(sandbox, "PATIENCE", 0.2)

    def dropped() -> tuple[int, bool]:
        answer = client.post("/check", data={"pdf": (BytesIO(DROPPED), "statement.pdf")})
        return answer.status_code, "error-summary" in answer.text

    assert dropped() == (409, True)
    assert [each.result() for each in two_under_way] == [b"5", b"5"]
    assert dropped() == (200, False)


def test_while_a_file_waits_or_is_read_others_write(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, two_under_way: list[Future[bytes]]
) -> None:
    monkeypatch.setattr(sandbox, "PATIENCE", 10)
    writer = sign_in(client.application.test_client(), cast.lead)
    db.session.commit()
    db.session.remove()
    with ThreadPoolExecutor(1) as pool:
        checked = pool.submit(client.post, "/check", data={"pdf": (BytesIO(DROPPED), "statement.pdf")})
        sleep(1)
        assert writer.post("/language", data={"language": "zh"}).status_code == 303
        assert not checked.done()
        assert not any(each.done() for each in two_under_way)
        assert checked.result().status_code == 200


def test_while_a_bomb_is_read_others_read_and_write(client: FlaskClient, cast: Cast) -> None:
    settle_authority()
    other = sign_in(client.application.test_client(), cast.lead)
    db.session.commit()
    db.session.remove()
    bomb = bombs.wide_bomb()
    assert other.get("/").status_code == 200
    with ThreadPoolExecutor(1) as pool:
        checked = pool.submit(client.post, "/check", data={"pdf": (BytesIO(bomb), "statement.pdf")})
        while sandbox._here.places._value == sandbox.AT_ONCE:
            assert not checked.done()
            sleep(0.01)
        assert other.post("/language", data={"language": "zh"}).status_code == 303
        assert other.get("/check").status_code == 200
        assert not checked.done()
        assert "far more than a statement requires" in checked.result().text


def test_a_file_that_takes_too_long_is_given_up_in_its_seconds() -> None:
    read(0)
    begun = monotonic()
    with pytest.raises(sandbox.TooSlow):
        read(20, within=1)
    assert monotonic() - begun < 1 + sandbox.LATE


def test_a_reader_process_that_died_is_replaced() -> None:
    read(0)
    before = sandbox._here.desks[SLOW].process
    os.kill(before.pid, signal.SIGKILL)
    before.wait()
    assert read(0.1) == b"0.1"
    assert sandbox._here.desks[SLOW].process.pid != before.pid


@pytest.mark.parametrize("waits", [0, 30])
def test_a_program_that_a_reader_started_ends_with_it(waits: int) -> None:
    seconds = f"{61_000 + waits}.25"
    with suppress(sandbox.TooSlow):
        sandbox.run("tests.statement.starting_reader", f"{seconds} {waits}".encode(), memory=ROOM, seconds=1)
    sleep(0.2)
    commands = [Path(f"/proc/{each}/cmdline") for each in os.listdir("/proc") if each.isdecimal()]
    assert not [path for path in commands if path.exists() and seconds.encode() in path.read_bytes()]
