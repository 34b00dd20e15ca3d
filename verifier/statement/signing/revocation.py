"""Revocation of signing keys and seals, and the list of revoked certificates that the authority publishes (CRL, RFC 5280)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select

from verifier.accounts import mail
from verifier.accounts.models import Organisation, User
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.cache import Cache
from verifier.core.access import Role
from verifier.core.actor import Actor
from verifier.core.errors import NotPermitted, Refusal
from verifier.core.subject import Subject
from verifier.db import db
from verifier.statement.models import RevocationReason, Signature, SigningKey, Statement
from verifier.statement.signing import keys
from verifier.statement.signing.certificate_authority import Revoked

CRL_TYPE = "application/pkix-crl"
ISSUED_ANEW = timedelta(hours=1)
_lists: Cache[bytes] = Cache(4)


@dataclass(frozen=True, slots=True)
class RevokedSignature:
    """A signature of a statement whose key was revoked; `good` where the statement was issued before, by the register's clock."""

    signature: Signature
    revoked_at: datetime
    good: bool


def body_of(key: SigningKey) -> Organisation:
    """The body whose seal it is, or whose person holds it."""
    if key.organisation_id is not None:
        return db.session.get_one(Organisation, key.organisation_id)
    return db.session.get_one(User, key.user_id).organisation


def may_revoke(key: SigningKey, person: User) -> bool:
    """The holder, a coordinator of the body, and the administrator."""
    if person.id == key.user_id or Role.ADMINISTRATOR in person.roles:
        return True
    return Role.COORDINATOR in person.roles and person.organisation_id == body_of(key).id


def revoke(
    key: SigningKey, reason: RevocationReason, note: str, since: datetime | None, *, person: User, actor: Actor, now: datetime
) -> None:
    """Revoke a key from `since` on (None: from now on): it signs no more, and the published list names its certificate."""
    db.session.refresh(key, with_for_update=True)
    if not may_revoke(key, person):
        raise NotPermitted
    if key.revoked_at is not None:
        raise Refusal("statement.revoke.already", day=f"{key.revoked_at:%Y-%m-%d}")
    if since is not None and since > now:
        raise Refusal("statement.revoke.future")
    key.revoked_at, key.revoked_reason = max(since or now, key.made_at), reason
    key.revoked_note, key.revoked_by = note.strip() or None, person.id
    db.session.flush()
    subject = Subject("person", str(key.user_id)) if key.user_id else Subject("organisation", str(key.organisation_id))
    record(
        TrailAction.STATEMENT_KEY_REVOKED,
        actor,
        subject,
        now=now,
        effect=Effect.CHANGE,
        fingerprint=keys.fingerprint(key),
        since=key.revoked_at.isoformat(),
        reason=reason,
        note=key.revoked_note,
    )
    for told in _recipients(key):
        mail.post(told, partial(_notice, key, person.name), now=now, key=f"key-revoked:{key.id}:{told.id}")


def _recipients(key: SigningKey) -> list[User]:
    """The holder of a personal key, and the coordinators of the body."""
    of = select(User).where(User.organisation_id == body_of(key).id, User.disabled_at.is_(None)).order_by(User.id)
    return [each for each in db.session.scalars(of).unique() if each.id == key.user_id or Role.COORDINATOR in each.roles]


def _notice(key: SigningKey, by: str) -> mail.Words:
    whose = keys.identity(key).name
    text = _(
        "Hello,\n\nthe signing key or seal of %(whose)s was revoked by %(by)s, with effect from %(since)s UTC.\n\n"
        "It can no longer be used for signing. Statements issued before that time remain valid. "
        "A new key can be created under My account.\n"
        "If you did not expect this, contact your coordinator or the administrator at once.\n",
        whose=whose,
        by=by,
        since=f"{key.revoked_at:%Y-%m-%d %H:%M}",
    )
    return _("Signing key revoked: %(whose)s", whose=whose), text


def revoked_keys() -> list[SigningKey]:
    """Every key that was revoked, in the order of their dates."""
    return list(
        db.session.scalars(select(SigningKey).where(SigningKey.revoked_at.is_not(None)).order_by(SigningKey.revoked_at, SigningKey.id))
    )


def revocation_list(now: datetime) -> bytes:
    """The list as DER, signed by the root; made anew after a revocation, and every hour."""
    revoked = tuple(Revoked(keys.serial_of(key), key.revoked_at, key.revoked_reason) for key in revoked_keys() if key.revoked_at)
    authority, hour = keys.authority(now), int(now.timestamp() // ISSUED_ANEW.total_seconds())
    stamp = (sha256(authority.root_pem).hexdigest(), revoked, hour)
    return _lists.get(stamp, lambda: authority.revocation_list(revoked, now=now))


def keys_of(organisation: Organisation) -> list[tuple[SigningKey, str]]:
    """Every key of a body's people and its seals, newest first, with the name in its certificate."""
    people = select(User.id).where(User.organisation_id == organisation.id)
    of = select(SigningKey).where((SigningKey.organisation_id == organisation.id) | SigningKey.user_id.in_(people))
    return [(key, keys.identity(key).name) for key in db.session.scalars(of.order_by(SigningKey.made_at.desc(), SigningKey.id))]


def revoked_signatures(statement: Statement) -> list[RevokedSignature]:
    """The signatures of a statement whose keys were revoked, judged by when the register says that it was issued."""
    found = []
    for signature in statement.signatures:
        key = db.session.get_one(SigningKey, signature.key_id)
        if key.revoked_at is not None:
            good = statement.issued_at is not None and statement.issued_at < key.revoked_at
            found.append(RevokedSignature(signature, key.revoked_at, good))
    return found


def refuse_revoked(key: SigningKey, signed: Sequence[Signature] = ()) -> None:
    """Refuse to sign with a revoked key, and to sign on top of a signature whose key was revoked meanwhile."""
    if key.revoked_at is not None:
        raise Refusal("statement.key.revoked", day=f"{key.revoked_at:%Y-%m-%d}")
    for signature in signed:
        if db.session.get_one(SigningKey, signature.key_id).revoked_at is not None:
            raise Refusal("statement.signed.revoked", name=signature.signer_name)


def revoked_serial(serial: str) -> SigningKey | None:
    """The revoked key whose certificate has this serial number, in hexadecimal; None where none was revoked."""
    return db.session.scalar(select(SigningKey).where(SigningKey.serial == serial, SigningKey.revoked_at.is_not(None)))
