"""Queries of the last steps: the conclusion, whether its approval is still valid, the signatures, and what is public."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import lazyload

from verifier.accounts.models import User
from verifier.audit.models import TrailRow
from verifier.audit.queries import changes_after, last_change
from verifier.casework.review.models import Review, ReviewOutcome
from verifier.casework.review.queries import reviews
from verifier.core import independence
from verifier.core.access import Role
from verifier.core.clocks import day_in
from verifier.core.independence import RoleConflict, conflict
from verifier.core.lifecycle import Stage
from verifier.db import db, once_per_read
from verifier.engagements.models import Engagement, TeamMember
from verifier.engagements.queries import coordinators, places
from verifier.rulepacks.load import load
from verifier.statement.inspection.inspect import Issued
from verifier.statement.models import Conclusion, Signature, SignerRole, SigningKey, Statement, Status
from verifier.statement.participants import work_done

ORDER = (SignerRole.LEAD, SignerRole.SIGNATORY, SignerRole.SEAL)
WAITING = {Stage.TO_CERTIFY: SignerRole.LEAD, Stage.TO_COUNTERSIGN: SignerRole.SIGNATORY, Stage.TO_SEAL: SignerRole.SEAL}
"""Whose signature a stage waits for."""


@once_per_read
def conclusion(engagement: Engagement) -> Conclusion | None:
    """The conclusion that holds: the one drawn last."""
    of = select(Conclusion).where(Conclusion.engagement_id == engagement.id)
    return db.session.scalar(of.order_by(Conclusion.drawn_at.desc(), Conclusion.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Approval:
    """The last approval of a case, and what changed since; it is valid while nothing has."""

    review: Review
    changes: Sequence[TrailRow]

    @property
    def is_valid(self) -> bool:
        """Whether a signature may rest on it."""
        return not self.changes


def current_approval(engagement: Engagement) -> Approval | None:
    """The approval of the present conclusion with every change it did not see; None where the last word was not an approval."""
    drawn = conclusion(engagement)
    past_reviews = reviews(engagement) if drawn is not None else []
    if drawn is None or not past_reviews or past_reviews[0].outcome != ReviewOutcome.APPROVED or past_reviews[0].conclusion_id != drawn.id:
        return None
    missed = changes_after(engagement.id, past_reviews[0].change_seen) if last_change(engagement.id) > past_reviews[0].change_seen else []
    return Approval(past_reviews[0], missed)


def kept_until(statement: Statement) -> date | None:
    """Until when the rules ask for the case's records: counted from the day of issue where the programme is; None before, or unstated."""
    if statement.issued_at is None:
        return None
    case = statement.engagement
    return load(case.pack_id).kept_until(day_in(case.unit_year.year.time_zone, statement.issued_at))


def role_conflict(engagement: Engagement, person: UUID, role: Role) -> RoleConflict | None:
    """What keeps a person from acting in a role on the case: other roles of theirs, and what they did; a coordinator keeps the seal."""
    return conflict(person, role, places(engagement), load(engagement.pack_id), done=work_done(engagement))


def keepers(engagement: Engagement) -> tuple[list[User], list[User]]:
    """The coordinators of the body who may apply the seal to the case, and those who may not."""
    everyone = coordinators(engagement)
    able = independence.keepers((each.id for each in everyone), places(engagement), load(engagement.pack_id), done=work_done(engagement))
    return [each for each in everyone if each.id in able], [each for each in everyone if each.id not in able]


def member(engagement: Engagement, role: Role) -> TeamMember | None:
    """Who holds a role on the case now."""
    return next((one for one in engagement.members if one.role == role and one.effective_role is not None), None)


def statements(engagement: Engagement) -> list[Statement]:
    """Every statement of a case, newest first."""
    of = select(Statement).options(lazyload(Statement.engagement)).where(Statement.engagement_id == engagement.id)
    return list(db.session.scalars(of.order_by(Statement.begun_at.desc(), Statement.id.desc())))


def being_signed(engagement: Engagement) -> Statement | None:
    """The statement that waits for its next signature; one whose case was opened again is none."""
    newest = next(iter(statements(engagement)), None)
    waiting = newest is not None and newest.status in (Status.CERTIFIED, Status.COUNTERSIGNED)
    return newest if waiting and engagement.stage in (Stage.TO_COUNTERSIGN, Stage.TO_SEAL) else None


def recalled(engagement: Engagement) -> list[Statement]:
    """What was signed and never issued, and waits for nothing any more: the case was opened again."""
    current = being_signed(engagement)
    return [each for each in statements(engagement) if each.issued_at is None and each is not current]


