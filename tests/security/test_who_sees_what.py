"""Who sees what, as tables: unreleased report versions, hidden photos and trail subjects, and units of another authority."""

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, inspect, select

from tests import make
from tests.findings.builders import finding, photo, sent
from tests.people import Cast, actor, give_factor, sign_in
from verifier.accounts.models import Appointment, Organisation, User
from verifier.audit.actions import record
from verifier.audit.models import TrailRow
from verifier.core.access import Role
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow, uuid7
from verifier.engagements.models import Engagement
from verifier.engagements.queries import previous_reports
from verifier.findings import actions as findings
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports.models import ReportVersion

READERS = (
    "contact",
    "contributor",
    "responsible",
    "coordinator",
    "lead",
    "verifier",
    "expert",
    "reviewer",
    "signatory",
    "manager",
    "assessor",
)
UNIT = {"contact", "contributor", "responsible"}
SECRET = "draft-nobody-may-see"


@dataclass(frozen=True)
class Drafted:
    """A case on released version 1, with an unreleased version 2 whose note and file name are secret."""

    case: Engagement

    @property
    def base(self) -> str:
        """The address of the unit's year."""
        return f"/reports/{self.case.unit_year_id}"


@pytest.fixture
def drafted(cast: Cast) -> Drafted:
    """The unit uploaded a correction that its responsible person has not released."""
    case = make.engagement(cast, Stage.CHECKING)
    draft = make.report(cast, case.unit_year, make.PARK, released=False)
    draft.note, draft.filename = SECRET, f"{SECRET}.xlsx"
    db.session.commit()
    return Drafted(case)


