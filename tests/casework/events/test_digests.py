"""Who is mailed of what: one message for a person and a case, in their language, without the content; never twice and never lost."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests import make
from tests.casework.events.told import delivered, digests, enable, enable_everyone, quiet_case
from tests.people import Cast, actor
from tests.statement.builders import all_sign, approve, approved, concluded, signing_people
from verifier.casework.events import digest
from verifier.casework.events.models import Notice
from verifier.checks.data import actions as data
from verifier.checks.data.queries import source_reviews
from verifier.checks.data.vouchers import request_actions
from verifier.core.evidence_requests import RequestAction
from verifier.core.findings import Check
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements import actions as engagements
from verifier.engagements.models import Engagement
from verifier.findings import actions as findings
from verifier.findings.models import Finding
from verifier.jobs.models import Job, State
from verifier.rulepacks.load import load
from verifier.statement import actions


def sent(cast: Cast, count: int = 2) -> tuple[Engagement, list[Finding]]:
    """A case whose lead verifier sent findings."""
    case = quiet_case(cast)
    clause = load(case.pack_id).clauses[0].code
    for number in range(count):
        draft = findings.Draft("non_conformity", clause, f"Gas meter {number}", "The invoice says 4711 m3.", Decimal("12.5"))
        findings.raise_finding(case, Subject("source", "E-095"), Check.DATA, draft, actor=actor(cast.lead), now=utcnow())
    return case, findings.send_all(case, actor=actor(cast.lead), now=utcnow())


def asked(cast: Cast, case: Engagement, what: str = "Invoices.") -> object:
    """An evidence request of the verifier."""
    by, due = actor(cast.verifier), make.some_day(5)
    return request_actions.request_evidence(case, [], "Gas meters", what, "", due, actor=by, now=utcnow())[0]


def another_figure(case: Engagement, cast: Cast) -> None:
    """The verifier decides another figure for the first source."""
    first = source_reviews(case)[0]
    assert first.outcome is not None
    tonnes = (first.outcome.verified or Decimal()) + 100
    data.decide(case, first.source.source_key, SourceOutcome.DIFFERS, tonnes, "Invoice.", actor=actor(cast.verifier), now=utcnow())


def test_findings_and_requests_of_a_case_reach_each_person_of_the_unit_in_one_message(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    case, found = sent(cast)
    asked(cast, case)
    told = digests(app)
    assert sorted(told) == ["Contact", "Contributor", "Responsible"]
    text = " ".join(told["Contact"].split())
    assert f"Case {case.number}: Riverside Park Services, 2021" in text
    assert "Findings were sent to the unit (2)" in text
    assert "Evidence was requested: R-1" in text
    assert f"Respond to the findings: {found[0].label}, {found[1].label}" in text
    assert "Provide requested evidence: R-1 – by" in text
    assert "Questions: Lead (Lead verifier), lead@example.org" in text
    assert f"/cases/{case.id}" in text
    assert "R-1" not in told["Contributor"]


def test_a_message_states_no_finding_and_no_figure(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    case, found = sent(cast)
    asked(cast, case, "All invoices of 2021, please.")
    findings.answer(found[0], "We were wrong by 815 m3.", actor=actor(cast.contact), now=utcnow())
    findings.return_(found[0], "Please show page 99.", actor=actor(cast.lead), now=utcnow())
    told = digests(app)
    assert {"Contact", "Lead"} <= set(told)
    said = ("Gas meter", "4711", "12.5", "815", "page 99", "All invoices")
    assert [(name, words) for name, text in told.items() for words in said if words in text] == []


def test_everyone_is_told_in_their_language(app: Flask, cast: Cast) -> None:
    cast.contact.language = "zh"
    enable(cast.contact, cast.responsible)
    sent(cast)
    told = digests(app)
    assert "核查发现已发送至单位" in told["Contact"]
    assert "Findings were sent" in told["Responsible"]


def test_nobody_is_mailed_for_what_they_did_themselves(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    _case, found = sent(cast)
    digests(app)
    for finding in found:
        findings.answer(finding, "Here it is.", actor=actor(cast.contact), now=utcnow())
    told = digests(app)
    assert set(told) == {"Lead", "Verifier", "Expert"}
    assert f"A finding was answered: {found[0].label}, {found[1].label}" in " ".join(told["Lead"].split())


def test_a_digest_waits_for_what_follows_but_not_for_long(app: Flask, cast: Cast) -> None:
    enable(cast.contact)
    case, _found = sent(cast)
    assert digests(app, later=timedelta(minutes=1)) == {}
    db.session.execute(update(Notice).values(occurred_at=utcnow() - timedelta(minutes=10)))
    asked(cast, case)
    assert set(digests(app, later=timedelta())) == {"Contact"}


def test_what_was_mailed_is_not_mailed_again(app: Flask, cast: Cast) -> None:
    enable(cast.contact)
    case, _found = sent(cast)
    assert set(digests(app)) == {"Contact"}
    assert digests(app, later=timedelta(hours=3)) == {}
    asked(cast, case)
    assert "Findings were sent" not in digests(app)["Contact"]


def test_an_act_that_is_rolled_back_tells_nobody(app: Flask, cast: Cast) -> None:
    enable(cast.contact)
    sent(cast)
    db.session.rollback()
    assert digests(app) == {}
    assert db.session.scalars(select(Notice)).all() == []


def without_account(cast: Cast, case: Engagement) -> None:
    cast.verifier.password_hash = None


def disabled(cast: Cast, case: Engagement) -> None:
    cast.verifier.disabled_at = utcnow()


def off_the_team(cast: Cast, case: Engagement) -> None:
    member = next(each for each in case.team if each.user_id == cast.verifier.id)
    engagements.remove_member(member, actor=actor(cast.coordinator), now=utcnow())


@pytest.mark.parametrize("lost", [without_account, disabled, off_the_team])
def test_nobody_is_mailed_who_lost_access_in_between(app: Flask, cast: Cast, lost: Callable[[Cast, Engagement], None]) -> None:
    enable_everyone(cast)
    case, found = sent(cast)
    digests(app)
    for finding in found:
        findings.answer(finding, "Here it is.", actor=actor(cast.contact), now=utcnow())
    db.session.commit()
    lost(cast, case)
    assert set(digests(app)) == {"Lead", "Expert"}
    assert db.session.scalars(select(Notice).where(Notice.settled_at.is_(None))).all() == []


def test_nobody_without_an_account_in_use_is_written_a_notice(app: Flask, cast: Cast) -> None:
    sent(cast)
    db.session.commit()
    assert db.session.scalars(select(Notice)).all() == []


def test_a_request_is_told_to_whom_it_is_assigned_and_no_more_once_another_has_it(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    case = quiet_case(cast)
    request = asked(cast, case)
    digests(app)
    request_actions.assign(case, request, cast.contributor, None, actor=actor(cast.contact), now=utcnow())  # type: ignore[arg-type]
    assert "An evidence request was assigned to you: R-1" in " ".join(digests(app)["Contributor"].split())
    request_actions.answer_in_words(case, request, "None.", actor=actor(cast.contributor), now=utcnow())  # type: ignore[arg-type]
    assert set(digests(app)) == {"Lead", "Verifier"}
    reason = "Which ones?"
    request_actions.judge(case, request, RequestAction.RETURN, reason, actor=actor(cast.verifier), now=utcnow())  # type: ignore[arg-type]
    request_actions.assign(case, request, cast.responsible, None, actor=actor(cast.contact), now=utcnow())  # type: ignore[arg-type]
    told = digests(app)
    assert set(told) == {"Responsible"}
    assert "R-1 (returned)" in told["Responsible"]


def test_a_version_that_waits_is_told_to_the_responsible_person_with_the_date(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    make.report(cast, make.unit_year(cast), released=False)
    told = digests(app)
    assert set(told) == {"Responsible"}
    assert "A version of the report is awaiting release" in told["Responsible"]
    assert "Release the report – by" in told["Responsible"]
    assert "Questions: Contact (Contact)" in told["Responsible"]


def test_a_case_sent_back_is_told_at_once_to_the_lead_without_the_comments(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    case = concluded(cast)
    digests(app)
    actions.send_back(case, "Which page of the log?", actor=actor(cast.reviewer), now=utcnow())
    told = digests(app, later=timedelta())
    assert set(told) == {"Lead"}
    assert "sent the case back" in told["Lead"]
    assert "Answer the reviewer's comments" in told["Lead"]
    assert "Questions: Reviewer" in told["Lead"]
    assert "Which page" not in told["Lead"]


def test_a_void_approval_is_told_at_once_and_once_to_everyone_who_rests_on_it(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    case = approved(cast)
    digests(app)
    another_figure(case, cast)
    told = digests(app, later=timedelta())
    assert set(told) == {"Lead", "Reviewer", "Signatory", "Coordinator"}
    assert "Prepare the conclusion again" in told["Lead"]
    assert all("approval is no longer valid" in " ".join(text.split()) for text in told.values())
    another_figure(case, cast)
    assert digests(app) == {}


def test_an_issued_statement_its_correction_and_the_next_one_are_told(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    case, people = approved(cast), signing_people(cast)
    all_sign(case, people)
    assert "The statement was issued" in digests(app)["Responsible"]
    engagements.correct(case, "A meter was read twice.", actor=actor(cast.coordinator), now=utcnow())
    told = digests(app, later=timedelta())
    assert set(told) == {"Lead", "Verifier", "Expert", "Reviewer", "Signatory", "Contact", "Responsible"}
    assert all("under correction" in " ".join(text.split()) and "read twice" not in text for text in told.values())
    actions.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow())
    approve(cast, case)
    all_sign(case, people)
    assert "the earlier one is superseded" in digests(app)["Manager"]


def test_a_message_that_the_queue_gave_up_is_queued_again_and_arrives_once(app: Flask, cast: Cast) -> None:
    enable(cast.contact)
    sent(cast)
    db.session.commit()
    long_ago = utcnow() - timedelta(hours=2)
    digest.send_due(now=utcnow() + timedelta(minutes=3))
    mail_id = db.session.scalars(select(Notice.mail_id)).one()
    gave_up = {"done_at": None, "gave_up_at": long_ago, "attempts": 10}
    db.session.execute(update(Job).where(Job.id == mail_id).values(**gave_up))
    db.session.commit()
    digest.send_due(now=utcnow())
    db.session.expire_all()
    assert mail_id is not None
    assert db.session.get_one(Job, mail_id).state is State.WAITING
    delivered(app)
    assert db.session.get_one(Job, mail_id).state is State.DONE


def test_what_is_entered_a_day_later_is_history(app: Flask, cast: Cast) -> None:
    enable(cast.contact)
    case, _found = sent(cast)
    digests(app)
    due = make.some_day(5)
    yesterday = utcnow() - timedelta(hours=25)
    request_actions.request_evidence(case, [], "Meters", "Show.", "", due, actor=actor(cast.verifier), now=yesterday)
    assert digests(app) == {}
