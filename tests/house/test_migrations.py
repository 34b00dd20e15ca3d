"""A database of an earlier revision, with data in it, is brought to the newest shape on both databases, and nothing is lost."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask_migrate import upgrade
from sqlalchemy import CheckConstraint, select, text
from sqlalchemy.exc import DBAPIError

from tests import postgres
from tests.conftest import settings_in
from tests.house import old_database as old
from verifier.app import create_app
from verifier.audit.checkpoints import Checkpoints
from verifier.audit.models import Effect, TrailHead, TrailRow
from verifier.audit.queries import verify
from verifier.casework.events.models import Notice
from verifier.config import Settings
from verifier.core.findings import FindingAction, FindingState
from verifier.core.lifecycle import Stage
from verifier.db import Base, db, write_transaction
from verifier.engagements.models import Engagement
from verifier.engagements.queries import adoptions
from verifier.evidence.models import Attachment, Photo
from verifier.findings.models import Exchange, Finding
from verifier.findings.queries import photos_of

Contents = dict[str, list[dict[str, Any]]]
DROPPED = {"photo": {"subject_kind", "subject_id"}, "attachment": {"subject_kind", "subject_id"}}
"""Columns that rows of their own hold since."""


@dataclass
class Migrated:
    """An installation after its upgrade, and what the database held before it."""

    app: Flask
    before: Contents
    after: Contents

    @property
    def checkpoints(self) -> Checkpoints:
        """The signed checkpoints outside the database."""
        kept: Checkpoints = self.app.extensions["verifier"].checkpoints
        return kept


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def migrated(request: pytest.FixtureRequest) -> Iterator[Migrated]:
    """A database of revision 0010 on either database, upgraded."""
    with tempfile.TemporaryDirectory(prefix="verifier-old-") as name:
        folder = Path(name)
        if request.param == "sqlite":
            yield from upgraded(settings_in(folder / "instance"))
        else:
            with postgres.server(folder / "pg") as address:
                yield from upgraded(settings_in(folder / "instance", database_url=address))


def upgraded(settings: Settings) -> Iterator[Migrated]:
    """Made at revision 0010, filled, its trail's head signed outside, then brought to the newest shape."""
    app = create_app(settings, testing=True)
    with app.app_context():
        write_transaction.set(True)
        upgrade(revision="0010")
        with db.engine.begin() as connection:
            old.fill(connection)
            before = old.contents(connection)
        head = before["trail_head"][0]
        heads: Checkpoints = app.extensions["verifier"].checkpoints
        heads.announce(head["trail"])
        heads.keep(head["trail"], head["rows"], head["hash"], old.NOW)
        upgrade()
        with db.engine.connect() as connection:
            after = old.contents(connection)
        yield Migrated(app, before, after)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def nothing_open() -> Iterator[None]:
    """No transaction of one test is open in the next."""
    yield
    if has_app_context():
        db.session.remove()


