"""From an approved conclusion to an issued statement: three signatures, each all or nothing, each once, in their order."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from zoneinfo import ZoneInfo

from flask import current_app

from verifier.accounts.authentication.present_factor import Factor
from verifier.accounts.models import User
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.casework.review.models import Review
from verifier.core.access import Role
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, after
from verifier.core.subject import Subject
from verifier.db import Outdated, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.evidence.actions import keep
from verifier.evidence.file_kinds import PDF
from verifier.evidence.queries import store
from verifier.statement import queries
from verifier.statement.actions import locked, refuse_outdated, refuse_part
from verifier.statement.facts.assembly import statement_facts
from verifier.statement.facts.assessment import pack_of
from verifier.statement.facts.model import Both, StatementFacts
from verifier.statement.models import Signature, SignerRole, SigningKey, Statement, Status
from verifier.statement.pdf.document import render
from verifier.statement.signing import keys, revocation, signatures
from verifier.statement.signing.signed_copy import SignedCopy, SigningOrder, carried_out, rests_on

TOKEN_BYTES = 16
ACTIONS = {SignerRole.LEAD: CaseAction.CERTIFY, SignerRole.SIGNATORY: CaseAction.COUNTERSIGN, SignerRole.SEAL: CaseAction.SEAL}
ROLES = {
    SignerRole.LEAD: Both("核查组长", "Lead verifier"),
    SignerRole.SIGNATORY: Both("授权签字人", "Authorised signatory"),
    SignerRole.SEAL: Both("公章", "Seal"),
}
REASONS = {
    SignerRole.LEAD: "Certified by the lead verifier",
    SignerRole.SIGNATORY: "Countersigned by the authorised signatory",
    SignerRole.SEAL: "Sealed by the verification body",
}


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who signs: the place in the statement, the key, and the name shown with the signature."""

    place: SignerRole
    key: SigningKey
    name: str


def draft(engagement: Engagement, *, now: datetime) -> bytes:
    """The statement as it would be certified now, marked as a draft, without a public address of its own."""
    review = _approved(engagement)
    _refuse_outdated(engagement, now)
    number = f"{next_number(engagement)} · 草稿 DRAFT"
    return render(_facts(engagement, review, number, f"{_public_url()}/check", now))


def certify(engagement: Engagement, signer: User, passphrase: str, code: Factor, *, actor: Actor, now: datetime) -> Statement:
    """The lead verifier's signature in one go, where nobody else waits for the write lock; pages sign a copy before they take it."""
    return enter(engagement, signer, carried_out(order(engagement, SignerRole.LEAD, signer, passphrase, now=now)), code, actor=actor)


def countersign(engagement: Engagement, signer: User, passphrase: str, code: Factor, *, actor: Actor, now: datetime) -> Statement:
    """The authorised signatory's signature in one go."""
    return enter(engagement, signer, carried_out(order(engagement, SignerRole.SIGNATORY, signer, passphrase, now=now)), code, actor=actor)


def seal(engagement: Engagement, sealer: User, passphrase: str, code: Factor, *, actor: Actor, now: datetime) -> Statement:
    """The seal of the body in one go."""
    return enter(engagement, sealer, carried_out(order(engagement, SignerRole.SEAL, sealer, passphrase, now=now)), code, actor=actor)


def order(engagement: Engagement, place: SignerRole, signer: User, passphrase: str, *, now: datetime) -> SigningOrder:
    """Read what the signer at a place signs, with every refusal that holds now; writes nothing.

    The fingerprint is read first: whatever changes afterwards, `enter` notices.
    """
    stamp = rests_on(engagement)
    review, hand = _ready(engagement, place), _hand(engagement, place, signer, now)
    keys.refuse_paused(signer, now)
    _refuse_outdated(engagement, now)
    token, document = "", None
    if place is SignerRole.LEAD:
        token = token_urlsafe(TOKEN_BYTES)
        document = _facts(engagement, review, next_number(engagement), f"{_public_url()}/s/{token}", now)
    return SigningOrder(
        place=place,
        signer_name=hand.name,
        password_hash=signer.password_hash,
        signature=_signature(engagement, hand, passphrase, now),
        rests_on=stamp,
        document=document or store().get(_waiting(engagement, hand).pdf_sha256),
        token=token,
    )


