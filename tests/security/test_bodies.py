"""What is too large, a bomb, or an error of ours is answered with words and costs little."""

import zipfile
from dataclasses import replace
from io import BytesIO
from time import perf_counter

import pytest
from flask import Flask
from PIL import Image

from tests.conftest import settings_in
from tests.house.routes import World
from tests.people import Cast, sign_in
from tests.security.attacker import Browsers
from verifier.app import create_app
from verifier.db import db
from verifier.evidence.models import Photo

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(("body", "kind"), [(b"a=" + b"x" * 64_000_000, FORM), (b"x" * 64_000_000, "multipart/form-data; boundary=x")])
def test_a_body_larger_than_the_limit_is_refused_with_words(world: World, body: bytes, kind: str) -> None:
    client, begun = Browsers(world).of("lead"), perf_counter()
    answer = client.post(f"/cases/{world.values['engagement_id']}/photos/new", data=body, content_type=kind)
    assert answer.status_code == 413
    assert "Send a smaller file" in answer.text
    assert perf_counter() - begun < 5


def test_a_zip_bomb_is_refused_before_it_is_unpacked(world: World) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _megabyte in range(300):
                sheet.write(b" " * 1_000_000)
    bomb, begun = out.getvalue(), perf_counter()
    assert len(bomb) < 500_000
    client = Browsers(world).of("contact")
    answer = client.post(f"/reports/{world.values['unit_year_id']}/hand-in", data={"workbook": (BytesIO(bomb), "report.xlsx")})
    assert answer.status_code in (200, 409)
    assert "versions/2" not in answer.text
    assert perf_counter() - begun < 10


def test_a_pixel_bomb_is_refused_before_it_is_decoded(world: World) -> None:
    out = BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    bomb, begun, before = out.getvalue(), perf_counter(), db.session.query(Photo).count()
    db.session.rollback()
    client = Browsers(world).of("lead")
    answer = client.post(f"/cases/{world.values['engagement_id']}/photos/new", data={"photos": (BytesIO(bomb), "big.png"), "caption": "x"})
    assert answer.status_code in (200, 409)
    assert db.session.query(Photo).count() == before
    assert perf_counter() - begun < 5


def test_an_error_of_ours_tells_a_reference_and_nothing_else(app: Flask, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    """The log names the place; what was typed stands in neither."""
    real = create_app(replace(settings_in(app.extensions["verifier"].settings.instance)))
    real.config["WTF_CSRF_ENABLED"] = False

    def crash(**_places: object) -> None:
        raise ValueError("secret-in-the-reason")

    crash.permission = "public"  # type: ignore[attr-defined]
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
