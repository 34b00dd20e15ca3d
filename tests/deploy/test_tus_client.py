"""tus-js-client from npm sends a file in pieces, is cut off and resumes: through nginx as it is shipped, and without a proxy."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.concurrency.browser import Browser, sit_down
from tests.concurrency.server import Running, running
from tests.deploy.test_proxy import nginx
from tests.people import Cast
from verifier.db import db
from verifier.evidence.uploads import pieces
from verifier.evidence.uploads.models import Upload

pytestmark = pytest.mark.hold

CLIENT = Path(__file__).with_name("tus_client.mjs")
PIECE = 256 * 1024
ENDED = 9
"""With what the client ends where it is told to stop."""


@dataclass(frozen=True)
class Tablet:
    """A signed-in person's tus-js-client, and the folder of its file and of what it notes."""

    browser: Browser
    address: str
    folder: Path
    trusted: Path

    def sends(self, data: bytes, *, stop: int = 0) -> subprocess.CompletedProcess[str]:
        """Send the file, or go on with it; ends in the middle of a piece after so many bytes."""
        file = self.folder / "photo.jpg"
        file.write_bytes(data)
        told = [self.address, file, self.browser.cookie, self.browser.csrf, sha256(data).hexdigest(), stop, self.folder / "known.json"]
        trust = {**os.environ, "NODE_EXTRA_CA_CERTS": str(self.trusted)}
        return subprocess.run(["node", CLIENT, *map(str, told)], env=trust, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The real server with a case in check."""
    with running(tmp_path_factory.mktemp("tus") / "instance") as there:
        yield there


@pytest.fixture(params=["nginx", "no proxy"])
def tablet(request: pytest.FixtureRequest, server: Running, tmp_path: Path) -> Iterator[Tablet]:
    """The lead verifier's client, before the proxy and without one."""
    browser = sit_down(server.app, server.address, Cast.present().lead)
    browser.get(f"/cases/{server.case}/photos/new")
    path, port = f"/cases/{server.case}/uploads", urlsplit(server.address).port or 0
    if request.param == "no proxy":
        yield Tablet(browser, server.address + path, tmp_path, tmp_path / "none")
    else:
        with nginx(tmp_path / "proxy", [port, port]) as proxied:
            yield Tablet(browser, f"https://localhost:{proxied}{path}", tmp_path, tmp_path / "proxy" / "tls" / "server.crt")
    browser.leave()


def test_tus_js_client_resumes_an_upload_that_was_cut_in_the_middle_of_a_piece(tablet: Tablet) -> None:
    data = os.urandom(5 * PIECE + 1000)
    cut = tablet.sends(data, stop=2 * PIECE + 1)
    assert cut.returncode == ENDED, cut.stderr
    resumed = tablet.sends(data)
    assert resumed.returncode == 0, resumed.stderr
    assert 2 * PIECE <= json.loads(resumed.stdout)["first"] < len(data)
    digest = sha256(data).hexdigest()
    assert json.loads(resumed.stdout)["url"].endswith(digest)
    db.session.rollback()
    upload = db.session.query(Upload).filter_by(sha256=digest).one()
    assert upload.received == upload.size == len(data)
    assert pieces.path(upload.id).read_bytes() == data