def enter(engagement: Engagement, signer: User, copy: SignedCopy, code: Factor, *, actor: Actor) -> Statement:
    """Store a signature, or raise `Outdated` where what it rests on has changed since; the factor is proven before anything is stored."""
    place, now = copy.order.place, copy.order.signature.at
    locked(engagement)
    review, hand = _ready(engagement, place), _hand(engagement, place, signer, now)
    if rests_on(engagement) != copy.order.rests_on:
        raise Outdated
    keys.prove(signer, copy.refused, code, now)
    lead = place is SignerRole.LEAD
    statement = _begun(engagement, review, copy, actor, now) if lead else _continued(engagement, hand, copy, now)
    _signed(statement, engagement, hand, actor=actor, now=now)
    return statement


def next_number(engagement: Engagement) -> str:
    """The number of the case's next statement: programme, case, and how many were begun before it."""
    begun = len(queries.statements(engagement))
    return f"{pack_of(engagement).programme.upper()}-{engagement.number}-V{begun + 1}"


def _hand(engagement: Engagement, place: SignerRole, signer: User, now: datetime) -> _Hand:
    """Who signs, if neither the rules of separation nor their key keeps them from it."""
    if place is SignerRole.SEAL:
        return _seal(engagement, signer, now)
    refuse_part(engagement, Role.LEAD_VERIFIER if place is SignerRole.LEAD else Role.SIGNATORY, signer)
    return _Hand(place, _personal_key(signer, engagement, now), signer.registered_name)


def _seal(engagement: Engagement, sealer: User, now: datetime) -> _Hand:
    if barred := queries.role_conflict(engagement, sealer.id, Role.COORDINATOR):
        raise barred.refusal(sealer.name, pack_of(engagement))
    key = queries.seal_of(engagement.body_id)
    if key is None:
        raise Refusal("statement.key.waiting" if queries.waiting_seal_of(engagement.body_id) else "statement.seal.none")
    body = keys.organisation_name(engagement.body)
    _refuse_unusable(key, body, body, now)
    return _Hand(SignerRole.SEAL, key, body)


def _ready(engagement: Engagement, place: SignerRole) -> Review:
    """Refuse what is signed already, out of turn, or without a valid review."""
    newest = next(iter(queries.statements(engagement)), None)
    done = queries.signature_at(newest, place) if newest and newest.status not in (Status.RECALLED, Status.SUPERSEDED) else None
    if done is not None and queries.is_past(engagement.stage, place):
        raise Refusal("statement.place.signed", signer=done.signer_name)
    after(engagement.stage, ACTIONS[place])
    return _approved(engagement)


def _approved(engagement: Engagement) -> Review:
    """The approval a signature rests on; refuses where there is none, or where the case changed after it."""
    approval = queries.current_approval(engagement)
    if approval is None:
        raise Refusal("statement.approval.none")
    if not approval.is_valid:
        raise Refusal("statement.approval.voided", count=len(approval.changes))
    return approval.review


def _refuse_outdated(engagement: Engagement, now: datetime) -> None:
    drawn = queries.conclusion(engagement)
    if drawn is not None:
        refuse_outdated(engagement, drawn, now)


def _facts(engagement: Engagement, review: Review, number: str, public_url: str, now: datetime) -> StatementFacts:
    drawn = queries.conclusion(engagement)
    if drawn is None:
        raise Refusal("statement.conclusion.none")
    return statement_facts(engagement, drawn, review, number=number, public_url=public_url, now=now)


def _public_url() -> str:
    url: str = current_app.extensions["verifier"].settings.public_url
    return url


def _personal_key(signer: User, engagement: Engagement, now: datetime) -> SigningKey:
    key = queries.key_of(signer.id)
    if key is None:
        raise Refusal("statement.key.waiting" if queries.waiting_key_of(signer.id) else "statement.key.none")
    _refuse_unusable(key, signer.registered_name, keys.organisation_name(engagement.body), now)
    return key


def _refuse_unusable(key: SigningKey, name: str, organisation: str, now: datetime) -> None:
    """A key signs while it is neither revoked nor run out, and where its certificate names who the statement says signed."""
    revocation.refuse_revoked(key)
    keys.refuse_other_identity(key, name, organisation)
    if keys.valid_until(key) <= now:
        raise Refusal("statement.key.expired")


