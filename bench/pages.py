"""Pages of a full case beside an empty signed-in page, and how many statements they ask of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import event, insert

from bench.stopwatch import Figure, in_turns, milliseconds
from tests import homes, make
from tests.people import Cast, actor, sign_in
from verifier.core.access import Permission
from verifier.core.findings import Check
from verifier.core.subject import Subject
from verifier.db import db, utcnow, write_transaction
from verifier.demo import workbooks
from verifier.engagements.models import Engagement
from verifier.evidence import actions as evidence
from verifier.evidence.models import Photo, StoredFile
from verifier.findings import actions as findings
from verifier.findings.models import Finding
from verifier.rulepacks.load import load
from verifier.web.permit import permit

EMPTY = '{% extends "base.html" %}{% block title %}Empty{% endblock %}{% block content %}<h1>Empty</h1>{% endblock %}'
SHARE, TIMES = 0.3, 10


@contextmanager
def house() -> Iterator[tuple[Flask, FlaskClient, Engagement]]:
    """An installation with a case that is being checked, its lead signed in, and an empty page references."""
    with TemporaryDirectory(prefix="verifier-bench-") as folder:
        homes.move_in(Path(folder) / "settled")
        app = homes.Home(Path(folder) / "instance", Path(folder) / "settled").fresh()
        app.add_url_rule("/bench/empty", "bench_empty", permit(Permission.SIGNED_IN)(lambda: render_template_string(EMPTY)))
        with app.app_context():
            write_transaction.set(True)
            case = make.engagement(Cast())
            db.session.commit()
            client = app.test_client()
            sign_in(client, Cast().lead)
            yield app, client, case
            db.session.remove()
            db.engine.dispose()


def measured(rounds: int = 25) -> list[Figure]:
    """Requests a second as a share of an empty page's, statements in N, and a finding beside its bare insert."""
    with house() as (_, client, case):
        found = [_page(client, "engagement page", f"/cases/{case.id}", rounds)]
        few = {name: _statements(client, path) for name, path in _lists(case).items() if _fill(case, name, 60)}
        found += [_finding(client, case, rounds)]
        for name, count in (("findings", 1000), ("photos", 200)):
            _fill(case, name, count)
            found.append(_page(client, f"{name} list of {count}", _lists(case)[name], rounds))
            more = _statements(client, _lists(case)[name]) - few[name]
            found.append(Figure(f"{name} list: more statements at {count} than at 60", more, "", 0))
        return found


def _lists(case: Engagement) -> dict[str, str]:
    return {"findings": f"/cases/{case.id}/findings", "photos": f"/cases/{case.id}/photos"}


def _page(client: FlaskClient, name: str, path: str, rounds: int) -> Figure:
    empty, full = in_turns(lambda: _got(client, "/bench/empty"), lambda: _got(client, path), rounds=rounds)
    return Figure(f"{name}: requests/s of an empty page's", empty / full, "×", SHARE, at_most=False, note=milliseconds(full, empty))


def _got(client: FlaskClient, path: str) -> None:
    """Ask for a page as a server does, in a context and a session of its own: what the bench holds of a case is not at hand there."""
    if Context().run(client.get, path).status_code != 200:
        raise RuntimeError(f"{path} did not answer")


def _statements(client: FlaskClient, path: str) -> int:
    _got(client, path)
    seen: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        _got(client, path)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)


def _fill(case: Engagement, name: str, count: int) -> bool:
    """At least so many rows, copied from one that was made by the action itself."""
    write_transaction.set(True)
    model, scope = (Finding, Finding.engagement_id) if name == "findings" else (Photo, Photo.case_id)
    here = db.session.query(model).filter(scope == case.id)
    if not here.count():
        _first(case, name)
    first, there = here.first(), here.count()
    like = {column.key: getattr(first, column.key) for column in model.__table__.columns if column.key != "id"}
    rows = [{**like, **_own(name, number)} for number in range(there + 1, count + 1)]
    if name == "photos" and rows:
        db.session.execute(
            insert(StoredFile),
            [{"sha256": row["original_sha256"], "size": 1, "media_type": "image/jpeg", "stored_at": utcnow()} for row in rows],
        )
    if rows:
        db.session.execute(insert(model), rows)
    db.session.commit()
    return True


def _own(name: str, number: int) -> dict[str, object]:
    return {"number": number, "title": f"Finding {number}"} if name == "findings" else {"original_sha256": f"{number:064x}"}


def _first(case: Engagement, name: str) -> None:
    now = utcnow()
    if name == "photos":
        item = Subject("checklist_item", load(case.pack_id).checklist[0].code)
        evidence.add_photos(case.id, case.stage, item, workbooks.photos()[:1], "Meter", actor=actor(Cast().verifier), now=now)
    else:
        clause = load(case.pack_id).clauses[0].code
        findings.raise_finding(
            case,
            Subject("source", "E-095"),
            Check.DATA,
            findings.Draft("non_conformity", clause, "Finding", "Look."),
            actor=actor(Cast().lead),
            now=now,
        )
    db.session.commit()


def _finding(client: FlaskClient, case: Engagement, rounds: int) -> Figure:
    """The whole request that raises a finding beside the insert of such a row, each committed to the disk."""
    clause, count = load(case.pack_id).clauses[0].code, 0
    here = db.session.query(Finding).filter_by(engagement_id=case.id)
    first = here.first()
    like = {column.key: getattr(first, column.key) for column in Finding.__table__.columns if column.key != "id"}

    def bare() -> None:
        nonlocal count
        count += 1
        write_transaction.set(True)
        db.session.execute(insert(Finding), [{**like, "number": 100_000 + count}])
        db.session.commit()

    def whole() -> None:
        nonlocal count
        count += 1
        typed = {"class_code": "non_conformity", "clause": clause, "title": f"No. {count}", "description": "Look.", "effect": ""}
        about = "check=data&subject_kind=source&subject_id=E-095"
        if client.post(f"/cases/{case.id}/findings/new?{about}", data=typed).status_code not in (302, 303):
            raise RuntimeError("the finding was not raised")

    alone, action = in_turns(bare, whole, rounds=rounds)
    here.filter(Finding.number > 100_000).delete()
    db.session.commit()
    return Figure("raise a finding beside its bare insert", action / alone, "×", TIMES, note=milliseconds(action, alone))
