"""Actions of the registry: open a year, set its dates, register a unit, name the body that verifies it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import available_timezones

from verifier.accounts.models import Kind, Organisation
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core import independence
from verifier.core.actor import Actor
from verifier.core.earlier_work import check_no_conflict
from verifier.core.errors import NotYours, Refusal
from verifier.core.rulepack.pack import RulePack
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.registry import queries
from verifier.registry.earlier_engagements import queries as earlier
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.rulepacks.load import load, newer


@dataclass(frozen=True, slots=True)
class YearDates:
    """The three days a programme sets for an emission year."""

    report_due: date
    verified_due: date
    surrender_due: date

    def __post_init__(self) -> None:
        if not self.report_due <= self.verified_due <= self.surrender_due:
            raise Refusal("registry.dates.order")

    def written(self) -> dict[str, str]:
        """The days as the trail keeps them."""
        return {
            "report": self.report_due.isoformat(),
            "verified": self.verified_due.isoformat(),
            "surrender": self.surrender_due.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A reporting unit that we do not know yet."""

    name: str
    name_zh: str | None
    credit_code: str


def open_year(
    authority: Organisation,
    emission_year: int,
    pack_id: str,
    names: tuple[str, str | None],
    dates: YearDates,
    time_zone: str,
    *,
    actor: Actor,
    now: datetime,
) -> ProgrammeYear:
    """Open an emission year under a rule pack; a year is open once under each pack."""
    if queries.year_under(authority, emission_year, pack_id) is not None:
        raise Refusal("registry.year.exists", year=emission_year, pack=pack_id)
    if time_zone not in available_timezones():
        raise Refusal("registry.year.no_such_zone", zone=time_zone)
    pack = load(pack_id)
    name, name_zh = names
    year = ProgrammeYear(
        authority_id=authority.id,
        name=name,
        name_zh=name_zh,
        emission_year=emission_year,
        pack_id=pack.id,
        pack_sha256=pack.sha256,
        time_zone=time_zone,
        report_due=dates.report_due,
        verified_due=dates.verified_due,
        surrender_due=dates.surrender_due,
        opened_at=now,
    )
    db.session.add(year)
    db.session.flush()
    record(
        TrailAction.REGISTRY_YEAR_OPENED,
        actor,
        Subject("programme_year", str(year.id)),
        now=now,
        name=name,
        year=emission_year,
        pack=pack.id,
        sha256=pack.sha256,
        zone=time_zone,
        **dates.written(),
    )
    return year


def dates_of(year: ProgrammeYear) -> YearDates:
    """The days of a year as they are set now."""
    return YearDates(year.report_due, year.verified_due, year.surrender_due)


def set_dates(year: ProgrammeYear, dates: YearDates, *, version: int | None, actor: Actor, now: datetime) -> None:
    """Set the dates of a year; an edit based on older dates is refused with the current ones."""
    before = dates_of(year)
    check_version(year, version, lambda: Refusal("registry.dates.stale", **before.written()))
    year.report_due, year.verified_due, year.surrender_due = dates.report_due, dates.verified_due, dates.surrender_due
    db.session.flush()
    record(
        TrailAction.REGISTRY_YEAR_DATES_SET,
        actor,
        Subject("programme_year", str(year.id)),
        now=now,
        before=before.written(),
        after=dates.written(),
    )


def change_rules(year: ProgrammeYear, pack_id: str, *, seen_sha256: str, actor: Actor, now: datetime) -> None:
    """Put a year under a newer version of its rule pack; `seen_sha256` is the SHA-256 of the version whose changes were shown.

    Cases that are open stay with theirs: each moves by the choice of its lead verifier.
    """
    before, pack = load(year.pack_id), load(pack_id)
    if pack.id not in newer(before.id):
        raise Refusal("rules.change.not_newer", pack=pack.id, current=before.id)
    if pack.sha256 != seen_sha256:
        raise Refusal("pack.changed", pack=pack.id)
    if queries.year_under(year.authority, year.emission_year, pack.id) is not None:
        raise Refusal("registry.year.exists", year=year.emission_year, pack=pack.id)
    year.pack_id, year.pack_sha256 = pack.id, pack.sha256
    year.version += 1
    db.session.flush()
    record(
        TrailAction.REGISTRY_YEAR_RULES_CHANGED,
        actor,
        Subject("programme_year", str(year.id)),
        now=now,
        before=before.id,
        before_sha256=before.sha256,
        after=pack.id,
        after_sha256=pack.sha256,
    )


