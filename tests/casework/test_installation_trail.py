"""The administrator reads what was done outside the cases, finds in it, takes it away, and is told when it was touched."""

from html import unescape
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests import homes, make
from tests.people import Cast, actor, sign_in
from verifier.audit.actions import record
from verifier.audit.queries import trail
from verifier.core.subject import Subject
from verifier.db import db, utcnow

ADDRESS = "/admin/trail"


def grown(cast: Cast) -> None:
    """Three actions outside any case."""
    for action, person in (("accounts:account:added", "admin"), ("accounts:session:refused", "lead"), ("registry:year:opened", "manager")):
        record(action, actor(getattr(cast, person)), Subject("account", "x"), now=utcnow(), name="Wang Jianguo")
    db.session.commit()


def test_the_administrator_reads_finds_and_takes_away(client: FlaskClient, cast: Cast) -> None:
    grown(cast)
    page = sign_in(client, cast.admin).get(ADDRESS).text
    for words in ("System audit trail", "Added an account", "Sign-in refused", "Wang Jianguo", "Integrity check passed"):
        assert words in page, words
    for query, shown in {"q=refused": 1, "q=manager": 1, "q=nobody+at+all": 0, "effect=look": 0, "": 3}.items():
        assert client.get(f"{ADDRESS}?{query}").text.count("<li data-s=") == shown, query
    assert client.get(f"{ADDRESS}?export=xlsx").data[:2] == b"PK"
    newest = db.session.scalars(trail(None)).first()
    assert newest is not None
    assert (newest.action, newest.effect) == ("case:trail:downloaded", "look")


def test_a_row_says_whom_or_what_it_is_about_on_the_page_and_in_the_file(client: FlaskClient, cast: Cast) -> None:
    of = make.unit_year(cast)
    about = {
        "account": (cast.contact.id, f"{cast.contact.name} · {cast.contact.organisation.name}"),
        "organisation": (cast.org("body").id, cast.org("body").name),
        "programme_year": (of.year_id, f"{of.year.name} · 2021"),
        "unit_year": (of.id, f"{of.unit.name} · 2021 · version 2"),
    }
    actions = ("accounts:account:added", "accounts:organisation:edited", "registry:year:dates_set", "report:version:released")
    for action, (kind, (key, _words)) in zip(actions, about.items(), strict=True):
        record(action, actor(cast.admin), Subject(kind, str(key)), now=utcnow(), number=2)
    record("accounts:session:refused", actor(cast.admin), Subject("account", "unknown"), now=utcnow())
    db.session.commit()
    page = unescape(sign_in(client, cast.admin).get(ADDRESS).text)
    assert [words for _key, words in about.values() if words not in page] == []
    assert f'href="/admin/people/{cast.contact.id}"' in page
    rows = list(load_workbook(BytesIO(client.get(f"{ADDRESS}?export=xlsx").data)).active.iter_rows(min_row=2, values_only=True))
    told = {cell for row in rows for cell in row}
    assert {words for _key, words in about.values()} <= told


def test_nobody_else_reads_it(client: FlaskClient, cast: Cast) -> None:
    for person in (cast.manager, cast.coordinator, cast.contact):
        assert sign_in(client, person).get(ADDRESS).status_code == 403


def test_a_touched_trail_says_so_and_names_the_row(app: Flask, client: FlaskClient, cast: Cast) -> None:
    grown(cast)
    sign_in(client, cast.admin)
    homes.touch("UPDATE trail_row SET actor_name = 'Someone Else' WHERE trail = 'installation' AND number = 2")
    page = client.get(ADDRESS).text
    assert "Integrity check failed" in page
    assert "Row 2 is the first with an error: its content was changed" in page
