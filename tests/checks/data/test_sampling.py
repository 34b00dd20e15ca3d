"""Sampling on the desk: risk first, a plan in words, one draw, the items worked through, and what the command line draws of the same."""

import json
import re
import shlex
from decimal import Decimal
from fractions import Fraction
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from python_calamine import load_workbook

from tests import make
from tests.people import Cast, actor, sign_in
from verifier.checks.data.sampling import actions, queries, results, risk_queries
from verifier.checks.data.sampling.actions import SampleRequest
from verifier.checks.data.sampling.models import Sample
from verifier.cli.online import main
from verifier.core.errors import Refusal
from verifier.core.sampling.ladder import SITES
from verifier.core.sampling.plan import Method, Plan, Result
from verifier.core.sampling.risk import Level
from verifier.core.sampling.tonneunit import TonneUnitPlan
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement

WEIGHED = {"cause": "Typed by hand", "nature": "A slip", "effect": "0.1 t too much"}


@pytest.fixture
def case(cast: Cast) -> Engagement:
    return make.engagement(cast, workbook=make.PARK)


def assess_all(case: Engagement, cast: Cast) -> None:
    flows = [("flow", each.key) for each in risk_queries.risk_rows(case)[0]]
    actions.assess(case, flows, Level.LOW, Level.LOW, "One clerk, monthly settlement.", actor=actor(cast.verifier), now=utcnow())


def ladder_plan(case: Engagement, cast: Cast, reading: str = "strict", reason: str = "") -> Sample:
    places = queries.places(case, "data", reading)
    plan = Plan(Method.LADDER, "data", {place.key: place.step for place in places if place.sampled})
    asked = SampleRequest(basis="Many small meters.", reason=reason, reading=reading, places=places)
    return actions.plan_sample(case, plan, queries.population(case, "data"), asked, actor=actor(cast.verifier), now=utcnow())


def assessed_ladder(case: Engagement, cast: Cast) -> Sample:
    assess_all(case, cast)
    return ladder_plan(case, cast)


def tonnes_plan(case: Engagement, cast: Cast) -> Sample:
    plan = Plan(Method.TONNE_UNIT, "added", tonnes=TonneUnitPlan(Fraction(1, 20), Fraction(2645)))
    asked = SampleRequest(basis="The body's planning figure.")
    return actions.plan_sample(case, plan, queries.population(case, "added"), asked, actor=actor(cast.verifier), now=utcnow())


def sites_plan(case: Engagement, cast: Cast) -> Sample:
    assess_all(case, cast)
    places = queries.places(case, SITES, "lenient")
    plan = Plan(Method.LADDER, SITES, {SITES: Fraction(3, 10)}, tuple(place.key for place in places if place.sampled))
    asked = SampleRequest(basis="Many alike.", reading="lenient", places=places)
    return actions.plan_sample(case, plan, queries.population(case, SITES), asked, actor=actor(cast.verifier), now=utcnow())


def drawn(case: Engagement, cast: Cast, made: Sample) -> Sample:
    return actions.draw_sample(case, made, "dice-351", actor=actor(cast.verifier), now=utcnow())


def note(case: Engagement, cast: Cast, made: Sample, position: int, result: Result, found: str | None = None) -> None:
    row = queries.item(made, position)
    assert row is not None
    amount = None if found is None else Decimal(found)
    results.note_result(case, row, result, amount, "Invoice.", actor=actor(cast.verifier), now=utcnow())


def agree_rest(case: Engagement, cast: Cast, made: Sample) -> None:
    rest = [row.position for row in queries.items(made) if not row.result]
    results.agree_many(case, made, rest, actor=actor(cast.verifier), now=utcnow())


def refused(message: str) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, match=re.escape(message))


def test_a_source_has_the_same_share_of_the_total_at_its_risk_and_in_the_plan(case: Engagement, cast: Cast) -> None:
    assess_all(case, cast)
    _flows, sources = risk_queries.risk_rows(case)
    planned = {place.key: place.share for place in queries.places(case, "data", "lenient")}
    shown = {each.key: each.share for each in sources if each.share is not None}
    assert len(shown) > len(sources) // 2
    assert {key: planned[key] for key in shown if key in planned} == {key: share for key, share in shown.items() if key in planned}


