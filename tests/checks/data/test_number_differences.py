"""A single number that differs needs a finding on it or its source, or a reason why none is needed."""

from decimal import Decimal

import pytest

from tests.findings.builders import finding
from tests.people import Cast, actor
from tests.statement.builders import TEXT, worked_case
from verifier.casework.coverage.queries import counted_numbers
from verifier.checks.data.numbers import actions
from verifier.checks.data.numbers.without_finding import number_reasons, numbers_without_finding
from verifier.core.errors import Refusal
from verifier.core.outcomes.number_outcomes import NumberReview
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.statement import actions as statement


def differing(case: Engagement, cast: Cast, no_finding: str = "") -> str:
    """The first number that counts is decided to be another; returns its source's key."""
    number = counted_numbers(case)[0].number
    method = load(case.pack_id).evidence_activities[0].code
    review = NumberReview(SourceOutcome.DIFFERS, Decimal("1.5"), "Invoice 7", "Compared.", method, no_finding)
    actions.decide(case, number.key, review, actor=actor(cast.verifier), now=utcnow())
    return number.source


def test_a_number_that_differs_without_finding_or_reason_keeps_the_case_from_being_concluded(cast: Cast) -> None:
    case = worked_case(cast)
    differing(case, cast)
    assert numbers_without_finding(case) == [counted_numbers(case)[0].number.key]
    with pytest.raises(Refusal, match=r"statement\.conclusion\.not_open"):
        statement.draw_conclusion(case, "pass", TEXT, actor=actor(cast.lead), now=utcnow())


def test_a_reason_or_a_finding_on_the_source_settles_it_and_the_reason_is_told(cast: Cast) -> None:
    case = worked_case(cast)
    source = differing(case, cast, "The invoice was issued a day later.")
    assert numbers_without_finding(case) == []
    assert "a day later" in number_reasons(case)[source][0]
    differing(case, cast)
    raised = finding(case, cast)
    raised.subject_kind, raised.subject_id = "source", source
    db.session.flush()
    assert numbers_without_finding(case) == []
