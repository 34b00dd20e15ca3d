"""Revoked keys: who may revoke, what a revoked key can still do, and what other people's programs make of our list."""

import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import crl
from cryptography import x509
from flask import current_app
from flask.testing import FlaskClient
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select

from tests.people import Cast, actor, sign_in
from tests.security.test_key_approval import approve, settled
from tests.statement.builders import PASSPHRASE, Signer, approved, give_key, give_second_factor, issued, signer, signing_people
from verifier.accounts.authentication import secondfactor
from verifier.accounts.models import User
from verifier.audit.models import TrailRow
from verifier.core.errors import NotPermitted, Refusal
from verifier.db import db, utcnow
from verifier.evidence.queries import store
from verifier.jobs.models import Job
from verifier.statement import commands, queries
from verifier.statement.inspection.inspect import Verdict
from verifier.statement.models import RevocationReason, SigningKey, Statement
from verifier.statement.signing import issuing, keys, revocation, signatures


def revoke(key: SigningKey, person: User, **since: float) -> None:
    now = utcnow()
    at = now + timedelta(**since) if since else None
    revocation.revoke(key, RevocationReason.KEY_COMPROMISE, "Lost.", at, person=person, actor=actor(person), now=now)


def lead_key(statement: Statement) -> SigningKey:
    return queries.signing_key(statement.signatures[0].key_id)


def sign(case: object, who: Signer, action: str) -> None:
    code, at = who.code()
    getattr(issuing, action)(case, who.person, PASSPHRASE, code, actor=actor(who.person), now=at)


