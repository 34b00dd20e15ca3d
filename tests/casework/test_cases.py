"""The list of cases and the start page: each sees their own, filtered, taken away."""

from flask.testing import FlaskClient

from tests import make
from tests.people import Cast, sign_in
from verifier.core.lifecycle import Stage
from verifier.db import db


def test_a_stranger_is_told_of_no_case(client: FlaskClient, cast: Cast) -> None:
    engagement = make.engagement(cast)
    db.session.commit()
    case = f"/cases/{engagement.id}"
    sign_in(client, cast.other_coordinator)
    assert "2021-0001" not in client.get("/cases").text
    assert client.get(case).status_code == 404


def test_a_visitor_is_told_what_this_is_and_where_to_sign_in(client: FlaskClient) -> None:
    page = client.get("/").text
    assert 'href="/sign-in"' in page
    assert 'href="/check"' in page


def test_the_list_is_filtered_by_words_stage_and_year(client: FlaskClient, cast: Cast) -> None:
    make.engagement(cast, Stage.REVIEWING)
    db.session.commit()
    sign_in(client, cast.coordinator)
    for query, shown in {
        "": True,
        "q=riverside": True,
        "q=2021-0001": True,
        "q=nothing+of+it": False,
        "q=100%25": False,
        "stage=reviewing": True,
        "stage=checking": False,
        "year=2021": True,
        "year=2020": False,
        "year=²": False,
        "stage=nonsense": False,
    }.items():
        assert ("2021-0001" in client.get(f"/cases?{query}").text) is shown, query


def test_the_list_is_taken_away_as_a_spreadsheet(client: FlaskClient, cast: Cast) -> None:
    make.engagement(cast)
    db.session.commit()
    answer = sign_in(client, cast.lead).get("/cases?export=xlsx")
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.data[:2] == b"PK"