def register_unit(
    year: ProgrammeYear, unit: Organisation | NewUnit, *, credit_code: str = "", sector: str = "", actor: Actor, now: datetime
) -> UnitYear:
    """Put a unit into a year, once; a unit that is still without its credit code needs it now, for its reports are known by it.

    A unit of another authority does not exist for this one: nothing tells what it is called.
    """
    organisation = _new(unit, year.authority_id, now=now) if isinstance(unit, NewUnit) else unit
    if not isinstance(unit, NewUnit) and not queries.is_known_to(year.authority_id, unit):
        raise NotYours
    if queries.unit_year_of(year, organisation) is not None:
        raise Refusal("registry.unit.registered", unit=organisation.name)
    if organisation.credit_code is None:
        organisation.credit_code = _free_code(credit_code, year.authority_id)
        organisation.version += 1
    registered = UnitYear(year_id=year.id, unit_id=organisation.id, sector=sector.strip() or None, registered_at=now)
    db.session.add(registered)
    db.session.flush()
    record(
        TrailAction.REGISTRY_UNIT_REGISTERED,
        actor,
        Subject("unit_year", str(registered.id)),
        now=now,
        unit=organisation.name,
        credit_code=organisation.credit_code,
        year=year.emission_year,
    )
    return registered


def _new(unit: NewUnit, authority_id: UUID, *, now: datetime) -> Organisation:
    holder = queries.organisation_called(unit.name)
    if holder is not None:
        known = queries.is_known_to(authority_id, holder)
        raise Refusal("registry.unit.name_taken", name=unit.name) if known else Refusal("registry.unit.unusable")
    code = _free_code(unit.credit_code, authority_id)
    organisation = Organisation(kind=Kind.UNIT, name=unit.name, name_zh=unit.name_zh, credit_code=code, created_at=now)
    db.session.add(organisation)
    db.session.flush()
    return organisation


def _free_code(credit_code: str, authority_id: UUID) -> str:
    code = credit_code.strip().upper()
    if not code:
        raise Refusal("registry.unit.no_credit_code")
    holder = queries.organisation_with_code(code)
    if holder is not None:
        known = queries.is_known_to(authority_id, holder)
        raise Refusal("registry.unit.code_taken", code=code, name=holder.name) if known else Refusal("registry.unit.unusable")
    return code


def check_body(unit_year: UnitYear, body: Organisation, pack: RulePack) -> None:
    """Refuse a body whose earlier verifications of the unit, or other work for it, rule out verifying it this year (pack)."""
    year = unit_year.year.emission_year
    independence.check_rotation("body", year, queries.years_verified(unit_year, body), pack, name=body.name)
    check_no_conflict(earlier.other_work(unit_year.unit, body.id), year, pack.conflicting_work, name=body.name)


def name_body(unit_year: UnitYear, body: Organisation, *, case: UUID | None = None, actor: Actor, now: datetime) -> None:
    """Name the body that verifies the unit this year; once it has opened its case (given by value) it is not changed any more."""
    if case is not None:
        raise Refusal("registry.body.case_open", body=unit_year.body.name if unit_year.body else "")
    if body.kind != "body":
        raise Refusal("registry.body.not_a_body", name=body.name)
    before = unit_year.body.name if unit_year.body else None
    if unit_year.body_id == body.id:
        raise Refusal("registry.body.named_already", body=body.name)
    check_body(unit_year, body, load(unit_year.year.pack_id))
    unit_year.body_id, unit_year.named_by, unit_year.named_at = body.id, actor.id, now
    unit_year.version += 1
    db.session.flush()
    db.session.refresh(unit_year, ["body"])
    record(
        TrailAction.REGISTRY_BODY_NAMED,
        actor,
        Subject("unit_year", str(unit_year.id)),
        now=now,
        unit=unit_year.unit.name,
        body=body.name,
        before=before,
    )
