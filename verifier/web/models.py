"""Rows of submitted forms, so that a form sent twice has one effect."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from verifier.db import Base


class SentForm(Base):
    """A form, as it was shown once, whose action is done; written in the same transaction as the action."""

    __tablename__ = "sent_form"
    token: Mapped[str] = mapped_column(primary_key=True, comment="random, made each time a form is shown")
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    content: Mapped[str] = mapped_column(comment="a keyed mark of the address and everything that was typed")
    location: Mapped[str] = mapped_column(comment="where it led")
    sent_at: Mapped[datetime]
