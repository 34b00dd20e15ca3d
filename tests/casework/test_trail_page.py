"""The trail's page shows every action in words, finds them, lets them be taken away, and says when it was touched."""

import re

from flask.testing import FlaskClient

from tests import homes, make
from tests.people import Cast, actor, sign_in
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.queries import trail
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement


def grown(cast: Cast) -> Engagement:
    """A case with four rows in its trail, the last in a word of before."""
    engagement = make.engagement(cast)
    case = Subject("case", str(engagement.id))
    for action, effect, detail in (
        ("engagement:case:started", Effect.CHANGE, {}),
        ("data:source:decided", Effect.CHANGE, {"note": "read from the meter"}),
        ("statement:review:approved", Effect.PROCEED, {}),
        ("evidence:photos:exported", Effect.LOOK, {}),
    ):
        record(action, actor(cast.lead), case, now=utcnow(), case=engagement.id, effect=effect, **detail)
    db.session.commit()
    return engagement


def test_rows_are_shown_in_words_and_the_trail_holds(client: FlaskClient, cast: Cast) -> None:
    page = sign_in(client, cast.lead).get(f"/cases/{grown(cast).id}/trail").text
    for words in ("Started the checks", "Recorded an outcome for a source", "read from the meter", "Integrity check passed", "view only"):
        assert words in page, words


def test_rows_are_found_by_words_person_and_effect(client: FlaskClient, cast: Cast) -> None:
    address = f"/cases/{grown(cast).id}/trail"
    sign_in(client, cast.lead)
    for query, shown in {
        "q=started+the": 1,
        "q=exported": 1,
        "q=list+of+photos": 1,
        "q=nobody+at+all": 0,
        "q=%25": 0,
        "effect=look": 1,
        "effect=change": 2,
        "effect=proceed": 1,
        "": 4,
    }.items():
        assert client.get(f"{address}?{query}").text.count("<li data-s=") == shown, query


def test_the_programme_manager_reads_who_and_when_but_no_working_papers(client: FlaskClient, cast: Cast) -> None:
    page = sign_in(client, cast.manager).get(f"/cases/{grown(cast).id}/trail").text
    assert "Recorded an outcome for a source" in page
    assert "read from the meter" not in page


def test_taking_the_trail_away_is_a_look_in_it(client: FlaskClient, cast: Cast) -> None:
    engagement = grown(cast)
    answer = sign_in(client, cast.lead).get(f"/cases/{engagement.id}/trail?export=xlsx")
    assert answer.data[:2] == b"PK"
    newest = db.session.scalars(trail(engagement.id)).first()
    assert newest is not None
    assert (newest.action, newest.effect) == ("case:trail:downloaded", "look")


def test_the_unit_has_no_trail_to_read(client: FlaskClient, cast: Cast) -> None:
    assert sign_in(client, cast.contact).get(f"/cases/{grown(cast).id}/trail").status_code == 403


def test_a_touched_trail_says_so_and_names_the_row(client: FlaskClient, cast: Cast) -> None:
    case = grown(cast).id
    sign_in(client, cast.lead)
    homes.touch(f"UPDATE trail_row SET actor_name = 'Someone Else' WHERE trail = '{case}' AND number = 2")
    page = client.get(f"/cases/{case}/trail").text
    assert "Integrity check failed" in page
    found = re.findall(r"Row .{0,60}error[^.]*", page)
    assert found == ["Row 2 is the first with an error: its content was changed"]
