"""Signing keys: created by their holder, encrypted with the holder's passphrase, certified by this installation's certificate authority."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from flask import current_app

from verifier.accounts.actions import about
from verifier.accounts.authentication import crypto, passwords, present_factor, secondfactor, throttle
from verifier.accounts.authentication.present_factor import Factor
from verifier.accounts.models import Organisation, User
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.db import db
from verifier.statement import queries
from verifier.statement.models import SigningKey
from verifier.statement.signing import key_approval
from verifier.statement.signing.certificate_authority import Authority, certified, new_signing_key, open_authority
from verifier.statement.signing.certificate_authority import SigningKey as Pair


def authority(now: datetime) -> Authority:
    """This installation's certificate authority, made at first use; its key rests under the installation's secret key."""
    instance: Path = current_app.extensions["verifier"].settings.instance
    found = open_authority(instance / "keys" / "authority", crypto.key("authority").hex(), now=now)
    return replace(found, crl_url=f"{current_app.extensions['verifier'].settings.public_url}/crl.crl")


def root_pem(now: datetime) -> bytes:
    """The certificate every signature here rests on."""
    return authority(now).root_pem


def make_personal_key(user: User, passphrase: str, code: Factor, *, pair: Pair | None = None, actor: Actor, now: datetime) -> SigningKey:
    """A signing key of the person's own; it waits for approval, and until then the one before signs.

    `pair`: generated before the transaction, for that takes a second.
    """
    if user.organisation.kind != "body":
        raise Refusal("statement.key.not_body")
    require_good_passphrase(passphrase, user)
    prove_second_factor(user, code, now)
    pair = pair or new_signing_key(passphrase, user.registered_name)
    body = organisation_name(user.organisation)
    certificate = authority(now).issue_person(pair.request_pem, name=user.registered_name, organisation=body, role="", now=now)
    key = _store_key(pair, certificate, queries.waiting_key_of(user.id), actor, now)
    key.user_id = user.id
    db.session.flush()
    record(
        TrailAction.STATEMENT_KEY_MADE, actor, Subject("person", str(user.id)), now=now, effect=Effect.CHANGE, fingerprint=fingerprint(key)
    )
    key_approval.announce(key, now=now)
    return key


def make_seal(
    organisation: Organisation, maker: User, passphrase: str, code: Factor, *, pair: Pair | None = None, actor: Actor, now: datetime
) -> SigningKey:
    """The key behind a body's seal, made by its coordinator; it waits for approval, and until then the one before seals."""
    if organisation.kind != "body":
        raise Refusal("statement.key.not_body")
    require_good_passphrase(passphrase, maker)
    prove_second_factor(maker, code, now)
    name = organisation_name(organisation)
    pair = pair or new_signing_key(passphrase, name)
    certificate = authority(now).issue_seal(pair.request_pem, organisation=name, now=now)
    key = _store_key(pair, certificate, queries.waiting_seal_of(organisation.id), actor, now)
    key.organisation_id = organisation.id
    db.session.flush()
    subject = Subject("organisation", str(organisation.id))
    record(TrailAction.STATEMENT_SEAL_MADE, actor, subject, now=now, effect=Effect.CHANGE, fingerprint=fingerprint(key))
    key_approval.announce(key, now=now)
    return key


def _store_key(pair: Pair, certificate: bytes, before: SigningKey | None, actor: Actor, now: datetime) -> SigningKey:
    if before is not None:
        before.retired_at = now
        db.session.flush()
    key = SigningKey(
        key_pem=pair.key_pem.decode(),
        certificate_pem=certificate.decode(),
        serial=format(_read(certificate).serial_number, "x"),
        made_by=actor.id,
        made_at=now,
    )
    db.session.add(key)
    return key


def require_good_passphrase(passphrase: str, user: User) -> None:
    """Refuse a passphrase that would not do as a password, and the one that the person signs in with."""
    try:
        passwords.require_good(passphrase, about=about(user))
    except Refusal as unfit:
        refusals = {
            "accounts.password.short": Refusal("statement.passphrase.short", minimum=passwords.SHORTEST),
            "accounts.password.long": Refusal("statement.passphrase.long", most=passwords.LONGEST),
            "accounts.password.personal": Refusal("statement.passphrase.personal"),
            "accounts.password.common": Refusal("statement.passphrase.common"),
        }
        raise refusals[unfit.message] from unfit
    refuse_password(passphrase, user.password_hash)


def refuse_password(passphrase: str, password_hash: str | None) -> None:
    """Refuse the passphrase that the person also signs in with."""
    if passwords.matches(password_hash, passphrase):
        raise Refusal("statement.passphrase.is_password")


def prove_second_factor(user: User, code: Factor, now: datetime) -> None:
    """The person has their authenticator app or a passkey at hand; a wrong code stays counted although it is refused."""
    if not secondfactor.is_set(user):
        raise Refusal("statement.code.none")
    _refuse_closed("code", user, now)
    if not present_factor.check(user, code, now):
        raise Refusal("statement.code.wrong" if isinstance(code, str) else "statement.passkey.wrong")


def prove(user: User, refused: Refusal | None, code: Factor, now: datetime) -> None:
    """The person knew the passphrase, unless it was `refused`, and has the authenticator at hand; failures stay counted.

    The passphrase comes first: a mistyped one does not use up the code.
    """
    refuse_paused(user, now)
    tried = throttle.own("passphrase", user.id)
    if refused is not None:
        throttle.count(tried, now)
        raise refused
    throttle.forgive(tried)
    prove_second_factor(user, code, now)


def refuse_paused(user: User, now: datetime) -> None:
    """Refuse who has no second factor, and who mistyped the passphrase too often."""
    if not secondfactor.is_set(user):
        raise Refusal("statement.code.none")
    _refuse_closed("passphrase", user, now)


def _refuse_closed(action: str, user: User, now: datetime) -> None:
    until = throttle.closed_until(throttle.own(action, user.id), now)
    if until is not None:
        raise Refusal("statement.signing.paused", minutes=max(1, -(-int((until - now).total_seconds()) // 60)))


def organisation_name(organisation: Organisation) -> str:
    """The name in certificates and on the statement: Chinese where there is one."""
    return organisation.name_zh or organisation.name


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a certificate says the signer is."""

    name: str
    organisation: str


def identity(key: SigningKey) -> Identity:
    """Name and organisation in the certificate of a key."""
    subject = _read(key.certificate_pem.encode()).subject
    return Identity(*(str(subject.get_attributes_for_oid(oid)[0].value) for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)))


def refuse_other_identity(key: SigningKey, name: str, organisation: str) -> None:
    """Refuse a key whose certificate names its holder, or the body, otherwise than the statement would."""
    stated = Identity(certified(name), certified(organisation))
    if (held := identity(key)) != stated:
        raise Refusal("statement.key.other_identity", certified=f"{held.name}, {held.organisation}", stated=f"{name}, {organisation}")


def serial_of(key: SigningKey) -> int:
    """The serial number of a key's certificate."""
    return _read(key.certificate_pem.encode()).serial_number


def _read(certificate: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate)


def fingerprint(key: SigningKey) -> str:
    """SHA-256 of a key's certificate, as other programs show it."""
    return _read(key.certificate_pem.encode()).fingerprint(SHA256()).hex()


def valid_until(key: SigningKey) -> datetime:
    """When the certificate runs out."""
    return _read(key.certificate_pem.encode()).not_valid_after_utc
