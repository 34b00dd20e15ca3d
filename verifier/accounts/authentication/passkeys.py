"""Passkeys (WebAuthn): options for the browser, and what authenticators answered, verified. User verification is always required."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from flask import current_app
from sqlalchemy import select, update
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_client_data_json
from webauthn.helpers import parse_authentication_credential_json as parse_assertion
from webauthn.helpers import parse_registration_credential_json as parse_registration
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from verifier.accounts.authentication import challenges, crypto, durable
from verifier.accounts.authentication.challenges import Scope
from verifier.accounts.models import Passkey, User
from verifier.core.errors import Refusal
from verifier.db import db

log = structlog.get_logger()
REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are made and used: the host name they belong to, and the only origin that may ask for them."""

    host: str
    origin: str


def site() -> Site | None:
    """The public address; None where it is no host name, or neither https nor this machine: browsers make no passkeys there."""
    address = urlsplit(current_app.extensions["verifier"].settings.public_url)
    host = address.hostname or ""
    if not host or _is_ip(host) or (address.scheme != "https" and host != "localhost"):
        return None
    return Site(host, f"{address.scheme}://{address.netloc}")


def usable(user: User) -> list[Passkey]:
    """The person's passkeys for the present address, oldest first."""
    here = site()
    if here is None:
        return []
    mine = select(Passkey).where(Passkey.user_id == user.id, Passkey.rp_id == here.host)
    return list(db.session.scalars(mine.order_by(Passkey.created_at, Passkey.id)))


def registration_options(user: User, scope: Scope, *, now: datetime) -> str:
    """What a browser needs to make a passkey, as JSON."""
    here = _here()
    options = generate_registration_options(
        rp_id=here.host,
        rp_name="Verifier",
        user_id=crypto.mark("passkey-user", str(user.id)).encode(),
        user_name=user.email,
        user_display_name=user.name,
        challenge=base64url_to_bytes(challenges.issue(user, scope, now=now)),
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=REQUIRED),
        exclude_credentials=_descriptors(user),
    )
    return options_to_json(options)


def assertion_options(user: User, scope: Scope, *, now: datetime) -> str:
    """What a browser needs to have one of the person's passkeys answer, as JSON."""
    options = generate_authentication_options(
        rp_id=_here().host,
        challenge=base64url_to_bytes(challenges.issue(user, scope, now=now)),
        allow_credentials=_descriptors(user),
        user_verification=REQUIRED,
    )
    return options_to_json(options)


def register(user: User, name: str, response: str, scope: Scope, *, now: datetime) -> Passkey:
    """Keep a passkey that answered a registration challenge of this scope."""
    here = _here()
    try:
        credential = parse_registration(response)
        challenge = bytes_to_base64url(parse_client_data_json(credential.response.client_data_json).challenge)
        if not durable.done_by_this_request(f"made:{challenge}") and not challenges.use(user, scope, challenge, now=now):
            raise Refusal("accounts.passkey.not_made")
        durable.note_done(f"made:{challenge}")
        made = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=here.host,
            expected_origin=here.origin,
            require_user_verification=True,
        )
    except Exception as error:  # what a stranger sent is parsed here: whatever is wrong with it, it is refused
        log.info("passkey_refused", error=type(error).__name__)
        raise Refusal("accounts.passkey.not_made") from error
    credential_id = bytes_to_base64url(made.credential_id)
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
        raise Refusal("accounts.passkey.not_made")
    key = Passkey(
        user_id=user.id,
        name=name,
        rp_id=here.host,
        credential_id=credential_id,
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        created_at=now,
    )
    db.session.add(key)
    db.session.flush()
    return key


def answers(user: User, response: str, scope: Scope, *, now: datetime) -> bool:
    """Whether one of the person's own passkeys answered a challenge of this scope, its counter ahead of the one before."""
    here = site()
    if here is None:
        return False
    try:
        credential = parse_assertion(response)
        challenge = bytes_to_base64url(parse_client_data_json(credential.response.client_data_json).challenge)
        if durable.done_by_this_request(f"passkey:{challenge}"):
            return True
        if not challenges.use(user, scope, challenge, now=now):
            return False
        key = next((each for each in usable(user) if each.credential_id == bytes_to_base64url(credential.raw_id)), None)
        if key is None:
            return False
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=here.host,
            expected_origin=here.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # as above
        log.info("passkey_refused", error=type(error).__name__)
        return False
    counted = update(Passkey).where(Passkey.id == key.id, Passkey.sign_count == key.sign_count)
    if durable.execute(counted.values(sign_count=verified.new_sign_count, last_used_at=now)).rowcount != 1:
        return False
    durable.note_done(f"passkey:{challenge}")
    return True


def _here() -> Site:
    here = site()
    if here is None:
        raise Refusal("accounts.passkey.no_host_name")
    return here


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in usable(user)]


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
