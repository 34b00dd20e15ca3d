"""Evidence is written once and found as it was put in, in a folder or in a bucket."""

import os
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from verifier.core.errors import Refusal
from verifier.evidence.store import Store

NOTHING = "0" * 64


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as a store asks for: conditional PUT, GET and HEAD of whole objects."""

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        taken = self.path in self.server.objects and self.headers["If-None-Match"] == "*"
        if not taken:
            self.server.objects[self.path] = data
        self._answer(412 if taken else 200, b"")

    def do_GET(self) -> None:
        data = self.server.objects.get(self.path)
        self._answer(404 if data is None else 200, data or b"")

    do_HEAD = do_GET

    def _answer(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Tue, 01 Mar 2022 00:00:00 GMT")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing on the console."""


@pytest.fixture
def bucket() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Bucket) as server:
        server.objects = {}
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Store.at(tmp_path / "evidence")
    port = request.getfixturevalue("bucket").server_port
    address = f"s3://evidence/cases?endpoint=http://127.0.0.1:{port}&region=eu-central-1"
    return Store.at(address, {"access_key_id": "key", "secret_access_key": "secret"})


def test_bytes_come_back_under_their_hash(store: Store) -> None:
    data = "电费发票".encode() * 1000
    digest = store.put(data)
    assert digest == sha256(data).hexdigest()
    assert (store.get(digest), store.size(digest), store.exists(digest)) == (data, len(data), True)


def test_the_same_bytes_again_are_the_same_evidence(store: Store) -> None:
    assert store.put(b"meter") == store.put(b"meter")


def test_empty_bytes_are_bytes_too(store: Store) -> None:
    assert store.get(store.put(b"")) == b""


@pytest.mark.parametrize("digest", [NOTHING, "", "../secret_key", NOTHING.upper() + "A", NOTHING + "\n"])
def test_what_was_never_put_in_is_missing(store: Store, digest: str) -> None:
    assert not store.exists(digest)
    for ask in (store.get, store.size):
        with pytest.raises(Refusal, match=r"^evidence\.file\.missing"):
            ask(digest)


def path_of(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest


@pytest.mark.parametrize("now", [b"", b"mete", b"Meter", b"meter "])
def test_bytes_changed_on_the_disk_are_refused_and_not_taken_for_the_same(tmp_path: Path, now: bytes) -> None:
    store = Store.at(tmp_path)
    digest = store.put(b"meter")
    path_of(tmp_path, digest).chmod(0o600)
    path_of(tmp_path, digest).write_bytes(now)
    for deed in (lambda: store.get(digest), lambda: store.put(b"meter")):
        with pytest.raises(Refusal, match=r"^evidence\.file\.damaged") as refused:
            deed()
        assert refused.value.values == {"sha256": digest}


def test_bytes_changed_in_the_bucket_are_refused(bucket: ThreadingHTTPServer) -> None:
    address = f"s3://evidence?endpoint=http://127.0.0.1:{bucket.server_port}&region=eu-central-1"
    store = Store.at(address, {"access_key_id": "key", "secret_access_key": "secret"})
    digest = store.put(b"meter")
    bucket.objects = dict.fromkeys(bucket.objects, b"Meter")
    with pytest.raises(Refusal, match=r"^evidence\.file\.damaged"):
        store.get(digest)


def test_a_kept_file_is_read_only_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    store = Store.at(tmp_path)
    kept = path_of(tmp_path, store.put(b"meter"))
    store.put(b"meter")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]
    assert kept.stat().st_mode & 0o777 == 0o440


def test_bytes_are_on_the_disk_before_their_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forced, fsync = [], os.fsync

    def watched(handle: int) -> None:
        named = any(path.is_file() for path in tmp_path.glob("[0-9a-f][0-9a-f]/*"))
        forced.append((Path(os.readlink(f"/proc/self/fd/{handle}")).relative_to(tmp_path).parts[:1], named))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    digest = Store.at(tmp_path).put(b"meter")
    assert forced == [(("incoming",), False), ((digest[:2],), True), ((), True)]


def test_a_write_that_fails_leaves_neither_name_nor_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    store = Store.at(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.put(b"meter")
    assert not store.exists(sha256(b"meter").hexdigest())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert store.get(store.put(b"meter")) == b"meter"
