"""How many statements a page asks of the database: the same number however many cases there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from tests import make
from tests.findings.builders import finding
from tests.people import Cast, actor, sign_in
from verifier.accounts.models import User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.casework.events.digest import send_due
from verifier.casework.reminders import remind_everyone
from verifier.casework.review.models import Review
from verifier.casework.to_do import waiting_for
from verifier.checks.boundary import queries as boundary
from verifier.checks.data.numbers import queries as numbers
from verifier.checks.data.numbers.queries import NumberQuery
from verifier.core.boundary import Kind
from verifier.core.findings import FindingAction, FindingState
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings.models import Exchange
from verifier.maintenance.sweep import sweep
from verifier.rulepacks.load import load
from verifier.statement.facts.assembly import statement_facts
from verifier.statement.models import Conclusion

FEW, MANY = 10, 60
PAGES = [
    ("manager", "/"),
    ("manager", "/cases"),
    ("manager", "/cases?page=2"),
    ("manager", "/cases?export=xlsx"),
    ("manager", "/programme/years/{year}/progress"),
    ("manager", "/programme/years/{year}/progress?late=1&q=unit"),
    ("manager", "/programme/years/{year}/progress?export=xlsx"),
    ("coordinator", "/"),
    ("coordinator", "/cases"),
    ("coordinator", "/workload"),
    ("coordinator", "/workload?due=late&page=2"),
    ("lead", "/"),
    ("lead", "/cases/{case}"),
    ("contact", "/"),
    ("contact", "/cases/{case}"),
    ("contact", "/reports"),
]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent to the database within the block."""
    seen: list[str] = []

    def note(*said: object) -> None:
        seen.append(str(said[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def asked(client: FlaskClient, person: User, path: str) -> int:
    """How many statements a page asks, the second time it is shown in this process, in a session of its own."""
    sign_in(client, person)
    db.session.remove()
    for _ in range(2):
        with statements() as seen:
            assert Context().run(client.get, path).status_code == 200
    return len(seen)


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case among nine others, at every stage."""
    made = make.engagement(cast, Stage.CHECKING)
    make.more_cases(made, FEW)
    return made


@pytest.mark.parametrize(("person", "path"), PAGES)
def test_a_page_asks_the_same_number_of_statements_of_ten_cases_and_of_sixty(
    client: FlaskClient, cast: Cast, case: Engagement, person: str, path: str
) -> None:
    address, who, like = path.format(year=case.unit_year.year_id, case=case.id), getattr(cast, person), case.id
    few = asked(client, who, address)
    make.more_cases(db.session.get_one(Engagement, like), MANY)
    assert asked(client, getattr(cast, person), address) == few


def test_the_tasks_of_each_person_are_found_by_a_constant_number_of_statements(cast: Cast, case: Engagement) -> None:
    people, counts = ("manager", "coordinator", "lead", "verifier", "reviewer", "signatory", "contact"), []
    for cases in (FEW, MANY):
        make.more_cases(case, cases)
        db.session.commit()
        with statements() as seen:
            for person in people:
                waiting_for(getattr(cast, person))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def many_subjects(case: Engagement, cast: Cast, count: int) -> None:
    """Findings that were sent and answered, and decisions on sources, facilities and numbers."""
    by, now = actor(cast.verifier), utcnow()
    facilities = [row.key for row in boundary.rows_of(case) if row.kind is Kind.FACILITY and not row.remarkable]
    keys = [each.number.number_key for each in numbers.every(case, NumberQuery())]
    for at in range(count):
        sent = finding(case, cast, subject=Subject("source", f"E-{at + 1:03d}"))
        if sent.sent_at is None:
            sent.sent_at, sent.state = now, FindingState.SENT
        db.session.add(Exchange(finding=sent, action=FindingAction.ANSWER, text="Corrected.", said_by=cast.contact.id, said_at=now))
        for kind, key in (("facility", facilities[at]), ("number", keys[at]), ("source", f"E-{at + 1:03d}")):
            record(TrailAction.DATA_SOURCE_DECIDED, by, Subject(kind, key), now=now, case=case.id)
    db.session.commit()


def test_the_trail_asks_the_same_number_of_statements_however_many_subjects_are_on_the_page(
    client: FlaskClient, cast: Cast, case: Engagement
) -> None:
    address, like = f"/cases/{case.id}/trail", case.id
    many_subjects(case, cast, 2)
    few = asked(client, cast.lead, address)
    many_subjects(db.session.get_one(Engagement, like), cast, 8)
    assert asked(client, cast.lead, address) == few


def test_the_trail_of_the_installation_asks_the_same_number_of_statements_however_many_accounts_it_names(
    client: FlaskClient, cast: Cast
) -> None:
    people, counts = [person.id for person in db.session.scalars(select(User))], []
    for some in (people[:2], people):
        for person in some:
            subject = Subject("account", str(person))
            record(TrailAction.ACCOUNTS_ACCOUNT_EDITED, actor(cast.admin), subject, now=utcnow())
        db.session.commit()
        counts.append(asked(client, cast.admin, "/admin/trail"))
    assert counts[0] == counts[1]


def test_the_facts_of_a_statement_ask_no_statement_for_each_finding(cast: Cast, case: Engagement) -> None:
    now, counts = utcnow(), []
    drawn = Conclusion(opinion=load(case.pack_id).opinions[0].code, text="", reported_total=None, verified_total=None, drawn_at=now)
    review = Review(comments="", decided_at=now, person=cast.reviewer)
    for count in (2, 8):
        many_subjects(case, cast, count)
        for _ in range(2):
            db.session.expire_all()
            with statements() as seen:
                statement_facts(case, drawn, review, number="1", public_url="", now=now)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_reminders_and_digests_hold_the_write_lock_for_their_rows_only(cast: Cast, case: Engagement) -> None:
    make.more_cases(case, MANY)
    for person in (cast.lead, cast.coordinator):
        person.password_hash = "set"
    db.session.commit()
    with statements() as seen:
        later = utcnow().replace(year=utcnow().year + 1)
        remind_everyone(now=later)
        send_due(now=later + timedelta(minutes=5))
    assert any(sent.startswith("INSERT INTO job") for sent in seen)
    if db.engine.dialect.name == "sqlite":
        transactions = "\n".join(seen).split("BEGIN")[1:]
        assert not [each for each in transactions if each.startswith(" IMMEDIATE") and "FROM engagement" in each]
        assert [each for each in transactions if each.startswith(" IMMEDIATE") and "INSERT INTO notice" in each]
        assert [each for each in transactions if each.startswith(" IMMEDIATE") and "INSERT INTO job" in each]


def test_a_sweep_that_finds_nothing_takes_no_write_lock_and_asks_the_same_number_of_statements_of_many_cases(
    cast: Cast, case: Engagement
) -> None:
    counts = []
    for cases in (FEW, MANY):
        make.more_cases(case, cases)
        db.session.commit()
        sweep(now=utcnow())
        with statements() as seen:
            sweep(now=utcnow())
        assert not [sent for sent in seen if sent.startswith("BEGIN IMMEDIATE") or "LOCK TABLE" in sent]
        counts.append(len(seen))
    assert counts[0] == counts[1]