def _signature(engagement: Engagement, hand: _Hand, passphrase: str, now: datetime) -> signatures.Signature:
    zone = ZoneInfo(engagement.unit_year.year.time_zone)
    organisation = "" if hand.place is SignerRole.SEAL else keys.organisation_name(engagement.body)
    here = now.astimezone(zone).isoformat(" ", "minutes")
    at = f"{here[:16]} (UTC{here[16:]})"
    return signatures.Signature(
        key_pem=hand.key.key_pem.encode(),
        passphrase=passphrase,
        certificate_pem=hand.key.certificate_pem.encode(),
        root_pem=keys.root_pem(now),
        reason=REASONS[hand.place],
        at=now,
        lines=signatures.stamp_lines(hand.name, ROLES[hand.place], organisation, at),
    )


def _begun(engagement: Engagement, review: Review, copy: SignedCopy, actor: Actor, now: datetime) -> Statement:
    """The row of a statement with its first signature: from here on nothing in it may change."""
    facts = copy.order.document
    assert isinstance(facts, StatementFacts)
    for left in queries.statements(engagement):
        if left.status in (Status.CERTIFIED, Status.COUNTERSIGNED):
            _recalled(left, actor, now)
    statement = Statement(
        number=facts.number,
        token=copy.order.token,
        engagement_id=engagement.id,
        conclusion_id=review.conclusion_id,
        review_id=review.id,
        status=Status.CERTIFIED,
        opinion=facts.opinion.code,
        verified_total=facts.verified_total,
        facts=copy.facts,
        pdf_sha256=keep(copy.pdf, PDF, now=now).sha256,
        begun_at=now,
    )
    db.session.add(statement)
    db.session.flush()
    return statement


def _waiting(engagement: Engagement, hand: _Hand) -> Statement:
    """The statement that waits for the second or third signature, unless a key behind one of its signatures was revoked."""
    statement = queries.being_signed(engagement)
    if statement is None:
        raise Refusal("statement.none")
    revocation.refuse_revoked(hand.key, statement.signatures)
    return statement


def _continued(engagement: Engagement, hand: _Hand, copy: SignedCopy, now: datetime) -> Statement:
    """The second or third signature on the statement that waits for it; the seal supersedes what was issued before."""
    statement = _waiting(engagement, hand)
    if hand.place is SignerRole.SEAL:
        for earlier in queries.statements(engagement):
            if earlier.status == Status.ISSUED:
                earlier.status = Status.SUPERSEDED
    statement.pdf_sha256 = keep(copy.pdf, PDF, now=now).sha256
    statement.status = Status.COUNTERSIGNED if hand.place is SignerRole.SIGNATORY else Status.ISSUED
    statement.issued_at = now if hand.place is SignerRole.SEAL else None
    statement.version += 1
    return statement


def _signed(statement: Statement, engagement: Engagement, hand: _Hand, *, actor: Actor, now: datetime) -> None:
    """Note the signature, move the case on, and write it down."""
    statement.signatures.append(
        Signature(
            place=hand.place, key_id=hand.key.id, signed_by=actor.id, signer_name=hand.name, signed_at=now, pdf_sha256=statement.pdf_sha256
        )
    )
    db.session.flush()
    advance(engagement, ACTIONS[hand.place], now=now)
    subject = Subject("statement", str(statement.id))
    detail = {"number": statement.number, "sha256": statement.pdf_sha256, "certificate": keys.fingerprint(hand.key)}
    superseded = next((each for each in queries.statements(engagement) if each.status == Status.SUPERSEDED), None)
    if hand.place is SignerRole.SEAL and superseded is not None:
        detail["supersedes"] = superseded.number
    place = hand.place
    record(TrailAction(f"statement:{place}:signed"), actor, subject, now=now, case=engagement.id, effect=Effect.PROCEED, **detail)


def _recalled(statement: Statement, actor: Actor, now: datetime) -> None:
    statement.status = Status.RECALLED
    statement.version += 1
    subject = Subject("statement", str(statement.id))
    record(
        TrailAction.STATEMENT_STATEMENT_RECALLED,
        actor,
        subject,
        now=now,
        case=statement.engagement_id,
        effect=Effect.PROCEED,
        number=statement.number,
    )
