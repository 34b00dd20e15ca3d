"""A real S3 server (moto's), started for the tests as a process of its own and gone with them."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import Request, urlopen

import obstore

from verifier.evidence.store import Store

KEY, SECRET = "verifier", "heron-ladle-oat"


@dataclass(frozen=True)
class Address:
    """Where the server answers."""

    endpoint: str

    def url(self, bucket: str) -> str:
        """The bucket, and perhaps a prefix, as VERIFIER_STORE_URL says it."""
        return f"s3://{bucket}?endpoint={self.endpoint}&region=us-east-1"

    def settings(self, bucket: str) -> dict[str, str]:
        """What the environment must say for evidence to be kept there."""
        return {"VERIFIER_STORE_URL": self.url(bucket), "VERIFIER_STORE_KEY": KEY, "VERIFIER_STORE_SECRET": SECRET}

    def store(self, bucket: str) -> Store:
        """The bucket as the app opens it."""
        return Store.at(self.url(bucket), {"access_key_id": KEY, "secret_access_key": SECRET})

    def emptied(self, bucket: str) -> None:
        """The bucket is there, with nothing in it."""
        urlopen(Request(f"{self.endpoint}/{bucket}", method="PUT")).close()
        objects = self.store(bucket).objects
        for page in obstore.list(objects):
            obstore.delete(objects, [found["path"] for found in page])

    def overwrite(self, bucket: str, key: str, data: bytes) -> None:
        """Behind the app's back."""
        obstore.put(self.store(bucket).objects, key, data, mode="overwrite")


@contextmanager
def server() -> Iterator[Address]:
    """The server on a free port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    served = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _answers(f"http://127.0.0.1:{port}/moto-api/", served)
        yield Address(f"http://127.0.0.1:{port}")
    finally:
        served.kill()
        served.wait()


def _answers(url: str, served: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + 60
    while True:
        try:
            urlopen(url).close()
            return
        except (URLError, ConnectionError):
            assert served.poll() is None, "moto's server ended at once"
            assert monotonic() < deadline, "moto's server does not answer"
            sleep(0.1)
