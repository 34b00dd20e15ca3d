"""What a statement says of how numbers were tested, and samples that only the reviewer's acceptance lets through."""

import json
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from tests import make
from tests.people import Cast, actor, sign_in
from tests.statement.builders import approved, reperform, worked
from tests.statement.test_pdf import text_of
from verifier.audit.queries import last_change
from verifier.casework.coverage import actions as coverage
from verifier.casework.coverage import queries
from verifier.checks.data.sampling import actions as sampling
from verifier.checks.data.sampling import queries as samples
from verifier.checks.data.sampling import results
from verifier.core.coverage.procedures import ProcedureMethod
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.core.sampling.plan import Method, Plan
from verifier.core.sampling.tonneunit import TonneUnitPlan
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.statement import actions
from verifier.statement.facts.coverage import named
from verifier.statement.pdf.document import ATTACHMENT
from verifier.statement.signing import issuing


def test_the_statement_gives_totals_by_procedure_and_category_and_an_annex_by_source(cast: Cast) -> None:
    case = approved(cast)
    pdf = issuing.draft(case, now=utcnow())
    said = json.loads(PdfReader(BytesIO(pdf)).attachments[ATTACHMENT][0])["coverage"]
    rows = queries.assessment_of(case).rows
    assert sum(cell["count"] for cell in said["cells"]) == len(rows) == sum(line["count"] for line in said["lines"])
    activity = sum(Decimal(cell["tonnes"]) for cell in said["cells"] if cell["kind"] == "activity")
    assert abs(activity - Decimal("52915")) < 1
    assert (said["missing"], said["deviations"]) == (0, [])
    text = text_of(pdf)
    assert "Annex:howthenumbersofeachsourceweretested" in text
    assert "追溯至原始记录" in text


def resting_on_a_sample(cast: Cast) -> Engagement:
    """A case under the national guideline whose activity data rest on a tonne-unit sample, with its conclusion."""
    case = make.engagement(cast, Stage.CHECKING, make.PARK)
    case.pack_id, case.pack_sha256 = "china-national/2021.3", load("china-national/2021.3").sha256
    db.session.flush()
    worked(case, cast)
    for row in queries.recorded(case):
        if row.method is ProcedureMethod.ORIGINAL_RECORD:
            coverage.withdraw_procedure(case, row.id, "Tested by a sample instead.", actor=actor(cast.verifier), now=utcnow())
    by = actor(cast.lead)
    plan = Plan(Method.TONNE_UNIT, "added", tonnes=TonneUnitPlan(Fraction(1, 20), Fraction(20_000)))
    things = samples.population(case, "added")
    planned = sampling.plan_sample(case, plan, things, sampling.SampleRequest(basis="Many meters."), actor=by, now=utcnow())
    drawn = sampling.draw_sample(case, planned, "acceptance", actor=by, now=utcnow())
    results.agree_many(case, drawn, [row.position for row in samples.items(drawn)], "Seen.", actor=by, now=utcnow())
    zero = [row.number.key for row in queries.assessment_of(case).missing]
    if zero:
        draft = coverage.Draft(ProcedureMethod.ORIGINAL_RECORD, document="Meter log")
        coverage.record_procedure(case, zero, draft, actor=actor(cast.verifier), now=utcnow())
    positive = next(each.code for each in load(case.pack_id).opinions if each.positive)
    actions.draw_conclusion(case, positive, "", actor=by, now=utcnow())
    return case


def test_a_sample_of_the_bodys_own_practice_is_accepted_by_the_reviewer_or_sent_back(client: FlaskClient, cast: Cast) -> None:
    case = resting_on_a_sample(cast)
    reperform(cast, case)
    seen, by = last_change(case.id), actor(cast.reviewer)
    with pytest.raises(Refusal, match=r"statement\.review\.sampling"):
        actions.approve(case, "Well founded.", seen, actor=by, now=utcnow())
    assert "sampling_accepted" in sign_in(client, cast.reviewer).get(f"/cases/{case.id}/review").text
    review = actions.approve(case, "Well founded.", seen, sampling_accepted=True, actor=by, now=utcnow())
    assert review.sampling_accepted
    said = json.loads(PdfReader(BytesIO(issuing.draft(case, now=utcnow()))).attachments[ATTACHMENT][0])["coverage"]
    assert said["sampling_accepted"] > 0


def test_evidence_names_the_items_of_a_sample_together_and_says_how_many_documents_it_leaves_out() -> None:
    assert named(["S-1, 4", "", "V-2 Invoices, p. 1", "S-1, 2", "S-1, 3", "S-1, 421", "S-1"]) == ("S-1: 2–4, 421", "V-2 Invoices, p. 1")
    assert named(f"V-{number}" for number in range(15))[-1] == "… +3"
