"""A case worked through to its conclusion, people who can sign, and an authority made once for all tests."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from cryptography import x509
from flask import current_app

from tests import homes, make
from tests.checks.data.builders import cover_all, dismiss_all
from tests.people import Cast, actor
from verifier.accounts.authentication import crypto, secondfactor
from verifier.accounts.models import User
from verifier.casework.review import actions as working_papers
from verifier.casework.review import queries as reviewed
from verifier.casework.review.actions import ReperformedResult
from verifier.checks.boundary.models import BoundaryDecision
from verifier.checks.boundary.queries import judged
from verifier.checks.data.models import SourceDecision
from verifier.checks.data.queries import source_reviews
from verifier.checks.site.models import ChecklistAnswer, SiteVisit
from verifier.core.lifecycle import Stage
from verifier.core.reperformance import ReperformedOutcome
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.statement import actions, queries
from verifier.statement.models import SigningKey, Statement
from verifier.statement.signing import certificate_authority, issuing, keys

PASSPHRASE = "the river rises at night"
TEXT = "The report was verified on site."


def worked_case(cast: Cast, workbook: Path = make.PARK) -> Engagement:
    """A case with every facility, source, flag and checklist item decided; the recalculated figure holds for each source."""
    return db.session.get_one(Engagement, homes.built(("worked", workbook), lambda: _worked(cast, workbook)))


def _worked(cast: Cast, workbook: Path) -> Engagement:
    return worked(make.engagement(cast, Stage.CHECKING, workbook), cast)


def worked(case: Engagement, cast: Cast) -> Engagement:
    """The same of a case under whichever rules it is pinned to."""
    now, by = utcnow(), cast.verifier.id
    for each in judged(case):
        db.session.add(
            BoundaryDecision(
                engagement_id=case.id,
                kind=each.row.kind,
                key=each.row.key,
                outcome="confirmed",
                fingerprint=each.row.fingerprint,
                decided_by=by,
                decided_at=now,
            )
        )
    for each in source_reviews(case):
        verified = each.source.recalculated
        db.session.add(
            SourceDecision(
                engagement_id=case.id,
                source_key=each.source.source_key,
                outcome="agreed" if verified is not None else "cannot_confirm",
                reported=each.source.reported,
                verified=verified,
                fingerprint=each.source.fingerprint,
                decided_by=by,
                decided_at=now,
                note="" if verified is not None else "The meter was replaced and its readings are lost.",
            )
        )
    dismiss_all(case, cast)
    cover_all(case, cast)
    visit = SiteVisit(
        engagement_id=case.id,
        starts_on=make.some_day(-3),
        ends_on=make.some_day(-2),
        place="Park gate 1",
        body_people="Verifier\nExpert",
        unit_people="Contact",
        planned_by=by,
        planned_at=now,
    )
    db.session.add(visit)
    db.session.flush()
    for item in load(case.pack_id).checklist:
        answer = ChecklistAnswer(engagement_id=case.id, visit_id=visit.id, item_code=item.code, outcome="in_order")
        answer.answered_by, answer.answered_at = by, now
        db.session.add(answer)
    db.session.flush()
    return case


def concluded(cast: Cast, workbook: Path = make.PARK) -> Engagement:
    """The same, with a positive conclusion waiting for review."""
    return db.session.get_one(Engagement, homes.built(("concluded", workbook), lambda: _concluded(cast, workbook)))


def _concluded(cast: Cast, workbook: Path) -> Engagement:
    case = worked_case(cast, workbook)
    actions.draw_conclusion(case, "pass", TEXT, actor=actor(cast.lead), now=utcnow())
    return case


def reperform(cast: Cast, case: Engagement) -> None:
    """The reviewer confirms every number that was drawn for the conclusion."""
    drawn = queries.conclusion(case)
    assert drawn is not None
    confirmed = {
        each.row.number_key: ReperformedResult(ReperformedOutcome.CONFIRMED, note="Recomputed from the invoice.")
        for each in reviewed.reperformed(case, drawn.id)
        if each.row.outcome is None
    }
    working_papers.enter_results(case, drawn.id, confirmed, actor=actor(cast.reviewer), now=utcnow())


def approve(cast: Cast, case: Engagement) -> None:
    """The reviewer re-performs what was drawn, and approves what they see now."""
    reperform(cast, case)
    actions.approve(case, "Well founded.", queries.last_change(case.id), actor=actor(cast.reviewer), now=utcnow())


def approved(cast: Cast) -> Engagement:
    """The same, approved and waiting for its first signature."""
    return db.session.get_one(Engagement, homes.built("approved", lambda: _approved(cast)))


def _approved(cast: Cast) -> Engagement:
    case = concluded(cast)
    approve(cast, case)
    return case


@cache
def _authority_folder(secret: str) -> Path:
    """A certificate authority for one secret, made once a process: keys are dear."""
    folder = Path(mkdtemp(prefix="verifier-authority-"))
    certificate_authority.open_authority(folder / "authority", secret, now=utcnow())
    return folder / "authority"


@cache
def _pair(name: str) -> certificate_authority.SigningKey:
    return certificate_authority.new_signing_key(PASSPHRASE, name)


def settle_authority() -> None:
    """Put the ready authority where this test's installation looks for it."""
    target = current_app.extensions["verifier"].settings.instance / "keys" / "authority"
    if not target.exists():
        shutil.copytree(_authority_folder(crypto.key("authority").hex()), target)