def as_now(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row of before under the names its columns have now."""
    return {old.RENAMED.get(table, {}).get(name, name): value for name, value in row.items() if name not in DROPPED.get(table, set())}


def test_every_row_is_there_with_every_value(migrated: Migrated) -> None:
    for table, rows in migrated.before.items():
        if table == "finding_photo":
            continue
        known = [as_now(table, row) for row in rows]
        assert [{name: row[name] for name in known[0]} for row in migrated.after[table]] == known if rows else True


def test_every_row_is_read_by_the_models(migrated: Migrated) -> None:
    for mapper in Base.registry.mappers:
        assert len(db.session.scalars(select(mapper.class_)).unique().all()) == len(migrated.after[mapper.local_table.name])


def test_states_are_words_of_the_method(migrated: Migrated) -> None:
    assert db.session.get_one(Engagement, old.CASE).stage is Stage.ANSWERING
    assert db.session.get_one(Finding, old.FINDING).state is FindingState.ANSWERED
    assert db.session.get_one(Exchange, old.EXCHANGE).action is FindingAction.ANSWER


def test_a_report_version_taken_up_is_a_row_of_its_own(migrated: Migrated) -> None:
    (adoption,) = adoptions(db.session.get_one(Engagement, old.CASE))
    assert (adoption.before_id, adoption.version_id, adoption.adopted_by) == (old.FIRST, old.SECOND, old.PERSON)
    assert adoption.adopted_at == old.NOW + timedelta(minutes=5)


def test_what_was_mailed_before_notices_is_not_mailed_again(migrated: Migrated) -> None:
    kept = {(row.event, row.occasion): row for row in db.session.scalars(select(Notice))}
    assert set(kept) == {("due_soon", f"check:{old.CASE}::2025-03-02:1"), ("approval_void", f"review:{old.REVIEW}")}
    assert {(row.user_id, row.engagement_id, row.unit_year_id) for row in kept.values()} == {(old.PERSON, old.CASE, old.UNIT_YEAR)}
    assert all(row.settled_at is not None for row in kept.values())


def test_what_photos_show_is_kept_with_checked_keys(migrated: Migrated) -> None:
    shown = {photo.id: {str(each.subject) for each in photo.shows} for photo in db.session.scalars(select(Photo))}
    assert shown == {
        old.OWN_PHOTO: {f"finding:{old.FINDING}"},
        old.ITEM_PHOTO: {"checklist_item:boundary", f"finding:{old.FINDING}"},
        old.SOURCE_PHOTO: {"source:E1"},
        old.CASE_PHOTO: {f"case:{old.CASE}"},
    }
    assert [photo.id for photo in photos_of(db.session.get_one(Finding, old.FINDING))] == [old.OWN_PHOTO, old.ITEM_PHOTO]


def test_an_attachment_names_the_answer_it_was_handed_in_with(migrated: Migrated) -> None:
    (attachment,) = db.session.scalars(select(Attachment))
    assert [each.exchange_id for each in attachment.given_with] == [old.EXCHANGE]


NOT_ONE = [
    "UPDATE photo_subject SET kind = 'source', key = 'E2' WHERE finding_id IS NOT NULL",
    "UPDATE photo_subject SET kind = NULL, key = NULL WHERE key IS NOT NULL",
    "UPDATE attachment_subject SET exchange_id = NULL",
]


@pytest.mark.parametrize("statement", NOT_ONE)
def test_a_photo_subject_names_exactly_one_thing(migrated: Migrated, statement: str) -> None:
    with pytest.raises(DBAPIError, match="one_subject"), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_finding_names_the_version_it_was_raised_on(migrated: Migrated) -> None:
    on = {finding.id: finding.report_version_id for finding in db.session.scalars(select(Finding))}
    assert on == {old.FINDING: old.FIRST, old.DRAFT: old.SECOND}


def test_the_old_trail_verifies_and_keeps_its_words(migrated: Migrated) -> None:
    assert [verdict.broken for verdict in verify(migrated.checkpoints)] == [None]
    rows = db.session.scalars(select(TrailRow).order_by(TrailRow.number)).all()
    assert [(row.action, row.effect) for row in rows] == [(action, Effect(effect)) for action, _kind, _id, effect, _detail in old.TRAIL]


def test_the_trail_is_still_append_only(migrated: Migrated) -> None:
    for statement in ("UPDATE trail_row SET actor_name = 'x'", "DELETE FROM trail_row"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))
    assert db.session.get_one(TrailHead, str(old.CASE)).rows == len(old.TRAIL)


def test_the_database_has_every_constraint_of_the_models(migrated: Migrated) -> None:
    with db.engine.connect() as connection:
        there = old.constraints(connection)
    checks = {
        (table.name, str(constraint.name))
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert {(table, name) for table, name in checks if name not in there[table]} == set()
    indexes = {(table.name, str(index.name)) for table in Base.metadata.tables.values() for index in table.indexes}
    assert {(table, name) for table, name in indexes if name not in there[table]} == set()


WORDS = [
    "UPDATE engagement SET stage = 'nowhere'",
    "UPDATE finding SET state = 'gone'",
    "UPDATE exchange SET action = 'shouted'",
    "UPDATE sampled_item SET result = 'maybe' WHERE result IS NOT NULL",
    "UPDATE organisation SET kind = 'club'",
    "UPDATE reported_number SET kind = 'guess'",
]


@pytest.mark.parametrize("statement", WORDS)
def test_the_database_refuses_a_word_that_is_none_of_ours(migrated: Migrated, statement: str) -> None:
    with pytest.raises(DBAPIError, match="ck_"), db.engine.begin() as connection:
        connection.execute(text(statement))
