"""Two people at the same thing in the same moment: one action, no lost update, both values shown, what was typed kept."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import make
from tests.concurrency.together import at_once, browser, hidden, refused, statuses
from tests.findings.builders import finding, jpeg, sent
from tests.people import Cast, actor
from tests.rulepacks.builders import NO_ELECTRICITY, newer_beijing
from tests.statement.builders import PASSPHRASE, approved, concluded, reperform, signer
from verifier.audit import queries as trails
from verifier.audit.models import TrailRow
from verifier.casework.review.models import Review
from verifier.checks.boundary.models import BoundaryDecision
from verifier.checks.data.models import SourceDecision
from verifier.checks.data.queries import source_reviews
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement, TeamMember
from verifier.evidence.models import Photo
from verifier.findings.models import Exchange
from verifier.reports import actions as reports
from verifier.reports.models import ReportVersion
from verifier.rulepacks.load import load
from verifier.statement.models import Signature, Statement

pytestmark = [pytest.mark.hold, pytest.mark.usefixtures("house")]


def how_many(model: type, *where: object) -> int:
    """Rows there are now."""
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def assert_trails_hold(house: Flask) -> None:
    """Every trail verifies."""
    assert [one for one in trails.verify(house.extensions["verifier"].checkpoints) if one.broken] == []


@pytest.mark.parametrize("others", [0, 1], ids=["the last that waits", "another still waits"])
def test_a_finding_answered_by_two_has_one_answer_and_shows_both_texts(house: Flask, others: int) -> None:
    cast = Cast()
    case = make.engagement(cast)
    case_id = case.id
    for number in range(others + 1):
        finding(case, cast, title=f"Gas {number}")
    sent(case, cast)
    path = f"/cases/{case_id}/findings/1/answer"
    contact, responsible = browser(house, cast.contact), browser(house, cast.responsible)
    answers = at_once(
        lambda: contact.post(path, data={"text": "The tenant paid it.", "report_version": ""}),
        lambda: responsible.post(path, data={"text": "It was metered twice.", "report_version": ""}),
    )
    assert statuses(answers) == [303, 409]
    assert how_many(Exchange, Exchange.action == "answer") == 1
    assert "The tenant paid it." in refused(answers).text
    assert "It was metered twice." in refused(answers).text
    assert_trails_hold(house)


@pytest.mark.parametrize(
    ("page", "mine", "theirs", "model"),
    [("boundary/source", "confirmed", "not_counted", BoundaryDecision), ("data", "agreed", "cannot_confirm", SourceDecision)],
)
def test_a_source_decided_differently_shows_both_and_the_second_decides_knowing(
    house: Flask, page: str, mine: str, theirs: str, model: type
) -> None:
    cast = Cast()
    case = make.engagement(cast, workbook=make.PARK)
    case_id = case.id
    key = next(each.source.source_key for each in source_reviews(case) if each.agreeable)
    path = f"/cases/{case_id}/{page}/{key}"
    lead, verifier = browser(house, cast.lead), browser(house, cast.verifier)
    seen = {who: {"version": hidden(who.get(path), "version")} for who in (lead, verifier)}
    answers = at_once(
        lambda: lead.post(path, data={**seen[lead], "outcome": mine, "note": "Seen on the meter"}),
        lambda: verifier.post(path, data={**seen[verifier], "outcome": theirs, "note": "No meter there"}),
    )
    assert statuses(answers) == [303, 409]
    late = refused(answers)
    assert "Seen on the meter" in late.text
    assert "No meter there" in late.text
    again, who = ("confirmed" if mine == "confirmed" else "cannot_confirm"), (lead if answers[0] is late else verifier)
    answer = who.post(path, data={"version": hidden(late, "version"), "outcome": again, "note": "We looked together"})
    assert answer.status_code == 303
    row = db.session.scalars(select(model)).one()
    assert (row.note, row.version) == ("We looked together", 2)
    assert_trails_hold(house)


def test_a_report_released_twice_at_once_is_released_once(house: Flask) -> None:
    cast = Cast()
    of = make.unit_year(cast)
    make.report(cast, of, released=False)
    one, other = browser(house, cast.responsible), browser(house, cast.responsible)
    path = f"/reports/{of.id}/versions/1/release"
    at_once(lambda: one.post(path), lambda: other.post(path))
    assert how_many(ReportVersion, ReportVersion.released_at.is_not(None)) == 1
    assert sum(row.action == "report:version:released" for row in db.session.scalars(trails.trail(None))) == 1
    assert_trails_hold(house)


def test_a_report_released_while_its_sources_are_decided_loses_neither(house: Flask) -> None:
    cast = Cast()
    case = make.engagement(cast, workbook=make.PARK)
    case_id, unit_year_id = case.id, case.unit_year_id
    reports.submit_report(case.unit_year, make.PARK_WITH_ERRORS.read_bytes(), "second.xlsx", "", actor=actor(cast.contact), now=utcnow())
    key = next(each.source.source_key for each in source_reviews(case) if each.agreeable)
    verifier, responsible = browser(house, cast.verifier), browser(house, cast.responsible)
    answers = at_once(
        lambda: verifier.post(f"/cases/{case_id}/data/{key}", data={"version": "0", "outcome": "agreed", "note": ""}),
        lambda: responsible.post(f"/reports/{unit_year_id}/versions/2/release"),
    )
    assert statuses(answers) == [303, 303]
    case = db.session.get_one(Engagement, case_id)
    assert case.report_version.number == 1, "the corrected report is taken up with the answers, not under the verifier's hands"
    assert how_many(SourceDecision) == 1
    assert how_many(ReportVersion, ReportVersion.released_at.is_not(None)) == 2
    assert_trails_hold(house)


def test_a_case_that_changes_under_the_reviewer_is_not_approved_unseen(house: Flask) -> None:
    cast = Cast()
    case = concluded(cast)
    reperform(cast, case)
    db.session.commit()
    case_id = case.id
    reviewer, verifier = browser(house, cast.reviewer), browser(house, cast.verifier)
    seen = hidden(reviewer.get(f"/cases/{case_id}/review"), "seen")
    values = {"class_code": "non_conformity", "clause": "4a", "title": "Late", "description": "A bill came in late."}
    answers = at_once(
        lambda: reviewer.post(f"/cases/{case_id}/review/decide", data={"outcome": "approved", "comments": "Well done", "seen": seen}),
        lambda: verifier.post(f"/cases/{case_id}/findings/new?check=data", data=values),
    )
    approval = answers[0]
    assert answers[1].status_code == 303
    assert approval.status_code in (303, 409)
    assert how_many(Review) == (approval.status_code == 303)
    if approval.status_code == 409:
        assert "Well done" in approval.text
    assert "no longer valid" in reviewer.get(f"/cases/{case_id}/review").text or approval.status_code == 409
    assert_trails_hold(house)


def test_a_statement_signed_in_two_tabs_carries_one_signature(house: Flask) -> None:
    cast = Cast()
    case, lead = approved(cast), signer(cast.lead)
    case_id = case.id
    lead.at = utcnow() - timedelta(seconds=30)
    code, _at = lead.code()
    path = f"/cases/{case_id}/signing/certify"
    one, other = browser(house, cast.lead), browser(house, cast.lead)
    answers = at_once(*[lambda who=who: who.post(path, data={"passphrase": PASSPHRASE, "code": code}) for who in (one, other)])
    assert statuses(answers) == [303, 409]
    assert how_many(Statement) == how_many(Signature) == 1
    assert db.session.get_one(Engagement, case_id, populate_existing=True).stage is Stage.TO_COUNTERSIGN
    assert_trails_hold(house)


def test_a_statement_sent_for_signature_by_a_double_click_is_signed_once_and_says_so(house: Flask) -> None:
    cast = Cast()
    case, lead = approved(cast), signer(cast.lead)
    case_id = case.id
    lead.at = utcnow() - timedelta(seconds=30)
    code, _at = lead.code()
    path, here = f"/cases/{case_id}/signing/certify", browser(house, cast.lead)
    values = {"passphrase": PASSPHRASE, "code": code, "once": hidden(here.get(path), "once")}
    answers = at_once(*[lambda: here.post(path, data=values) for _click in range(2)])
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"/cases/{case_id}/signing")] * 2
    assert how_many(Statement) == how_many(Signature) == 1


def test_who_is_taken_off_the_team_in_mid_action_does_nothing_more(house: Flask) -> None:
    cast = Cast()
    case = make.engagement(cast)
    case_id = case.id
    verifier, coordinator = browser(house, cast.verifier), browser(house, cast.coordinator)
    form = f"/cases/{case_id}/findings/new?check=data"
    assert verifier.get(form).status_code == 200
    member = db.session.scalars(select(TeamMember).where(TeamMember.user_id == cast.verifier.id)).one()
    assert coordinator.post(f"/cases/{case_id}/team/{member.id}/remove").status_code == 303
    values = {"class_code": "non_conformity", "clause": "4a", "title": "Late", "description": "A bill came in late."}
    assert verifier.post(form, data=values).status_code in (403, 404)
    assert coordinator.post(f"/cases/{case_id}/team/{member.id}/remove").status_code in (303, 404)
    assert how_many(TeamMember, TeamMember.removed_at.is_not(None)) == 1


def test_a_removal_and_a_action_at_once_leave_the_action_whole_or_not_at_all(house: Flask) -> None:
    cast = Cast()
    case = make.engagement(cast)
    case_id = case.id
    member = db.session.scalars(select(TeamMember).where(TeamMember.user_id == cast.verifier.id)).one()
    key, member_id = source_reviews(case)[0].source.source_key, member.id
    verifier, coordinator = browser(house, cast.verifier), browser(house, cast.coordinator)
    answers = at_once(
        lambda: verifier.post(f"/cases/{case_id}/boundary/source/{key}", data={"version": "0", "outcome": "not_counted", "note": "Let"}),
        lambda: coordinator.post(f"/cases/{case_id}/team/{member_id}/remove"),
    )
    assert answers[1].status_code == 303
    assert answers[0].status_code in (303, 403, 404)
    assert how_many(BoundaryDecision) == (answers[0].status_code == 303)
    assert_trails_hold(house)


def test_two_coordinators_open_one_case(house: Flask) -> None:
    cast = Cast()
    of = make.unit_year(cast)
    make.report(cast, of)
    one, other = browser(house, cast.coordinator), browser(house, cast.coordinator)
    values = {"unit_year": str(of.id), "conflict_check": "No shared managers, no consulting in three years."}
    answers = at_once(lambda: one.post("/cases/new", data=values), lambda: other.post("/cases/new", data=values))
    assert sorted(answer.status_code for answer in answers)[0] in (200, 303)
    assert sum(answer.status_code == 303 for answer in answers) == 1
    assert how_many(Engagement) == 1
    late = next(answer for answer in answers if answer.status_code != 303)
    assert "No shared managers" in late.text or "open" in late.text
    assert_trails_hold(house)


def test_the_same_photo_uploaded_twice_at_once_is_kept_once(house: Flask) -> None:
    cast = Cast()
    case = make.engagement(cast)
    case_id = case.id
    lead, verifier = browser(house, cast.lead), browser(house, cast.verifier)
    path, data = f"/cases/{case_id}/photos/new", jpeg()
    answers = at_once(
        *[lambda who=who: who.post(path, data={"caption": "", "photos": (BytesIO(data), "gate.jpg")}) for who in (lead, verifier)]
    )
    assert statuses(answers) == [303, 303]
    assert how_many(Photo) == 1
    assert_trails_hold(house)


def test_the_same_workbook_handed_in_twice_at_once_is_one_version(house: Flask) -> None:
    cast = Cast()
    of = make.unit_year(cast)
    contact, contributor = browser(house, cast.contact), browser(house, cast.contributor)
    path, data = f"/reports/{of.id}/hand-in", make.PARK.read_bytes()
    answers = at_once(
        *[lambda who=who: who.post(path, data={"note": "", "workbook": (BytesIO(data), "park.xlsx")}) for who in (contact, contributor)]
    )
    assert statuses(answers) == [303, 409]
    assert how_many(ReportVersion) == 1
    assert_trails_hold(house)


def test_findings_raised_at_once_have_numbers_of_their_own(house: Flask) -> None:
    cast = Cast()
    case = make.engagement(cast)
    case_id = case.id
    path = f"/cases/{case_id}/findings/new?check=data"
    raisers = [browser(house, person) for person in (cast.lead, cast.verifier, cast.expert)]
    values = {"class_code": "non_conformity", "clause": "4a", "description": "A bill came in late."}
    answers = at_once(*[lambda n=n, who=who: who.post(path, data={**values, "title": f"Late {n}"}) for n, who in enumerate(raisers)])
    assert statuses(answers) == [303, 303, 303]
    assert len({answer.location for answer in answers}) == 3
    assert_trails_hold(house)


def test_a_case_moved_to_newer_rules_in_two_windows_is_moved_once(house: Flask) -> None:
    cast = Cast()
    case, pack_id = make.engagement(cast, workbook=make.PARK), newer_beijing(house, NO_ELECTRICITY)
    case_id, sent = case.id, {"pack": pack_id, "seen": load(pack_id).sha256, "reason": "Notice 7"}
    db.session.commit()
    windows = browser(house, cast.lead), browser(house, cast.lead)
    answers = at_once(*(lambda window=window: window.post(f"/cases/{case_id}/rules", data=sent) for window in windows))
    assert statuses(answers) == [303, 409]
    assert f"{pack_id} is not a later version of {pack_id}" in refused(answers).text
    assert how_many(TrailRow, TrailRow.action == "engagement:rules:changed") == 1
    assert db.session.get_one(Engagement, case_id).pack_id == pack_id
    assert_trails_hold(house)
