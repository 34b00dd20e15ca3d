"""How many statements a page asks of the database: the same number however many cases there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests import make
from tests.people import Cast, sign_in
from verifier.accounts.models import User
from verifier.casework.reminders import remind_everyone
from verifier.casework.to_do import waiting_for
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement

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


def test_reminders_hold_the_write_lock_for_their_messages_only(cast: Cast, case: Engagement) -> None:
    make.more_cases(case, MANY)
    for person in (cast.lead, cast.coordinator):
        person.password_hash = "set"
    db.session.commit()
    with statements() as seen:
        remind_everyone(now=utcnow().replace(year=utcnow().year + 1))
    assert any(sent.startswith("INSERT INTO job") for sent in seen)
    if db.engine.dialect.name == "sqlite":
        transactions = "\n".join(seen).split("BEGIN")[1:]
        assert not [each for each in transactions if each.startswith(" IMMEDIATE") and "FROM engagement" in each]
        assert [each for each in transactions if each.startswith(" IMMEDIATE") and "INSERT INTO job" in each]
