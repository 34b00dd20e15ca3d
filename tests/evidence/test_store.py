"""Evidence is written once and found as it was put in, in a folder or in a bucket."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests import objectstore
from verifier.core.errors import Refusal
from verifier.evidence.store import Store, Unreachable

NOTHING = "0" * 64


@pytest.fixture(scope="module")
def moto() -> Iterator[objectstore.Address]:
    with objectstore.server() as address:
        address.emptied("evidence")
        yield address


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Store.at(tmp_path / "evidence")
    moto: objectstore.Address = request.getfixturevalue("moto")
    moto.emptied("evidence")
    return moto.store("evidence/cases")


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
    for action in (lambda: store.get(digest), lambda: store.put(b"meter")):
        with pytest.raises(Refusal, match=r"^evidence\.file\.damaged") as refused:
            action()
        assert refused.value.values == {"sha256": digest}


@pytest.mark.parametrize("now", [b"", b"mete", b"Meter", b"meter "])
def test_bytes_changed_in_the_bucket_are_refused_and_not_taken_for_the_same(moto: objectstore.Address, now: bytes) -> None:
    moto.emptied("evidence")
    store = moto.store("evidence")
    digest = store.put(b"meter")
    moto.overwrite("evidence", f"{digest[:2]}/{digest}", now)
    for action in (lambda: store.get(digest), lambda: store.put(b"meter")):
        with pytest.raises(Refusal, match=r"^evidence\.file\.damaged"):
            action()


def test_a_bucket_that_is_not_there_is_out_of_reach_and_not_an_empty_one(moto: objectstore.Address) -> None:
    store = moto.store("nowhere")
    for action in (lambda: store.put(b"meter"), lambda: store.get(NOTHING), lambda: store.exists(NOTHING), lambda: list(store.listed())):
        with pytest.raises(Unreachable, match="NoSuchBucket"):
            action()


def test_a_server_that_is_gone_is_out_of_reach() -> None:
    store = objectstore.Address("http://127.0.0.1:1").store("evidence")
    for action in (lambda: store.put(b"meter"), lambda: store.get(NOTHING), lambda: list(store.listed())):
        with pytest.raises(Unreachable):
            action()


def test_a_bucket_lists_everything_beneath_its_prefix_and_gives_it_up(moto: objectstore.Address) -> None:
    moto.emptied("evidence")
    other, store = moto.store("evidence"), moto.store("evidence/cases")
    aside = other.put(b"of another")
    digests = {store.put(str(number).encode()) for number in range(3)}
    assert {kept.digest for kept in store.listed()} == digests
    for kept in store.listed():
        store.remove(kept)
    assert (list(store.listed()), other.get(aside)) == ([], b"of another")


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
