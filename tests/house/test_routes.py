"""Every route × every person: the table `routes.txt` is the specification, and a route missing from it fails."""

from uuid import uuid4

import pytest

from tests.house import routes
from tests.house.routes import PEOPLE, World

GETS = sorted(route for route in routes.table() if route.startswith("GET "))


@pytest.mark.parametrize("route", GETS)
def test_every_page_and_file_answers_in_chinese_as_in_english(world: World, route: str) -> None:
    rule = next(rule for method, rule in routes.routes(world.app) if routes.name(method, rule) == route)
    person = PEOPLE[max(routes.table()[route].find("+"), 0)]
    first, second = (routes.answered(world, "GET", rule, person, language) for language in ("en-GB", "zh-CN"))
    assert (second.status_code, second.mimetype) == (first.status_code, first.mimetype)
    assert second.status_code < 500
    if second.mimetype == "text/html" and second.status_code == 200:
        assert '<html lang="zh' in second.get_data(as_text=True)


def test_every_route_stands_in_the_table_and_the_table_names_no_other(world: World) -> None:
    assert set(routes.table()) == {routes.name(method, rule) for method, rule in routes.routes(world.app)}


@pytest.mark.parametrize("route", sorted(routes.table()))
def test_everyone_is_answered_as_the_table_says(world: World, route: str) -> None:
    expected = routes.table()[route]
    found = next((pair for pair in routes.routes(world.app) if routes.name(*pair) == route), None)
    assert found is not None, "the app has no such route"
    answered = "".join(routes.ask(world, *found, person) for person in PEOPLE)
    wrong = [
        (person, routes.WORDS[should], routes.WORDS[did])
        for person, should, did in zip(PEOPLE, expected, answered, strict=True)
        if should != did
    ]
    assert wrong == [], "person, should be, was"


def test_the_old_address_of_the_references_leads_to_the_new_one(world: World) -> None:
    answer = world.app.test_client().get(f"/cases/{uuid4()}/data/beside")
    assert answer.status_code == 308
    assert answer.location.endswith("/data/references")
