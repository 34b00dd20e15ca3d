"""Which opinion may be given under each pack once something is left undone: the table is the specification."""

from dataclasses import fields, replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.coverage.builders import done, number
from verifier.core.coverage.assessment import TestPlan, assess
from verifier.core.coverage.procedures import CoverageNumber, Procedure, ProcedureMethod
from verifier.core.findings import RESOLVED_STATES, FindingState
from verifier.core.opinion import materiality
from verifier.core.opinion.category import CategoryBasis, StatedCategory, category_of
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
    agreed = {"assurance": "reasonable"} if load(pack_id).assurance_levels else {}
    return replace(CLEAN, coverage=found, **{**agreed, **other})


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


UNDONE: dict[str, tuple[dict[str, object], str]] = {
    "a facility nobody decided on": ({"boundary_undecided": 1}, "opinion.boundary_undecided"),
    "a source nobody decided on": ({"data_undecided": 1}, "opinion.data_undecided"),
    "a checklist item without an answer": ({"checklist_unanswered": 1}, "opinion.checklist_unanswered"),
    "no visit": ({"visits": 0}, "opinion.no_visit"),
    "a visit that is not over": ({"visits_not_over": 1}, "opinion.visit_not_over"),
    "a visit without its people": ({"visits_incomplete": 1}, "opinion.visit_incomplete"),
    "a finding with the unit": ({"findings": (FindingAssessment("F-1", "recommendation", FindingState.SENT),)}, "opinion.findings_open"),
    "a data alert nobody resolved": ({"flags_open": 1}, "opinion.flags_open"),
    "a drawn item nobody looked at": ({"samples_open": 1}, "opinion.samples_open"),
    "a sampled error without a finding": ({"sample_errors_open": 1}, "opinion.sample_errors_open"),
    "a change nobody asked for or looked at": ({"changes_open": 1}, "opinion.changes_open"),
    "an estimate that is missing": ({"estimates_missing": ("F-1",)}, "opinion.estimates_missing"),
    "a difference without a finding": ({"differences_open": ("E-001",)}, "opinion.differences_open"),
    "an open evidence request": ({"requests_open": ("R-1",)}, "opinion.requests_open"),
}
"""What leaves a case undone, in every pack: no opinion of it may be given, and each says why."""


@pytest.mark.parametrize("pack_id", PACKS)
@pytest.mark.parametrize("why", UNDONE)
def test_what_is_left_undone_closes_every_opinion_and_is_named(pack_id: str, why: str) -> None:
    other, reason = UNDONE[why]
    found = choices(case(pack_id, TRACED, **other), load(pack_id))
    assert {choice.opinion.code: reason in [each.message for each in choice.left] for choice in found} == {
        opinion.code: True for opinion in load(pack_id).opinions
    }
    assert not any(choice.open for choice in found)


ONLY_POSITIVE: dict[str, tuple[dict[str, object], str]] = {
    "a source that cannot be confirmed": ({"cannot_confirm": ("E-001",)}, "opinion.cannot_confirm"),
    "a sample that does not support the figure": ({"samples_unsupported": ("1",)}, "opinion.samples_unsupported"),
}


@pytest.mark.parametrize("pack_id", PACKS)
@pytest.mark.parametrize("why", ONLY_POSITIVE)
def test_a_shortcoming_closes_positive_opinions_and_opens_the_others(pack_id: str, why: str) -> None:
    other, reason = ONLY_POSITIVE[why]
    for choice in choices(case(pack_id, TRACED, **other), load(pack_id)):
        assert choice.open is not choice.opinion.positive
        assert (reason in [each.message for each in choice.own]) is choice.opinion.positive


EVERY_WAY = {**UNDONE, **ONLY_POSITIVE}
IN_OTHER_TABLES = {"assessment", "assurance", "coverage"}
"""Errors against the threshold, the level of assurance, and how each number was tested: each has a table of its own here."""


def test_every_way_of_leaving_something_undone_is_in_a_table() -> None:
    tried = {field for other, _reason in EVERY_WAY.values() for field in other}
    assert {each.name for each in fields(CaseAssessment)} == tried | IN_OTHER_TABLES


@pytest.mark.parametrize("pack_id", PACKS)
@pytest.mark.parametrize("state", [state for state in FindingState if state not in RESOLVED_STATES])
def test_a_finding_that_is_not_disposed_of_closes_every_opinion(pack_id: str, state: FindingState) -> None:
    finding = FindingAssessment("F-1", load(pack_id).finding_classes[0].code, state)
    found = choices(case(pack_id, TRACED, findings=(finding,)), load(pack_id))
    assert all("opinion.findings_open" in {each.message for each in choice.left} for choice in found)


