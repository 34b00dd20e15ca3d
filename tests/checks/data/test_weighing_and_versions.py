"""Materiality on the desk, live, and a corrected report against the last: asked for, not asked for, looked at."""

from decimal import Decimal
from fractions import Fraction
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.casework.materiality import actions, queries
from verifier.checks.data import actions as data
from verifier.checks.data.versions import actions as changes
from verifier.checks.data.versions import queries as versions
from verifier.core.errors import Refusal
from verifier.core.findings import Check
from verifier.core.opinion.materiality import Verdict
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.actions import adopt_report
from verifier.engagements.models import Engagement
from verifier.findings import actions as findings
from verifier.findings.models import Finding
from verifier.rulepacks.load import load
from verifier.statement.facts import assessment


@pytest.fixture
def case(app: Flask, cast: Cast) -> Engagement:
    return make.engagement(cast)


def found(case: Engagement, cast: Cast, effect: str | None, source: str = "E-095") -> Finding:
    clause = load(case.pack_id).clauses[0].code
    return findings.raise_finding(
        case,
        Subject("source", source),
        Check.DATA,
        findings.Draft("non_conformity", clause, f"Off {source} {effect}", "Look.", Decimal(effect) if effect else None),
        actor=actor(cast.lead),
        now=utcnow(),
    )


def differs(case: Engagement, cast: Cast, source: str, tonnes: str) -> None:
    data.decide(case, source, SourceOutcome.DIFFERS, Decimal(tonnes), "Read by hand", actor=actor(cast.verifier), now=utcnow())


def sums(case: Engagement) -> tuple[Decimal, Decimal]:
    assessment = queries.assessment_of(case)
    return Decimal(str(float(assessment.uncorrected.net))), Decimal(str(float(assessment.uncorrected.gross)))


def test_the_figures_follow_each_finding_and_outcome_and_nothing_is_netted_silently(case: Engagement, cast: Cast) -> None:
    assert sums(case) == (0, 0)
    found(case, cast, "30")
    found(case, cast, "-10")
    assert sums(case) == (20, 40)
    reported = next(row.source.reported for row in assessment.data.source_reviews(case) if row.source.source_key == "E-095")
    assert reported is not None
    differs(case, cast, "E-095", str(reported - 15))
    assert sums(case) == (15, 45)


def test_beijing_gets_no_verdict_and_the_bodys_own_threshold_is_marked_as_its_own(
    client: FlaskClient, case: Engagement, cast: Cast
) -> None:
    found(case, cast, "9000")
    browser = sign_in(client, cast.verifier)
    answer = browser.post(f"/cases/{case.id}/materiality/planning", data={"version": "0", "share": "5 %", "reason": "As in 2020"})
    assert answer.status_code == 303
    page = unescape(browser.get(f"/cases/{case.id}/materiality").text)
    assert "Materiality not assessed" in page
    assert "The rules set no threshold" in page
    assert "not used for the materiality assessment or the opinion" in page
    assert "Above the threshold" in page
    planned = queries.planned(case)
    assert planned is not None
    assert (queries.assessment_of(case).verdict, planned.verdict, planned.by_size) == (None, None, Verdict.MATERIAL)
    assert "Errors by source" in browser.get(f"/cases/{case.id}/data").text
    assert "gross 9,000" in unescape(browser.get(f"/cases/{case.id}/conclusion").text)


REFUSED = [
    ("0", "Why", "materiality.planning.range"),
    ("x", "Why", "materiality.planning.range"),
    ("5", " ", "materiality.planning.reason"),
]


@pytest.mark.parametrize(("share", "reason", "message"), REFUSED)
def test_a_threshold_that_is_none_is_refused(case: Engagement, cast: Cast, share: str, reason: str, message: str) -> None:
    value = Decimal(share) / 100 if share.isdigit() else Decimal()
    with pytest.raises(Refusal, match=message.replace(".", r"\.")):
        actions.plan_with(case, value, reason, seen_version=0, actor=actor(cast.lead), now=utcnow())


