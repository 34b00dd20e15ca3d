"""Builds the demo through the same actions as the pages; its dates count back from the day it is made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import select

from verifier.accounts import actions as accounts
from verifier.accounts.authentication import crypto
from verifier.accounts.authentication import secondfactor as secondfactor
from verifier.accounts.models import Organisation, User
from verifier.core.access import Role
from verifier.core.actor import INSTALLATION, Actor
from verifier.db import db
from verifier.demo import people, workbooks
from verifier.demo.casework import CaseMaker
from verifier.registry import actions as registry
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports import actions as reports
from verifier.rulepacks.load import load
from verifier.statement.models import SigningKey
from verifier.statement.signing import key_approval, keys
from verifier.terminal.sentences import gettext as _

PACK, YEAR = "beijing/2021.3", 2021
Say = Callable[[str], None]


@dataclass
class Cast:
    """The people and organisations of the demo, and a clock that only goes forward."""

    at: datetime
    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    password: str = people.PASSWORD
    passphrase: str = people.PASSPHRASE

    def now(self, **passed: float) -> datetime:
        """The next moment of the demo: at least a minute later, so that no code is used twice."""
        self.at += timedelta(**passed) if passed else timedelta(minutes=1)
        return self.at

    def actor(self, key: str) -> Actor:
        """A person as actions know them."""
        return Actor(self.users[key].id, self.users[key].name)

    def code(self, key: str, now: datetime) -> str:
        """What the person's app shows at that moment."""
        secret = self.users[key].totp_secret
        assert secret is not None
        return secondfactor.code(crypto.opened("totp", secret), now)


def is_settled() -> bool:
    """Whether anybody is here already."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def build(*, now: datetime, echo: Say, is_open: bool = False) -> None:
    """Make everything in one transaction: the demo is there whole, or not at all; an open one has a random password and passphrase."""
    cast = Cast(now - timedelta(days=46))
    if is_open:
        cast.password, cast.passphrase = token_urlsafe(12), token_urlsafe(12)
        secrets = {"password": cast.password, "passphrase": cast.passphrase}
        echo(_("Demo: everyone's password is %(password)s, the signing passphrase %(passphrase)s; they are shown only now", **secrets))
    echo(_("Demo: people and signing keys"))
    settle(cast)
    echo(_("Demo: the programme year"))
    year = open_year(cast, now)
    hand_in_park(cast, year)
    maker = CaseMaker(cast, now)
    for place, (name, name_zh) in enumerate(people.GROUP):
        unit_year = register(cast, year, place, name, name_zh)
        echo(_("Demo: %(unit)s, %(stage)s", unit=name, stage=maker.stage_of(place)))
        maker.make(unit_year, place)
    accounts_left = max(cast.at, now - timedelta(minutes=5))
    if accounts_left > now:
        raise RuntimeError("the demo's clock ran past the present")
    db.session.commit()
    echo(_("Demo: ready"))


def settle(cast: Cast) -> None:
    """Organisations and people, with passwords, second factors and signing keys."""
    for key, (kind, name, name_zh, code) in people.ORGANISATIONS.items():
        created = accounts.create_organisation(kind, name, name_zh=name_zh, credit_code=code, actor=INSTALLATION, now=cast.now())
        cast.organisations[key] = created
    for key, (organisation, name, roles, second_factor) in people.PEOPLE.items():
        add_person(cast, key, cast.organisations[organisation], name, roles)
        if second_factor:
            now, secret = cast.now(), secondfactor.new_secret()
            accounts.enrol_second_factor(cast.users[key], secret, secondfactor.code(secret, now), actor=cast.actor(key), now=now)
    for key in ("lead", "signatory"):
        now = cast.now()
        approve_key(cast, keys.make_personal_key(cast.users[key], cast.passphrase, cast.code(key, now), actor=cast.actor(key), now=now))
    now = cast.now()
    seal = keys.make_seal(
        cast.organisations["body"],
        cast.users["coordinator"],
        cast.passphrase,
        cast.code("coordinator", now),
        actor=cast.actor("coordinator"),
        now=now,
    )
    approve_key(cast, seal)


def approve_key(cast: Cast, key: SigningKey) -> None:
    """The administrator approves a key of the new body, in which nobody may yet."""
    now = cast.now()
    key_approval.approve(key, cast.users["admin"], cast.code("admin", now), actor=cast.actor("admin"), now=now)


def add_person(cast: Cast, key: str, organisation: Organisation, name: str, roles: tuple[Role, ...]) -> None:
    """A person with the demo's password."""
    cast.users[key] = accounts.create_user(
        organisation, people.email(key), name, roles=roles, password=cast.password, actor=INSTALLATION, now=cast.now()
    )


def open_year(cast: Cast, now: datetime) -> ProgrammeYear:
    """The emission year, its dates around today."""
    today = now.date()
    dates = registry.YearDates(today - timedelta(days=16), today + timedelta(days=14), today + timedelta(days=75))
    names = ("Beijing pilot carbon market 2021", "北京市碳市场 2021 年度")
    zone = load(PACK).zone
    return registry.open_year(cast.organisations["authority"], YEAR, PACK, names, dates, zone, actor=cast.actor("manager"), now=cast.now())


def hand_in_park(cast: Cast, year: ProgrammeYear) -> None:
    """The park has named its body and handed in its report, which waits to be released: the newcomer goes on from here."""
    unit_year = registry.register_unit(
        year, cast.organisations["park"], credit_code=workbooks.CODE, sector="services", actor=cast.actor("manager"), now=cast.now()
    )
    registry.name_body(unit_year, cast.organisations["body"], actor=cast.actor("responsible"), now=cast.now())
    data = workbooks.PARK_WITH_ERRORS.read_bytes()
    reports.submit_report(unit_year, data, workbooks.PARK_WITH_ERRORS.name, "", actor=cast.actor("contact"), now=cast.now())


def register(cast: Cast, year: ProgrammeYear, place: int, name: str, name_zh: str) -> UnitYear:
    """One of the group's other units, all of them with the same two people: each unit has its own accounts in their names."""
    code = people.credit_code(place)
    unit = registry.NewUnit(name, name_zh, code)
    unit_year = registry.register_unit(year, unit, credit_code=code, sector="services", actor=cast.actor("manager"), now=cast.now())
    suffix = "" if place == 0 else f"-{place + 1}"
    add_person(cast, f"group-contact{suffix}", unit_year.unit, "Guo Lei", (Role.CONTACT,))
    add_person(cast, f"group-responsible{suffix}", unit_year.unit, "Tang Hua", (Role.RESPONSIBLE,))
    cast.users["group-contact"] = cast.users[f"group-contact{suffix}"]
    cast.users["group-responsible"] = cast.users[f"group-responsible{suffix}"]
    registry.name_body(unit_year, cast.organisations["body"], actor=cast.actor("group-responsible"), now=cast.now())
    return unit_year
