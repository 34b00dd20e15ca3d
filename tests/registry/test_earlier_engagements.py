"""Engagements outside this system: who enters them, and that rotation and independence count them."""

import re
from collections.abc import Callable
from io import BytesIO
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from tests import make
from tests.people import CASE_ROLES, Cast, actor, sign_in
from verifier.accounts.models import User
from verifier.audit.queries import trail
from verifier.core.earlier_work import WorkKind
from verifier.core.errors import NotPermitted, Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements import actions as engagements
from verifier.engagements.models import Engagement, TeamMember
from verifier.registry import actions as registry
from verifier.registry.earlier_engagements import actions
from verifier.registry.earlier_engagements.actions import EngagementEntry
from verifier.registry.earlier_engagements.models import EarlierEngagement
from verifier.registry.models import UnitYear
from verifier.rulepacks.load import load

CODE = "91110105MA01A2B3C4"
PAGE = "/organisation/earlier-engagements"


def enter(cast: Cast, year: int, kind: WorkKind = WorkKind.VERIFICATION, *, lead: User | None = None, programme: str = "beijing") -> None:
    entry = EngagementEntry("Riverside", CODE.lower(), year, programme, kind, f"R-{year}", lead=lead.id if lead else None)
    actions.enter(entry, actor=actor(cast.coordinator), now=utcnow())


def unit_year(cast: Cast, body: str | None = None) -> UnitYear:
    cast.org("unit").credit_code = CODE
    db.session.commit()
    return make.unit_year(cast, body=body)


def name_body(cast: Cast, of: UnitYear, body: str = "body") -> None:
    registry.name_body(of, cast.org(body), actor=actor(cast.contact), now=utcnow())


def eu_case(cast: Cast) -> Engagement:
    """A case of 2021 under the rules of the EU ETS, without a lead verifier."""
    cast.org("unit").credit_code = CODE
    db.session.commit()
    case = make.engagement(cast, Stage.ARRANGING)
    pack = load("eu-ets/2018.3")
    case.pack_id = case.unit_year.year.pack_id = pack.id
    case.pack_sha256 = case.unit_year.year.pack_sha256 = pack.sha256
    for member in db.session.scalars(select(TeamMember).where(TeamMember.engagement_id == case.id)):
        if member.user_id == cast.lead.id:
            db.session.delete(member)
    db.session.flush()
    db.session.refresh(case)
    return case


