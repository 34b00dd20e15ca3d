"""A planned visit that does not take place is cancelled with a reason, and keeps no case from being concluded."""

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.people import Cast, actor, sign_in
from tests.statement.builders import worked_case
from verifier.checks.site import actions, queries
from verifier.core.errors import Refusal
from verifier.core.site import VisitPlan
from verifier.db import db, utcnow
from verifier.statement.facts import assessment


def test_a_cancelled_visit_no_longer_holds_the_conclusion_up(client: FlaskClient, cast: Cast) -> None:
    case = worked_case(cast)
    plan = VisitPlan(make.some_day(20), make.some_day(20), "Plant 2", ("Verifier", "Expert"), ("Contact",))
    planned = actions.plan_visit(case, plan, actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    assert assessment.case_assessment(case).visits_not_over == 1
    address = f"/cases/{case.id}/visits/{planned.id}/cancel"
    sign_in(client, cast.lead).post(address, data={"reason": " "})
    assert planned in queries.visits(case)
    assert client.post(address, data={"reason": "Plant 2 was closed."}).status_code == 303
    db.session.expire_all()
    assert planned not in queries.visits(case)
    assert assessment.case_assessment(case).visits_not_over == 0


def test_a_visit_at_which_something_was_recorded_cannot_be_cancelled(cast: Cast) -> None:
    case = worked_case(cast)
    visited = queries.visits(case)[0]
    with pytest.raises(Refusal, match=r"site\.visit\.used"):
        actions.cancel_visit(case, visited, "By mistake.", actor=actor(cast.lead), now=utcnow())
