"""The park over HTTP from report to issued statement: nothing unverified passes, and the differences add up to the tonne."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from tests import walk
from tests.desk import Desk
from tests.people import Cast
from tests.statement import park_walk as park
from tests.walk import Clock, refuses
from verifier.db import db
from verifier.engagements.models import Engagement

pytestmark = pytest.mark.hold
FIGURES = ("first", "on_request", "unrequested", "final", "differences", "verified")


def test_the_park_is_verified_from_its_report_to_a_statement_that_adds_up(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    clock, desk = Clock(monkeypatch), Desk(app, cast)
    clock.forward(desk, days=-3)
    unit_year = walk.open_case(desk, park.PACK, park.saved_as(park.workbook(), "park-2021.xlsx"))
    case = db.session.scalars(select(Engagement)).one()
    park.confirm_boundary(desk)
    park.dismiss_alerts(desk)
    desk.send("verifier", "data", {"all": "1"}, to="/agree-data")
    refuses(desk, "Numbers not tested as the rules require: 2,064", "no site visit")
    walk.refuses_sent(desk)
    wrong = park.draw_sample(desk, case)
    park.work_sample(desk, case, wrong)
    park.ask_for_invoices(desk)
    park.visit(desk, clock, case)
    park.correct(desk, unit_year, wrong)
    park.accept_change(desk)
    park.decide_on_tenant(desk)
    park.cover(desk)
    walk.conclude(desk, "pass", "Every finding was answered and corrected in the report.")
    walk.reperform(desk)
    walk.approve(desk)
    walk.give_keys(desk)
    walk.sign(desk)
    issued = walk.issued(desk)
    adds_up(issued, wrong.parts[0])
    page = desk.get("lead", "conclusion").text
    assert "51,957" in issued.page
    for text in (page, " ".join(issued.text.split())):
        assert [row for row in ROWS if row not in text] == []


ROWS = (
    "−1,268.40 0.00 0.00 −1,268.40 −317.10 −951.30",
    "453.92 0.00 +6.04 447.88 0.00 447.88",
    "51,647.00 +0.60 +6.40 51,640.00 −317.00 51,957.00",
)
"""The tenant's deduction, the silent lowering and the total, as page and PDF state them."""


def adds_up(issued: walk.Issued, corrected: str) -> None:
    """The JSON states a way from the first version to the verified figure that adds up for the case and for every source."""
    stated = issued.facts["reconciliation"]
    rows = {row["source"]: {name: Decimal(row[name]) for name in FIGURES} for row in stated["lines"]}
    total = {name: Decimal(stated["total"][name]) for name in FIGURES}
    for row in (*rows.values(), total):
        assert row["first"] - row["on_request"] - row["unrequested"] == row["final"]
        assert row["final"] - row["differences"] == row["verified"]
    assert all(sum(row[name] for row in rows.values()) == total[name] for name in FIGURES)
    assert rows[corrected]["on_request"] == Decimal("0.6")
    assert rows[park.LOWERED]["unrequested"] == Decimal("6.04")
    assert abs(rows[park.LOWERED]["differences"]) < Decimal("0.005"), "rounding of the reported figure only"
    assert (rows[park.TENANT]["final"], rows[park.TENANT]["verified"]) == (Decimal("-1268.4"), Decimal("-951.3"))
    assert (total["first"], total["final"], total["verified"]) == (51647, 51640, 51957)
