"""An EU case over HTTP: which opinion two uncorrected errors of opposite signs admit, and one threshold stated everywhere."""

from decimal import Decimal

import pytest
from flask import Flask

from tests import walk
from tests.desk import Desk
from tests.people import Cast
from tests.statement import installation_walk as lime
from tests.walk import Clock, refuses

pytestmark = pytest.mark.hold


def worked_through(app: Flask, cast: Cast, patch: pytest.MonkeyPatch, understated: int) -> Desk:
    """The case with everything done: K-1 corrected by 4,200 t, K-2 understated by so much, K-3 overstated by 2,400 t."""
    app.config["WTF_CSRF_ENABLED"] = True
    clock, desk = Clock(patch), Desk(app, cast)
    clock.forward(desk, days=-3)
    unit_year = walk.open_case(desk, lime.PACK, lime.workbook(corrected=False))
    lime.prepare(desk)
    lime.cover(desk)
    lime.visit(desk, clock)
    lime.find(desk, "K-1", lime.CORRECTED)
    lime.find(desk, "K-2", -understated)
    lime.find(desk, "K-3", lime.OVERSTATED)
    lime.find(desk, "K-4", None, "non_conformity")
    lime.answer(desk, unit_year)
    lime.decide(desk, understated)
    refuses(desk, "Numbers not tested as the rules require: 12")
    lime.trace(desk, "activity", "original_record", "weighing-K-1-corrected.pdf")
    return desk


def test_uncorrected_errors_of_5500_tonnes_admit_only_an_opinion_with_comments(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = worked_through(app, cast, monkeypatch, 3_100)
    page = desk.get("lead", "conclusion/draw").text
    assert "Uncorrected items that are not material admit only an opinion with comments" in page
    walk.conclude(desk, "verified_with_comments", "")
    sent_back_and_answered(desk)
    walk.reperform(desk)
    walk.approve(desk)
    walk.give_keys(desk)
    walk.sign(desk)
    states(walk.issued(desk))


def sent_back_and_answered(desk: Desk) -> None:
    """The reviewer asks; nothing is concluded again before the lead verifier answered."""
    asked = {"outcome": "sent_back", "comments": "See the comment.", "on_materiality": "Why is the belt weigher of K-2 left as it is?"}
    desk.send("reviewer", "review", asked, to="/review/decide")
    assert "not yet answered: 2" in desk.get("lead", "conclusion/draw").text
    comments = desk.get("lead", "review").links("/review/comments/")
    assert len(comments) == 2
    for address in comments:
        desk.send("lead", address, {"answer": "The weigher is replaced in the next shutdown."})
    walk.conclude(desk, "verified_with_comments", "")
    assert "The weigher is replaced" in desk.get("reviewer", "review").text


def states(issued: walk.Issued) -> None:
    """One threshold, the sums, the reasons and the references; no figure of the verifier's own."""
    facts, text = issued.facts, "".join(issued.text.split())
    assert facts["opinion"]["code"] == "verified_with_comments"
    assert facts["opinion"]["reasons"]
    assert [each["number"] for each in facts["findings"]] == ["A1", "A2", "A3", "B1"]
    total = facts["reconciliation"]["total"]
    assert [Decimal(total[name]) for name in ("first", "on_request", "unrequested", "final")] == [124_200, 4_200, 0, 120_000]
    materiality = facts["materiality"]
    assert Decimal(materiality["threshold"]) == 6_000
    assert [Decimal(materiality["weighed"][name]) for name in ("over", "under", "net", "gross")] == [2_400, 3_100, -700, 5_500]
    assert [words for words in ("6,000", "5,500", "124,200") if words not in text] == []
    assert [words for words in ("6,210", "Verifiedemissions", "119,300") if words in text] == []
    assert "120,000" in issued.page


def test_errors_above_the_threshold_that_offset_each_other_are_refused_until_the_offsetting_is_accepted_with_a_reason(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = worked_through(app, cast, monkeypatch, 3_800)
    refuses(desk, "below the threshold of 6,000 tCO₂ only because they offset each other", "gross 6,200 tCO₂")
    walk.refuses_sent(desk)
    assert "reason" in desk.refused("lead", "materiality", {"reason": ""}, to="/materiality/netting")
    desk.send("lead", "materiality", {"reason": "One weighing system, one cause."}, to="/materiality/netting")
    walk.conclude(desk, "verified_with_comments", "")
    assert "One weighing system, one cause." in desk.get("reviewer", "review").text