def issued(engagement: Engagement) -> Statement | None:
    """The statement that holds for the case."""
    return next((each for each in statements(engagement) if each.status == Status.ISSUED), None)


def issued_of(cases: Sequence[UUID]) -> dict[UUID, Statement]:
    """The statement that holds for each of these cases; a case without one is left out."""
    of = (
        select(Statement)
        .options(lazyload(Statement.engagement))
        .where(Statement.engagement_id.in_(cases), Statement.status == Status.ISSUED)
    )
    return {each.engagement_id: each for each in db.session.scalars(of)} if cases else {}


def is_past(stage: Stage, place: SignerRole) -> bool:
    """Whether this place is already signed at the case's stage; signatures on a recalled statement no longer count."""
    order = list(Stage)
    return order.index(stage) > next(order.index(waited) for waited, place_of in WAITING.items() if place_of is place)


def signature_at(statement: Statement, place: SignerRole) -> Signature | None:
    """Who signed at a place, None while nobody has."""
    return next((each for each in statement.signatures if each.place == place), None)


def key_of(user_id: UUID) -> SigningKey | None:
    """A person's signing key that is in use; a new one is not before it is approved."""
    return db.session.scalar(_in_use().where(SigningKey.user_id == user_id))


def seal_of(organisation_id: UUID) -> SigningKey | None:
    """The key behind a body's seal that is in use."""
    return db.session.scalar(_in_use().where(SigningKey.organisation_id == organisation_id))


def waiting_key_of(user_id: UUID) -> SigningKey | None:
    """A person's new signing key that waits for approval."""
    return db.session.scalar(_waiting().where(SigningKey.user_id == user_id))


def waiting_seal_of(organisation_id: UUID) -> SigningKey | None:
    """The new key of a body's seal that waits for approval."""
    return db.session.scalar(_waiting().where(SigningKey.organisation_id == organisation_id))


def waiting_keys() -> list[SigningKey]:
    """Every key that waits for approval, oldest first."""
    return list(db.session.scalars(_waiting().order_by(SigningKey.made_at)).unique())


def _in_use() -> Select[SigningKey]:
    return select(SigningKey).where(SigningKey.retired_at.is_(None), SigningKey.approved_at.is_not(None))


def _waiting() -> Select[SigningKey]:
    return select(SigningKey).where(SigningKey.retired_at.is_(None), SigningKey.approved_at.is_(None))


def signing_key(key_id: UUID) -> SigningKey:
    """A key that something was signed with, retired or not."""
    return db.session.get_one(SigningKey, key_id)


def all_issued() -> Select[Statement]:
    """Every statement that was ever issued, by number."""
    return select(Statement).where(Statement.issued_at.is_not(None)).order_by(Statement.issued_at, Statement.number)


def public(token: str) -> Statement | None:
    """The issued statement behind a QR code; nothing where it was not issued."""
    return db.session.scalar(all_issued().where(Statement.token == token))


def issued_numbered(number: str) -> Statement | None:
    """An issued statement by its number."""
    return db.session.scalar(all_issued().where(Statement.number == number))


def under_correction(statement: Statement) -> bool:
    """Whether an issued statement is still valid while its case is reopened, until another is issued in its place."""
    return statement.status == Status.ISSUED and statement.engagement.stage is not Stage.ISSUED


def successor(statement: Statement) -> Statement | None:
    """The statement that holds in place of a superseded one."""
    of = all_issued().where(Statement.engagement_id == statement.engagement_id, Statement.status == Status.ISSUED)
    return db.session.scalar(of) if statement.status == Status.SUPERSEDED else None


def register_by_sha256(sha256: str) -> Issued | None:
    """What the register says of the file with this hash."""
    return _registered(db.session.scalar(all_issued().where(Statement.pdf_sha256 == sha256)))


def register_by_signed(sha256: str) -> Issued | None:
    """What the register says of the statement that was this file once, after any of its signatures."""
    signed = all_issued().where(Statement.id.in_(select(Signature.statement_id).where(Signature.pdf_sha256 == sha256)))
    return _registered(db.session.scalar(signed))


def register_by_number(number: str) -> Issued | None:
    """What the register says of the statement with this number."""
    return _registered(issued_numbered(number))


def _registered(statement: Statement | None) -> Issued | None:
    if statement is None:
        return None
    later = successor(statement)
    withdrawn = statement.status == Status.SUPERSEDED and later is None
    return Issued(statement.number, statement.pdf_sha256, later.number if later else None, withdrawn, under_correction(statement))
