"""A form that is not accepted is shown again outside the writing transaction: nobody waits for its page."""

from typing import Any

import pytest
from flask import before_render_template, request

from tests.house.routes import World
from tests.security.attacker import Browsers, address, gets, posts
from verifier.db import write_transaction

APART = {
    "accounts.recovery_codes",  # shows once what it has just written
    "accounts.link",  # says that the link has ended
    "engagements.declare",  # a person who has declared already
    "statement.reperform",  # a conclusion without numbers to re-perform
}
"""What is answered with a page although no form was refused."""


@pytest.mark.hold
def test_no_page_of_a_form_that_is_not_accepted_is_drawn_while_others_wait(world: World) -> None:
    under_lock, drawn, browsers = set(), set(), Browsers(world)

    def note(_app: object, template: Any, **_context: object) -> None:
        if request.method == "POST" and request.endpoint and not str(template.name).startswith("errors/"):
            drawn.add(request.endpoint)
            if write_transaction.get():
                under_lock.add(f"{request.endpoint}: {template.name}")

    with before_render_template.connected_to(note, world.app):
        for rule in posts(world):
            for sent in ({}, {"version": "1", "name": "", "reason": "", "note": "x" * 40}):
                browsers.best("POST", rule).post(address(rule, world.values), data=sent)
    assert len(drawn) > 20, sorted(drawn)
    assert {each for each in under_lock if each.split(":")[0] not in APART} == set()


@pytest.mark.hold
def test_no_page_that_is_only_read_is_drawn_while_others_wait(world: World) -> None:
    under_lock, drawn, browsers = set(), set(), Browsers(world)

    def note(_app: object, template: Any, **_context: object) -> None:
        drawn.add(request.endpoint)
        if write_transaction.get():
            under_lock.add(f"{request.endpoint}: {template.name}")

    with before_render_template.connected_to(note, world.app):
        for rule in gets(world):
            for query in ("", "?format=xlsx", "?format=csv"):
                browsers.best("GET", rule).get(address(rule, world.values) + query).close()
    assert len(drawn) > 60, sorted(map(str, drawn))
    assert under_lock == set()