def openssl(*arguments: str, folder: Path) -> str:
    """What OpenSSL says, with its exit code; a missing program fails the test."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, cwd=folder, timeout=60, check=False)
    return f"{done.returncode} {done.stdout}{done.stderr}"


def test_openssl_verifies_the_list_and_refuses_the_revoked_certificate_alone(client: FlaskClient, cast: Cast, tmp_path: Path) -> None:
    bad, good = give_key(cast.lead), give_key(cast.signatory)
    revoke(bad, cast.lead)
    db.session.commit()
    answer = client.get("/crl.crl")
    assert (answer.status_code, answer.content_type) == (200, "application/pkix-crl")
    (tmp_path / "list.der").write_bytes(answer.data)
    (tmp_path / "root.pem").write_bytes(keys.root_pem(utcnow()))
    for name, key in (("bad", bad), ("good", good)):
        (tmp_path / f"{name}.pem").write_text(key.certificate_pem)
    said = openssl("crl", "-inform", "DER", "-in", "list.der", "-CAfile", "root.pem", "-verify", "-out", "list.pem", folder=tmp_path)
    assert said.startswith("0")
    assert "verify OK" in said
    check = ("verify", "-crl_check", "-CAfile", "root.pem", "-CRLfile", "list.pem")
    assert openssl(*check, "good.pem", folder=tmp_path).startswith("0")
    assert "certificate revoked" in openssl(*check, "bad.pem", folder=tmp_path)


def test_pyhanko_finds_a_signature_of_before_the_revocation_good_and_a_later_one_revoked(cast: Cast) -> None:
    statement = issued(cast)
    revoke(lead_key(statement), cast.lead, seconds=-30)
    listed = crl.CertificateList.load(revocation.revocation_list(utcnow()))
    embedded = PdfFileReader(BytesIO(store().get(statement.pdf_sha256))).embedded_signatures[0]
    root = signatures.certificate(keys.root_pem(utcnow()))
    found = []
    for at in (utcnow() - timedelta(minutes=2), utcnow()):
        context = ValidationContext(
            trust_roots=[root], crls=[listed], allow_fetching=False, revocation_mode="require", moment=at, time_tolerance=timedelta(days=1)
        )
        found.append(bool(validate_pdf_signature(embedded, context).revoked))
    assert found == [False, True]


def test_the_list_has_a_number_a_reason_and_says_when_the_next_one_comes(cast: Cast) -> None:
    key = give_key(cast.lead)
    revoke(key, cast.coordinator)
    listed = x509.load_der_x509_crl(revocation.revocation_list(utcnow()))
    entry = listed.get_revoked_certificate_by_serial_number(keys.serial_of(key))
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    assert listed.next_update_utc == listed.last_update_utc + timedelta(days=7)
    assert listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number > 0


def test_a_new_certificate_names_the_address_of_the_list(cast: Cast) -> None:
    certificate = x509.load_pem_x509_certificate(give_key(cast.lead).certificate_pem.encode())
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    address = current_app.extensions["verifier"].settings.public_url
    assert [name.value for point in points for name in point.full_name or ()] == [f"{address}/crl.crl"]


@pytest.mark.parametrize("who", ["lead", "coordinator", "admin"])
def test_holder_coordinator_and_administrator_revoke_and_everyone_concerned_is_told(client: FlaskClient, cast: Cast, who: str) -> None:
    key = give_key(cast.lead)
    db.session.commit()
    browser, address = sign_in(client, getattr(cast, who)), f"/signing-keys/{key.id}/revoke"
    assert "Revoke this key?" in browser.get(address).text
    assert browser.post(address, data={"reason": "affiliation_changed", "note": "Left us."}).status_code == 303
    db.session.expire_all()
    assert key.revoked_at is not None
    assert (key.revoked_reason, key.revoked_note) == (RevocationReason.AFFILIATION_CHANGED, "Left us.")
    row = db.session.scalars(select(TrailRow).where(TrailRow.action == "statement:key:revoked")).one()
    assert (row.actor_id, row.detail["reason"], row.detail["note"]) == (getattr(cast, who).id, "affiliation_changed", "Left us.")
    mails = {job.key for job in db.session.scalars(select(Job).where(Job.kind == "mail.send"))}
    assert mails == {f"key-revoked:{key.id}:{person.id}" for person in (cast.lead, cast.coordinator)}


@pytest.mark.parametrize("who", ["signatory", "other_coordinator", "contact", "manager"])
def test_nobody_else_revokes_a_key_or_learns_that_it_exists(client: FlaskClient, cast: Cast, who: str) -> None:
    key = give_key(cast.lead)
    db.session.commit()
    assert sign_in(client, getattr(cast, who)).get(f"/signing-keys/{key.id}/revoke").status_code == 404
    with pytest.raises(NotPermitted):
        revoke(key, getattr(cast, who))


def test_a_revoked_key_signs_nothing_and_a_new_one_does(cast: Cast) -> None:
    case = approved(cast)
    who = signer(cast.lead)
    key = queries.key_of(who.person.id)
    assert key is not None
    revoke(key, who.person)
    with pytest.raises(Refusal, match=r"statement\.key\.revoked"):
        sign(case, who, "certify")
    who.at += timedelta(minutes=1)
    key = keys.make_personal_key(who.person, PASSPHRASE, secondfactor.code(who.secret, who.at), actor=actor(who.person), now=who.at)
    with pytest.raises(Refusal, match=r"statement\.key\.revoked"):
        sign(case, who, "certify")
    settled(cast.coordinator)
    approve(key, cast.coordinator)
    sign(case, who, "certify")
    assert queries.being_signed(case) is not None


@pytest.mark.parametrize("action", ["countersign", "seal"])
def test_nothing_is_signed_on_top_of_a_signature_whose_key_was_revoked(cast: Cast, action: str) -> None:
    case = approved(cast)
    people = signing_people(cast)
    for step in ("certify", "countersign")[: 1 if action == "countersign" else 2]:
        sign(case, people[step], step)
    key = queries.key_of(cast.lead.id)
    assert key is not None
    revoke(key, cast.coordinator)
    with pytest.raises(Refusal, match=r"statement\.signed\.revoked"):
        sign(case, people[action], action)


def test_a_statement_issued_before_the_revocation_stays_good_by_the_register_s_clock(client: FlaskClient, cast: Cast) -> None:
    statement = issued(cast)
    now = utcnow() + timedelta(hours=1)
    revocation.revoke(lead_key(statement), RevocationReason.KEY_COMPROMISE, "", None, person=cast.lead, actor=actor(cast.lead), now=now)
    found = commands.inspected(store().get(statement.pdf_sha256))
    assert found.verdict is Verdict.GENUINE
    assert "statement.inspect.revoked_later" in {reason.message for reason in found.reasons}
    assert [signer.revoked_at is not None for signer in found.signers] == [True, False, False]
    db.session.commit()
    assert "is in force" in client.get(f"/s/{statement.token}").text
    assert "the time of issue in the register" in client.get("/check").text


def test_a_statement_issued_after_the_date_of_revocation_is_named(client: FlaskClient, cast: Cast) -> None:
    statement = issued(cast)
    key = lead_key(statement)
    assert statement.issued_at is not None
    later = statement.issued_at + timedelta(hours=1)
    revocation.revoke(key, RevocationReason.KEY_COMPROMISE, "", key.made_at, person=cast.admin, actor=actor(cast.admin), now=later)
    found = commands.inspected(store().get(statement.pdf_sha256))
    assert found.verdict is Verdict.REVOKED
    assert "statement.inspect.revoked_before" in {reason.message for reason in found.reasons}
    db.session.commit()
    assert "Do not rely on this statement" in client.get(f"/s/{statement.token}").text


def test_a_file_signed_with_a_revoked_key_outside_the_register_is_named(cast: Cast) -> None:
    case = approved(cast)
    people = signing_people(cast)
    sign(case, people["certify"], "certify")
    begun = queries.being_signed(case)
    key = queries.key_of(cast.lead.id)
    assert begun is not None
    assert key is not None
    revoke(key, cast.lead)
    found = commands.inspected(store().get(begun.pdf_sha256))
    assert "statement.inspect.revoked_unissued" in {reason.message for reason in found.reasons}


def test_a_key_is_revoked_once_and_not_from_a_future_day(cast: Cast) -> None:
    key, factor = give_key(cast.lead), give_second_factor(cast.lead)
    assert factor
    with pytest.raises(Refusal, match=r"statement\.revoke\.future"):
        revoke(key, cast.lead, days=2)
    revoke(key, cast.lead)
    with pytest.raises(Refusal, match=r"statement\.revoke\.already"):
        revoke(key, cast.lead)