def test_a_step_below_the_ladder_above_100_or_of_a_source_that_may_not_be_sampled_is_refused(case: Engagement, cast: Cast) -> None:
    assess_all(case, cast)
    places, found = queries.places(case, "data", "lenient"), queries.population(case, "data")
    sampled = next(place.key for place in places if place.sampled)
    large = max((place for place in places if place.share is not None), key=lambda place: place.share or 0)
    for key, step, message in (
        (sampled, "1/5", "data.sample.step_unknown"),
        (sampled, "3/2", "data.sample.step_unknown"),
        (large.key, "3/10", "data.sample.not_sampled"),
        ("E-999", "3/10", "data.sample.key_unknown"),
    ):
        plan, asked = Plan(Method.LADDER, "data", {key: Fraction(step)}), SampleRequest(basis="Many.", places=places)
        with refused(message):
            actions.plan_sample(case, plan, found, asked, actor=actor(cast.verifier), now=utcnow())
        typed = ["sample", str(make.PARK), "--pack", make.PACK, "--method", "ladder", "--seed", "s", "--step", f"{key}={step}"]
        assert key in CliRunner().invoke(main, typed).output
    typed[-1] = f"{sampled}=3/10"
    assert CliRunner().invoke(main, typed).exit_code == 0


def test_nothing_is_sampled_before_its_risk_is_assessed_and_a_source_may_be_riskier_than_its_flow(case: Engagement, cast: Cast) -> None:
    with refused("data.sample.nothing"):
        ladder_plan(case, cast)
    assess_all(case, cast)
    actions.assess(case, [("source", "E-010")], Level.HIGH, Level.HIGH, "New meter.", actor=actor(cast.verifier), now=utcnow())
    levels = risk_queries.levels(case)
    assert (levels.pop("E-010"), set(levels.values())) == (Level.HIGH, {Level.LOW})


def test_a_sample_is_drawn_once_and_a_changed_population_asks_why(case: Engagement, cast: Cast) -> None:
    made = drawn(case, cast, assessed_ladder(case, cast))
    with refused("data.sample.exists"):
        ladder_plan(case, cast, "lenient", "I would rather have others.")
    note(case, cast, made, 1, Result.AGREED)
    case.report_version = make.report(cast, case.unit_year, make.PARK_WITH_ERRORS)
    db.session.flush()
    assert queries.changed_since(case, made)
    with refused("data.sample.anew"):
        ladder_plan(case, cast)
    anew = drawn(case, cast, ladder_plan(case, cast, reason="The report was corrected."))
    assert [each.number for each in queries.live(case)] == [anew.number]
    assert made.replaced_at is not None
    assert queries.items(made), "the earlier sample is retained"


def test_an_error_forces_the_next_step_until_its_newest_items_are_right(case: Engagement, cast: Cast) -> None:
    made = drawn(case, cast, assessed_ladder(case, cast))
    assert queries.progress(case).left == queries.progress(case).total > 0, "a drawn sample blocks what comes after the checks"
    key = queries.items(made)[0].stratum
    with refused("data.sample.found"):
        note(case, cast, made, 1, Result.DIFFERS)
    note(case, cast, made, 1, Result.DIFFERS, "0.000001")
    with refused("data.sample.work_first"):
        results.climb(case, made, key, Fraction("0.5"), WEIGHED, actor=actor(cast.verifier), now=utcnow())
    agree_rest(case, cast, made)
    assert (queries.progress(case).left, queries.progress(case).forced) == (1, 1)
    assert results.climb(case, made, key, Fraction("0.5"), WEIGHED, actor=actor(cast.verifier), now=utcnow()) == 2
    assert (queries.progress(case).left, queries.progress(case).forced) == (2, 0)
    with refused("data.sample.climbed_on"):
        note(case, cast, made, 1, Result.AGREED)
    agree_rest(case, cast, made)
    assert queries.progress(case).left == 0
    found = next(each for each in queries.projections(case) if each.stratum == key)
    assert found.projected_over > found.known_over > 0
    assert len(queries.tests_of(case, key)) == 6


