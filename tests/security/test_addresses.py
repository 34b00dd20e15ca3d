"""An attacker cannot make us send anyone elsewhere, speak in another host's name, or hand out what lies beside our files."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.builders import forget, mails, try_password, with_password
from tests.conftest import settings_in
from tests.people import Cast, sign_in
from verifier.app import create_app
from verifier.db import db
from verifier.web.sanity import local_path

pytestmark = pytest.mark.hold

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "https:evil.example",
    "https://evil.example",
    "HTTPS://evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "//evil.example\\@localhost",
    "http:///evil.example",
    "//[",
    "http://[::1",
    " //evil.example",
    "\x01//evil.example",
    "//evil.example/%2f..",
    "/%5cevil.example",
    "/\r\nX-Evil: 1",
    "?next=//evil",
    "evil.example",
    "//localhost@evil.example",
)
OURS = {"/": "/", "/cases": "/cases", "/cases?q=1&page=2": "/cases?q=1&page=2", "/cases/é": "/cases/é", None: "/", "": "/"}
HOSTS = (
    "evil.example",
    "evil.example:443",
    "verifier.example.evil.example",
    "verifier.example@evil.example",
    "",
    "a b",
    "x" * 300,
    "[::",
    "é",
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_address_leads_away_from_here(address: str) -> None:
    led = local_path(address)
    assert re.match(r"/(?![/\\])", led), led
    assert not re.search(r"[\x00-\x1f\\]", led)


@pytest.mark.parametrize(("address", "led"), OURS.items())
def test_our_own_addresses_are_kept(address: str | None, led: str) -> None:
    assert local_path(address) == led


@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_and_changing_the_language_never_redirect_elsewhere(client: FlaskClient, cast: Cast, address: str) -> None:
    sign_in(client, cast.contact)
    for answer in (
        client.get("/sign-in", query_string={"next": address}),
        client.post("/language", data={"language": "en", "next": address}),
        client.post("/sign-out", headers={"Referer": address.replace("\n", "").replace("\r", "").replace("\x01", "")}),
    ):
        assert answer.status_code in (303, 400)
        assert re.match(r"(/(?![/\\])|$)", answer.headers.get("Location", "")), answer.headers
        assert "X-Evil" not in answer.headers


def test_a_refusal_leads_back_only_to_a_page_of_ours(client: FlaskClient, cast: Cast) -> None:
    for referrer in ("http://evil.example/x", "http://[", "//evil.example", "http://localhost//evil.example", "javascript:alert(1)"):
        sign_in(client, cast.contact)
        answer = client.post("/language", data={"language": "xx"}, headers={"Referer": referrer})
        assert answer.location == "/", referrer


@pytest.fixture
def public(app: Flask) -> Iterator[Flask]:
    """The installation after it was told its public address."""
    settings = replace(settings_in(app.extensions["verifier"].settings.instance), public_url="https://verifier.example", behind_tls=True)
    made = create_app(settings, testing=True)
    made.config["WTF_CSRF_ENABLED"] = False
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_not_ours_is_refused_once_the_public_address_is_set(public: Flask, host: str) -> None:
    answer = public.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["verifier.example", "verifier.example:443", "localhost:8000", "127.0.0.1:5000"])
def test_our_own_hosts_are_answered(public: Flask, host: str) -> None:
    assert public.test_client().get("/sign-in", headers={"Host": host}).status_code == 200


def test_a_link_in_a_message_names_the_public_address_whatever_host_was_asked(app: Flask, cast: Cast) -> None:
    with_password(cast.contact)
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = forget(app.test_client(), "contact@example.org", headers=headers)
    assert answer.status_code == 200
    settings = app.extensions["verifier"].settings
    (message,) = mails(settings.mail_folder)
    assert "evil" not in message
    assert f"{settings.public_url}/link/" in message


def test_headers_of_a_proxy_that_is_not_there_are_not_believed(app: Flask, cast: Cast) -> None:
    """Else whoever guesses passwords would be a new address each time."""
    with_password(cast.contact)
    client = app.test_client()
    codes = [
        try_password(
            client, "contact@example.org", "wrong", headers={"X-Forwarded-For": f"198.51.100.{n}", "Forwarded": f"for=198.51.100.{n}"}
        )
        for n in range(7)
    ]
    assert codes[-1].status_code == 429


@pytest.mark.parametrize(
    "path",
    [
        "../verifier/config.py",
        "..%2fverifier%2fconfig.py",
        "%2e%2e/verifier/config.py",
        "%252e%252e%252fverifier/config.py",
        "..\\config.py",
        "....//verifier/config.py",
        "css/../../verifier/config.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "css/%00.css",
        "css/tokens.css%00.png",
        "",
        ".",
        "css",
        "css/",
        "%c0%ae%c0%ae/verifier/config.py",
        "..;/verifier/config.py",
        "file:///etc/passwd",
        ".git/config",
    ],
)
def test_nothing_beside_the_static_files_is_handed_out(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/static/{path}")
    assert answer.status_code in (301, 308, 400, 404), path
    assert "VERIFIER_" not in answer.text
    assert "Index of" not in answer.text


@pytest.mark.parametrize("token", ["..%2f..%2fsecret.key", "%00", "x" * 5000, "%F0%9F", "'%20OR%201=1--", ".", "%2e%2e"])
def test_a_token_is_looked_up_and_never_a_path(client: FlaskClient, token: str) -> None:
    for page in ("/s/{}", "/link/{}"):
        assert client.get(page.format(token)).status_code in (308, 400, 404, 410), page


def test_a_page_of_a_list_cannot_be_made_to_link_elsewhere(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    page = client.get("/admin/people?_external=1&_scheme=javascript&endpoint=static&q=e&_anchor=x&values=1")
    assert page.status_code == 200
    assert not re.search(r'(href|action)="(?!/|#|\?|mailto:)[^"]', page.text)
