"""Rows of people: accounts, appointments, and means of signing in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.core.access import Role
from verifier.db import Base, Id, Version, enum_of

LONGEST_NAME = 64
"""Characters of a common name in a certificate (RFC 5280)."""


class Kind(StrEnum):
    """What an organisation is."""

    BODY = "body"
    UNIT = "unit"
    AUTHORITY = "authority"
    INSTALLATION = "installation"


class Status(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    INVITED = "invited"
    DISABLED = "disabled"


class Purpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    RESET = "reset"


class RequestKind(StrEnum):
    """What someone asked to have done to another person's account."""

    REMOVE_FACTOR = "remove_factor"
    CHANGE_EMAIL = "change_email"


class Organisation(Base):
    """A verification body, a reporting unit, an authority, or the installation itself."""

    __tablename__ = "organisation"
    id: Mapped[Id]
    kind: Mapped[Kind] = mapped_column(enum_of(Kind, "kind"))
    name: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str | None]
    credit_code: Mapped[str | None] = mapped_column(unique=True, comment="unified social credit code")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(comment="from then on nobody of it signs in")
    version: Mapped[Version]


class User(Base):
    """A person who can sign in; an e-mail address belongs to one person."""

    __tablename__ = "user_account"
    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True, comment="lower case")
    name: Mapped[str]
    registered_name: Mapped[str] = mapped_column(
        default=lambda row: row.get_current_parameters()["name"][:LONGEST_NAME],
        comment="name in certificates and statements; kept by the organisation",
    )
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    password_hash: Mapped[str | None] = mapped_column(comment="argon2id; empty until the invitation is taken up")
    language: Mapped[str | None]
    totp_secret: Mapped[str | None] = mapped_column(comment="sealed with the installation's secret key")
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int] = mapped_column(default=0, comment="a code is good once")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[Version]

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    passkeys: Mapped[list["Passkey"]] = relationship(order_by="Passkey.created_at", viewonly=True)
    appointments: Mapped[list["Appointment"]] = relationship(back_populates="user", lazy="selectin", cascade="all, delete-orphan")

    is_authenticated = True
    is_anonymous = False
    session_token = ""
    """The token of the session the person is in on this request; not a column."""

    def get_id(self) -> str:
        """What Flask-Login keeps in the browser's session: the session's token, never the person's own id."""
        return self.session_token

    @property
    def roles(self) -> frozenset[Role]:
        """What the person is in their organisation; roles on a case are in its team."""
        return frozenset(appointment.role for appointment in self.appointments)

    @property
    def is_active(self) -> bool:
        """Whether the account may be used."""
        return self.disabled_at is None and self.organisation.closed_at is None

    @property
    def status(self) -> Status:
        """Whether they may sign in, as a word that pages can say."""
        if not self.is_active:
            return Status.DISABLED
        return Status.INVITED if self.password_hash is None else Status.ACTIVE


class Appointment(Base):
    """A role a person has in their organisation."""

    __tablename__ = "appointment"
    __table_args__ = (UniqueConstraint("user_id", "role"),)
    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))
    user: Mapped[User] = relationship(back_populates="appointments")


class UsedCode(Base):
    """A time step whose code the person has used; kept because a clock that is set back shows the same codes again."""

    __tablename__ = "used_code"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class RecoveryCode(Base):
    """A second factor written on paper, good once."""

    __tablename__ = "recovery_code"
    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class ChallengePurpose(StrEnum):
    """What a passkey's answer to a challenge may be used for."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    PRESENT = "present"
    SIGN = "sign"


class Passkey(Base):
    """A second factor kept by a device or a security key (WebAuthn); its private key never leaves it."""

    __tablename__ = "passkey"
    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str]
    rp_id: Mapped[str] = mapped_column(comment="host name it was made for")
    credential_id: Mapped[str] = mapped_column(unique=True, comment="base64url")
    public_key: Mapped[str] = mapped_column(comment="COSE, base64url")
    sign_count: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """A challenge for a passkey, good once and for minutes, in one session and for one purpose."""

    __tablename__ = "passkey_challenge"
    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    purpose: Mapped[ChallengePurpose] = mapped_column(enum_of(ChallengePurpose, "purpose"))
    binding: Mapped[str] = mapped_column(comment="hash of the session and of what is decided")
    challenge: Mapped[str] = mapped_column(unique=True, comment="base64url")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignedInSession(Base):
    """One signed-in browser; ending the row ends the session at its next request."""

    __tablename__ = "signed_in_session"
    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    browser: Mapped[str]
    second_factor_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined")


class AccountLink(Base):
    """A single-use link that expires: an invitation or a password reset."""

    __tablename__ = "account_link"
    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(enum_of(Purpose, "purpose"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined")


class AccountRequest(Base):
    """A change of someone's account asked for by another: done when a second person confirms it, or when it is due and was not stopped."""

    __tablename__ = "account_request"
    __table_args__ = (CheckConstraint("(kind = 'change_email') = (email IS NOT NULL)", name="email_of_change"),)
    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    kind: Mapped[RequestKind] = mapped_column(enum_of(RequestKind, "kind"))
    email: Mapped[str | None] = mapped_column(comment="the new address, lower case")
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"), comment="empty: asked on the command line")
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    done_at: Mapped[datetime | None]
    stopped_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    stopped_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined", foreign_keys=[user_id])
    asker: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[asked_by])


class ColleagueInvitation(Base):
    """An address that someone invited into their organisation, kept alike whether it already belongs to an account elsewhere or not."""

    __tablename__ = "colleague_invitation"
    __table_args__ = (UniqueConstraint("organisation_id", "email"),)
    id: Mapped[Id]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str]
    name: Mapped[str]
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    invited_at: Mapped[datetime]


class ThrottleCount(Base):
    """Failures counted in one bucket (an account from an address, an address, …); outlives a restart."""

    __tablename__ = "throttle_count"
    bucket: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
