"""What a view is, is said at the view: its permissions, whether it decides on a shown report version, whether it takes files."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests import make
from tests.house import routes
from tests.house.routes import PEOPLE, World
from tests.people import Cast, sign_in
from verifier.audit.models import TrailRow
from verifier.db import db, uuid7
from verifier.engagements.models import Engagement
from verifier.web.permit import ViewPolicy, policy_of


def writing(app: Flask) -> dict[str, ViewPolicy | None]:
    """Every writing route of a case, as the table names it, with what its view says."""
    return {
        routes.name(method, rule): policy_of(app.view_functions[rule.endpoint])
        for method, rule in routes.routes(app)
        if method != "GET" and "engagement_id" in rule.arguments
    }


def trail_rows() -> int:
    return db.session.scalar(select(func.count()).select_from(TrailRow)) or 0


def test_every_writing_view_of_a_case_says_whether_it_decides_on_a_shown_report_version(app: Flask) -> None:
    assert sorted(name for name, policy in writing(app).items() if policy is None or policy.on_report is None) == []


def test_a_view_that_decides_on_a_report_is_a_writing_view_of_a_case(app: Flask) -> None:
    of_cases = set(writing(app).values())
    stated = {policy_of(view) for view in app.view_functions.values()}
    assert {policy for policy in stated if policy is not None and policy.on_report is not None} <= of_cases


def test_a_decision_on_a_replaced_report_version_is_refused_and_nothing_is_written(world: World) -> None:
    """Each view that decides on what the report says, sent from a page that was shown on another version."""
    missed, before = [], trail_rows()
    for method, rule in routes.routes(world.app):
        name, policy = routes.name(method, rule), policy_of(world.app.view_functions[rule.endpoint])
        if method == "GET" or policy is None or not policy.on_report:
            continue
        may = routes.table()[name].find("+")
        client = sign_in(world.app.test_client(), getattr(Cast(), PEOPLE[may] if may >= 0 else "lead"))
        answer = client.post(routes.address(world, rule), data={"report": "7"}, headers={"Referer": "http://localhost/cases"})
        shown = answer.text if answer.status_code == 409 else client.get(answer.location).text
        if "the corrected report took effect" not in shown or ">What changed</a>" not in shown:
            missed.append(name)
    assert missed == []
    assert trail_rows() == before


@pytest.fixture
def case(cast: Cast) -> Engagement:
    return make.engagement(cast)


CASES = sorted(route for route in routes.table() if "<engagement_id>" in route)


@pytest.mark.parametrize("route", CASES)
def test_a_missing_case_and_somebody_elses_are_answered_alike(world: World, route: str) -> None:
    method, rule = next(pair for pair in routes.routes(world.app) if routes.name(*pair) == route)
    client = sign_in(world.app.test_client(), Cast().other_coordinator)
    answers = []
    for engagement_id in (world.values["engagement_id"], str(uuid7())):
        for filled in (world.values, dict.fromkeys(world.values, "0") | {"kind": "source", "copy": "preview", "procedure": "months"}):
            values = {**filled, "engagement_id": engagement_id, "workbook_kind": "plan"}
            values |= {name: str(uuid7()) for name, text in values.items() if name.endswith("_id") and text == "0"}
            address = routes.PLACE.sub(lambda found, values=values: values[found[1]], rule.rule)
            answer = client.open(address, method=method, data={"report": "7"} if method == "POST" else None)
            answers.append((answer.status_code, answer.location, answer.text.replace(address, "here")))
    assert set(answers) == {answers[0]}
    assert answers[0][0] == 404


def test_the_permission_is_asked_before_the_subject_is_looked_up(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.reviewer)
    for path in (
        "boundary/source/nothing",
        "boundary/missing/nothing/withdraw",
        "data/nothing",
        "data/register/nothing",
        "data/analysis/lines/nothing",
        "data/sampling/99/items/1",
        "estimates/nothing",
        "requests/99/judge",
        "requests/99/answer",
    ):
        assert client.post(f"/cases/{case.id}/{path}").status_code == 403, path