def give_second_factor(person: User) -> str:
    """The person gets an authenticator; returns its secret."""
    secret = secondfactor.new_secret()
    secondfactor.keep(person, secret, 0, now=utcnow())
    db.session.flush()
    return secret


def give_key(person: User, *, seal: bool = False) -> SigningKey:
    """A signing key of the person's, or the seal of their body, under PASSPHRASE."""
    settle_authority()
    now = utcnow()
    body = keys.organisation_name(person.organisation)
    name = body if seal else person.registered_name
    pair, ca = _pair(name), keys.authority(now)
    certificate = (
        ca.issue_seal(pair.request_pem, organisation=body, now=now)
        if seal
        else ca.issue_person(pair.request_pem, name=name, organisation=body, role="", now=now)
    )
    key = SigningKey(
        user_id=None if seal else person.id,
        organisation_id=person.organisation_id if seal else None,
        key_pem=pair.key_pem.decode(),
        certificate_pem=certificate.decode(),
        serial=format(x509.load_pem_x509_certificate(certificate).serial_number, "x"),
        made_by=person.id,
        made_at=now,
        approved_at=now,
    )
    db.session.add(key)
    db.session.flush()
    return key


@dataclass
class Signer:
    """A person who can sign: each code they type is a fresh one, later by half a minute than the one before."""

    person: User
    secret: str
    at: datetime

    def code(self) -> tuple[str, datetime]:
        """A code and the moment at which it is good."""
        self.at += timedelta(seconds=30)
        return secondfactor.code(self.secret, self.at), self.at


def signer(person: User, *, seal: bool = False) -> Signer:
    """The person with key and authenticator."""
    give_key(person, seal=seal)
    return Signer(person, give_second_factor(person), utcnow())


def signing_people(cast: Cast) -> dict[str, Signer]:
    """Who signs, in their order."""
    return {"certify": signer(cast.lead), "countersign": signer(cast.signatory), "seal": signer(cast.coordinator, seal=True)}


def all_sign(case: Engagement, people: dict[str, Signer]) -> Statement:
    """Three signatures, one after the other."""
    for action, who in people.items():
        code, at = who.code()
        made: Statement = getattr(issuing, action)(case, who.person, PASSPHRASE, code, actor=actor(who.person), now=at)
    db.session.commit()
    return made


def issued(cast: Cast) -> Statement:
    """A statement signed by all three."""
    return db.session.get_one(Statement, homes.built("issued", lambda: all_sign(approved(cast), signing_people(cast))))
