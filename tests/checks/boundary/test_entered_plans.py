"""A plan on paper: its sources entered with the document, used by check 1, the data alerts and the statement, kept by a sealed case."""

from dataclasses import replace
from io import BytesIO

from flask.testing import FlaskClient

from tests import make
from tests.checks.boundary.builders import DOCUMENT, enter
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.boundary import actions as boundary
from verifier.checks.boundary import queries
from verifier.checks.boundary.plans import actions
from verifier.checks.data.references import queries as references
from verifier.core.boundary import BoundaryOutcome, BoundaryStatus, Kind, Mark
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.references.models import EnteredPlan
from verifier.engagements.references.queries import monitoring_plan
from verifier.rulepacks.load import load
from verifier.statement.facts import snapshot
from verifier.statement.facts.compared_plan import compared_plan
from verifier.statement.models import Conclusion


def marks(case: Engagement, key: str) -> set[Mark]:
    judged = queries.judged_one(case, Kind.SOURCE, key)
    assert judged is not None
    return set(judged.row.marks)


def test_only_what_the_entered_plan_says_is_said_to_be_in_it(cast: Cast) -> None:
    case = make.engagement(cast)
    assert marks(case, "E-000") == {Mark.STATED_IN_PLAN}
    enter(case, cast, "E-000\nP-001", "E-002: added by the second revision")
    assert [marks(case, key) for key in ("E-000", "E-002", "E-059", "P-001")] == [
        {Mark.IN_PLAN},
        {Mark.NOT_IN_PLAN},
        {Mark.STATED_IN_PLAN},
        {Mark.NOT_REPORTED},
    ]


def test_an_entered_plan_that_contradicts_the_report_raises_a_data_alert(cast: Cast) -> None:
    case = make.engagement(cast)
    enter(case, cast, "E-000", "E-002: added later")
    told = {flag.source: flag.message for flag in references.flags_of(case) if flag.code == "not_in_plan"}
    assert told["E-002"] == "flag.not_in_plan.contradicted"
    assert "E-059" not in told


def test_a_decision_is_asked_for_again_where_an_entered_plan_changes_the_comparison(cast: Cast) -> None:
    case = make.engagement(cast)
    for key in ("E-000", "E-002", "E-059"):
        boundary.decide(case, Kind.SOURCE, key, BoundaryOutcome.CONFIRMED, actor=actor(cast.lead), now=utcnow())
    plan = enter(case, cast, "E-000", "E-002: added later")

    def states() -> list[BoundaryStatus]:
        return [judged.status for key in ("E-000", "E-002") if (judged := queries.judged_one(case, Kind.SOURCE, key))]

    assert states() == [BoundaryStatus.ASKED_AGAIN, BoundaryStatus.ASKED_AGAIN]
    actions.withdraw_plan(case, plan, "The plan of another unit.", actor=actor(cast.lead), now=utcnow())
    assert states() == [BoundaryStatus.CONFIRMED, BoundaryStatus.CONFIRMED]
    assert marks(case, "E-000") == {Mark.STATED_IN_PLAN}


def test_a_plan_is_entered_with_its_document_read_and_withdrawn_on_the_pages(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    db.session.commit()
    browser, address = sign_in(client, cast.verifier), f"/cases/{case.id}/boundary/plan"
    assert "No monitoring plan was handed in." in browser.get(address).text
    typed = {
        "document": "Plan, version 2",
        "reference": "Filing 17",
        "named": ["E-000", "E-059"],
        "planned": "X-900",
        "absent": "G-053：后装",
    }
    day = {"dated_on-year": "2020", "dated_on-month": "3", "dated_on-day": "1"}
    answer = browser.post(f"{address}/new", data=typed | day | {"file": (BytesIO(b"%PDF-1.4\n%%EOF"), "plan.pdf")})
    assert answer.status_code == 303, answer.text
    page = browser.get(address).text
    for said in ("Plan, version 2", "Filing 17", "1 Mar 2020", cast.verifier.name, "后装"):
        assert said in page
    row = db.session.query(EnteredPlan).one()
    plan = monitoring_plan(case)
    assert plan is not None
    assert plan.named == {"E-000", "E-059", "X-900"}
    assert browser.get(f"{address}/{row.id}/document").data.startswith(b"%PDF")
    assert browser.post(f"{address}/{row.id}/withdraw", data={"reason": "Wrong plan."}).status_code == 303
    assert "Wrong plan." in browser.get(address).text
    told = [each.action for each in db.session.query(TrailRow).filter(TrailRow.action.startswith("boundary:plan:"))]
    assert told == ["boundary:plan:entered", "boundary:plan:downloaded", "boundary:plan:withdrawn"]


def test_the_statement_names_the_document_of_an_entered_plan_or_says_that_there_is_none(cast: Cast) -> None:
    case = make.engagement(cast)
    assert "the unit's own statement" in compared_plan(case).origin.en
    row = enter(case, cast, "E-000")
    said = compared_plan(case)
    assert (said.document, said.reference, said.sha256) == (row.document, "Filing 17", row.sha256)


def test_a_sealed_case_keeps_the_plan_its_conclusion_rests_on(cast: Cast) -> None:
    case = make.engagement(cast)
    first = enter(case, cast, "E-000")
    kept = references.references_as_json(case)
    assert kept["entered_plan"] == str(first.id)
    enter(case, cast, "E-059", document=replace(DOCUMENT, document="Version 3"))
    _sealed(case, kept)
    plan = monitoring_plan(case)
    assert plan is not None
    assert plan.named == {"E-000"}


def test_a_case_sealed_before_plans_could_be_entered_shows_the_reports_own_statement(cast: Cast) -> None:
    case = make.engagement(cast)
    enter(case, cast, "E-000")
    _sealed(case, {"version": None, "previous": None, "plan": None, "body": {}})
    assert marks(case, "E-000") == {Mark.STATED_IN_PLAN}


def _sealed(case: Engagement, references_kept: dict[str, object]) -> None:
    """The case as it is once issued, with what its snapshot keeps of the references."""
    opinion = load(case.pack_id).opinions[0].code
    drawn = Conclusion(engagement_id=case.id, opinion=opinion, text="", drawn_by=case.opened_by, drawn_at=utcnow())
    db.session.add(drawn)
    db.session.flush()
    row = snapshot.take(case, drawn.id, [], now=utcnow())
    row.content = {**row.content, "references": references_kept}
    case.stage = Stage.ISSUED
    db.session.flush()