@pytest.mark.parametrize("person", READERS)
@pytest.mark.parametrize("page", ["", "?export=xlsx", "?q=E-0", "/flags", "/flags?export=xlsx", "/workbook"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_version_is_read_by_body_and_authority_once_released_and_before_by_the_unit_alone(
    client: FlaskClient, cast: Cast, drafted: Drafted, person: str, page: str, number: int
) -> None:
    sign_in(client, getattr(cast, person))
    expected = 200 if number == 1 or person in UNIT else 404
    answer = client.get(f"{drafted.base}/versions/{number}{page}")
    assert answer.status_code == expected
    answer.close()


@pytest.mark.parametrize("person", READERS)
def test_the_pages_beside_a_draft_name_it_to_the_unit_alone(client: FlaskClient, cast: Cast, drafted: Drafted, person: str) -> None:
    sign_in(client, getattr(cast, person))
    year, first = client.get(drafted.base).text, client.get(f"{drafted.base}/versions/1").text
    assert (SECRET in year, "/versions/2" in year) == ((True, True) if person in UNIT else (False, False))
    assert ("A later version exists" in first, "/versions/2" in first) == ((True, True) if person in UNIT else (False, False))
    for page in ("", "/trail", "/findings", "/versions", "/versions/1/2", "/versions/1/2/changes.xlsx", "/conclusion", "/materiality"):
        answer = client.get(f"/cases/{drafted.case.id}{page}", follow_redirects=True)
        assert SECRET.encode() not in answer.data, page
        answer.close()
    assert client.get(f"/cases/{drafted.case.id}/versions/1/2").status_code in (403, 404)


@pytest.mark.parametrize("person", READERS)
def test_a_version_is_compared_with_the_last_one_its_reader_may_know_of(client: FlaskClient, cast: Cast, person: str) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    first = case.report_version
    columns = {column.key: getattr(first, column.key) for column in inspect(ReportVersion).column_attrs}
    unreleased = {"id": uuid7(), "number": 2, "released_by": None, "released_at": None}
    db.session.add(ReportVersion(**{**columns, **unreleased}))
    db.session.flush()
    make.report(cast, case.unit_year, make.PARK)
    db.session.commit()
    shown = sign_in(client, getattr(cast, person)).get(f"/reports/{case.unit_year_id}/versions/3").text
    assert f"Compared with version {2 if person in UNIT else 1}:" in shown


def test_a_year_without_a_released_version_says_so_to_the_authority(client: FlaskClient, cast: Cast) -> None:
    of = make.unit_year(cast)
    make.report(cast, of, released=False)
    db.session.commit()
    page = sign_in(client, cast.manager).get(f"/reports/{of.id}").text
    assert "No report released" in page
    assert make.PARK_WITH_ERRORS.name not in page


ITEM, HIDDEN = "boundary", "checklist_item"
PHOTO_SEARCHES = [
    # asked for, found inside the verification, found by the unit
    ("", 2, 1),
    ("search=shown+caption", 1, 1),
    ("search=hidden+caption", 1, 0),
    ("search=blue.jpg", 1, 0),
    (f"search={ITEM}", 2, 0),
    (f"shows={HIDDEN}", 2, 1),
    ("shows=finding", 1, 1),
    ("shows=visit", 0, 1),
]
"""The unit sees one of two photos, both taken of one checklist item; what a photo was taken of is hidden from it and filters nothing."""


@pytest.mark.parametrize(("query", "inside", "outside"), PHOTO_SEARCHES)
@pytest.mark.parametrize("person", ["lead", "reviewer", "coordinator", "assessor", "contact", "contributor", "responsible"])
def test_a_search_of_photos_finds_only_by_what_its_reader_is_shown(
    client: FlaskClient, cast: Cast, person: str, query: str, inside: int, outside: int
) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast)
    shown = photo(case, cast, Subject(HIDDEN, ITEM), "red", "shown caption")
    photo(case, cast, Subject(HIDDEN, ITEM), "blue", "hidden caption")
    findings.put_photo(raised, shown, actor=actor(cast.lead), now=utcnow())
    sent(case, cast)
    db.session.commit()
    page = sign_in(client, getattr(cast, person)).get(f"/cases/{case.id}/photos?{query}").text
    assert page.count("/thumbnail") == (outside if person in UNIT else inside)


@pytest.mark.parametrize(("person", "found"), [("lead", 1), ("assessor", 1), ("coordinator", 1), ("manager", 0)])
@pytest.mark.parametrize("way", ["", "&export=xlsx"])
def test_a_search_of_the_trail_finds_subjects_only_for_those_who_are_shown_them(
    client: FlaskClient, cast: Cast, person: str, found: int, way: str
) -> None:
    case = make.engagement(cast)
    record("data:source:decided", actor(cast.lead), Subject("source", "E-095"), now=utcnow(), case=case.id)
    db.session.commit()
    sign_in(client, getattr(cast, person))
    assert client.get(f"/cases/{case.id}/trail?q=E-095").text.count("<li data-s=") == found
    client.get(f"/cases/{case.id}/trail?q=E-095{way}").close()
    rows = db.session.scalars(select(TrailRow).where(TrailRow.action == "case:trail:downloaded")).all()
    assert [row.detail["rows"] for row in rows] == ([found] if way else [])


@pytest.mark.parametrize(("person", "found"), [("lead", 1), ("assessor", 1), ("contact", 0), ("manager", 0)])
def test_a_search_of_findings_looks_at_the_subjects_id_inside_the_verification_only(
    client: FlaskClient, cast: Cast, person: str, found: int
) -> None:
    case = make.engagement(cast)
    finding(case, cast, subject=Subject("source", "E-095")).subject_title = "Boiler of hall 3"
    sent(case, cast)
    db.session.commit()
    sign_in(client, getattr(cast, person))
    assert client.get(f"/cases/{case.id}/findings?search=E-095").text.count("Gas is overstated") == found
    assert "Gas is overstated" in client.get(f"/cases/{case.id}/findings?search=overstated").text


@dataclass(frozen=True)
class TwoAuthorities:
    """A second authority with a manager and an open year; each authority has one unit, and one unit has none."""

    manager: User
    year: ProgrammeYear
    own: Organisation
    theirs: Organisation
    free: Organisation


@pytest.fixture
def two(cast: Cast) -> TwoAuthorities:
    """The first authority's unit is `theirs` to the second one."""
    now = utcnow()
    theirs = make.unit_year(cast, "unit").unit
    theirs.credit_code = "91110000THEIRS0001"
    authority = Organisation(kind="authority", name="Tianjin Bureau", name_zh=None, credit_code=None, created_at=now)
    own = Organisation(kind="unit", name="Harbour Works", name_zh=None, credit_code="91110000OWN0000001", created_at=now)
    db.session.add_all([authority, own])
    db.session.flush()
    manager = User(email="tianjin@example.org", name="Tianjin", organisation_id=authority.id, created_at=now)
    manager.appointments = [Appointment(role=Role.PROGRAMME_MANAGER)]
    db.session.add(manager)
    db.session.flush()
    give_factor(manager)
    first = make.year(cast)
    years = []
    for emission_year in (2020, 2021):
        columns = {column.key: getattr(first, column.key) for column in inspect(ProgrammeYear).column_attrs if column.key != "version"}
        years.append(ProgrammeYear(**{**columns, "id": uuid7(), "authority_id": authority.id, "emission_year": emission_year}))
    db.session.add_all(years)
    db.session.flush()
    db.session.add(UnitYear(year_id=years[0].id, unit_id=own.id, registered_at=now))
    db.session.commit()
    return TwoAuthorities(manager, years[1], own, theirs, cast.org("other_unit"))


@pytest.mark.parametrize(("unit", "offered", "answer"), [("own", True, 303), ("free", True, 303), ("theirs", False, 404)])
def test_an_authority_is_offered_and_registers_its_own_units_only(
    client: FlaskClient, two: TwoAuthorities, unit: str, offered: bool, answer: int
) -> None:
    address, chosen = f"/programme/years/{two.year.id}/units/new", getattr(two, unit)
    page = sign_in(client, two.manager).get(address).text
    assert (str(chosen.id) in page, chosen.name in page) == (offered, offered)
    assert client.post(address, data={"unit": str(chosen.id), "credit_code": "91110000NEW0000001"}).status_code in (answer, 200)
    registered = select(func.count()).where(UnitYear.year_id == two.year.id, UnitYear.unit_id == chosen.id)
    assert db.session.scalar(registered) == int(answer == 303)


@pytest.mark.parametrize(
    ("name", "code", "named"),
    [
        ("New Works", "91110000THEIRS0001", False),
        ("Riverside Park Services", "91110000NEW0000001", False),
        ("New Works", "91110000OWN0000001", True),
    ],
)
def test_registering_a_new_unit_does_not_tell_what_another_authority_s_unit_is_called(
    client: FlaskClient, two: TwoAuthorities, name: str, code: str, named: bool
) -> None:
    sign_in(client, two.manager)
    said = client.post(f"/programme/years/{two.year.id}/units/new", data={"unit": "new", "name": name, "credit_code": code})
    assert said.status_code == 409
    assert (f"belongs to {two.own.name}" in said.text) is named
    assert ("cannot be registered here" in said.text) is not named
    assert f"belongs to {two.theirs.name}" not in said.text


def test_no_page_of_a_unit_or_year_of_another_authority_exists_for_an_authority(
    client: FlaskClient, cast: Cast, two: TwoAuthorities
) -> None:
    theirs = db.session.scalars(select(UnitYear).where(UnitYear.unit_id == two.theirs.id)).one()
    sign_in(client, two.manager)
    for address in (
        f"/reports/{theirs.id}",
        f"/reports/{theirs.id}/body",
        f"/programme/years/{theirs.year_id}",
        f"/programme/years/{theirs.year_id}/progress",
        f"/programme/years/{theirs.year_id}/units/new",
    ):
        assert client.get(address).status_code == 404, address
    for page in ("/", "/cases", "/programme/years", f"/programme/years/{two.year.id}?q=Riverside"):
        assert two.theirs.name not in client.get(page).text, page


def test_last_year_s_report_under_another_authority_is_not_compared_with(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    other = Organisation(kind="authority", name="Tianjin Bureau", name_zh=None, credit_code=None, created_at=utcnow())
    db.session.add(other)
    db.session.flush()
    before = make.year(cast, 2020)
    elsewhere = UnitYear(year_id=before.id, unit_id=case.unit_year.unit_id, registered_at=utcnow())
    db.session.add(elsewhere)
    db.session.flush()
    columns = {column.key: getattr(case.report_version, column.key) for column in inspect(ReportVersion).column_attrs}
    db.session.add(ReportVersion(**{**columns, "id": uuid7(), "unit_year_id": elsewhere.id}))
    db.session.flush()
    assert previous_reports(case.unit_year)
    before.authority_id = other.id
    db.session.flush()
    assert previous_reports(case.unit_year) == []
