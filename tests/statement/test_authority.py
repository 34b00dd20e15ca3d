"""The local authority: its key at rest, what it vouches for, and what opens a signing key."""

import stat
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.statement.specimen import NOW, PASSPHRASE
from verifier.core.errors import Refusal
from verifier.statement.signing.certificate_authority import ROOT_CERTIFICATE, ROOT_KEY, new_signing_key, open_authority, open_key

SECRET = "a root secret for tests only"


def test_the_root_is_made_once_and_its_key_rests_encrypted_for_its_owner_alone(tmp_path: Path) -> None:
    first = open_authority(tmp_path / "ca", SECRET, now=NOW)
    assert stat.S_IMODE((tmp_path / "ca" / ROOT_KEY).stat().st_mode) == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in first.key_pem
    assert open_authority(tmp_path / "ca", SECRET, now=NOW) == first


def test_half_an_authority_is_refused(tmp_path: Path) -> None:
    open_authority(tmp_path, SECRET, now=NOW)
    (tmp_path / ROOT_CERTIFICATE).unlink()
    with pytest.raises(Refusal, match=r"statement\.authority\.incomplete"):
        open_authority(tmp_path, SECRET, now=NOW)


def test_certificates_name_the_person_or_the_body_and_come_from_the_root(tmp_path: Path) -> None:
    authority, key = open_authority(tmp_path, SECRET, now=NOW), new_signing_key(PASSPHRASE, "李雪琴")
    person = x509.load_pem_x509_certificate(
        authority.issue_person(key.request_pem, name="李雪琴", organisation="京核", role="核查组长", now=NOW)
    )
    seal = x509.load_pem_x509_certificate(authority.issue_seal(key.request_pem, organisation="京核", now=NOW))
    root = x509.load_pem_x509_certificate(authority.root_pem)
    assert person.subject.rfc4514_string() == "OU=核查组长,O=京核,CN=李雪琴"
    assert seal.subject.rfc4514_string() == "OU=公章 Seal,O=京核,CN=京核"
    for leaf in (person, seal):
        leaf.verify_directly_issued_by(root)
        assert leaf.not_valid_before_utc <= NOW < leaf.not_valid_after_utc
        assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_only_the_passphrase_opens_a_signing_key() -> None:
    key = new_signing_key(PASSPHRASE, "李雪琴")
    assert open_key(key.key_pem, PASSPHRASE).key_size == 3072
    for wrong in ("", "another passphrase", PASSPHRASE + " "):
        with pytest.raises(Refusal, match=r"statement\.passphrase\.wrong"):
            open_key(key.key_pem, wrong)


def test_the_key_derivation_is_slow_enough_for_a_passphrase() -> None:
    der = new_signing_key(PASSPHRASE, "x").key_pem
    assert (600_000).to_bytes(3, "big") in b64decode(b"".join(der.splitlines()[1:-1]))


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        new_signing_key("elevenchars", "x")
    assert (refused.value.message, refused.value.values) == ("statement.passphrase.short", {"minimum": 12})


def test_a_request_that_its_key_did_not_sign_gets_no_certificate(tmp_path: Path) -> None:
    authority, key = open_authority(tmp_path, SECRET, now=NOW), new_signing_key(PASSPHRASE, "x")
    der = bytearray(x509.load_pem_x509_csr(key.request_pem).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    forged = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM)
    with pytest.raises(Refusal, match=r"statement\.certificate\.request"):
        authority.issue_seal(forged, organisation="京核", now=NOW)
