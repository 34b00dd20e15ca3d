"""Which opinion may be given under each pack once something is left undone: the table is the specification."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.coverage.builders import done, number
from verifier.core.coverage.assessment import TestPlan, assess
from verifier.core.coverage.procedures import CoverageNumber, Procedure, ProcedureMethod
from verifier.core.findings import FindingState
from verifier.core.opinion import materiality
from verifier.core.opinion.materiality import Error
from verifier.core.opinion.permitted import CaseAssessment, FindingAssessment, choices
from verifier.core.sampling.risk import Level
from verifier.db import utcnow
from verifier.rulepacks.load import load

PACKS = ("beijing/2021.3", "china-national/2021.3", "eu-ets/2018.3", "iso-14064-3/2019.3")
SATISFACTORY = {"beijing/2021.3": "pass", "china-national/2021.3": "pass", "eu-ets/2018.3": "verified", "iso-14064-3/2019.3": "unmodified"}
CLEAN = CaseAssessment(boundary_undecided=0, data_undecided=0, checklist_unanswered=0, visits=1, findings=(), cannot_confirm=())
TRACED = (number(), (done(ProcedureMethod.VOUCHER),))
Tested = tuple[CoverageNumber, tuple[Procedure, ...]]


def case(pack_id: str, *tested: Tested, **other: object) -> CaseAssessment:
    """A case with nothing left but these numbers, each with its procedures; the plan is approved where the pack asks for one."""
    risks = {each.source: Level.HIGH for each, _done in tested}
    plan = other.pop("plan", TestPlan(utcnow(), risks))
    found = assess(
        [each for each, _done in tested],
        {each.key: procedures for each, procedures in tested},
        load(pack_id).coverage,
        plan=plan,
        levels=risks,  # type: ignore[arg-type]
    )
    return replace(CLEAN, coverage=found, **other)


def permitted(pack_id: str, standing: CaseAssessment) -> set[str]:
    """The codes of the opinions that may be given."""
    return {choice.opinion.code for choice in choices(standing, load(pack_id)) if choice.open}


@pytest.mark.parametrize("pack_id", PACKS)
@pytest.mark.parametrize(
    ("why", "tested", "reason"),
    [
        ("traced to a voucher", (TRACED,), None),
        ("agreed in bulk: recalculated only", ((number(), (done(ProcedureMethod.RECALCULATED),)),), "opinion.not_covered"),
        ("nothing at all", ((number(), ()),), "opinion.not_covered"),
        ("its meter was seen, no month read", ((number(), (done(ProcedureMethod.METER_SEEN),)),), "opinion.not_covered"),
        ("a voucher of another month", ((number(), (done(ProcedureMethod.VOUCHER, "2021-04"),)),), "opinion.not_covered"),
        ("one of two numbers", (TRACED, (number("E-002"), ())), "opinion.not_covered"),
    ],
)
def test_a_positive_opinion_needs_every_number_tested(pack_id: str, why: str, tested: tuple[Tested, ...], reason: str | None) -> None:
    given_ = {choice.opinion.code: choice for choice in choices(case(pack_id, *tested), load(pack_id))}
    said = [each.message for each in given_[SATISFACTORY[pack_id]].against]
    assert said == ([reason] if reason else []), why
    negative = [choice for choice in given_.values() if not choice.opinion.positive]
    assert not any(choice.open for choice in negative), "what was not tested is no shortcoming of the report"


@pytest.mark.parametrize("pack_id", ["eu-ets/2018.3", "iso-14064-3/2019.3"])
def test_where_the_plan_says_what_is_tested_it_is_approved(pack_id: str) -> None:
    assert SATISFACTORY[pack_id] not in permitted(pack_id, case(pack_id, TRACED, plan=TestPlan()))


@pytest.mark.parametrize("older", ["beijing/2021.2", "china-national/2021.2", "eu-ets/2018.2", "iso-14064-3/2019.2"])
def test_a_case_under_the_version_before_keeps_its_rules(older: str) -> None:
    standing = case(older, (number(), ()))
    assert any(choice.open and choice.opinion.positive for choice in choices(standing, load(older)))


def errors(*tonnes: int) -> materiality.MaterialityAssessment:
    return materiality.assess([Error("E-001", Fraction(each), False) for each in tonnes], Fraction(100_000), Fraction(1, 20))


@pytest.mark.parametrize(
    ("why", "standing", "open_"),
    [
        ("nothing uncorrected", {}, {"verified"}),
        ("an immaterial misstatement", {"assessment": errors(40)}, {"verified_with_comments"}),
        (
            "an uncorrected non-conformity",
            {"findings": (FindingAssessment("B1", "non_conformity", FindingState.UNCORRECTED),)},
            {"verified_with_comments"},
        ),
        (
            "a recommendation carried over",
            {"findings": (FindingAssessment("D1", "recommendation", FindingState.CARRIED_OVER),)},
            {"verified"},
        ),
        ("a corrected misstatement", {"findings": (FindingAssessment("A1", "misstatement", FindingState.CLOSED),)}, {"verified"}),
    ],
)
def test_eu_comments_are_for_uncorrected_items_that_are_not_material(why: str, standing: dict[str, object], open_: set[str]) -> None:
    pack = load("eu-ets/2018.3")
    given_ = {choice.opinion.code for choice in choices(case(pack.id, TRACED, **standing), pack) if choice.open and choice.opinion.positive}
    assert given_ == open_, why


@st.composite
def some_tested(draw: st.DrawFn) -> tuple[Tested, ...]:
    names = draw(st.lists(st.sampled_from("ABCDEF"), unique=True, max_size=5))
    return tuple(
        (
            number(name, tonnes=draw(st.integers(0, 9))),
            tuple(done(method) for method in draw(st.lists(st.sampled_from(ProcedureMethod), max_size=2))),
        )
        for name in names
    )


@given(st.sampled_from(PACKS), some_tested(), st.booleans(), st.booleans())
def test_a_number_nobody_tested_never_opens_an_opinion(pack_id: str, tested: tuple[Tested, ...], wrong: bool, traced: bool) -> None:
    tested = tuple((each, (done(ProcedureMethod.VOUCHER),)) for each, _done in tested) if traced else tested
    other = {"cannot_confirm": ("E-009",)} if wrong else {}
    before = permitted(pack_id, case(pack_id, *tested, **other))
    after = permitted(pack_id, case(pack_id, *tested, (number("Z", tonnes=1), ()), **other))
    assert after <= before


@given(some_tested(), st.sampled_from(PACKS), st.data())
def test_a_further_procedure_never_uncovers_a_number(tested: tuple[Tested, ...], pack_id: str, data: st.DataObject) -> None:
    rule = load(pack_id).coverage
    more = data.draw(st.lists(st.sampled_from(ProcedureMethod), min_size=1, max_size=2))
    numbers = [each for each, _done in tested]
    before = assess(numbers, {each.key: procedures for each, procedures in tested}, rule)
    after = assess(numbers, {each.key: (*procedures, *map(done, more)) for each, procedures in tested}, rule)
    assert {row.number.key for row in after.missing} <= {row.number.key for row in before.missing}
