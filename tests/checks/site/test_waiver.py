"""A visit that the authority waives, and a remote one that leaves a visit due."""

from dataclasses import replace
from io import BytesIO

from flask.testing import FlaskClient

from tests import make
from tests.checks.site.builders import PLAN, waiver_form
from tests.people import Cast, actor, sign_in
from verifier.checks.site import actions, queries
from verifier.core.site import VisitKind
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.statement.facts import assessment


def under(case: Engagement, pack_id: str) -> Engagement:
    """The same case under other rules."""
    case.pack_id, case.pack_sha256 = pack_id, load(pack_id).sha256
    db.session.flush()
    return case


def test_a_case_with_a_valid_waiver_needs_neither_visit_nor_checklist(client: FlaskClient, cast: Cast) -> None:
    case = under(make.engagement(cast), "china-national/2021.3")
    db.session.commit()
    sign_in(client, cast.lead)
    assert "waiver of the visit" in client.get(f"/cases/{case.id}/site").text
    address = f"/cases/{case.id}/visits/waiver"
    assert client.post(address, data=waiver_form() | {"file": (BytesIO(b"%PDF-1.4\n%%EOF"), "decision.pdf")}).status_code == 303
    found = assessment.case_assessment(case)
    assert (found.visits, found.checklist_unanswered) == (1, 0)
    assert "No. 12" in client.get(f"/cases/{case.id}/site").text
    assert client.get(f"{address}/file").data.startswith(b"%PDF")
    assert client.post(f"{address}/withdraw", data={"reason": "The authority took it back."}).status_code == 303
    assert assessment.case_assessment(case).visits == 0


def test_a_visit_only_made_remotely_leaves_one_on_site_due_where_the_rules_say_so(cast: Cast) -> None:
    case = under(make.engagement(cast), "eu-ets/2018.3")
    plan = replace(PLAN, kind=VisitKind.REMOTE, reason="Flood")
    actions.plan_visit(case, plan, actor=actor(cast.lead), now=utcnow())
    assert queries.physical_due(case)
    actions.plan_visit(case, replace(PLAN, place="Rolling mill"), actor=actor(cast.lead), now=utcnow())
    assert not queries.physical_due(case)
