"""What machines may ask: health without secrets, counts for those who may have them."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests import objectstore
from verifier.db import db, utcnow
from verifier.jobs.actions import enqueue
from verifier.web.operations.metrics import Requests


def test_a_whole_installation_is_ready(client: FlaskClient) -> None:
    assert client.get("/health/live").json == {"live": "ok"}
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "migrations": "ok", "store": "ok"})


def test_a_database_of_another_version_is_not_ready(client: FlaskClient) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json["migrations"]) == (503, "wrong")


def test_a_store_that_is_away_is_not_ready_and_says_no_address(app: Flask, client: FlaskClient) -> None:
    app.extensions["verifier"].store = objectstore.Address("http://127.0.0.1:9").store("evidence")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json["store"]) == (503, "unreachable")
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize(
    ("token", "headers", "address", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", {}, "198.51.100.7", 404),
        ("", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 404),
        ("heron", {}, "127.0.0.1", 404),
        ("heron", {"Authorization": "Bearer otter"}, "127.0.0.1", 404),
        ("heron", {"Authorization": "Bearer heron"}, "198.51.100.7", 200),
    ],
    ids=["here", "elsewhere", "through a proxy", "no token", "wrong token", "token"],
)
def test_counts_are_for_who_may_have_them(
    app: Flask, client: FlaskClient, token: str, headers: dict[str, str], address: str, status: int
) -> None:
    here = app.extensions["verifier"]
    here.settings = replace(here.settings, metrics_token=token)
    assert client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == status


def test_jobs_are_counted_by_kind_and_state(client: FlaskClient) -> None:
    enqueue("jobs.sweep", now=utcnow())
    db.session.commit()
    assert 'verifier_jobs{kind="jobs.sweep",state="waiting"} 1' in client.get("/metrics").text


def test_requests_are_counted_over_all_processes_by_route_status_and_duration(tmp_path: Path) -> None:
    routes = ["GET /a", "GET /b/<int:number>"]
    here = Requests(tmp_path, routes)
    here.count("GET /a", 200, 0.02)
    other = os.fork()
    if other == 0:
        here.count("GET /a", 201, 0.5)
        here.count("GET /secret?token=x", 404, 0.001)
        os._exit(0)
    os.waitpid(other, 0)
    found = list(here.text())
    assert 'verifier_request_seconds_count{route="GET /a",status="2xx"} 2' in found
    assert 'verifier_request_seconds_bucket{route="GET /a",status="2xx",le="0.03"} 1' in found
    assert 'verifier_request_seconds_bucket{route="GET /a",status="2xx",le="1.0"} 2' in found
    assert 'verifier_request_seconds_sum{route="GET /a",status="2xx"} 0.520000' in found
    assert 'verifier_request_seconds_count{route="other",status="4xx"} 1' in found
    assert not any("secret" in line for line in found)