def refusal_of(call: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        call()
    return refusal.value


def test_three_verifications_outside_this_system_count_for_the_rotation_of_the_body(cast: Cast) -> None:
    for year in (2018, 2019, 2020):
        enter(cast, year)
    of = unit_year(cast)
    assert refusal_of(lambda: name_body(cast, of)).message == "independence.rotation"
    name_body(cast, of, "other_body")


def test_verifications_under_another_programme_do_not_count(cast: Cast) -> None:
    for year in (2018, 2019, 2020):
        enter(cast, year, programme="eu-ets" if year == 2019 else "beijing")
    of = unit_year(cast)
    name_body(cast, of)
    assert of.body_id == cast.org("body").id


@pytest.mark.parametrize(("year", "refused"), [(2021, True), (2019, True), (2018, False)])
def test_advice_within_three_years_keeps_the_body_from_being_named(cast: Cast, year: int, refused: bool) -> None:
    enter(cast, year, WorkKind.ADVICE)
    of = unit_year(cast)
    if not refused:
        name_body(cast, of)
        return
    refusal = refusal_of(lambda: name_body(cast, of))
    assert (refusal.message, refusal.values["reference"]) == ("independence.earlier_work", f"R-{year}")


def test_the_refusal_names_work_year_and_reference(cast: Cast, client: FlaskClient) -> None:
    enter(cast, 2020, WorkKind.ADVICE)
    of = unit_year(cast)
    db.session.commit()
    typed_body = {"body": str(cast.org("body").id)}
    page = sign_in(client, cast.contact).post(f"/reports/{of.id}/body", data=typed_body, follow_redirects=True).text
    assert "Consulting or management on carbon in 2020 (R-2020)" in page


def test_work_that_the_pack_does_not_name_rules_nothing_out(cast: Cast) -> None:
    enter(cast, 2021, WorkKind.OTHER)
    of = unit_year(cast)
    name_body(cast, of)
    assert of.body_id == cast.org("body").id


def test_advice_entered_after_the_body_was_named_keeps_it_from_opening_the_case(cast: Cast) -> None:
    of = unit_year(cast, "body")
    make.report(cast, of)
    enter(cast, 2020, WorkKind.ADVICE)
    refusal = refusal_of(lambda: engagements.open_case(of, conflict_check="None.", actor=actor(cast.coordinator), now=utcnow()))
    assert refusal.message == "independence.earlier_work"


def test_verifications_entered_after_the_body_was_named_keep_it_from_opening_the_case(cast: Cast) -> None:
    of = unit_year(cast, "body")
    make.report(cast, of)
    for year in (2018, 2019, 2020):
        enter(cast, year)
    refusal = refusal_of(lambda: engagements.open_case(of, conflict_check="None.", actor=actor(cast.coordinator), now=utcnow()))
    assert refusal.message == "independence.rotation"


def test_advice_entered_during_a_case_stops_its_start_and_not_the_naming_of_a_reviewer(cast: Cast) -> None:
    cast.org("unit").credit_code = CODE
    db.session.commit()
    case = make.engagement(cast, Stage.ARRANGING)
    reviewer = next(member for member in case.members if member.role == CASE_ROLES["reviewer"])
    engagements.remove_member(reviewer, actor=actor(cast.coordinator), now=utcnow())
    enter(cast, 2020, WorkKind.ADVICE)
    engagements.name_member(case, reviewer.user, CASE_ROLES["reviewer"], actor=actor(cast.coordinator), now=utcnow())
    engagements.declare(
        case, {each.code: (False, "") for each in load(case.pack_id).independence_questions}, actor=actor(reviewer.user), now=utcnow()
    )
    assert refusal_of(lambda: engagements.start(case, actor=actor(cast.coordinator), now=utcnow())).message == "independence.earlier_work"


def test_a_year_to_come_is_refused(cast: Cast) -> None:
    assert refusal_of(lambda: enter(cast, utcnow().year + 1)).message == "registry.earlier.year_to_come"


def test_five_years_led_outside_this_system_count_for_the_rotation_of_the_lead(cast: Cast) -> None:
    case = eu_case(cast)
    for year in range(2016, 2021):
        enter(cast, year, lead=cast.lead, programme="eu-ets")
    by, role = actor(cast.coordinator), CASE_ROLES["lead"]
    refusal = refusal_of(lambda: engagements.name_member(case, cast.lead, role, actor=by, now=utcnow()))
    assert refusal.message == "independence.rotation"
    engagements.name_member(case, cast.colleague, role, actor=by, now=utcnow())


def test_a_year_entered_after_the_lead_was_named_is_counted_when_the_checks_start(cast: Cast) -> None:
    case = eu_case(cast)
    by = actor(cast.coordinator)
    for year in range(2017, 2021):
        enter(cast, year, lead=cast.lead, programme="eu-ets")
    engagements.name_member(case, cast.lead, CASE_ROLES["lead"], actor=by, now=utcnow())
    questions = load(case.pack_id).independence_questions
    engagements.declare(case, {each.code: (False, "") for each in questions}, actor=actor(cast.lead), now=utcnow())
    enter(cast, 2016, lead=cast.lead, programme="eu-ets")
    assert refusal_of(lambda: engagements.start(case, actor=by, now=utcnow())).message == "independence.rotation"


def test_the_same_engagement_is_entered_once(cast: Cast) -> None:
    enter(cast, 2019)
    assert refusal_of(lambda: enter(cast, 2019)).message == "registry.earlier.exists"


def test_only_people_of_the_body_took_part(cast: Cast) -> None:
    assert refusal_of(lambda: enter(cast, 2019, lead=cast.other_coordinator)).message == "registry.earlier.not_of_body"


def test_a_lead_is_named_for_verifications_alone(cast: Cast) -> None:
    assert refusal_of(lambda: enter(cast, 2019, WorkKind.ADVICE, lead=cast.lead)).message == "registry.earlier.lead_of_verification"


def test_only_a_coordinator_enters_and_only_of_the_own_body(cast: Cast) -> None:
    enter(cast, 2019)
    row = db.session.scalars(select(EarlierEngagement)).one()
    entry = EngagementEntry("Riverside", CODE, 2019, "beijing", WorkKind.VERIFICATION, "R-1")
    with pytest.raises(NotPermitted):
        actions.enter(entry, actor=actor(cast.lead), now=utcnow())
    with pytest.raises(NotPermitted):
        actions.remove(row, version=None, actor=actor(cast.other_coordinator), now=utcnow())


def typed(**changes: str) -> dict[str, str]:
    return {
        "unit_name": "Riverside",
        "credit_code": CODE,
        "kind": "verification",
        "year": "2019",
        "programme": "beijing",
        "lead": "",
        "reference": "S-2019-7",
        **changes,
    }


def entered() -> list[EarlierEngagement]:
    db.session.expire_all()
    return list(db.session.scalars(select(EarlierEngagement).order_by(EarlierEngagement.year)))


def test_a_coordinator_enters_edits_and_removes_on_pages(cast: Cast, client: FlaskClient) -> None:
    sign_in(client, cast.coordinator)
    assert "No earlier engagements" in client.get(PAGE).text
    assert client.post(f"{PAGE}/new", data=typed(lead=str(cast.lead.id))).status_code == 303
    row = entered()[0]
    assert (row.lead_id, [UUID(each) for each in row.people]) == (cast.lead.id, [cast.lead.id])
    assert "S-2019-7" in client.get(PAGE).text
    address = f"{PAGE}/{row.id}"
    assert client.post(address, data=typed(year="2018", version="1")).status_code == 303
    assert client.post(address, data=typed(year="2017", version="1")).status_code == 409
    assert [each.year for each in entered()] == [2018]
    assert client.post(f"{address}/remove", data={"version": "1"}).status_code == 303
    assert len(entered()) == 1, "it was changed since it was shown"
    assert client.post(f"{address}/remove", data={"version": "2"}).status_code == 303
    assert entered() == []
    actions_recorded = [each.action for each in db.session.scalars(trail(None)) if "earlier" in each.action]
    assert sorted(actions_recorded) == [f"registry:earlier_engagement:{verb}" for verb in ("added", "edited", "removed")]


def test_the_list_is_searched_filtered_and_paged(cast: Cast, client: FlaskClient) -> None:
    for year in range(1995, 2021):
        enter(cast, year, WorkKind.VERIFICATION if year != 2000 else WorkKind.ADVICE)
    sign_in(client, cast.coordinator)
    assert "Showing 1 to 25 of 26" in client.get(PAGE).text
    assert "R-1995" in client.get(f"{PAGE}?page=2").text
    assert "Showing 1 to 1 of 1" in client.get(f"{PAGE}?kind=advice").text
    assert "Showing 1 to 1 of 1" in client.get(f"{PAGE}?year=2003").text
    assert "Showing 1 to 1 of 1" in client.get(f"{PAGE}?q=r-2010").text
    assert "No matching engagements" in client.get(f"{PAGE}?q=nothing").text


def test_the_list_is_downloaded_as_filtered(cast: Cast, client: FlaskClient) -> None:
    enter(cast, 2019, lead=cast.lead)
    enter(cast, 2020, WorkKind.ADVICE)
    answer = sign_in(client, cast.coordinator).get(f"{PAGE}?kind=verification&export=xlsx")
    rows = list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert [(row[0], row[3], row[5], row[8]) for row in rows[1:]] == [(2019, "Verification", "Lead", "R-2019")]


def test_a_stale_edit_names_the_fields_that_differ_and_is_saved_when_it_is_sent_again(cast: Cast, client: FlaskClient) -> None:
    sign_in(client, cast.coordinator).post(f"{PAGE}/new", data=typed())
    address = f"{PAGE}/{entered()[0].id}"
    client.post(address, data=typed(year="2018", others="Ma Li", version="1"))
    refused = client.post(address, data=typed(year="2017", others="Ma Li", reference="S-2017", version="1"))
    assert refused.status_code == 409
    assert "Yours differs in: Year of the work, Reference number." in refused.text
    assert "Stored in the meantime" in refused.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', refused.text)
    assert version is not None
    again = typed(year="2017", others="Ma Li", reference="S-2017", version=version[1])
    assert client.post(address, data=again).status_code == 303
    assert [(each.year, each.reference) for each in entered()] == [(2017, "S-2017")]


def test_a_stale_removal_says_that_nothing_was_removed(cast: Cast, client: FlaskClient) -> None:
    sign_in(client, cast.coordinator).post(f"{PAGE}/new", data=typed())
    address = f"{PAGE}/{entered()[0].id}"
    client.post(address, data=typed(year="2018", version="1"))
    refused = client.post(f"{address}/remove", data={"version": "1"}, follow_redirects=True)
    assert "it has not been removed" in refused.text


def test_the_programme_is_chosen_by_its_name_without_a_year(cast: Cast, client: FlaskClient) -> None:
    page = sign_in(client, cast.coordinator).get(f"{PAGE}/new").text
    assert '<option value="">Choose a programme</option>' in page
    assert '<option value="beijing">Beijing pilot carbon market</option>' in page
    assert client.post(f"{PAGE}/new", data=typed(programme="")).status_code == 200
    assert client.post(f"{PAGE}/new", data=typed(programme="none")).status_code == 303
    assert [each.programme for each in entered()] == [""]
