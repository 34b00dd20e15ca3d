"""Rows of uploads: what was announced, and how much of it has come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from verifier.db import Base, Id


class Upload(Base):
    """A file that a person sends to a case in pieces; its name within the case is the SHA-256 it will have."""

    __tablename__ = "upload"
    __table_args__ = (
        UniqueConstraint("case_id", "user_id", "sha256"),
        CheckConstraint("received >= 0 AND received <= size", name="received_within"),
    )
    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    sha256: Mapped[str]
    filename: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger, comment="bytes announced")
    received: Mapped[int] = mapped_column(BigInteger, comment="bytes that are on the disk")
    begun_at: Mapped[datetime]
    touched_at: Mapped[datetime]

    @property
    def is_complete(self) -> bool:
        """Whether all of it has come; its hash was compared then."""
        return self.received == self.size
