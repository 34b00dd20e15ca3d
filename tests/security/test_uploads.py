"""Only where a page lets a file be chosen may a body be large, and everywhere it does."""

from typing import Any

import pytest
from werkzeug.exceptions import HTTPException

from tests.house.routes import World
from tests.security.attacker import Browsers, FoundForm, address, allowed, gets, read
from verifier.web.body_limits import FORM_BYTES, LimitedRequest
from verifier.web.permit import policy_of

pytestmark = pytest.mark.hold

METHODS = ("ladder", "tonne_unit", "reciprocal")
"""A page of planning for each: one of them asks for a list."""
SHOWN_ONLY = "/components"
"""The page of all components, whose form goes nowhere."""


NOT_SHOWN = {"site.waive"}
"""Forms that no page of the world shows: the rules of its case permit no waiver of the site visit."""


def _pages(world: World, path: str) -> list[str]:
    """An address, once for every method where it names one."""
    one = f"/{world.values['method']}"
    return [path.removesuffix(one) + f"/{each}" for each in METHODS] if path.endswith(one) else [path]


def _forms_with_files(world: World) -> list[tuple[str, FoundForm]]:
    """Every form that lets a file be chosen and the path it is sent to, on every page, by everyone who may open it."""
    browsers, found = Browsers(world), []
    for rule in gets(world):
        for path in _pages(world, address(rule, world.values)):
            for person in allowed("GET", rule):
                if person in ("nobody", "admin", "manager", "coordinator", "lead", "contact") and path != SHOWN_ONLY:
                    answer = browsers.of(person).get(path)
                    if answer.mimetype == "text/html":
                        found += [(form.action or path, form) for form in read(answer.text).forms if form.files]
                    answer.close()
    return found


def _taking_files(world: World) -> set[str]:
    """The endpoints whose view says that it takes files."""
    said = {endpoint: policy_of(view) for endpoint, view in world.app.view_functions.items()}
    return {endpoint for endpoint, policy in said.items() if policy is not None and policy.files}


def _endpoint(world: World, path: str) -> str:
    try:
        endpoint, _values = world.app.url_map.bind("localhost").match(path.partition("?")[0], method="POST")
    except HTTPException as wrong:
        return f"{path}: {wrong.name}"
    return str(endpoint)


def test_every_form_with_a_file_leads_where_a_body_may_be_large_and_no_other_route_takes_one(world: World) -> None:
    found = _forms_with_files(world)
    assert {_endpoint(world, path) for path, _form in found} == _taking_files(world) - NOT_SHOWN
    assert [path for path, form in found if form.method != "post" or form.enctype != "multipart/form-data"] == []


def test_every_other_form_is_held_to_a_form_of_words(world: World) -> None:
    large = world.app.config["MAX_CONTENT_LENGTH"]
    rules: list[Any] = [rule for rule in world.app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    limits = {}
    for rule in rules:
        with world.app.test_request_context("/", method="POST", content_type="multipart/form-data; boundary=x") as context:
            context.request.url_rule = rule
            assert isinstance(context.request, LimitedRequest)
            limits[rule.endpoint] = context.request.max_content_length
    assert {endpoint for endpoint, limit in limits.items() if limit == large} == _taking_files(world)
    assert {limit for endpoint, limit in limits.items() if endpoint not in _taking_files(world)} == {FORM_BYTES}
