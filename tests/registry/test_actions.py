"""A year is opened under rules, units are registered once, and a body is named until it has opened its case."""

from datetime import date
from uuid import uuid4

import pytest

from tests import make
from tests.people import Cast, actor
from verifier.accounts.models import Organisation
from verifier.audit.queries import trail
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.registry import actions, queries
from verifier.registry.actions import NewUnit, YearDates
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.rulepacks.load import load

DATES = YearDates(date(2022, 3, 31), date(2022, 4, 30), date(2022, 6, 30))


def opened(cast: Cast, emission_year: int = 2021, zone: str = "Asia/Shanghai") -> ProgrammeYear:
    authority = cast.org("authority")
    return actions.open_year(authority, emission_year, make.PACK, ("Pilot", None), DATES, zone, actor=actor(cast.manager), now=utcnow())


def registered(cast: Cast, year: ProgrammeYear, unit: NewUnit | Organisation, **more: str) -> UnitYear:
    return actions.register_unit(year, unit, actor=actor(cast.manager), now=utcnow(), **more)


def test_a_year_holds_the_rules_it_was_opened_under(cast: Cast) -> None:
    year = opened(cast)
    assert (year.pack_id, year.pack_sha256, actions.dates_of(year)) == (make.PACK, load(make.PACK).sha256, DATES)
    assert db.session.scalars(trail(None)).first().action == "registry:year:opened"


def test_a_year_is_open_once_under_a_pack(cast: Cast) -> None:
    opened(cast)
    with pytest.raises(Refusal, match=r"registry\.year\.exists"):
        opened(cast)
    assert opened(cast, 2022).emission_year == 2022


def test_a_body_verifies_a_unit_three_years_in_a_row_and_not_a_fourth(cast: Cast) -> None:
    for year in range(2018, 2022):
        of = registered(cast, opened(cast, year), cast.org("unit"), credit_code="9111")
        if year < 2021:
            actions.name_body(of, cast.org("body"), actor=actor(cast.contact), now=utcnow())
    with pytest.raises(Refusal, match=r"independence\.rotation"):
        actions.name_body(of, cast.org("body"), actor=actor(cast.contact), now=utcnow())
    actions.name_body(of, cast.org("other_body"), actor=actor(cast.contact), now=utcnow())


def test_a_zone_must_exist(cast: Cast) -> None:
    with pytest.raises(Refusal, match=r"registry\.year\.no_such_zone"):
        opened(cast, zone="Asia/Peking-ish")


def test_dates_stand_in_order() -> None:
    with pytest.raises(Refusal, match=r"registry\.dates\.order"):
        YearDates(date(2022, 5, 1), date(2022, 4, 30), date(2022, 6, 30))


def test_the_pack_suggests_the_dates_and_2021_had_its_own() -> None:
    suggested = {year: queries.suggested_dates(load(make.PACK), year) for year in (2020, 2021)}
    assert suggested[2020] == {"report_due": date(2021, 3, 31), "verified_due": date(2021, 4, 30), "surrender_due": date(2021, 6, 30)}
    assert set(suggested[2021].values()) == {date(2022, 7, 31)}


def test_dates_set_on_a_stale_page_are_refused_with_those_that_hold(cast: Cast) -> None:
    year = opened(cast)
    later = YearDates(date(2022, 7, 31), date(2022, 7, 31), date(2022, 7, 31))
    actions.set_dates(year, later, version=1, actor=actor(cast.manager), now=utcnow())
    assert actions.dates_of(year) == later
    with pytest.raises(Refusal) as caught:
        actions.set_dates(year, DATES, version=1, actor=actor(cast.manager), now=utcnow())
    assert (caught.value.message, caught.value.values["report"]) == ("registry.dates.stale", "2022-07-31")


def test_a_new_unit_becomes_an_organisation_known_by_its_credit_code(cast: Cast) -> None:
    year = opened(cast)
    made = registered(cast, year, NewUnit("Heat Works", None, " 91110000ma00000x9z "), sector="heat")
    assert (made.unit.kind, made.unit.credit_code, made.sector) == ("unit", "91110000MA00000X9Z", "heat")
    assert queries.unit_year_of(year, made.unit) is made


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        (NewUnit("Cold Rolling Works Co., Ltd.", None, "9111"), "registry.unit.name_taken"),
        (NewUnit("Heat Works", None, "A1"), "registry.unit.code_taken"),
        (NewUnit("Heat Works", None, "  "), "registry.unit.no_credit_code"),
    ],
)
def test_a_new_unit_is_refused_when_it_cannot_be_told_apart(cast: Cast, unit: NewUnit, message: str) -> None:
    year = opened(cast)
    registered(cast, year, NewUnit("Boiler Works", None, "A1"))
    with pytest.raises(Refusal, match=message.replace(".", r"\.")):
        registered(cast, year, unit)


def test_a_known_unit_gets_its_credit_code_when_it_is_registered_and_is_registered_once(cast: Cast) -> None:
    year, unit = opened(cast), cast.org("other_unit")
    with pytest.raises(Refusal, match=r"registry\.unit\.no_credit_code"):
        actions.register_unit(year, unit, actor=actor(cast.manager), now=utcnow())
    actions.register_unit(year, unit, credit_code="B2", actor=actor(cast.manager), now=utcnow())
    assert unit.credit_code == "B2"
    with pytest.raises(Refusal, match=r"registry\.unit\.registered"):
        actions.register_unit(year, unit, actor=actor(cast.manager), now=utcnow())


def test_a_body_is_named_and_another_one_until_a_case_is_open(cast: Cast) -> None:
    of = make.unit_year(cast, body=None)
    for key in ("body", "other_body"):
        actions.name_body(of, cast.org(key), actor=actor(cast.contact), now=utcnow())
    assert of.body == cast.org("other_body")
    assert db.session.scalars(trail(None)).first().detail["before"] == cast.org("body").name
    with pytest.raises(Refusal, match=r"registry\.body\.case_open"):
        actions.name_body(of, cast.org("body"), case=uuid4(), actor=actor(cast.contact), now=utcnow())


@pytest.mark.parametrize(("key", "message"), [("unit", "not_a_body"), ("body", "named_already")])
def test_what_is_no_other_body_is_not_named(cast: Cast, key: str, message: str) -> None:
    of = make.unit_year(cast, body="body")
    with pytest.raises(Refusal, match=rf"registry\.body\.{message}"):
        actions.name_body(of, cast.org(key), actor=actor(cast.contact), now=utcnow())
