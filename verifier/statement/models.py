"""Rows of the last steps: conclusion, keys, and the statement with its signatures."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import Organisation, User
from verifier.db import Base, Id, Version, enum_of
from verifier.engagements.models import Engagement

FIRST_FORMAT = "verifier-statement/1"


class SignerRole(StrEnum):
    """Who signs a statement, in this order."""

    LEAD = "lead"
    SIGNATORY = "signatory"
    SEAL = "seal"


class Status(StrEnum):
    """Status of a statement; one that was never issued is visible only inside the case."""

    CERTIFIED = "certified"
    COUNTERSIGNED = "countersigned"
    ISSUED = "issued"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"


class RevocationReason(StrEnum):
    """Why a key was revoked, as revocation lists say it (RFC 5280, 5.3.1)."""

    KEY_COMPROMISE = "key_compromise"
    AFFILIATION_CHANGED = "affiliation_changed"
    SUPERSEDED = "superseded"
    CESSATION = "cessation_of_operation"
    UNSPECIFIED = "unspecified"


class Conclusion(Base):
    """The opinion the lead verifier proposes, with reported against verified; a later one supersedes it."""

    __tablename__ = "conclusion"
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    opinion: Mapped[str]
    text: Mapped[str]
    reported_total: Mapped[Decimal | None]
    verified_total: Mapped[Decimal | None] = mapped_column(comment="t CO2, rounded as the pack says; none where it cannot be confirmed")
    drawn_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    drawn_at: Mapped[datetime]

    person: Mapped[User] = relationship(lazy="joined")


class SigningKey(Base):
    """A private key encrypted under a passphrase only its holder knows, with its certificate; of a person or a body's seal."""

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (organisation_id IS NULL)", name="one_holder"),
        CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL) AND (revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_whole"
        ),
    )
    id: Mapped[Id]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    key_pem: Mapped[str]
    certificate_pem: Mapped[str]
    serial: Mapped[str] = mapped_column(unique=True)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(comment="when it may be used without approval, where nobody of the body could give one")
    approved_at: Mapped[datetime | None] = mapped_column(comment="it signs nothing before")
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"), comment="empty: in use since it was due")
    refused_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    retired_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None] = mapped_column(comment="since when the key is not to be trusted")
    revoked_reason: Mapped[RevocationReason | None] = mapped_column(enum_of(RevocationReason, "revoked_reason"))
    revoked_note: Mapped[str | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))

    user: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[user_id])
    organisation: Mapped[Organisation | None] = relationship(lazy="joined", foreign_keys=[organisation_id])
    maker: Mapped[User] = relationship(lazy="joined", foreign_keys=[made_by])


class Statement(Base):
    """A verification statement: its facts, its PDF as each signature left it, and where it may be checked."""

    __tablename__ = "statement"
    __table_args__ = (CheckConstraint("(issued_at IS NULL) = (status IN ('certified', 'countersigned', 'recalled'))", name="issued_whole"),)
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    token: Mapped[str] = mapped_column(unique=True, comment="128 random bits behind the QR code")
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    conclusion_id: Mapped[UUID] = mapped_column(ForeignKey("conclusion.id"))
    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id"))
    status: Mapped[Status] = mapped_column(enum_of(Status, "status"))
    opinion: Mapped[str]
    verified_total: Mapped[Decimal | None]
    facts: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    pdf_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), comment="the PDF as the last signature left it")
    begun_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    version: Mapped[Version]

    engagement: Mapped[Engagement] = relationship(lazy="joined")
    signatures: Mapped[list["Signature"]] = relationship(order_by="Signature.signed_at", lazy="selectin")

    @property
    def own_figure(self) -> bool:
        """Whether it states tonnes of the verifier's own; elsewhere the opinion is on the reported figure."""
        return self.verified_total is not None or bool(self.facts.get("own_figure", True))

    @property
    def stated_total(self) -> Decimal | None:
        """Tonnes (t CO2) of the statement: the verifier's, or the reported ones verified as such; None where unknown."""
        reported = None if self.own_figure else self.facts.get("reported_total")
        return self.verified_total if reported is None else Decimal(reported)

    @property
    def former_sign(self) -> bool:
        """Whether its differences and effects are verified − reported, as in statements of the first format."""
        return self.facts.get("format") == FIRST_FORMAT


class Signature(Base):
    """One signature of a statement; each place is signed once."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("statement_id", "place"),)
    id: Mapped[Id]
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"))
    place: Mapped[SignerRole] = mapped_column(enum_of(SignerRole, "place"))
    key_id: Mapped[UUID] = mapped_column(ForeignKey("signing_key.id"))
    signed_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    signer_name: Mapped[str]
    signed_at: Mapped[datetime]
    pdf_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), comment="the PDF as this signature left it")
