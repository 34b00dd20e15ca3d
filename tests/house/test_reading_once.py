"""What a page asks of the database once is asked again as soon as something is written."""

from flask import Flask
from flask_babel import force_locale, gettext
from sqlalchemy import event, update

from tests import make
from tests.people import Cast, actor
from verifier.core.findings import FindingState
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.findings import actions, queries
from verifier.findings.models import Finding
from verifier.rulepacks.load import load


def test_findings_are_read_once_until_one_is_raised_changed_or_taken_back(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    db.session.commit()
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *sent: asked.append(sent[2]))
    assert queries.at_a_glance(case) == queries.at_a_glance(case) == ()
    assert sum(sent.startswith("SELECT finding") for sent in asked) == 1
    clause = load(case.pack_id).clauses[0].code
    subject = Subject("source", "E-095")
    raised = actions.raise_finding(case, subject, "data", "non_conformity", clause, "One", "Look.", actor=actor(cast.lead), now=utcnow())
    assert [each.state for each in queries.at_a_glance(case)] == [FindingState.DRAFT]
    raised.state, raised.sent_at = FindingState.SENT, utcnow()
    assert [each.state for each in queries.at_a_glance(case)] == [FindingState.SENT]
    db.session.flush()
    assert [each.state for each in queries.at_a_glance(case)] == [FindingState.SENT]
    db.session.execute(update(Finding).values(state=FindingState.ANSWERED))
    assert [each.state for each in queries.at_a_glance(case)] == [FindingState.ANSWERED]
    db.session.rollback()
    assert queries.at_a_glance(case) == ()


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
