"""Who may add whom, in which roles, and what an administrator sees."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from tests.accounts.builders import try_password, who, with_password, with_second_factor
from tests.people import Cast, actor, fresh_code, sign_in
from verifier.accounts import actions, commands, invitations
from verifier.accounts.authentication import secondfactor
from verifier.accounts.models import User
from verifier.audit.models import TrailRow
from verifier.core.access import GRANTS, Permission, Role
from verifier.core.errors import NotPermitted, Refusal
from verifier.db import db, utcnow


@pytest.mark.parametrize(
    ("inviter", "role", "allowed"),
    [
        ("coordinator", None, True),
        ("coordinator", Role.COORDINATOR, False),
        ("contact", Role.CONTRIBUTOR, True),
        ("responsible", Role.CONTRIBUTOR, True),
        ("contact", Role.RESPONSIBLE, False),
        ("contributor", Role.CONTRIBUTOR, False),
        ("verifier", None, False),
        ("manager", None, False),
        ("assessor", None, False),
    ],
)
def test_who_may_invite_colleagues_and_as_what(cast: Cast, inviter: str, role: Role | None, allowed: bool) -> None:
    person = getattr(cast, inviter)
    roles = {role} if role else set()
    if not allowed:
        with pytest.raises(NotPermitted):
            invitations.invite_colleague(person, "new@example.org", "New", roles=roles, actor=actor(person), now=utcnow())
        return
    invitations.invite_colleague(person, "new@example.org", "New", roles=roles, actor=actor(person), now=utcnow())
    made = db.session.scalars(select(User).where(User.email == "new@example.org")).one()
    assert made.organisation_id == person.organisation_id
    assert made.roles == roles


@pytest.mark.parametrize(
    ("organisation", "role", "known"),
    [
        ("body", Role.COORDINATOR, True),
        ("unit", Role.CONTACT, True),
        ("authority", Role.PROGRAMME_MANAGER, True),
        ("installation", Role.ADMINISTRATOR, True),
        ("body", Role.ADMINISTRATOR, False),
        ("unit", Role.COORDINATOR, False),
        ("body", Role.LEAD_VERIFIER, False),
        ("authority", Role.RESPONSIBLE, False),
        ("installation", Role.PROGRAMME_MANAGER, False),
    ],
)
def test_an_organisation_gives_only_roles_of_its_kind(cast: Cast, organisation: str, role: Role, known: bool) -> None:
    if known:
        made, _token = actions.invite(cast.org(organisation), "new@example.org", "New", roles=[role], actor=actor(cast.admin), now=utcnow())
        assert made.roles == {role}
    else:
        with pytest.raises(Refusal, match=r"roles\.kind"):
            actions.invite(cast.org(organisation), "new@example.org", "New", roles=[role], actor=actor(cast.admin), now=utcnow())


def test_an_address_belongs_to_one_person_however_it_is_written(cast: Cast) -> None:
    with pytest.raises(Refusal, match=r"email\.taken"):
        actions.create_user(cast.org("unit"), " CONTACT@example.org", "Other", actor=actor(cast.admin), now=utcnow())


def test_an_administrator_may_manage_accounts_and_nothing_of_a_case() -> None:
    assert {permission for permission, roles in GRANTS.items() if Role.ADMINISTRATOR in roles} == {Permission.ACCOUNT_MANAGE}


def test_an_administrator_invites_through_the_page_and_changes_roles(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    unit = cast.org("unit")
    data = {"name": "Newcomer", "email": "new@example.org", "organisation": str(unit.id), "roles": ["contact"]}
    page = client.post("/admin/people/invite", data={**data, "present": fresh_code(cast.admin)})
    assert page.status_code == 303
    made = db.session.scalars(select(User).where(User.email == "new@example.org")).one()
    assert made.roles == {Role.CONTACT}
    client.post(
        f"/admin/people/{made.id}", data={"roles": ["contributor", "responsible"], "version": "1", "present": fresh_code(cast.admin)}
    )
    db.session.expire_all()
    assert made.roles == {Role.CONTRIBUTOR, Role.RESPONSIBLE}
    stale = client.post(f"/admin/people/{made.id}", data={"roles": ["contact"], "version": "1", "present": fresh_code(cast.admin)})
    assert stale.status_code == 409
    db.session.expire_all()
    assert made.roles == {Role.CONTRIBUTOR, Role.RESPONSIBLE}


def test_the_list_of_people_is_searched_filtered_paged_taken_away_and_may_be_empty(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    assert "Reviewer" in client.get("/admin/people?q=reviewer@").text
    coordinators = client.get("/admin/people?role=coordinator").text
    assert "Other Coordinator" in coordinators
    assert "Signatory" not in coordinators
    assert "Clear the filters, or invite a person." in client.get("/admin/people?q=100%25").text
    for number in range(30):
        actions.create_user(cast.org("body"), f"v{number}@example.org", f"V {number}", actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    assert "page=2" in client.get("/admin/people?kind=body").text
    sheet = client.get("/admin/people?kind=body&export=xlsx")
    assert sheet.data[:2] == b"PK"
    assert db.session.scalars(select(TrailRow.action).where(TrailRow.action == "accounts:people:downloaded")).one()


def test_only_administrators_see_the_lists_of_people_and_organisations(client: FlaskClient, cast: Cast) -> None:
    for address in ("/admin/people", "/admin/organisations", f"/admin/people/{cast.contact.id}", "/admin/people/invite"):
        assert client.get(address).status_code == 303
    sign_in(client, cast.coordinator)
    for address in ("/admin/people", "/admin/organisations", f"/admin/people/{cast.contact.id}", "/admin/people/invite"):
        assert client.get(address).status_code == 403


def test_colleagues_see_each_other_and_nobody_else(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.verifier)
    page = client.get("/organisation/people").text
    assert "colleague@example.org" in page
    assert "contact@example.org" not in page
    assert client.get("/organisation/people/invite").status_code == 403


def test_colleagues_are_searched_filtered_and_taken_away_and_only_they(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.verifier)
    found = client.get("/organisation/people?q=colleague@").text
    assert "colleague@example.org" in found
    assert "signatory@example.org" not in found
    coordinators = client.get("/organisation/people?role=coordinator").text
    assert "coordinator@example.org" in coordinators
    assert "colleague@example.org" not in coordinators
    assert "Clear the filters." in client.get("/organisation/people?q=contact@example.org&kind=unit").text
    sheet = load_workbook(BytesIO(client.get("/organisation/people?export=xlsx").data)).worksheets[0]
    emails = {str(row[1]) for row in sheet.iter_rows(values_only=True)}
    assert "colleague@example.org" in emails
    assert "contact@example.org" not in emails
    assert db.session.scalars(select(TrailRow.action).where(TrailRow.action == "accounts:people:downloaded")).one()


def test_an_administrator_neither_disables_nor_demotes_themselves(cast: Cast) -> None:
    admin = cast.admin
    with pytest.raises(Refusal, match="oneself"):
        actions.disable(admin, actor=actor(admin), now=utcnow())
    with pytest.raises(Refusal, match="oneself"):
        actions.change_roles(admin, [], seen_version=None, actor=actor(admin), now=utcnow())


def test_organisations_are_added_and_renamed_and_a_stale_edit_is_shown(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    client.post("/admin/organisations/new", data={"kind": "unit", "name": "Steel Works", "credit_code": "91110108MA01ABCD2X"})
    assert "Steel Works" in client.get("/admin/organisations?q=91110108MA").text
    assert client.post("/admin/organisations/new", data={"kind": "unit", "name": "Bad", "credit_code": "123"}).status_code == 200
    unit = cast.org("unit")
    assert client.post(f"/admin/organisations/{unit.id}", data={"name": "Park East", "version": "1"}).status_code == 303
    stale = client.post(f"/admin/organisations/{unit.id}", data={"name": "Park West", "version": "1"})
    assert stale.status_code == 409
    assert 'value="Park West"' in stale.text


def test_setting_up_a_second_factor_needs_the_password_and_a_code_of_that_secret(client: FlaskClient, cast: Cast) -> None:
    with_password(cast.contact)
    try_password(client, "contact@example.org")
    page = client.get("/account/second-factor")
    assert "data:image/svg+xml" in page.text
    secret = page.text.split("secret=")[1].split("&")[0]
    code = secondfactor.code(secret, utcnow())
    client.post("/account/second-factor", data={"code": code, "current": "not the password"})
    assert not secondfactor.is_set(db.session.get_one(User, cast.contact.id, populate_existing=True))
    done = client.post("/account/second-factor", data={"code": secondfactor.code(secret, utcnow()), "current": "heron-ladle-oat-57"})
    assert done.text.count("<li>") >= 10
    assert secondfactor.is_set(db.session.get_one(User, cast.contact.id, populate_existing=True))
    assert who(client) == "Contact"


def test_a_present_second_factor_stays_until_the_new_one_is_proved(client: FlaskClient, cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.contact)
    sign_in(client, user)
    client.get("/account/second-factor")
    assert secondfactor.check(user, secondfactor.code(secret, utcnow()), utcnow())


def test_changing_the_password_needs_the_present_one_and_wrong_ones_are_counted(client: FlaskClient, cast: Cast) -> None:
    with_password(cast.contact)
    try_password(client, "contact@example.org")
    new = {"password": "otter-seldom-brick-9", "again": "otter-seldom-brick-9"}
    for _try in range(5):
        assert client.post("/account/password", data={"current": "wrong", **new}).status_code == 200
    assert client.post("/account/password", data={"current": "heron-ladle-oat-57", **new}).status_code == 200, (
        "even the right one must wait"
    )
    assert who(client) == "Contact"


def test_the_command_adds_a_person_and_their_organisation(cast: Cast) -> None:
    address = commands.add_user("first@example.org", "First", "New Body", "body", [Role.COORDINATOR])
    assert address is not None
    assert "/link/" in address
    assert commands.add_user("second@example.org", "Second", "New Body", "body", [], "heron-ladle-oat-57") is None
    people = db.session.scalars(select(User).where(User.email.in_(["first@example.org", "second@example.org"]))).all()
    assert len({person.organisation_id for person in people}) == 1
    with pytest.raises(Refusal, match="other_kind"):
        commands.add_user("third@example.org", "Third", "New Body", "unit", [])


@pytest.mark.parametrize(
    ("path", "marked"),
    [("/admin/people/{person}/disable", True), ("/admin/people/{person}/second-factor", True), ("/admin/people/{person}", False)],
)
def test_what_takes_something_away_is_marked_as_such(client: FlaskClient, cast: Cast, path: str, marked: bool) -> None:
    page = sign_in(client, cast.admin).get(path.format(person=cast.lead.id)).text
    assert ('<button type="submit" class="danger">' in page) is marked
