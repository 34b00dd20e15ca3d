"""Whoever only looks keeps nobody waiting: a page that writes nothing takes no writer's place."""

import sqlite3
from contextlib import closing

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from tests import make
from tests.house import routes
from tests.people import Cast, sign_in
from tests.security.attacker import address, allowed, gets
from verifier.audit.models import TrailRow
from verifier.db import db, write_transaction
from verifier.web.permit import policy_of

pytestmark = pytest.mark.hold

ALWAYS = {
    "analysis.downloaded",
    "references.downloaded",
    "boundary.downloaded",
    "data.downloaded",
    "entered_plans.document",
    "estimates.downloaded",
    "evidence.attachment",
    "evidence.original",
    "flags.downloaded",
    "numbers.downloaded",
    "reports.workbook",
    "samples.downloaded",
    "statement.differences",
    "statement.document_review",
    "statement.issued_pdf",
    "statement.pdf",
    "versions.downloaded",
    "vouchers.original",
    "materiality.downloaded",
    "calculation_export.downloaded",
}
"""What is taken away is noted in the trail, and has no page to look at."""


def test_only_what_is_taken_away_is_noted_each_time(app: Flask) -> None:
    said = {name: policy_of(view) for name, view in app.view_functions.items()}
    assert {name for name, policy in said.items() if policy is not None and policy.keeps_record is True} == ALWAYS


def test_no_page_that_is_only_looked_at_waits_for_whoever_writes(app: Flask) -> None:
    """Another holds SQLite's one writing place all the while: a page that asked for it would wait 15 seconds and fail."""
    world = routes.build(app)
    clients = {person: sign_in(app.test_client(), getattr(Cast(), person)) for person in ("admin", "lead", "manager", "contact")}
    waited, seen = [], 0
    for client in clients.values():
        client.get("/account")
    database = app.extensions["verifier"].settings.instance / "verifier.sqlite"
    db.session.remove()
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        for rule in gets(world):
            person = next((each for each in clients if each in allowed("GET", rule)), None)
            if person is None or rule.endpoint in ALWAYS:
                continue
            with clients[person].get(address(rule, world.values)) as answer:
                seen += 1
                waited += [rule.rule] if answer.status_code >= 500 or write_transaction.get() else []
        writer.execute("ROLLBACK")
    assert waited == []
    assert seen > 60


@pytest.mark.parametrize("page", ["/cases/{}/findings", "/cases/{}/photos", "/cases/{}/trail"])
def test_a_list_that_is_taken_away_is_noted_and_one_that_is_looked_at_is_not(app: Flask, cast: Cast, page: str) -> None:
    world = routes.build(app)
    here, there = sign_in(app.test_client(), cast.lead), page.format(world.values["engagement_id"])
    rows = []
    for asked in ("", "?export=nothing", "?export=xlsx"):
        assert here.get(there + asked).status_code == 200
        rows.append(db.session.scalar(select(func.count()).select_from(TrailRow)) or 0)
    assert (rows[1] - rows[0], rows[2] - rows[1]) == (0, 1)


def test_a_file_is_prepared_without_the_write_lock_and_then_noted(app: Flask) -> None:
    case, sent = make.engagement(Cast()), list[str]()
    before = db.session.scalar(select(func.count(TrailRow.id)))
    path = next(f"/cases/{case.id}/{rule.rule.rpartition('/')[2]}" for rule in app.url_map.iter_rules("calculation_export.downloaded"))
    db.session.commit()
    client = sign_in(app.test_client(), Cast().lead)
    db.session.remove()
    event.listen(db.engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
    assert client.get(path).status_code == 200
    if db.engine.dialect.name == "sqlite":
        locked = "\n".join(sent).split("BEGIN IMMEDIATE")[1:]
        assert len(locked) == 1
        assert "INSERT INTO trail_row" in locked[0]
        assert "reported_" not in locked[0]
    assert db.session.scalar(select(func.count(TrailRow.id))) == (before or 0) + 1
