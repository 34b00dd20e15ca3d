"""What anyone may see of a statement, and what the checking page says of a dropped PDF."""

import json
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import current_app
from flask.testing import FlaskClient

from tests import homes
from tests.people import Cast, sign_in
from tests.statement import builders, forgeries
from tests.statement.builders import settle_authority
from verifier.cli.online import main
from verifier.db import db
from verifier.evidence.queries import store
from verifier.statement import queries
from verifier.statement.models import Statement
from verifier.statement.views import public


@pytest.fixture
def issued(cast: Cast) -> Statement:
    """A statement signed by all three."""
    return builders.issued(cast)


def drop(client: FlaskClient, pdf: bytes) -> str:
    """What the page says of a file."""
    return client.post("/check", data={"pdf": (BytesIO(pdf), "statement.pdf")}, content_type="multipart/form-data").text


def test_the_public_page_tells_what_the_statement_says_and_who_signed_it(client: FlaskClient, issued: Statement) -> None:
    page = client.get(f"/s/{issued.token}").text
    for said in (
        issued.number,
        issued.engagement.unit.name,
        "2021",
        "Verified: pass",
        issued.pdf_sha256,
        "Lead",
        "Signatory",
        issued.engagement.body.name,
    ):
        assert said in page
    assert f"{int(issued.verified_total or 0):,}" in page
    assert page.count("SHA-256 of the certificate") == 3
    assert client.get(f"/s/{issued.token}/statement.pdf").data == store().get(issued.pdf_sha256)


def test_records_are_kept_from_the_day_of_issue_where_the_programme_is(issued: Statement) -> None:
    with db.session.no_autoflush:
        issued.issued_at = datetime(2022, 4, 29, 17, tzinfo=UTC)
        assert queries.kept_until(issued) == date(2032, 4, 30)
        issued.issued_at = None
        assert queries.kept_until(issued) is None
    db.session.rollback()


def test_the_issued_file_is_called_genuine_and_an_edited_copy_edited(client: FlaskClient, issued: Statement) -> None:
    pdf = store().get(issued.pdf_sha256)
    assert "Authentic" in drop(client, pdf)
    appended = drop(client, pdf + b"\n% one more line\n%%EOF\n")
    assert "Modified: do not rely on it" in appended
    assert issued.number in appended
    at = len(pdf) // 2
    assert "Modified: do not rely on it" in drop(client, pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :])


def test_the_command_line_says_the_same_and_ends_with_the_code_of_what_it_found(
    issued: Statement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in homes.environ(current_app.extensions["verifier"].settings.instance).items():
        monkeypatch.setenv(name, value)
    pdf, number, file = store().get(issued.pdf_sha256), issued.number, tmp_path / "dropped.pdf"
    db.session.rollback()
    at = len(pdf) // 2
    for dropped, verdict, named, ended in (
        (pdf, "genuine", number, 0),
        (pdf + b"\n% one more line\n%%EOF\n", "edited", number, 1),
        (pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :], "edited", number, 1),
        (forgeries.by_another_authority(), "not_ours", "BJ-2021-0001", 1),
        (pdf[:3000], "unreadable", None, 2),
    ):
        file.write_bytes(dropped)
        done = CliRunner().invoke(main, ["statement", "verify", str(file), "--json"])
        said = json.loads(done.output)
        assert (said["verdict"], said["number"], done.exit_code) == (verdict, named, ended)
        assert said["reasons"]


def test_a_superseded_statement_stays_readable_and_says_so(client: FlaskClient, issued: Statement) -> None:
    pdf = store().get(issued.pdf_sha256)
    issued.status = "superseded"
    db.session.commit()
    assert "no longer in force" in client.get(f"/s/{issued.token}").text
    assert "Authentic, but no longer valid" in drop(client, pdf)


@pytest.mark.parametrize(("dropped", "said"), [(b"hello", "Unreadable"), (b"%PDF-1.7\nbroken", "Unreadable")])
def test_what_is_no_statement_is_called_so(client: FlaskClient, dropped: bytes, said: str) -> None:
    settle_authority()
    assert said in drop(client, dropped)


def test_an_unknown_token_is_nothing(client: FlaskClient) -> None:
    assert client.get("/s/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert client.get("/s/AAAAAAAAAAAAAAAAAAAAAA/statement.pdf").status_code == 404


def test_one_address_may_not_have_files_checked_without_end(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    settle_authority()
    monkeypatch.setattr(public, "CHECKS", 2)
    for _ in range(2):
        assert client.post("/check", data={"pdf": (BytesIO(b"x"), "a.pdf")}).status_code == 200
    assert client.post("/check", data={"pdf": (BytesIO(b"x"), "a.pdf")}).status_code == 429


def test_the_root_certificate_is_handed_out_and_never_its_key(client: FlaskClient) -> None:
    settle_authority()
    pem = client.get("/check/root.pem").data
    assert pem.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in pem


def test_the_seal_is_made_by_the_coordinator_alone(client: FlaskClient, cast: Cast) -> None:
    assert sign_in(client, cast.coordinator).get("/organisation/seal").status_code == 200
    assert sign_in(client, cast.lead).get("/organisation/seal").status_code == 403
    assert client.get("/account/signing-key").status_code == 200
    assert sign_in(client, cast.contact).get("/account/signing-key").status_code == 403
