"""The standing cast: the same people in every test, and how one of them sits down at a browser."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from flask.testing import FlaskClient
from sqlalchemy import delete, select

from verifier.accounts.authentication import crypto, secondfactor
from verifier.accounts.models import Appointment, Organisation, SignedInSession, UsedCode, User
from verifier.core.access import Role
from verifier.core.actor import Actor
from verifier.db import db, utcnow
from verifier.web.signed_in import token_hash

ORGANISATIONS = {
    "installation": ("installation", "Verifier installation"),
    "authority": ("authority", "Beijing Ecology and Environment Bureau"),
    "body": ("body", "Jingcheng Verification Co., Ltd."),
    "other_body": ("body", "Huabei Certification Institute"),
    "unit": ("unit", "Riverside Park Services"),
    "other_unit": ("unit", "Cold Rolling Works Co., Ltd."),
}
PEOPLE: dict[str, tuple[str, tuple[Role, ...]]] = {
    "admin": ("installation", (Role.ADMINISTRATOR,)),
    "manager": ("authority", (Role.PROGRAMME_MANAGER,)),
    "assessor": ("authority", (Role.ASSESSOR,)),
    "coordinator": ("body", (Role.COORDINATOR,)),
    "lead": ("body", ()),
    "verifier": ("body", ()),
    "expert": ("body", ()),
    "reviewer": ("body", ()),
    "signatory": ("body", ()),
    "colleague": ("body", ()),
    "contact": ("unit", (Role.CONTACT,)),
    "contributor": ("unit", (Role.CONTRIBUTOR,)),
    "responsible": ("unit", (Role.RESPONSIBLE,)),
    "other_coordinator": ("other_body", (Role.COORDINATOR,)),
    "other_contact": ("other_unit", (Role.CONTACT,)),
}
CASE_ROLES = {
    "lead": Role.LEAD_VERIFIER,
    "verifier": Role.VERIFIER,
    "expert": Role.TECHNICAL_EXPERT,
    "reviewer": Role.REVIEWER,
    "signatory": Role.SIGNATORY,
}


def settle() -> None:
    """Write the organisations and people; nobody has a password, `sign_in` needs none. Whoever needs a second factor has one."""
    now = utcnow()
    organisations = {
        key: Organisation(kind=kind, name=name, name_zh=None, credit_code=None, created_at=now)
        for key, (kind, name) in ORGANISATIONS.items()
    }
    db.session.add_all(organisations.values())
    db.session.flush()
    for key, (organisation, roles) in PEOPLE.items():
        person = User(
            email=f"{key}@example.org", name=key.replace("_", " ").title(), organisation_id=organisations[organisation].id, created_at=now
        )
        person.appointments = [Appointment(role=role) for role in roles]
        db.session.add(person)
        person.organisation = organisations[organisation]
        give_factor(person)
    db.session.flush()


def give_factor(person: User) -> User:
    """The second factor that the person's place demands, if it does."""
    if secondfactor.required(person):
        secondfactor.keep(person, secondfactor.new_secret(), 0, now=utcnow())
    return person


def fresh_code(person: User, now: datetime | None = None) -> str:
    """A code that the person's app shows and that was not used, as if half a minute had passed since the last one."""
    person.totp_last_step = 0
    db.session.execute(delete(UsedCode).where(UsedCode.user_id == person.id))
    db.session.commit()
    assert person.totp_secret is not None
    return secondfactor.code(crypto.opened("totp", person.totp_secret), now or utcnow())


@dataclass(frozen=True)
class Cast:
    """Looks people and organisations up by their key: `cast.lead`, `cast.org("unit")`."""

    @classmethod
    def present(cls) -> "Cast":
        """The cast of this test."""
        return cls()

    def __getattr__(self, key: str) -> User:
        if key not in PEOPLE:
            raise AttributeError(key)
        return db.session.scalars(select(User).where(User.email == f"{key}@example.org")).one()

    def org(self, key: str) -> Organisation:
        """An organisation of the cast."""
        return db.session.scalars(select(Organisation).where(Organisation.name == ORGANISATIONS[key][1])).one()


def actor(user: User) -> Actor:
    """The person as actions know them."""
    return Actor(user.id, user.name)


def sign_in(client: FlaskClient, user: User) -> FlaskClient:
    """Sit the person down at this browser: the session row a sign-in makes, without its page."""
    token, now = token_urlsafe(32), utcnow()
    db.session.add(
        SignedInSession(
            user_id=user.id, token_hash=token_hash(token), created_at=now, last_seen_at=now, address="127.0.0.1", browser="test"
        )
    )
    db.session.commit()
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client
