"""Check 1 as the team does it: one by one, many at once, what is missing, and what a new version asks again."""

import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from tests import make
from tests.checks.boundary.builders import enter
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.boundary import actions, queries
from verifier.checks.boundary.models import BoundaryDecision, MissingSource
from verifier.checks.data.references.actions import keep_workbook
from verifier.core.boundary import BoundaryOutcome, BoundaryStatus, Kind
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.references.models import ReferenceKind
from verifier.findings.actions import Draft, raise_finding
from verifier.reports.queries import reported_tonnes
from verifier.rulepacks.load import load
from verifier.web.pages import filters


@pytest.fixture
def case(app: Flask, cast: Cast) -> Engagement:
    return make.engagement(cast)


def text_of(response: object) -> str:
    return unescape(response.get_data(as_text=True))  # type: ignore[attr-defined]


def decisions() -> int:
    return db.session.scalar(select(func.count()).select_from(BoundaryDecision)) or 0


def test_sources_are_listed_with_their_tonnes_and_their_share(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    tonnes = reported_tonnes(case.report_version)
    page = text_of(sign_in(client, cast.verifier).get(f"/cases/{case.id}/boundary/sources?q=E-059"))
    assert filters.tonnes(tonnes["E-059"]) in page
    assert filters.tonnes(tonnes["E-059"] * 100 / sum(tonnes.values())) + " %" in page


def test_everything_is_confirmed_at_once_except_what_stands_out(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    browser = sign_in(client, cast.verifier)
    for kind, plural in (("source", "sources"), ("facility", "facilities")):
        page = text_of(browser.get(f"/cases/{case.id}/boundary/{plural}"))
        expected = re.search(r'name="expected" value="(\d+)"', page).group(1)  # type: ignore[union-attr]
        browser.post(f"/cases/{case.id}/boundary/confirm/{kind}", data={"all": "1", "expected": expected})
    left = [each.row.key for each in queries.judged(case) if each.is_open]
    assert left == ["B053", "G-053"]
    assert db.session.scalar(select(func.count()).select_from(TrailRow).where(TrailRow.action == "boundary:many:decided")) == 2


@pytest.mark.parametrize(
    ("filter", "shown", "hidden"),
    [
        ("mark=not_in_plan", "G-053", "E-000"),
        ("mark=any", "G-053", "E-000"),
        ("q=Building+59+", "E-059", "E-000"),
        ("category=stationary_combustion", "G-035", "E-000"),
        ("facility=B059", "E-059", "E-000"),
    ],
)
def test_a_filter_lets_through_what_it_names(
    client: FlaskClient, cast: Cast, case: Engagement, filter: str, shown: str, hidden: str
) -> None:
    page = text_of(sign_in(client, cast.verifier).get(f"/cases/{case.id}/boundary/sources?{filter}"))
    assert f'source/{shown}"' in page
    assert f'source/{hidden}"' not in page


def test_a_name_of_the_path_typed_behind_it_leads_nowhere_else(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    page = sign_in(client, cast.verifier).get(f"/cases/{case.id}/boundary/sources?kind=facility&state=open").text
    (export,) = re.findall(rf'href="(/cases/{case.id}/boundary/[^"]*xlsx[^"]*)"', page)
    assert "/source" in export
    assert export.endswith("?state=open")


def test_confirming_what_stands_out_without_a_reason_is_refused_with_what_was_chosen(
    client: FlaskClient, cast: Cast, case: Engagement
) -> None:
    browser, page = sign_in(client, cast.verifier), f"/cases/{case.id}/boundary/source/G-053"
    answer = browser.post(page, data={"version": "0", "outcome": "confirmed", "note": ""})
    assert (answer.status_code, decisions()) == (409, 0)
    assert re.search(r'checked[^>]*value="confirmed"', text_of(answer))
    assert browser.post(page, data={"version": "0", "outcome": "confirmed", "note": "Seen on site"}).status_code == 303


PLANS = [
    ("none", "No monitoring plan was submitted with the report. The information shown is the unit's own statement"),
    ("handed in", "The monitoring plan submitted with the report does not list this source."),
    ("uploaded", "Compared with the uploaded monitoring plan."),
    ("entered", "Data-quality control plan, version 2 (Filing 17, 1 Mar 2020), entered by"),
]


@pytest.mark.parametrize(("plan", "said"), PLANS)
def test_the_page_of_a_source_outside_the_plan_says_which_plan_there_is(
    client: FlaskClient, cast: Cast, case: Engagement, tmp_path: Path, plan: str, said: str
) -> None:
    book, given = load_workbook(make.PARK), tmp_path / "with-plan.xlsx"
    for row in (["source_id", "parameter", "method"], ["E-000", "quantity", "metered"]):
        (book["plan"] if "plan" in book.sheetnames else book.create_sheet("plan")).append(row)
    book.save(given)
    if plan == "handed in":
        case.report_version = make.report(cast, case.unit_year, given)
    elif plan == "uploaded":
        keep_workbook(
            case, ReferenceKind.PLAN, "plan.xlsx", given.read_bytes(), "Sent by the contact", actor=actor(cast.lead), now=utcnow()
        )
    elif plan == "entered":
        enter(case, cast, "E-000", "G-053: installed later")
    db.session.commit()
    page = text_of(sign_in(client, cast.verifier).get(f"/cases/{case.id}/boundary/source/G-053"))
    assert {words for _, words in PLANS if words in page} == {said}
    assert ("View the uploaded plan" in page) == (plan == "uploaded")
    assert ("Not in the plan: installed later" in page) == (plan == "entered")


def test_a_stale_decision_is_shown_both_and_may_then_be_made_knowingly(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    page, typed = f"/cases/{case.id}/boundary/source/E-000", {"version": "0", "outcome": "not_counted", "note": "let out"}
    actions.decide(case, Kind.SOURCE, "E-000", BoundaryOutcome.CONFIRMED, seen_version=0, actor=actor(cast.lead), now=utcnow())
    answer = sign_in(client, cast.verifier).post(page, data=typed)
    assert answer.status_code == 409
    version = re.search(r'name="version"[^>]*value="(\d+)"', text_of(answer)).group(1)  # type: ignore[union-attr]
    assert client.post(page, data=typed | {"version": version}).status_code == 303
    assert queries.not_counted(case) == {"E-000"}


def test_a_finding_raised_here_decides_and_one_raised_elsewhere_does_not(case: Engagement, cast: Cast) -> None:
    pack = load(case.pack_id)
    for key, check in (("E-000", "boundary"), ("E-002", "data")):
        raise_finding(
            case,
            Subject("source", key),
            check,
            Draft(pack.finding_classes[0].code, pack.clauses[0].code, "Not there", "Not there"),
            subject_title=key,
            actor=actor(cast.lead),
            now=utcnow(),
        )
    standings = {each.row.key: each.status for each in queries.judged(case, Kind.SOURCE)}
    assert (standings["E-000"], standings["E-002"]) == (BoundaryStatus.FINDING, BoundaryStatus.UNDECIDED)
    assert queries.progress(case) == queries.BoundaryProgress(done=1, total=276, findings=1)


def test_a_corrected_number_does_not_ask_the_boundary_again_but_a_changed_source_does(case: Engagement, cast: Cast) -> None:
    for key in ("E-095", "G-053"):
        actions.decide(case, Kind.SOURCE, key, BoundaryOutcome.CONFIRMED, "Seen", actor=actor(cast.lead), now=utcnow())
    case.report_version = make.report(cast, case.unit_year, make.PARK)
    db.session.flush()
    standings = {each.row.key: each.status for each in queries.judged(case, Kind.SOURCE)}
    assert (standings["E-095"], standings["G-053"]) == (BoundaryStatus.CONFIRMED, BoundaryStatus.ASKED_AGAIN)


def test_many_are_confirmed_whole_or_not_at_all(case: Engagement, cast: Cast) -> None:
    with pytest.raises(Refusal, match=r"boundary\.many\.unfit"):
        actions.decide_many(case, Kind.SOURCE, ["E-000", "G-053"], actor=actor(cast.lead), now=utcnow())
    assert decisions() == 0


def test_what_is_missing_is_added_once_and_withdrawn_for_the_record(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    browser, page = sign_in(client, cast.verifier), f"/cases/{case.id}/boundary/missing"
    typed = {"kind": "source", "name": "Emergency generator", "category": "stationary_combustion", "place": "Yard"}
    assert [browser.post(page, data=typed).status_code for _again in range(2)] == [303, 409]
    assert browser.post(f"{page}/N-001/withdraw", data={"version": "1"}).status_code == 303
    row = db.session.scalars(select(MissingSource)).one()
    assert (row.key, row.withdrawn_at is None) == ("N-001", False)
    assert browser.post(page, data=typed).status_code == 303


@pytest.mark.parametrize(
    ("person", "reading", "deciding"),
    [("expert", 200, 303), ("reviewer", 200, 403), ("coordinator", 200, 403), ("contact", 403, 403), ("other_coordinator", 404, 404)],
)
def test_the_team_decides_and_others_read_or_do_not(
    client: FlaskClient, cast: Cast, case: Engagement, person: str, reading: int, deciding: int
) -> None:
    browser, page = sign_in(client, getattr(cast, person)), f"/cases/{case.id}/boundary/facility/B000"
    assert browser.get(page).status_code == reading
    assert browser.post(page, data={"version": "0", "outcome": "confirmed"}).status_code == deciding