def european(case: Engagement) -> None:
    """The same case as if it were worked under the European rules."""
    case.pack_id, case.pack_sha256 = "eu-ets/2018", load("eu-ets/2018").sha256
    db.session.flush()


def test_a_body_may_plan_with_less_than_the_rules_but_not_with_more(case: Engagement, cast: Cast) -> None:
    european(case)
    actions.plan_with(case, Decimal("0.02"), "Careful", seen_version=0, actor=actor(cast.lead), now=utcnow())
    with pytest.raises(Refusal, match=r"materiality\.planning\.laxer"):
        actions.plan_with(case, Decimal("0.06"), "Lax", seen_version=1, actor=actor(cast.lead), now=utcnow())


def test_a_mark_makes_the_smallest_error_material_until_it_is_taken_back(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    european(case)
    finding = found(case, cast, "1")
    browser = sign_in(client, cast.verifier)
    browser.post(f"/cases/{case.id}/materiality/nature", data={"subject": "", "reason": "Records were altered"})
    assert queries.marks(case) == []
    browser.post(f"/cases/{case.id}/materiality/nature", data={"subject": f"finding:{finding.id}", "reason": "Records were altered"})
    weighed = assessment.case_assessment(case).assessment
    assert weighed is not None
    assert (weighed.verdict, weighed.by_size) == (Verdict.MATERIAL, Verdict.NOT_MATERIAL)
    assert "Records were altered" in browser.get(f"/cases/{case.id}/materiality").text
    (mark,) = queries.marks(case)
    browser.post(f"/cases/{case.id}/materiality/{mark.id}/take-back")
    assert queries.assessment_of(case).material_by_nature == ()
    recorded = set(db.session.scalars(select(TrailRow.action)))
    assert {"data:materiality:nature", "data:materiality:withdrawn"} <= recorded


def corrected(case: Engagement, cast: Cast) -> versions.Step:
    """The case on the report without errors, handed in as the answer to one finding on E-095."""
    finding = found(case, cast, "5035")
    findings.send_all(case, actor=actor(cast.lead), now=utcnow())
    version = make.report(cast, case.unit_year, make.PARK)
    findings.answer(finding, "Corrected.", report_version=version, actor=actor(cast.contact), now=utcnow())
    if case.report_version_id != version.id:
        adopt_report(case, version, actor=actor(cast.lead), now=utcnow())
    (step,) = versions.steps(case)
    return step


def test_what_nobody_asked_for_stands_first_and_keeps_the_case_open_until_it_is_looked_at(
    client: FlaskClient, case: Engagement, cast: Cast
) -> None:
    step = corrected(case, cast)
    rows = versions.changes_of(case, step)
    asked = [row for row in rows if row.judged.requested]
    assert rows[0].judged.requested is False
    assert {row.change.source for row in asked} <= {"E-095", ""}
    assert assessment.case_assessment(case).changes_open == len(rows) - len(asked) > 0
    browser = sign_in(client, cast.verifier)
    page = unescape(browser.get(f"/cases/{case.id}/versions", follow_redirects=True).text)
    assert "Unrequested changes" in page
    assert page.index("Unrequested") > 0
    keys = [row.change.key for row in rows if row.is_open]
    address = f"/cases/{case.id}/versions/1/2"
    assert browser.post(f"{address}/raise", data={"keys": keys[:1], "class_code": "non_conformity", "clause": "4a"}).status_code == 303
    assert browser.post(f"{address}/accept", data={"keys": keys[1:], "reason": "Each seen on its voucher"}).status_code == 303
    assert assessment.case_assessment(case).changes_open == 0
    assert browser.get(f"{address}/changes.xlsx").data[:2] == b"PK"
    assert "No matching changes" in browser.get(f"{address}?q=no-such-thing").text
    assert browser.get(f"/cases/{case.id}/versions/2/3").status_code == 404


def test_what_was_changed_without_request_is_corrected_only_once_a_verifier_accepted_it(case: Engagement, cast: Cast) -> None:
    step = corrected(case, cast)
    assert [each for each in queries.assessment_of(case).errors if each.corrected and each.source != "E-095"] == []
    keys = [row.change.key for row in versions.changes_of(case, step) if row.is_open]
    changes.accept(case, step, keys, "Each seen on its voucher", actor=actor(cast.verifier), now=utcnow())
    found = [each for each in queries.assessment_of(case).errors if each.corrected and each.source != "E-095"]
    assert found
    assert all(each.unrequested for each in found)


CHANGES = [((), "Why", "data.change.none"), (("x",), "Why", "data.change.changed"), (None, " ", "data.change.reason")]


@pytest.mark.parametrize(("keys", "reason", "message"), CHANGES)
def test_an_acceptance_without_change_or_reason_is_refused(
    case: Engagement, cast: Cast, keys: tuple[str, ...] | None, reason: str, message: str
) -> None:
    step = corrected(case, cast)
    chosen = [row.change.key for row in versions.changes_of(case, step) if row.is_open][:1] if keys is None else list(keys)
    with pytest.raises(Refusal, match=message.replace(".", r"\.")):
        changes.accept(case, step, chosen, reason, actor=actor(cast.verifier), now=utcnow())


def test_the_spreadsheet_of_errors_is_recorded_as_a_look(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    found(case, cast, "30")
    assert sign_in(client, cast.reviewer).get(f"/cases/{case.id}/materiality.xlsx").data[:2] == b"PK"
    assert db.session.scalar(select(TrailRow.effect).where(TrailRow.action == "data:materiality:downloaded")) == "look"


def newest(case: Engagement, pack_id: str) -> None:
    """The same case as if it were worked under the newest version of other rules."""
    case.pack_id, case.pack_sha256 = pack_id, load(pack_id).sha256
    db.session.flush()


def test_the_category_that_was_entered_decides_the_threshold_on_every_page(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    newest(case, "eu-ets/2018.3")
    browser = sign_in(client, cast.lead)
    page = unescape(browser.get(f"/cases/{case.id}/materiality").text)
    assert "Estimated conservatively from the reported total" in page
    assert "De-minimis source streams" in page
    form = {"version": "0", "basis": "average", "average": "600,000", "source": "Statements of 2013 to 2020"}
    assert browser.post(f"/cases/{case.id}/materiality/category", data=form).status_code == 303
    page = unescape(browser.get(f"/cases/{case.id}/materiality").text)
    assert "Statements of 2013 to 2020" in page
    assert queries.assessment_of(case).share == Fraction("0.02")
    browser.post(f"/cases/{case.id}/materiality/category", data={**form, "version": "1", "average": "7", "source": ""})
    stated = queries.stated_category(case)
    assert stated is not None
    assert (stated.code, stated.average) == ("C", 600_000)


def test_the_level_of_assurance_is_agreed_once(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    newest(case, "iso-14064-3/2019.3")
    assert "opinion.assurance_not_agreed" in {each.message for choice in assessment.choices(case) for each in choice.left}
    browser = sign_in(client, cast.lead)
    form = {"level": "limited", "source": "Contract of 3 March, clause 2"}
    assert browser.post(f"/cases/{case.id}/materiality/assurance", data=form).status_code == 303
    assert "Contract of 3 March" in unescape(browser.get(f"/cases/{case.id}/materiality").text)
    with pytest.raises(Refusal, match=r"materiality\.assurance\.agreed"):
        actions.agree_assurance(case, "reasonable", "Another", actor=actor(cast.lead), now=utcnow())
    assert assessment.case_assessment(case).assurance == "limited"


def test_the_conclusion_shows_the_way_from_the_first_version_to_the_verified_figure(
    client: FlaskClient, case: Engagement, cast: Cast
) -> None:
    corrected(case, cast)
    found = assessment.reconciled(case)
    assert all(line.adds_up for line in (*found.lines, found.total))
    assert found.total.first is not None
    assert found.total.final == case.report_version.reported_total
    page = unescape(sign_in(client, cast.verifier).get(f"/cases/{case.id}/conclusion").text)
    assert "From the first version to the verified figure" in page
    assert "Changed, not requested" in page
