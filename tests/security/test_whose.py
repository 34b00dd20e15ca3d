"""An attacker who is signed in reaches nothing of another tenant: not by its own address, nor by naming it under a case of their own."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.house import routes
from tests.house.routes import PEOPLE, PLACE, World
from tests.people import Cast, sign_in
from tests.security import builders
from tests.security.attacker import Browsers, address, allowed
from tests.security.builders import Foreign
from verifier.db import db
from verifier.findings.models import Finding

pytestmark = pytest.mark.hold

OWNERS = {"engagement_id", "unit_year_id"}
WITHIN = {"photo_id", "visit_id", "attachment_id", "member_id", "number"}
OF_THE_OTHER = {"other_coordinator", "other_contact"}


@pytest.fixture(scope="module")
def rival(world: World) -> Foreign:
    """The other tenant's case, in the same installation."""
    made = builders.foreign(Cast())
    db.session.commit()
    return made


def _places(rule: str) -> set[str]:
    return set(PLACE.findall(rule))


def test_nobody_of_one_tenant_reaches_an_address_of_another(world: World, rival: Foreign) -> None:
    """The authority sees both units, for both are in its programme; everyone else is told that there is nothing."""
    browsers, reached = Browsers(world), []
    for method, rule in routes.routes(world.app):
        if not OWNERS & _places(rule.rule):
            continue
        there = address(rule, {**world.values, **rival.values})
        for person in PEOPLE:
            if person in OF_THE_OTHER | {"nobody", "manager", "assessor"}:
                continue
            answer = browsers.of(person).open(there, method=method)
            answer.close()
            if answer.status_code != 404:
                reached.append((person, method, rule.rule, answer.status_code))
    assert reached == []


def test_nothing_of_another_case_is_reached_under_one_s_own(world: World, rival: Foreign) -> None:
    browsers, reached, asked = Browsers(world), [], 0
    for method, rule in routes.routes(world.app):
        mine = _places(rule.rule)
        if not OWNERS & mine or not WITHIN & mine:
            continue
        there = address(rule, {**world.values, **{name: rival.values[name] for name in WITHIN}})
        for person in allowed(method, rule):
            asked += 1
            answer = browsers.of(person).open(there, method=method)
            answer.close()
            if answer.status_code != 404:
                reached.append((person, method, rule.rule, answer.status_code))
    assert reached == []
    assert asked > 100


def test_the_other_tenant_meets_its_own_case_at_the_same_addresses(world: World, rival: Foreign) -> None:
    """So that the 404s above are refusals, not addresses that lead nowhere."""
    client = sign_in(world.app.test_client(), rival.lead)
    for path in (
        "photos/{photo_id}",
        "photos/{photo_id}/preview",
        "photos/{photo_id}/original",
        "files/{attachment_id}",
        "visits/{visit_id}",
        "findings/{number}",
        "",
    ):
        answer = client.get(f"/cases/{rival.case.id}/{path}".rstrip("/").format(**rival.values))
        assert answer.status_code == 200, path
        answer.close()


def test_no_list_search_or_export_shows_another_tenant_s_rows(world: World, rival: Foreign) -> None:
    browsers = Browsers(world)
    for person in PEOPLE:
        if person in OF_THE_OTHER | {"nobody", "admin", "manager", "assessor"}:
            continue
        for page in ("/", "/cases", "/cases?q=2021-0777", "/cases?q=Cold", "/organisation/people?q=Rival", "/reports"):
            shown = browsers.of(person).get(page).text
            assert "Cold Rolling" not in re.sub(r'value="[^"]*"', "", shown), (person, page)
            assert str(rival.case.id) not in shown, (person, page)


def test_another_s_photo_cannot_be_put_with_a_finding_of_one_s_own(world: World, rival: Foreign) -> None:
    client, case = Browsers(world).of("lead"), world.values["engagement_id"]
    answer = client.post(f"/cases/{case}/photos/{rival.values['photo_id']}/finding", data={"number": "1"})
    assert answer.status_code in (303, 400, 404, 409)
    for finding in db.session.scalars(select(Finding).where(Finding.engagement_id == UUID(case))):
        assert rival.values["photo_id"] not in client.get(f"/cases/{case}/findings/{finding.number}").text


def test_a_lower_role_is_refused_every_action_of_a_higher_one(world: World) -> None:
    """Every action that somebody may do on the case is refused to whoever is not named for it, whatever they send with it."""
    browsers, done, refused = Browsers(world), [], 0
    for method, rule in routes.routes(world.app):
        if method != "POST" or "engagement_id" not in _places(rule.rule):
            continue
        may = set(allowed(method, rule))
        for person in ("contributor", "assessor", "expert", "reviewer", "signatory", "invited"):
            if person in may:
                continue
            answer = browsers.of(person).post(
                address(rule, world.values), data={"role": "administrator", "version": "0", "outcome": "approved"}
            )
            if answer.status_code in (403, 404):
                refused += 1
            else:
                done.append((person, rule.rule, answer.status_code))
    assert done == []
    assert refused > 80


@pytest.mark.parametrize("claim", [{"roles": "administrator"}, {"organisation": "x", "is_active": "1"}, {"roles-0": "lead_verifier"}])
def test_nobody_gives_themselves_a_role_with_a_field_that_no_form_has(world: World, claim: dict[str, str]) -> None:
    client, person = Browsers(world).of("contributor"), Cast().contributor
    before = person.roles
    client.post("/account", data={"name": "Contributor", "language": "", "version": str(person.version), **claim})
    db.session.expire_all()
    assert Cast().contributor.roles == before
    assert client.get("/admin/people").status_code == 403
