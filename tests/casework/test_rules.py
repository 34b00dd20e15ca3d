"""An open case moves to a newer version of its rule pack by the lead's choice; what was issued stays under its own."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests import make
from tests.findings.builders import finding
from tests.people import Cast, actor, sign_in
from tests.rulepacks.builders import NO_ELECTRICITY, ORIGIN, OTHER_FACTOR, SIX_DAYS, newer_beijing
from tests.statement.builders import issued
from verifier.audit.queries import trail
from verifier.casework.rules import actions
from verifier.casework.rules.queries import Concluded
from verifier.core.calculation.units import round_half_up
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.reports.models import ReportedNumber, ReportedSource
from verifier.rulepacks.load import load

NOTHING = Concluded(False, frozenset())


@pytest.fixture
def case(cast: Cast) -> Engagement:
    return make.engagement(cast)


def move(case: Engagement, cast: Cast, pack_id: str, concluded: Concluded = NOTHING, reason: str = "Notice 7", seen: str = "") -> None:
    seen = seen or load(pack_id).sha256
    actions.change_rules(case, pack_id, reason, seen_sha256=seen, concluded=concluded, actor=actor(cast.lead), now=utcnow())


def counting(case: Engagement) -> dict[str, bool]:
    of = select(ReportedSource.source_key, ReportedSource.counts).where(ReportedSource.version_id == case.report_version_id)
    found = db.session.execute(of.where(ReportedSource.category == "purchased_electricity"))
    return {row.source_key: row.counts for row in found}


def test_a_case_is_worked_under_the_newer_version_and_its_trail_says_from_which_to_which(app: Flask, cast: Cast, case: Engagement) -> None:
    before, pack_id = case.pack_sha256, newer_beijing(app, SIX_DAYS)
    move(case, cast, pack_id)
    assert (case.pack_id, case.pack_sha256) == (pack_id, load(pack_id).sha256)
    last = db.session.scalars(trail(case.id)).first()
    assert last is not None
    assert last.action == "engagement:rules:changed"
    told = {key: last.detail[key] for key in ("before", "before_sha256", "after", "after_sha256", "reason")}
    assert told == {"before": make.PACK, "before_sha256": before, "after": pack_id, "after_sha256": case.pack_sha256, "reason": "Notice 7"}


def test_what_the_rules_change_in_the_total_is_recalculated(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    before = reports.calculation_of(case.report_version).rounded_total
    assert set(counting(case).values()) == {True}
    move(case, cast, newer_beijing(app, NO_ELECTRICITY))
    now = reports.calculation_of(case.report_version)
    assert set(counting(case).values()) == {False}
    assert (now.rounded_total or 0) < (before or 0)
    assert case.report_version.recalculated_known == round_half_up(now.recalculated_known, 15)


def test_what_the_rules_change_in_the_alerts_is_recalculated_for_every_number(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    altered = select(func.count()).where(
        ReportedNumber.version_id == case.report_version_id, ReportedNumber.flag_codes.contains("default_factor_altered")
    )
    assert db.session.scalar(altered) == 0
    move(case, cast, newer_beijing(app, OTHER_FACTOR))
    assert db.session.scalar(altered)
    assert case.report_version.flag_count == len(reports.calculation_of(case.report_version).flags) > 0


def test_the_pages_of_the_unit_follow_the_rules_of_the_case(app: Flask, cast: Cast, case: Engagement, client: FlaskClient) -> None:
    burnt = f'[[categories]]\ncode = "stationary_combustion"\nname = {{ en = "Fuel burnt", zh = "燃料燃烧" }}\n{ORIGIN}'
    move(case, cast, newer_beijing(app, burnt))
    db.session.commit()
    assert "Fuel burnt" in sign_in(client, cast.contact).get(f"/reports/{case.unit_year_id}/versions/1").text


@pytest.mark.parametrize(
    ("stage", "allowed"), [(stage, stage in (Stage.ARRANGING, Stage.CHECKING, Stage.ANSWERING)) for stage in Stage], ids=str
)
def test_a_case_is_moved_before_its_conclusion_and_not_after(app: Flask, cast: Cast, stage: Stage, allowed: bool) -> None:
    case = make.engagement(cast, stage)
    pack_id = newer_beijing(app, SIX_DAYS)
    if allowed:
        move(case, cast, pack_id)
        assert (case.pack_id, case.stage) == (pack_id, stage)
    else:
        with pytest.raises(Refusal, match=r"lifecycle\.change_rules\.not_now"):
            move(case, cast, pack_id)


REFUSED = [
    ({"concluded": Concluded(True, frozenset())}, "rules.change.issued"),
    ({"concluded": Concluded(False, frozenset({"an opinion of old"}))}, "rules.change.lacking"),
    ({"reason": " "}, "rules.change.no_reason"),
    ({"seen": "0" * 64}, "pack.changed"),
]


@pytest.mark.parametrize(("more", "message"), REFUSED, ids=[row[1] for row in REFUSED])
def test_a_move_that_rests_on_something_else_is_refused(app: Flask, cast: Cast, case: Engagement, more: Any, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        move(case, cast, newer_beijing(app, SIX_DAYS), **more)
    assert refused.value.message == message


@pytest.mark.parametrize("pack_id", [make.PACK, "beijing/2021", "china-national/2021.1"])
def test_a_case_moves_to_a_later_version_of_its_rules_and_to_no_other(cast: Cast, case: Engagement, pack_id: str) -> None:
    with pytest.raises(Refusal, match=r"rules\.change\.not_newer"):
        move(case, cast, pack_id)


def test_a_case_stays_where_the_newer_version_lacks_a_class_it_has_findings_of(
    app: Flask, cast: Cast, case: Engagement, client: FlaskClient
) -> None:
    finding(case, cast)
    pack_id = newer_beijing(app, 'extends = "beijing/2021.3"\nremove = ["finding_classes.non_conformity"]\n')
    with pytest.raises(Refusal, match=r"rules\.change\.lacking"):
        move(case, cast, pack_id)
    db.session.commit()
    page = sign_in(client, cast.lead).get(f"/cases/{case.id}/rules").text
    assert "The case uses what the newer version lacks" in page
    assert "Finding classes: Non-conformity" in page
    assert 'name="seen"' not in page


@pytest.mark.parametrize(
    ("language", "said"), [("en", ("Working days: 5 → 6", "Notice 7 of the bureau")), ("zh", ("工作日：5 → 6", "主管部门第 7 号通知"))]
)
def test_the_lead_sees_every_value_that_changes_with_its_source_and_moves_the_case(
    app: Flask, cast: Cast, case: Engagement, client: FlaskClient, language: str, said: tuple[str, ...]
) -> None:
    pack_id, cast.lead.language = newer_beijing(app, SIX_DAYS), language
    db.session.commit()
    browser, address = sign_in(client, cast.lead), f"/cases/{case.id}/rules"
    assert address in browser.get(f"/cases/{case.id}").text
    page = browser.get(address).text
    assert all(words in page for words in said)
    sent = {"pack": pack_id, "seen": load(pack_id).sha256, "reason": "Notice 7"}
    assert browser.post(address, data=sent).status_code == 303
    db.session.expire_all()
    assert case.pack_id == pack_id
    assert {"en": "There is no newer version", "zh": "没有较新版本"}[language] in browser.get(address).text
    assert address not in browser.get(f"/cases/{case.id}").text


def test_a_version_edited_after_its_changes_were_shown_is_refused_and_shown_anew(
    app: Flask, cast: Cast, case: Engagement, client: FlaskClient
) -> None:
    pack_id = newer_beijing(app, SIX_DAYS)
    sent = {"pack": pack_id, "seen": load(pack_id).sha256, "reason": "Notice 7"}
    newer_beijing(app, SIX_DAYS.replace("days = 6", "days = 60"))
    db.session.commit()
    refused = sign_in(client, cast.lead).post(f"/cases/{case.id}/rules", data=sent)
    assert refused.status_code == 409
    assert "5 → 60" in refused.text
    assert load(pack_id).sha256 in refused.text
    assert "Notice 7</textarea>" in refused.text


def test_a_case_with_an_issued_statement_stays_under_its_rules_though_it_is_open_for_correction(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    case = issued(cast).engagement
    case.stage = Stage.CHECKING
    pack_id = newer_beijing(app, SIX_DAYS)
    db.session.commit()
    browser = sign_in(client, cast.lead)
    assert "What was issued stays under the rules it was issued under." in browser.get(f"/cases/{case.id}/rules").text
    sent = {"pack": pack_id, "seen": load(pack_id).sha256, "reason": "Notice 7"}
    assert browser.post(f"/cases/{case.id}/rules", data=sent).status_code == 409
    db.session.expire_all()
    assert case.pack_id != pack_id
