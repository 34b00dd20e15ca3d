"""Flags on the desk: raised as findings or dismissed, one or many, and what follows them into a new version of the report."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.findings.builders import finding
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.data.flags import actions, queries
from verifier.checks.data.flags.forms import RaiseForm
from verifier.core.datachecks.codes import UNREQUESTED_CHANGE
from verifier.core.datachecks.flag_resolution import FlagState
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings import actions as findings
from verifier.findings.models import Finding
from verifier.rulepacks.load import load

OFF, GAP, LOST = "factor_of_thousand|E-095|2021-01", "metering_gap|E-102|2021-05", "missing_period|G-035|2021-05"
TOTAL = "total_mismatch|||category=total"


@pytest.fixture
def case(app: Flask, cast: Cast) -> Engagement:
    return make.engagement(cast)


def state_of(case: Engagement, key: str) -> FlagState | None:
    return next((each.state for each in queries.flagged(case) if each.flag.key == key), None)


def dismiss(case: Engagement, cast: Cast, *keys: str, reason: str = "Read by hand.") -> int:
    return actions.dismiss(case, keys, reason, actor=actor(cast.verifier), now=utcnow())


def test_the_list_hangs_what_follows_below_its_main_flag_heaviest_first(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    page = unescape(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/flags").text)
    assert "21" in page
    row = page[page.index("8,345.8 MWh") : page.index("The source has no data")]
    assert "in the data: +5,035.82" in row
    assert ">0.00<" in row
    assert page.index("8,345.8 MWh") < page.index("5,084.0443") < page.index("The source has no data")


def test_each_row_links_its_source_and_its_number(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    page = unescape(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/flags?code=metering_gap&source=E-102").text)
    assert f'href="/cases/{case.id}/data/E-102"' in page
    number = next(each for each in re.findall(r'href="([^"]+)"', page) if "/data/register/" in each)
    assert "E-102" in number
    assert client.get(number).status_code == 200


FILTERS = [
    ("code=metering_gap", "E-102", "G-053"),
    ("source=G-053", "G-053", "E-102"),
    ("q=M-E-114", "E-114", "E-102"),
    ("state=undisposed", "E-095", "nothing is hidden"),
]


@pytest.mark.parametrize(("filter", "shown", "hidden"), FILTERS)
def test_a_filter_lets_through_what_it_names(
    client: FlaskClient, cast: Cast, case: Engagement, filter: str, shown: str, hidden: str
) -> None:
    page = sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/flags?{filter}").text
    rows = page[page.index("<tbody") :] if "<tbody" in page else ""
    assert shown in rows
    assert hidden not in rows
    assert "No matching alerts" in client.get(f"/cases/{case.id}/data/flags?q=no-such-thing").text


def test_all_of_a_filter_are_dismissed_with_one_reason_in_one_row_of_the_trail(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    browser, address = sign_in(client, cast.verifier), f"/cases/{case.id}/flags/dismiss?code=metering_gap"
    expected = re.search(r'name="expected" value="(\d+)"', browser.get(f"/cases/{case.id}/data/flags?code=metering_gap").text)
    assert expected is not None
    assert browser.post(address, data={"all": "1", "expected": "3", "reason": "Why"}).status_code == 303
    assert state_of(case, GAP) is FlagState.OPEN
    browser.post(address, data={"all": "1", "expected": expected.group(1), "reason": "The loggers were replaced."})
    assert state_of(case, GAP) is FlagState.DISMISSED
    (row,) = db.session.scalars(select(TrailRow).where(TrailRow.action == "data:flags:dismissed"))
    assert len(row.detail["flags"]) == int(expected.group(1)) == 5


def test_a_flag_becomes_a_draft_with_its_place_and_its_effect_on_the_reported_total(
    client: FlaskClient, cast: Cast, case: Engagement
) -> None:
    data = {"keys": [OFF, "total_mismatch|||category=total"], "class_code": "non_conformity", "clause": "4a"}
    assert sign_in(client, cast.lead).post(f"/cases/{case.id}/flags/raise", data=data).status_code == 303
    first, second = db.session.scalars(select(Finding).order_by(Finding.number))
    assert (first.subject_kind, first.subject_id, first.effect, first.state) == ("source", "E-095", 0, "draft")
    assert "row 830" in first.description
    assert "recalculated 5,084.0443" in first.description
    assert (second.subject_kind, second.subject_id, second.effect) == ("report", "total_mismatch", -37)
    assert state_of(case, OFF) is FlagState.FINDING


REFUSED = [((), "Why", "data.flag.none"), ((OFF,), " ", "data.flag.reason"), ((OFF, "gone|x|y"), "Why", "data.flag.changed")]


@pytest.mark.parametrize(("keys", "reason", "message"), REFUSED)
def test_a_dismissal_without_flag_or_reason_is_refused(
    case: Engagement, cast: Cast, keys: tuple[str, ...], reason: str, message: str
) -> None:
    with pytest.raises(Refusal, match=message.replace(".", r"\.")):
        dismiss(case, cast, *keys, reason=reason)


def test_a_flag_is_resolved_once_and_a_dismissal_can_be_taken_back(case: Engagement, cast: Cast) -> None:
    dismiss(case, cast, GAP)
    with pytest.raises(Refusal, match=r"data\.flag\.resolved"):
        dismiss(case, cast, GAP)
    actions.reopen(case, GAP, actor=actor(cast.verifier), now=utcnow())
    assert state_of(case, GAP) is FlagState.OPEN


def test_a_dismissal_follows_the_number_and_is_asked_for_again_where_it_changed(case: Engagement, cast: Cast) -> None:
    dismiss(case, cast, GAP, LOST)
    case.report_version = make.report(cast, case.unit_year, make.PARK)
    db.session.flush()
    assert (state_of(case, GAP), state_of(case, LOST)) == (FlagState.DISMISSED, None)
    row = next(each.disposition for each in queries.flagged(case) if each.flag.key == GAP)
    assert row is not None
    row.fingerprint = "what was read then"
    db.session.flush()
    assert state_of(case, GAP) is FlagState.CHANGED


def test_a_finding_taken_back_leaves_its_flag_open(case: Engagement, cast: Cast) -> None:
    told = {OFF: actions.FlagFinding("Off", "Off by a thousand")}
    (finding,) = actions.raise_findings(case, told, "non_conformity", "4a", actor=actor(cast.lead), now=utcnow())
    finding.state = "withdrawn"
    db.session.flush()
    assert state_of(case, OFF) is FlagState.OPEN


def test_each_draft_is_under_the_clause_that_the_rules_suggest_for_its_flag(case: Engagement, cast: Cast) -> None:
    told = {OFF: actions.FlagFinding("Off", "Off by a thousand"), TOTAL: actions.FlagFinding("Total", "Not the sum")}
    raised = actions.raise_findings(case, told, "non_conformity", "", actor=actor(cast.lead), now=utcnow())
    assert [finding.clause for finding in raised] == ["4a", "4c"]


def test_without_a_suggestion_of_the_rules_the_clause_must_be_chosen(case: Engagement, cast: Cast) -> None:
    case.pack_id, case.pack_sha256 = "beijing/2021", load("beijing/2021").sha256
    told = {OFF: actions.FlagFinding("Off", "Off by a thousand")}
    with pytest.raises(Refusal, match=r"data\.flag\.no_clause"):
        actions.raise_findings(case, told, "non_conformity", "", actor=actor(cast.lead), now=utcnow())


@pytest.mark.parametrize(
    ("pack", "codes", "first", "chosen"),
    [
        (make.PACK, ["outlier", "missing_period"], "1 Basic facts of the unit", "4a"),
        (make.PACK, ["outlier", "total_mismatch"], "The suggested clause of each alert", None),
        ("beijing/2021", ["outlier"], "Choose a clause", None),
        ("eu-ets/2018.1", [UNREQUESTED_CHANGE], "misstatement Misstatement: omission, misrepresentation, error", "misstatement"),
        ("iso-14064-3/2019.1", ["not_in_plan"], "criteria Criteria", "criteria"),
    ],
)
def test_the_form_starts_from_the_clause_that_the_rules_suggest(
    app: Flask, pack: str, codes: list[str], first: str, chosen: str | None
) -> None:
    with app.test_request_context():
        form = RaiseForm(formdata=None)
        form.offer(load(pack), codes)
        assert (str(form.clause.choices[0].label), form.clause.data) == (first, chosen)


@pytest.mark.parametrize(("person", "reading", "deciding"), [("expert", 200, 303), ("reviewer", 200, 403), ("contact", 403, 403)])
def test_the_team_resolves_and_others_read_or_do_not(
    client: FlaskClient, cast: Cast, case: Engagement, person: str, reading: int, deciding: int
) -> None:
    browser = sign_in(client, getattr(cast, person))
    assert browser.get(f"/cases/{case.id}/data/flags").status_code == reading
    assert browser.post(f"/cases/{case.id}/flags/dismiss", data={"keys": [GAP], "reason": "Why"}).status_code == deciding


def test_the_spreadsheet_is_recorded_as_a_look(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    assert sign_in(client, cast.reviewer).get(f"/cases/{case.id}/flags.xlsx").data[:2] == b"PK"
    assert db.session.scalar(select(TrailRow.effect).where(TrailRow.action == "data:flags:downloaded")) == "look"


def test_an_existing_finding_is_named_as_covering_alerts(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    made = finding(case, cast)
    db.session.commit()
    address = f"/cases/{case.id}/flags/cover"
    browser = sign_in(client, cast.lead)
    assert "Name the finding that covers the selected alerts" in browser.get(f"/cases/{case.id}/data/flags").text
    assert browser.post(address, data={"keys": [OFF, GAP], "finding": str(made.number)}).status_code == 303
    db.session.expire_all()
    assert (state_of(case, OFF), state_of(case, GAP)) == (FlagState.FINDING, FlagState.FINDING)
    assert "F-001" in browser.get(f"/cases/{case.id}/data/E-095").text
    assert "F-001" in browser.get(f"/cases/{case.id}/data/register/activity/E-095/2021-01").text
    findings.withdraw(db.session.get_one(Finding, made.id), "Not so.", actor=actor(cast.lead), now=utcnow())
    assert state_of(case, OFF) is FlagState.OPEN
