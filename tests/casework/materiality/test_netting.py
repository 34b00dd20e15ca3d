"""Offsetting is accepted for the errors that are shown; another error asks for it again."""

from decimal import Decimal
from fractions import Fraction

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.people import Cast, actor, sign_in
from verifier.casework.materiality import actions, queries
from verifier.core.errors import Refusal
from verifier.core.findings import Check
from verifier.core.opinion.materiality import Verdict
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings import actions as findings
from verifier.findings.models import Finding
from verifier.rulepacks.load import load


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case of the EU ETS whose errors are above the threshold taken one by one, and below it together."""
    case = make.engagement(cast)
    pack = load("eu-ets/2018.3")
    case.pack_id, case.pack_sha256 = pack.id, pack.sha256
    case.unit_year.year.pack_id, case.unit_year.year.pack_sha256 = pack.id, pack.sha256
    case.report_version.reported_total = Decimal(120_000)
    db.session.flush()
    for tonnes in (-3_800, 2_400):
        error(case, cast, tonnes)
    return case


def error(case: Engagement, cast: Cast, tonnes: int) -> Finding:
    draft = findings.Draft("misstatement", load(case.pack_id).clauses[0].code, f"{tonnes} t", "Look.", Decimal(tonnes))
    return findings.raise_finding(case, Subject("case", str(case.id)), Check.DATA, draft, actor=actor(cast.lead), now=utcnow())


def accept(case: Engagement, cast: Cast, reason: str = "Both months are of one meter.") -> None:
    actions.accept_netting(case, queries.assessment_of(case), reason, actor=actor(cast.lead), now=utcnow())


def test_what_was_accepted_is_kept_with_its_figures(case: Engagement, cast: Cast) -> None:
    assert queries.assessment_of(case).by_size is Verdict.ONLY_NETTED
    accept(case, cast)
    kept = queries.marks(case)[0].accepted
    assert kept is not None
    assert ({each["tonnes"] for each in kept["errors"]}, kept["net"], kept["gross"]) == ({"-3800", "2400"}, "-1400", "6200")
    assert queries.assessment_of(case).netting == "Both months are of one meter."


def test_an_error_added_afterwards_asks_for_it_again(case: Engagement, cast: Cast) -> None:
    accept(case, cast)
    error(case, cast, 100)
    assert queries.assessment_of(case).netting == ""
    accept(case, cast, "The third is of the same meter.")
    assert (queries.assessment_of(case).netting, len(queries.marks(case))) == ("The third is of the same meter.", 1)


def test_an_error_changed_afterwards_asks_for_it_again(case: Engagement, cast: Cast) -> None:
    accept(case, cast)
    db.session.query(Finding).filter_by(effect=Decimal(2_400)).one().effect = Decimal(2_500)
    db.session.flush()
    assert queries.assessment_of(case).netting == ""


def test_nothing_is_accepted_where_errors_do_not_offset_each_other(case: Engagement, cast: Cast) -> None:
    error(case, cast, -6_000)
    with pytest.raises(Refusal, match=r"materiality\.netting\.nothing"):
        accept(case, cast)


def test_the_page_says_that_it_is_no_longer_valid_and_offers_to_accept_it_again(case: Engagement, cast: Cast, client: FlaskClient) -> None:
    accept(case, cast)
    address = f"/cases/{case.id}/materiality"
    sign_in(client, cast.lead)
    assert "No longer valid" not in client.get(address).text
    error(case, cast, 100)
    db.session.commit()
    page = client.get(address).text
    assert "No longer valid" in page
    assert "Accept offsetting" in page


def test_one_accepted_before_its_errors_were_kept_is_accepted_anew_in_an_open_case(case: Engagement, cast: Cast) -> None:
    accept(case, cast)
    queries.marks(case)[0].accepted = None
    db.session.flush()
    assert queries.assessment_of(case).netting == ""
    assert Fraction(queries.assessment_of(case).uncorrected.gross) == 6_200
