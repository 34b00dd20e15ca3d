"""The administrator reads what was done outside the cases, finds in it, takes it away, and is told when it was touched."""

from flask import Flask
from flask.testing import FlaskClient

from tests import homes
from tests.people import Cast, actor, sign_in
from verifier.audit.actions import record
from verifier.audit.queries import trail
from verifier.core.subject import Subject
from verifier.db import db, utcnow

ADDRESS = "/admin/trail"


def grown(cast: Cast) -> None:
    """Three deeds outside any case."""
    for deed, person in (("accounts:account:added", "admin"), ("accounts:session:refused", "lead"), ("registry:year:opened", "manager")):
        record(deed, actor(getattr(cast, person)), Subject("account", "x"), now=utcnow(), name="Wang Jianguo")
    db.session.commit()


def test_the_administrator_reads_finds_and_takes_away(client: FlaskClient, cast: Cast) -> None:
    grown(cast)
    page = sign_in(client, cast.admin).get(ADDRESS).text
    for words in ("Trail of the installation", "Added an account", "Was refused at sign-in", "Wang Jianguo", "The trail holds"):
        assert words in page, words
    for query, shown in {"q=refused": 1, "q=manager": 1, "q=nobody+at+all": 0, "effect=look": 0, "": 3}.items():
        assert client.get(f"{ADDRESS}?{query}").text.count("<li data-s=") == shown, query
    assert client.get(f"{ADDRESS}?export=xlsx").data[:2] == b"PK"
    newest = db.session.scalars(trail(None)).first()
    assert newest is not None
    assert (newest.deed, newest.effect) == ("case:trail:taken_away", "look")


def test_nobody_else_reads_it(client: FlaskClient, cast: Cast) -> None:
    for person in (cast.manager, cast.coordinator, cast.contact):
        assert sign_in(client, person).get(ADDRESS).status_code == 403


def test_a_touched_trail_says_so_and_names_the_row(app: Flask, client: FlaskClient, cast: Cast) -> None:
    grown(cast)
    sign_in(client, cast.admin)
    homes.touch("UPDATE trail_row SET actor_name = 'Someone Else' WHERE trail = 'installation' AND number = 2")
    page = client.get(ADDRESS).text
    assert "This trail does not hold" in page
    assert "Row 2 is the first that is wrong: its content was changed" in page
