"""The house refuses to stand without its guards."""

import stat
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import settings_in
from verifier import app as house
from verifier.app import Unguarded, create_app
from verifier.web import views as web


def test_a_view_without_a_permission_keeps_the_app_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Part:
        bp = type(web.bp)("open", __name__)

    Part.bp.add_url_rule("/open", "view", lambda: "anyone")
    monkeypatch.setattr(house, "PARTS", (*house.PARTS, Part))
    with pytest.raises(Unguarded, match=r"open\.view"):
        create_app(settings_in(tmp_path / "instance"), testing=True)


def test_the_first_run_makes_secrets_that_only_their_owner_reads(app: Flask) -> None:
    instance = app.extensions["verifier"].settings.instance
    for name in ("secret.key", "keys/trail.pem"):
        assert stat.S_IMODE((instance / name).stat().st_mode) == 0o600, name
    assert len((instance / "secret.key").read_text()) >= 43


def test_settings_do_not_show_their_secrets(app: Flask) -> None:
    settings = app.extensions["verifier"].settings
    assert settings.secret_key not in repr(settings)


@pytest.mark.parametrize("address", ["/", "/components", "/sign-in", "/nothing-here"])
def test_every_page_tells_the_browser_to_keep_it_ours(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in headers


def test_behind_tls_cookies_and_transport_are_locked(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path / "instance", behind_tls=True), testing=True)
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"]


def test_a_form_without_its_token_is_refused_with_advice(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/language", data={"language": "zh"})
    assert answer.status_code == 400
    assert b"This page has expired" in answer.data


def test_the_page_of_components_exists_in_the_demo_only(app: Flask, client: FlaskClient) -> None:
    assert client.get("/components").status_code == 200
    app.extensions["verifier"].settings.demo_marker.unlink()
    assert client.get("/components").status_code == 404


@pytest.mark.parametrize(("asked", "lang"), [("zh-CN,zh;q=0.9", "zh-Hans"), ("de,en;q=0.5", "en"), ("fr", "en")])
def test_a_visitor_is_met_in_the_browsers_language(client: FlaskClient, asked: str, lang: str) -> None:
    assert f'<html lang="{lang}"' in client.get("/", headers={"Accept-Language": asked}).text


def test_a_chosen_language_is_remembered_and_leads_back(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "zh", "next": "/components"})
    assert answer.headers["Location"] == "/components"
    assert '<html lang="zh-Hans"' in client.get("/").text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_no_form_leads_away_from_us(client: FlaskClient, elsewhere: str) -> None:
    assert client.post("/language", data={"language": "en", "next": elsewhere}).headers["Location"] == "/"
