"""What anyone may see of a statement, and what the checking page says of a dropped PDF."""

import json
import re
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from flask import current_app
from flask.testing import FlaskClient
from pypdf import PdfWriter
from sqlalchemy import select

from tests import homes
from tests.people import Cast, sign_in
from tests.statement import builders, forgeries
from tests.statement.builders import settle_authority
from verifier.audit.models import TrailRow
from verifier.cli.online import main
from verifier.db import db
from verifier.evidence.queries import store
from verifier.statement import queries
from verifier.statement.models import Statement, Status
from verifier.statement.views import public


@pytest.fixture
def issued(cast: Cast) -> Statement:
    """A statement signed by all three."""
    return builders.issued(cast)


def drop(client: FlaskClient, pdf: bytes) -> str:
    """What the page says of a file."""
    return client.post("/check", data={"pdf": (BytesIO(pdf), "statement.pdf")}, content_type="multipart/form-data").text


def test_the_public_page_shows_what_identifies_the_statement_and_nothing_of_the_work(client: FlaskClient, issued: Statement) -> None:
    answer = client.get(f"/s/{issued.token}")
    page = re.sub(r"<[^>]*>", "", answer.text.split("<main", 1)[1])
    for said in (
        issued.number,
        issued.engagement.unit.name,
        "2021",
        "Verified: pass",
        issued.engagement.body.name,
        "In force",
        "Issued on",
    ):
        assert said in page
    assert f"{int(issued.verified_total or 0):,}" in page
    for hidden in (
        *(each.signer_name for each in issued.signatures if each.place != "seal"),
        issued.pdf_sha256,
        "SHA-256",
        "Download",
        "Beijing pilot",
    ):
        assert hidden not in page, hidden


def test_addresses_that_hold_a_token_stay_out_of_search_engines(client: FlaskClient, issued: Statement) -> None:
    for address in (f"/s/{issued.token}", "/s/AAAAAAAAAAAAAAAAAAAAAA", "/link/AAAAAAAAAAAAAAAAAAAAAA"):
        answer = client.get(address)
        assert answer.headers["X-Robots-Tag"] == "noindex", address
        assert '<meta name="robots" content="noindex">' in answer.text, address
    start = client.get("/")
    assert "X-Robots-Tag" not in start.headers
    assert "noindex" not in start.text


def test_a_file_is_checked_from_the_public_page(client: FlaskClient, issued: Statement) -> None:
    page = client.get(f"/s/{issued.token}").text
    form = re.search(
        r'<form[^>]*action="([^"]*)"[^>]*enctype="multipart/form-data"|<form[^>]*enctype="multipart/form-data"[^>]*action="([^"]*)"', page
    )
    assert form is not None
    assert "/check" in form.groups()
    assert 'name="pdf"' in page


PDF = [
    # who, whether they download the issued PDF
    ("nobody", False),
    ("admin", False),
    ("manager", True),
    ("assessor", True),
    ("coordinator", True),
    ("lead", True),
    ("verifier", True),
    ("expert", True),
    ("reviewer", True),
    ("signatory", True),
    ("colleague", False),
    ("contact", True),
    ("contributor", True),
    ("responsible", True),
    ("other_coordinator", False),
    ("other_contact", False),
]


@pytest.mark.parametrize(("person", "may"), PDF)
def test_the_issued_pdf_is_handed_out_to_unit_body_and_authority_only(
    client: FlaskClient, cast: Cast, issued: Statement, person: str, may: bool
) -> None:
    address = f"/cases/{issued.engagement_id}/statements/{issued.id}.pdf"
    if person != "nobody":
        sign_in(client, getattr(cast, person))
    answer = client.get(address)
    assert answer.status_code == (200 if may else 303 if person == "nobody" else 404)
    assert (answer.data == store().get(issued.pdf_sha256)) is may
    assert (f'href="{address}"' in client.get(f"/s/{issued.token}").text) is may
    assert client.get(f"/s/{issued.token}/statement.pdf").status_code == 404


def test_a_statement_that_is_not_issued_or_of_another_case_is_not_handed_out(client: FlaskClient, cast: Cast, issued: Statement) -> None:
    sign_in(client, cast.lead)
    assert client.get(f"/cases/{issued.engagement_id}/statements/{uuid4()}.pdf").status_code == 404
    issued.status, issued.issued_at = Status.RECALLED, None
    db.session.commit()
    assert client.get(f"/cases/{issued.engagement_id}/statements/{issued.id}.pdf").status_code == 404


def test_a_download_of_the_issued_pdf_is_recorded(client: FlaskClient, cast: Cast, issued: Statement) -> None:
    sign_in(client, cast.contact).get(f"/cases/{issued.engagement_id}/statements/{issued.id}.pdf").close()
    row = db.session.scalars(select(TrailRow).where(TrailRow.action == "statement:pdf:downloaded")).one()
    assert (row.actor_name, row.subject_id) == ("Contact", str(issued.id))


def test_a_number_written_into_a_strangers_pdf_leads_to_no_page_of_that_statement(client: FlaskClient, issued: Statement) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": f"Verification statement {issued.number}"})
    made = BytesIO()
    writer.write(made)
    page = drop(client, made.getvalue())
    assert "Not issued by this system" in page
    assert issued.token not in page
    assert issued.token in drop(client, store().get(issued.pdf_sha256))


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


@pytest.mark.parametrize(
    ("format", "said"),
    [
        ("verifier-statement/1", "verified − reported (+ understated, − overstated)"),
        ("verifier-statement/2", "reported − verified (+ overstated"),
    ],
)
def test_a_statement_is_shown_and_checked_with_the_sign_it_was_signed_with(
    client: FlaskClient, cast: Cast, issued: Statement, format: str, said: str
) -> None:
    issued.facts = {**issued.facts, "format": format}
    db.session.commit()
    assert said in sign_in(client, cast.lead).get(f"/cases/{issued.engagement_id}/signing").text
    assert "Authentic" in drop(client, store().get(issued.pdf_sha256))
