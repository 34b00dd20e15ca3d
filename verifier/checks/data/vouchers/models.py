"""Rows of vouchers: the file, its pages as pictures, the numbers it supports, and evidence requests."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.checks.data.vouchers.shown_pages import pictured_pages
from verifier.core.evidence_requests import NumberKey, RequestState
from verifier.db import Base, Id, Version, enum_of
from verifier.evidence.models import StoredFile
from verifier.registry.models import UnitYear


class Voucher(Base):
    """A file that numbers rest on; handed in once on either side, never deleted."""

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("unit_year_id", "sha256", "by_unit"),
        UniqueConstraint("unit_year_id", "by_unit", "number"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_whole"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_reason"),
    )
    id: Mapped[Id]
    unit_year_id: Mapped[UUID] = mapped_column(ForeignKey("unit_year.id"), index=True)
    number: Mapped[int] = mapped_column(comment="spoken: V-12; W-3 where a verifier keeps it")
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    filename: Mapped[str]
    title: Mapped[str] = mapped_column(comment="what it is, in words")
    meter: Mapped[str] = mapped_column(default="", comment="which meter it is of, in words")
    period: Mapped[str] = mapped_column(default="", comment="which months it covers, in words")
    media_type: Mapped[str]
    pages: Mapped[int | None] = mapped_column(comment="of a PDF; empty where unknown")
    first_rows: Mapped[list[Any] | None] = mapped_column(comment="first rows of a spreadsheet: [{name, rows}]")
    invoice: Mapped[dict[str, Any] | None] = mapped_column(comment="main fields of an e-invoice as it writes them")
    notices: Mapped[list[Any] | None] = mapped_column(comment="what is to be said of a file that is shown in part or not at all")
    by_unit: Mapped[bool] = mapped_column(comment="the unit's own; else a working paper of the verifiers")
    handed_in_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    handed_in_at: Mapped[datetime]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    version: Mapped[Version]

    unit_year: Mapped[UnitYear] = relationship(lazy="select")
    file: Mapped[StoredFile] = relationship(lazy="joined")
    giver: Mapped[User] = relationship(lazy="joined", foreign_keys=[handed_in_by])
    pictures: Mapped[list["VoucherPicture"]] = relationship(lazy="selectin", order_by="VoucherPicture.page")
    links: Mapped[list["VoucherLink"]] = relationship(back_populates="voucher", lazy="selectin", order_by="VoucherLink.linked_at")

    @property
    def label(self) -> str:
        """Displayed number."""
        return f"{'V' if self.by_unit else 'W'}-{self.number}"

    @property
    def hidden_parts(self) -> list[tuple[str, str, str]]:
        """What of a workbook is hidden and holds values: sheet, kind, places."""
        return [(sheet["name"], kind, places) for sheet in self.first_rows or () for kind, places in sheet.get("hidden", ())]

    @property
    def shown_pages(self) -> Sequence[int]:
        """The pages that are shown as pictures."""
        if self.pictures:
            return [each.page for each in self.pictures]
        return range(1, pictured_pages(self.media_type, self.pages) + 1)


class VoucherPicture(Base):
    """One page of an older voucher as a picture in the store; those of others are made by `evidence.pictures`."""

    __tablename__ = "voucher_picture"
    __table_args__ = (UniqueConstraint("voucher_id", "page"),)
    id: Mapped[Id]
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey("voucher.id"), index=True)
    page: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    media_type: Mapped[str]


class VoucherLink(Base):
    """Link of a voucher to the number it supports, by natural key; made by the unit or a verifier."""

    __tablename__ = "voucher_link"
    __table_args__ = (
        UniqueConstraint("voucher_id", "source_key", "period", "parameter", "by_unit"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_whole"),
    )
    id: Mapped[Id]
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey("voucher.id"), index=True)
    source_key: Mapped[str] = mapped_column(index=True)
    period: Mapped[str] = mapped_column(default="", comment="a month or year; empty for all of the source")
    parameter: Mapped[str] = mapped_column(default="", comment="empty for every parameter")
    page: Mapped[int | None] = mapped_column(comment="where in the voucher")
    by_unit: Mapped[bool]
    linked_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    linked_at: Mapped[datetime]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None]

    voucher: Mapped[Voucher] = relationship(back_populates="links", lazy="joined")
    linker: Mapped[User] = relationship(lazy="joined", foreign_keys=[linked_by])

    @property
    def key(self) -> NumberKey:
        """The number it is about."""
        return NumberKey(self.source_key, self.period, self.parameter)


class EvidenceRequest(Base):
    """An evidence request to the unit, about numbers or about something described in words."""

    __tablename__ = "evidence_request"
    __table_args__ = (
        UniqueConstraint("engagement_id", "number"),
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_whole"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    number: Mapped[int] = mapped_column(comment="spoken: R-7")
    about: Mapped[str] = mapped_column(default="", comment="a subject in words; empty where numbers are named")
    numbers: Mapped[list[Any]] = mapped_column(comment="[[source, period, parameter], …]")
    asked: Mapped[str] = mapped_column(comment="what is to be shown")
    department: Mapped[str] = mapped_column(default="", comment="who at the unit should have it, in words")
    due: Mapped[date]
    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    state: Mapped[RequestState] = mapped_column(enum_of(RequestState, "state"))
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    raised_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="", comment="the unit's words")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="", comment="why it was returned or withdrawn")
    version: Mapped[Version]

    assignee: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[assigned_to])
    raiser: Mapped[User] = relationship(lazy="joined", foreign_keys=[raised_by])
    answerer: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[answered_by])
    answers: Mapped[list["RequestVoucher"]] = relationship(lazy="selectin", order_by="RequestVoucher.given_at")

    @property
    def label(self) -> str:
        """Displayed number."""
        return f"R-{self.number}"

    @property
    def keys(self) -> tuple[NumberKey, ...]:
        """The numbers it asks about."""
        return tuple(NumberKey(*each) for each in self.numbers)


class RequestVoucher(Base):
    """A voucher given in answer to a request."""

    __tablename__ = "request_voucher"
    __table_args__ = (UniqueConstraint("request_id", "voucher_id"),)
    id: Mapped[Id]
    request_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_request.id"), index=True)
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey("voucher.id"), index=True)
    given_at: Mapped[datetime]

    voucher: Mapped[Voucher] = relationship(lazy="joined")