def test_a_tonne_unit_sample_projects_what_its_items_showed(case: Engagement, cast: Cast) -> None:
    made = drawn(case, cast, tonnes_plan(case, cast))
    small = next(row for row in queries.items(made) if not row.whole)
    note(case, cast, made, small.position, Result.NOT_FOUND)
    agree_rest(case, cast, made)
    (found,) = queries.projections(case)
    evaluation = queries.evaluation(made, queries.items(made))
    assert evaluation is not None
    assert found.known_over == Fraction(small.size or 0)
    assert found.projected_over == evaluation.size.interval, "nothing found is wholly tainted"
    assert found.limit_over == evaluation.upper_limit > found.projected_over


def test_sites_are_sampled_too(case: Engagement, cast: Cast) -> None:
    made = drawn(case, cast, sites_plan(case, cast))
    assert len(queries.items(made)) == -(-len(queries.plan_of(made).among) * 3 // 10)
    note(case, cast, made, 1, Result.DIFFERS)
    agree_rest(case, cast, made)
    assert queries.progress(case).forced == 1


@pytest.mark.parametrize("planned", [assessed_ladder, tonnes_plan])
def test_the_command_line_draws_what_the_page_drew(client: FlaskClient, case: Engagement, cast: Cast, planned: object) -> None:
    made = drawn(case, cast, planned(case, cast))  # type: ignore[operator]
    db.session.commit()
    page = unescape(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/sampling/{made.number}").text)
    shown = re.search(r"verifier sample REPORT\.xlsx [^<]+", page)
    assert shown
    words = [str(make.PARK) if word == "REPORT.xlsx" else word for word in shlex.split(shown[0])[1:]]
    said = CliRunner().invoke(main, [*words, "--json"])
    assert said.exit_code == 0, said.output
    found = json.loads(said.output)
    assert found["population"]["checksum"] == made.checksum
    assert sorted(each["line"] for each in found["items"]) == sorted(row.line for row in queries.items(made))


def test_the_command_line_draws_from_a_list_and_refuses_what_it_was_not_given(tmp_path: Path) -> None:
    listed = tmp_path / "invoices.csv"
    listed.write_text("发票号,说明,金额\n" + "".join(f"INV-{n},电费,{n}\n" for n in range(1, 90)), "utf-8")
    words = ["sample", str(make.PARK), "--pack", "beijing/2021", "--seed", "s1", "--json", "--method"]
    said = CliRunner().invoke(main, [*words, "reciprocal", "--list", str(listed)])
    assert said.exit_code == 0, said.output
    assert len(json.loads(said.output)["items"]) == 60
    for more in (["reciprocal"], ["tonne_unit"], ["ladder", "--reading", "generous"]):
        assert CliRunner().invoke(main, [*words, *more]).exit_code == 2, more


def test_a_whole_sample_on_its_pages(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    db.session.commit()
    at, base = sign_in(client, cast.verifier), f"/cases/{case.id}/data/sampling"
    assert at.get(base).status_code == 200
    at.post(f"{base}/risk", data={"keys": ["flow|purchased_electricity:meter"], "inherent": "low", "control": "low", "reason": "Monthly."})
    assert "Monthly." in at.get(f"{base}/risk").text
    assert at.get(f"{base}/plan/ladder").status_code == 200
    asked = {"kind": "data", "reading": "strict", "basis": "Many small meters.", "whole": "E-001"}
    assert at.post(f"{base}/plan/ladder", data=asked).status_code == 303
    assert "Many small meters." in at.get(f"{base}/1").text
    at.post(f"{base}/1/draw", data={"seed": "dice 3 5 1"})
    made = queries.sample(case, 1)
    assert made is not None
    assert made.seed == "dice 3 5 1"
    rows = queries.items(made)
    assert at.get(f"{base}/1/items/1").status_code == 200
    at.post(f"{base}/1/items/1", data={"version": "1", "result": "differs", "found": "0.000001", "note": "Invoice of May."})
    at.post(f"{base}/1/agree", data={"keys": [str(row.position) for row in rows[1:]]})
    climb = f"{base}/1/extend?stratum={rows[0].stratum}"
    assert climb in unescape(at.get(f"{base}/1").text)
    assert at.get(climb).status_code == 200
    assert at.post(climb, data={"to": "1/2", **WEIGHED}).status_code == 303
    assert "A slip" in at.get(f"{base}/1?state=open").text
    read = load_workbook(BytesIO(at.get(f"{base}/1.xlsx").data))
    assert read.sheet_names == ["Sample", "Population", "Draw", "Evaluation"]
    assert len(read.get_sheet_by_name("Population").to_python()) == 2053


def test_the_other_two_methods_on_their_pages(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    db.session.commit()
    at, base = sign_in(client, cast.verifier), f"/cases/{case.id}/data/sampling"
    assert at.get(f"{base}/plan/tonne_unit").status_code == 200
    asked = {"kind": "added", "risk": "1/20", "tolerable": "2645", "expected": "100", "basis": "Planning figure."}
    assert at.post(f"{base}/plan/tonne_unit", data=asked).status_code == 409, "an expected error needs its factor"
    assert at.post(f"{base}/plan/tonne_unit", data={**asked, "expansion": "1.6"}).status_code == 303
    assert at.get(f"{base}/1").status_code == 200
    at.post(f"{base}/1/draw", data={})
    assert at.get(f"{base}/1").status_code == at.get(f"{base}/1.xlsx").status_code == 200
    listed = {"name": "invoices", "share": "5", "risk": "1/20", "basis": "Supplier's list."}
    data = {**listed, "file": (BytesIO(b"reference,description,amount\nA-1,May,3\nA-2,June,4\n"), "i.csv")}
    assert at.post(f"{base}/plan/reciprocal", data=data).status_code == 303
    at.post(f"{base}/2/draw", data={})
    assert at.post(f"{base}/2/items/1", data={"version": "1", "result": "not_found", "note": "Not in E-001."}).status_code == 303
    assert at.get(f"{base}/2").status_code == at.get(f"{base}/2.xlsx").status_code == 200
    assert at.post(f"{base}/2/discard", data={}).status_code == 303
    assert queries.sample(case, 2) is not None, "what was drawn is not taken back"


def test_risks_are_searched_filtered_and_taken_away_and_set_only_when_chosen(client: FlaskClient, case: Engagement, cast: Cast) -> None:
    db.session.commit()
    at, base = sign_in(client, cast.verifier), f"/cases/{case.id}/data/sampling/risk"
    refused = at.post(base, data={"keys": ["source|E-095"], "inherent": "", "control": "", "reason": "Main meter."}).text
    assert "Choose the inherent risk" in refused
    assert risk_queries.levels(case) == {}
    at.post(base, data={"keys": ["source|E-095"], "inherent": "high", "control": "high", "reason": "Main meter."})
    shown = [
        ("q=e-095", {"E-095"}),
        ("level=high", {"E-095"}),
        ("level=high&q=E-061", set()),
        ("level=low", set()),
        ("q=E-061&level=none", {"E-061"}),
    ]
    for query, keys in shown:
        page = at.get(f"{base}?{query}").text
        assert set(re.findall(r'value="source\|([^"]*)"', page)) == keys, query
        book = load_workbook(BytesIO(at.get(f"{base}?{query}&export=xlsx").data)).get_sheet_by_index(0).to_python()
        assert {row[0] for row in book[1:]} - {""} == keys, query
    flows, sources = risk_queries.risk_rows(case)
    whole = load_workbook(BytesIO(at.get(f"{base}?level=nonsense&export=xlsx").data)).get_sheet_by_index(0).to_python()
    assert len(whole) == 1 + len(flows) + len(sources)
