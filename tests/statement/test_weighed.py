"""What a statement says of errors and estimates: the verdict with its basis, the mark of an estimate, and no figure where none is given."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.people import Cast, actor
from tests.statement.builders import worked_case
from tests.statement.specimen import a_statement, few_sources
from tests.statement.test_pdf import text_of
from verifier.checks.data import queries as desk
from verifier.checks.data.estimates import actions, queries
from verifier.core.findings import Check
from verifier.core.opinion.materiality import Error, MaterialityAssessment, Sum, assess
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.findings import actions as findings
from verifier.rulepacks.load import load
from verifier.statement.facts.assembly import sources
from verifier.statement.facts.model import Both, Materiality, StatementFacts
from verifier.statement.facts.uncorrected_errors import materiality
from verifier.statement.pdf.document import ATTACHMENT, render

ERRORS = (Error("E-002", Fraction("14.53"), False, "A1"), Error("G-001", Fraction("-30.25"), False, "A2", "Tampered with"))
TOTAL = Fraction(52915)
EU, BEIJING = "eu-ets/2018", "beijing/2021"
VERDICTS = [
    (BEIJING, assess(ERRORS, TOTAL), "", "names no threshold|name no threshold"),
    (EU, assess(ERRORS[:1], TOTAL, Fraction("0.05")), "not_material", "The threshold is 5 % of the reported total: 2,645.75 t."),
    (EU, assess(ERRORS, TOTAL, Fraction("0.05")), "material", "by size and by nature"),
    (EU, assess(ERRORS[:1], TOTAL, Fraction("0.05"), unknown=["E-003"]), "", "Not everything is known"),
    (EU, assess(ERRORS[:1], None, Fraction("0.05")), "", "states no total"),
    (EU, assess(ERRORS[:1], TOTAL, Fraction("0.05"), remainder=Sum(Fraction(3000))), "material", "with what samples project"),
]


@pytest.mark.parametrize(("pack", "assessment", "verdict", "basis"), VERDICTS)
def test_the_verdict_stands_with_its_basis_or_none_is_given(pack: str, assessment: MaterialityAssessment, verdict: str, basis: str) -> None:
    found = materiality(assessment, load(pack))
    assert found.verdict == verdict
    assert any(words in found.basis.en for words in basis.split("|"))
    assert found.basis.zh


def european(found: Materiality) -> StatementFacts:
    whole = a_statement()
    return a_statement(
        own_figure=False,
        verified_total=None,
        materiality=found,
        sources=tuple(replace(line, verified=None) for line in few_sources()),
        category_totals=tuple(replace(row, verified=None) for row in whole.category_totals),
        opinion=replace(whole.opinion, wording=Both("可接受", "Satisfactory")),
    )


@pytest.mark.parametrize("order", [("en", "zh"), ("zh", "en")])
def test_a_statement_without_a_figure_of_its_own_shows_the_reported_total_and_what_stays_wrong(order: tuple[str, str]) -> None:
    found = materiality(assess(ERRORS, TOTAL, Fraction("0.05"), remainder=Sum(Fraction(12), Fraction(5))), load(EU))
    pdf = render(european(found), order)
    said = text_of(pdf)
    for words in ("52,915", "−15.72", "44.78", "+14.53", "−30.25", "核查机构不出具自己的排放量", "Material", "+7.00", "Tamperedwith"):
        assert words in said, words
    assert not [words for words in ("52,937", "4,488.10", "Verifiedemissions", "经核查的排放量", "Verified,tCO") if words in said]
    held = json.loads(PdfReader(BytesIO(pdf)).attachments[ATTACHMENT][0])
    assert (held["own_figure"], held["verified_total"], held["materiality"]["verdict"]) == (False, None, "material")
    assert [error["tonnes"] for error in held["materiality"]["errors"]] == ["14.53", "-30.25"]


def test_an_estimated_source_is_marked_with_its_rule_in_both_languages_and_in_the_attached_json() -> None:
    rule = load(BEIJING).conservative
    assert rule is not None
    lines = [replace(line, estimate=Both(rule.rule.zh, rule.rule.en)) if line.id == "E-002" else line for line in few_sources()]
    pdf = render(a_statement(sources=tuple(lines), materiality=materiality(assess(ERRORS, TOTAL), load(BEIJING))))
    said = text_of(pdf)
    for words in (
        "保守估算",
        "Estimatedconservatively",
        "不符合项逾期未有效整改的",
        "withpublisheddefaultvalues",
        "不作判断",
        "Noverdict",
        "52,937",
    ):
        assert words in said, words
    held = json.loads(PdfReader(BytesIO(pdf)).attachments[ATTACHMENT][0])
    assert [line["id"] for line in held["sources"] if line["estimate"]["en"]] == ["E-002"]


def test_the_facts_of_a_case_carry_the_mark_while_the_estimate_counts_and_withhold_figures_where_the_rules_do(cast: Cast) -> None:
    case, now = worked_case(cast), utcnow()
    key = next(
        each.source.source_key
        for each in desk.source_reviews(case)
        if each.source.category == "purchased_electricity" and each.source.counts
    )
    finding = findings.raise_finding(
        case,
        Subject("source", key),
        Check.DATA,
        findings.Draft("non_conformity", load(case.pack_id).clauses[0].code, "Lost", "Look.", None),
        actor=actor(cast.lead),
        now=now,
    )
    findings.send_all(case, actor=actor(cast.lead), now=now)
    held = desk.source_review(case, key)
    assert held is not None
    month = next(each.month for each in queries.sheet(case, held).months)
    typed = {month.period: (month.larger or Decimal()) + 7}
    found = queries.sheet(case, held, typed).estimate
    assert found is not None
    actions.confirm(case, key, finding.number, typed, "No invoice came", seen_tonnes=found.tonnes, actor=actor(cast.verifier), now=now)
    line = next(line for line in sources(case) if line.id == key)
    assert (line.verified, line.reason.en, "published default values" in line.estimate.en) == (found.tonnes, "No invoice came", True)
    assert [each.id for each in sources(case) if each.estimate] == [key]
    actions.take_back(case, key, "It came", actor=actor(cast.verifier), now=now)
    assert not [each for each in sources(case) if each.estimate]
    case.pack_id = EU
    assert {each.verified for each in sources(case)} == {None}
