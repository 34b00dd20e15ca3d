"""Queries of the registry: a programme's years, their units, and the bodies that may be named."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from verifier.accounts.models import Organisation
from verifier.core.rulepack.pack import RulePack
from verifier.db import db
from verifier.registry.earlier_engagements import queries as earlier
from verifier.registry.models import ProgrammeYear, UnitYear

SUGGESTED = {"report_due": "report_due", "verified_due": "statement_due", "surrender_due": "surrender_due"}
"""A year's date → the code under which a pack suggests it."""


def years_of(authority: Organisation) -> list[ProgrammeYear]:
    """An authority's years, newest first."""
    of = select(ProgrammeYear).where(ProgrammeYear.authority_id == authority.id)
    return list(db.session.scalars(of.order_by(ProgrammeYear.emission_year.desc(), ProgrammeYear.opened_at.desc())))


def years_verified(unit_year: UnitYear, body: Organisation) -> set[int]:
    """The emission years of the same authority in which the body was named for the unit, or verified it outside this system."""
    of = (
        select(ProgrammeYear.emission_year)
        .join(UnitYear, UnitYear.year_id == ProgrammeYear.id)
        .where(
            UnitYear.unit_id == unit_year.unit_id, UnitYear.body_id == body.id, ProgrammeYear.authority_id == unit_year.year.authority_id
        )
    )
    return set(db.session.scalars(of)) | earlier.years_verified(unit_year.unit, unit_year.year, body.id)


def unit_counts(years: list[ProgrammeYear]) -> dict[UUID, int]:
    """How many units each year holds; a year without any is left out."""
    of = (
        select(UnitYear.year_id, func.count().label("units"))
        .where(UnitYear.year_id.in_([year.id for year in years]))
        .group_by(UnitYear.year_id)
    )
    return {row.year_id: row.units for row in db.session.execute(of)}


def year_under(authority: Organisation, emission_year: int, pack_id: str) -> ProgrammeYear | None:
    """The authority's year under a pack, None where it is not open yet."""
    return db.session.scalar(
        select(ProgrammeYear).where(
            ProgrammeYear.authority_id == authority.id, ProgrammeYear.emission_year == emission_year, ProgrammeYear.pack_id == pack_id
        )
    )


def suggested_dates(pack: RulePack, emission_year: int) -> dict[str, date]:
    """The dates a pack suggests for a year, by the year's own words; one it does not know is left out."""
    by_code = pack.suggested_dates_for(emission_year)
    return {name: by_code[code] for name, code in SUGGESTED.items() if code in by_code}


def units_of(year: ProgrammeYear, *, search: str = "", body: str = "") -> Select[Any]:
    """The units registered in a year, by name; `body` is `named`, `none` or empty."""
    found = select(UnitYear).join(Organisation, UnitYear.unit_id == Organisation.id).where(UnitYear.year_id == year.id)
    if search:
        columns = (Organisation.name, Organisation.name_zh, Organisation.credit_code, UnitYear.sector)
        found = found.where(or_(*(column.icontains(search, autoescape=True) for column in columns)))
    if body:
        found = found.where(UnitYear.body_id.is_(None) if body == "none" else UnitYear.body_id.is_not(None))
    return found.order_by(Organisation.name)


def unit_year_of(year: ProgrammeYear, unit: Organisation) -> UnitYear | None:
    """A unit's place in a year, None where it is not registered."""
    return db.session.scalar(select(UnitYear).where(UnitYear.year_id == year.id, UnitYear.unit_id == unit.id))


def _units_known_to(authority_id: UUID) -> Select[Organisation]:
    """The reporting units of an authority: those in one of its years, and those that are in no authority's year yet."""
    own = select(UnitYear.unit_id).join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id)
    own = own.where(ProgrammeYear.authority_id == authority_id)
    free = Organisation.id.not_in(select(UnitYear.unit_id))
    return select(Organisation).where(Organisation.kind == "unit", or_(Organisation.id.in_(own), free))


def is_known_to(authority_id: UUID, unit: Organisation) -> bool:
    """Whether an authority may know of a unit and register it."""
    return db.session.scalar(_units_known_to(authority_id).where(Organisation.id == unit.id)) is not None


def unregistered_units(year: ProgrammeYear) -> list[Organisation]:
    """The units that the year's authority may register and that are not in the year yet."""
    here = select(UnitYear.unit_id).where(UnitYear.year_id == year.id)
    of = _units_known_to(year.authority_id).where(Organisation.closed_at.is_(None), Organisation.id.not_in(here))
    return list(db.session.scalars(of.order_by(Organisation.name)))


def bodies() -> list[Organisation]:
    """The verification bodies a unit may name."""
    of = select(Organisation).where(Organisation.kind == "body", Organisation.closed_at.is_(None))
    return list(db.session.scalars(of.order_by(Organisation.name)))


def organisation(organisation_id: UUID, kind: str) -> Organisation | None:
    """An organisation of that kind, None where there is none."""
    return db.session.scalar(select(Organisation).where(Organisation.id == organisation_id, Organisation.kind == kind))


def organisation_called(name: str) -> Organisation | None:
    """The organisation of that very name."""
    return db.session.scalar(select(Organisation).where(Organisation.name == name))


def organisation_with_code(credit_code: str) -> Organisation | None:
    """The organisation of that credit code."""
    return db.session.scalar(select(Organisation).where(Organisation.credit_code == credit_code))
