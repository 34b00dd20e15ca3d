"""What a page that only looks asks of the database once; what writes asks each time."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import force_locale, gettext
from sqlalchemy import event

from tests import make
from tests.people import Cast, actor
from verifier.core.findings import Check, FindingState
from verifier.core.subject import Subject
from verifier.db import db, utcnow, write_transaction
from verifier.engagements.models import Engagement
from verifier.findings import actions, queries
from verifier.findings.models import Finding
from verifier.rulepacks.load import load


@pytest.fixture
def asked(app: Flask) -> list[str]:
    """The statements that go to the database from here on."""
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
    return sent


@pytest.fixture
def looking(app: Flask) -> Iterator[None]:
    """As in the request of a page that only looks."""
    before = write_transaction.set(False)
    yield
    write_transaction.reset(before)


def raised(case: Engagement, cast: Cast) -> Finding:
    clause, subject = load(case.pack_id).clauses[0].code, Subject("source", "E-095")
    return actions.raise_finding(
        case, subject, Check.DATA, actions.Draft("non_conformity", clause, "One", "Look."), actor=actor(cast.lead), now=utcnow()
    )


def times(asked: list[str]) -> int:
    return sum(sent.startswith("SELECT finding.state") for sent in asked)


def test_a_page_that_only_looks_asks_once_and_the_next_one_asks_again(cast: Cast, asked: list[str], looking: None) -> None:
    case = make.engagement(cast)
    db.session.commit()
    assert queries.at_a_glance(case) == queries.at_a_glance(case) == ()
    assert times(asked) == 1
    raised(case, cast)
    db.session.commit()
    assert [each.state for each in queries.at_a_glance(case)] == [FindingState.DRAFT]
    assert times(asked) == 2


def test_whoever_will_write_asks_each_time_for_another_may_have_answered_meanwhile(cast: Cast, asked: list[str]) -> None:
    case = make.engagement(cast)
    db.session.commit()
    assert queries.at_a_glance(case) == queries.at_a_glance(case) == ()
    assert times(asked) == 2
    raised(case, cast)
    assert [each.state for each in queries.at_a_glance(case)] == [FindingState.DRAFT]


def test_a_sentence_is_found_in_the_language_of_the_moment(app: Flask) -> None:
    with app.test_request_context():
        said = []
        for language in ("en", "zh", "en"):
            with force_locale(language):
                said.append(gettext("Findings"))
        assert said == ["Findings", "核查发现", "Findings"]
        template = app.jinja_env.from_string("{{ _('Findings') }}")
        with force_locale("zh"):
            assert template.render() == "核查发现"
        with force_locale("en"):
            assert template.render() == "Findings"
