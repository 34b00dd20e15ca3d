"""What a page weighs: static files kept for ever under the hash of their contents, text compressed."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.people import Cast, sign_in
from verifier import config
from verifier.web.static_files import FOREVER, tree_hash

GZIP = {"Accept-Encoding": "gzip"}
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
IMPORT = re.compile(r'from "(\.[^"]+)"')


def test_every_asset_of_a_page_may_be_kept_for_ever_so_that_a_later_page_is_one_request(client: FlaskClient, cast: Cast) -> None:
    assets = set(ASSET.findall(sign_in(client, cast.lead).get("/").text))
    assert len(assets) > 10
    for asset in assets:
        with client.get(asset) as answer:
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOREVER), asset
            assert "Cookie" not in answer.headers.get("Vary", ""), asset


def test_what_a_module_imports_lies_under_the_same_hash(client: FlaskClient) -> None:
    main = next(each for each in ASSET.findall(client.get("/").text) if each.endswith("js/main.js"))
    with client.get(main) as answer:
        imported = IMPORT.findall(answer.text)
    for name in imported:
        with client.get(f"{main.rpartition('/')[0]}/{name.removeprefix('./')}") as answer:
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOREVER)


def test_the_hash_is_another_once_a_file_is_changed(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "main.js").write_text("1")
    before = tree_hash(tmp_path)
    (tmp_path / "js" / "main.js").write_text("2")
    assert tree_hash(tmp_path) != before


@pytest.mark.parametrize("path", ["/static/js/main.js", "/static/0123456789abcdef/js/main.js"])
def test_the_page_of_another_version_gets_its_files_but_keeps_them_not(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


def test_the_fonts_of_pdfs_are_not_sent_to_browsers(app: Flask, client: FlaskClient) -> None:
    assert (config.STATIC / "fonts" / "HanaMinB.ttf").exists()
    assert client.get("/static/fonts/HanaMinB.ttf").status_code == 404


@pytest.mark.parametrize("path", ["/", "/static/css/layout.css", "/static/js/main.js"])
def test_text_is_compressed_for_who_asks(client: FlaskClient, path: str) -> None:
    with client.get(path) as plain, client.get(path, headers=GZIP) as packed:
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        bare = re.compile(rb'name="csrf_token" value="[^"]+"|name="once" value="[^"]+"')
        assert bare.sub(b"", gzip.decompress(packed.data)) == bare.sub(b"", plain.data)
        assert len(packed.data) < len(plain.data)


def test_the_length_of_a_compressed_page_varies_so_that_it_says_less_about_what_it_repeats(client: FlaskClient) -> None:
    assert len({len(client.get("/check", headers=GZIP).data) for _ in range(12)}) > 3
