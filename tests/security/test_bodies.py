"""What is too large, a bomb, or an error of ours is answered with words and costs little."""

import zipfile
import zlib
from dataclasses import replace
from io import BytesIO, RawIOBase
from struct import pack
from time import perf_counter, process_time
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.conftest import settings_in
from tests.house.routes import World
from tests.people import Cast, sign_in
from tests.security.attacker import Browsers
from verifier.app import create_app
from verifier.core.access import Permission
from verifier.db import db
from verifier.evidence.models import Photo
from verifier.jobs.worker import run_next
from verifier.reports.report_intake import LARGE
from verifier.web.permit import ViewPolicy

pytestmark = pytest.mark.hold

FORM = "application/x-www-form-urlencoded"


MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
END = b"\r\n--x--\r\n"
UPLOAD, WORDS = "/cases/{engagement_id}/photos/new", "/account"
TOO_LARGE = {
    "words beyond four megabytes": (WORDS, FORM, b"name=", 4_000_000, b""),
    "words up to the limit of files": (WORDS, FORM, b"name=", 61_000_000, b""),
    "words where files are handed in": (UPLOAD, FORM, b"caption=", 61_000_000, b""),
    "parts where no file is asked for": (WORDS, MULTIPART, PART % b"name", 4_000_000, END),
    "a file where none is asked for": (WORDS, MULTIPART, PART % b'name"; filename="a.txt', 4_000_000, END),
    "one word of many megabytes among files": (UPLOAD, MULTIPART, PART % b"caption", 4_100_000, END),
    "a file beyond the limit": (UPLOAD, MULTIPART, PART % b'photos"; filename="a.jpg', 63_000_000, END),
}
"""Where, of what kind, how it begins, how much of it there is, how it ends; the limit of this installation is 60 MB."""


@pytest.mark.parametrize("what", TOO_LARGE)
def test_a_body_larger_than_the_limit_is_refused_with_words(world: World, what: str) -> None:
    path, kind, begins, size, ends = TOO_LARGE[what]
    client, begun = Browsers(world).of("lead"), process_time()
    answer = client.post(path.format(**world.values), data=begins + b"x" * size + ends, content_type=kind)
    assert answer.status_code == 413
    assert "Send a smaller file" in answer.text
    assert process_time() - begun < 2


def test_words_that_hide_their_length_are_read_no_further_than_the_limit_and_never_taken(world: World) -> None:
    """As gunicorn hands over a chunked body: it ends by itself, and says nothing of its length."""
    body = Counting(70_000_000)
    given = {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = Browsers(world).of("lead").post(WORDS, content_type=FORM, environ_overrides=given)
    assert answer.status_code == 411
    assert body.handed_out <= 4_000_000


class Counting(RawIOBase):
    """Bytes without end that know how many were taken."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left, self.handed_out = size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As much as is asked for, as long as there is some."""
        count = min(len(buffer), self.left)
        buffer[:count] = b"x" * count
        self.left, self.handed_out = self.left - count, self.handed_out + count
        return count


def test_a_form_of_words_as_large_as_any_of_ours_is_taken(world: World) -> None:
    """Two thousand ticked rows with a note of a page."""
    fields = [("keys", f"E-{n:05d}") for n in range(2_000)] + [("note", "漢" * 5_000)]
    answer = Browsers(world).of("lead").post(f"/cases/{world.values['engagement_id']}/agree-data", data=MultiDict(fields))
    assert answer.status_code in (303, 409)


def test_a_file_where_a_word_belongs_is_no_word(world: World) -> None:
    files = {name: (BytesIO(b"x"), "a.txt") for name in ("name", "language", "version")}
    answer = Browsers(world).of("lead").post(WORDS, data=files)
    assert (answer.status_code, "errsum" in answer.text) == (200, True)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(world: World) -> None:
    """Large enough to be read behind the page, by the job."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _megabyte in range(300):
                sheet.write(b" " * 1_000_000)
    bomb, begun = out.getvalue(), perf_counter()
    assert LARGE < len(bomb) < 2_000_000
    client = Browsers(world).of("contact")
    boundary, body = encode_multipart({"workbook": FileStorage(BytesIO(bomb), filename="report.xlsx")})
    kind = f"multipart/form-data; boundary={boundary}"
    answer = client.post(f"/reports/{world.values['unit_year_id']}/hand-in", data=body, content_type=kind)
    assert answer.status_code == 303
    db.session.remove()
    while run_next():
        pass
    assert "The workbook is damaged and cannot be read" in client.get(answer.headers["Location"]).text
    assert "versions/3" not in client.get(f"/reports/{world.values['unit_year_id']}").text
    assert perf_counter() - begun < 10


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def test_a_pixel_bomb_is_refused_before_it_is_decoded(world: World) -> None:
    """Nine hundred million pixels in a hundred kilobytes, all of them really there."""
    line = b"\0" * (1 + 30_000 // 8)
    bomb = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0))
    bomb += _chunk(b"IDAT", zlib.compress(line * 30_000, 9)) + _chunk(b"IEND", b"")
    assert len(bomb) < 200_000
    begun, before = process_time(), db.session.query(Photo).count()
    db.session.rollback()
    client = Browsers(world).of("lead")
    answer = client.post(f"/cases/{world.values['engagement_id']}/photos/new", data={"photos": (BytesIO(bomb), "big.png"), "caption": "x"})
    assert answer.status_code == 409
    assert "has more than 64 million pixels" in answer.text
    assert db.session.query(Photo).count() == before
    assert process_time() - begun < 5


def test_an_error_of_ours_tells_a_reference_and_nothing_else(app: Flask, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    """The log names the place; what was typed stands in neither."""
    real = create_app(replace(settings_in(app.extensions["verifier"].settings.instance)))
    real.config["WTF_CSRF_ENABLED"] = False

    def crash(**_places: object) -> None:
        raise ValueError("secret-in-the-reason")

    crash.policy = ViewPolicy(Permission.PUBLIC, Permission.PUBLIC)  # type: ignore[attr-defined]
    real.view_functions["web.components"] = crash
    with real.app_context():
        answer = sign_in(real.test_client(), cast.contact).get("/components?q=typed-by-someone")
        assert answer.status_code == 500
        for inside in ("secret-in-the-reason", "Traceback", "ValueError", ".py", "sqlite"):
            assert inside not in answer.text
        said = capsys.readouterr().out
        assert '"event": "crash"' in said
        assert "typed-by-someone" not in said
        db.session.remove()
        db.engine.dispose()