@pytest.mark.parametrize("pack_id", [pack_id for pack_id in PACKS if load(pack_id).materiality])
def test_an_error_above_the_threshold_closes_every_positive_opinion(pack_id: str) -> None:
    for choice in choices(case(pack_id, TRACED, assessment=errors(6_000)), load(pack_id)):
        assert not (choice.open and choice.opinion.positive)


@given(st.sampled_from(PACKS), st.sets(st.sampled_from(sorted(EVERY_WAY)), max_size=4), st.sampled_from(sorted(EVERY_WAY)))
def test_something_more_left_undone_never_opens_a_positive_opinion(pack_id: str, undone: set[str], more: str) -> None:
    def positive(ways: set[str]) -> set[str]:
        left = {field: value for way in ways for field, value in EVERY_WAY[way][0].items()}
        return {each.opinion.code for each in choices(case(pack_id, TRACED, **left), load(pack_id)) if each.open and each.opinion.positive}

    assert positive({*undone, more}) <= positive(undone)
    assert not positive({more})


def test_iso_gives_no_opinion_before_a_level_of_assurance_is_agreed_and_words_it_in_its_form() -> None:
    pack = load("iso-14064-3/2019.3")
    found = choices(case(pack.id, TRACED, assurance=""), pack)
    assert {reason.message for choice in found for reason in choice.left} == {"opinion.assurance_not_agreed"}
    assert permitted(pack.id, case(pack.id, TRACED, assurance="limited"))
    opinion = pack.opinion("unmodified")
    assert opinion.sentence("limited").en.startswith("Based on the procedures performed, nothing came to our attention")
    assert opinion.sentence("reasonable") == opinion.wording
    assert not load("iso-14064-3/2019.2").assurance_levels


INSTALLATION = Fraction(120_000)
CORRECTED = Error("E-001", Fraction(4_200), True, "A1")


@pytest.mark.parametrize(
    ("second", "netting", "gross", "net", "open_"),
    [
        (-3_100, "", 5_500, -700, {"verified_with_comments"}),
        (-3_800, "", 6_200, -1_400, set()),
        (-3_800, "Both months are of one meter", 6_200, -1_400, {"verified_with_comments"}),
    ],
)
def test_an_installation_of_category_b_against_its_threshold(second: int, netting: str, gross: int, net: int, open_: set[str]) -> None:
    pack = load("eu-ets/2018.3")
    assert pack.materiality is not None
    category = category_of(pack.materiality, StatedCategory(CategoryBasis.PLAN, "Plan, section 4", "B"), INSTALLATION, Fraction())
    assert category is not None
    left = [Error("E-002", Fraction(second), False, "A2"), Error("E-003", Fraction(2_400), False, "A3")]
    found = materiality.assess([CORRECTED, *left], INSTALLATION, category.band.share, netting=netting)
    assert (found.threshold, found.uncorrected.gross, found.uncorrected.net) == (6_000, gross, net)
    assert {code for code in permitted(pack.id, case(pack.id, TRACED, assessment=found)) if pack.opinion(code).positive} == open_


STRENGTH = {code: rank for rank, code in enumerate(("verified_with_comments", "verified"), 1)}
ERRORS = st.lists(st.tuples(st.sampled_from("ABC"), st.fractions(-9_000, 9_000, max_denominator=10)), max_size=5)


def strongest_of(found: list[tuple[str, Fraction]]) -> int:
    """The rank of the strongest positive opinion the errors leave; 0: none."""
    pack = load("eu-ets/2018.3")
    held = materiality.assess([Error(source, tonnes, False) for source, tonnes in found], INSTALLATION, Fraction(1, 20))
    return max((STRENGTH.get(code, 0) for code in permitted(pack.id, case(pack.id, TRACED, assessment=held))), default=0)


@given(ERRORS, st.fractions(-9_000, 9_000, max_denominator=10))
def test_another_uncorrected_error_never_opens_a_stronger_opinion(found: list[tuple[str, Fraction]], more: Fraction) -> None:
    assert strongest_of([*found, ("D", more)]) <= strongest_of(found)


@given(ERRORS, st.fractions(0, 1, max_denominator=20), st.integers(0, 4))
def test_an_error_split_into_parts_of_one_sign_changes_neither_net_nor_gross(
    found: list[tuple[str, Fraction]], part: Fraction, at: int
) -> None:
    if not found:
        return
    source, tonnes = found[at % len(found)]
    split = [*found[: at % len(found)], (source, tonnes * part), (source, tonnes * (1 - part)), *found[at % len(found) + 1 :]]
    sums = [materiality.summed(Error(key, figure, False) for key, figure in rows) for rows in (found, split)]
    assert (sums[0].net, sums[0].gross) == (sums[1].net, sums[1].gross)
