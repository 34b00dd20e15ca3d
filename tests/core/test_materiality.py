"""Errors together: net beside gross, corrected beside uncorrected, and what they come to against a threshold."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.core.findings import FindingState
from verifier.core.opinion.materiality import Error, MaterialityAssessment, Sum, Verdict, assess, summed, tonnes, would_change
from verifier.core.opinion.permitted import CaseAssessment, FindingAssessment, choices
from verifier.rulepacks.load import load

EU, BEIJING = load("eu-ets/2018"), load("beijing/2021")
TOTAL, SHARE = Fraction(10_000), Fraction(1, 20)
"""A threshold of 500 t."""


def errors(*figures: int | str, corrected: bool = False) -> tuple[Error, ...]:
    return tuple(Error(f"S-{place}", Fraction(figure), corrected) for place, figure in enumerate(figures))


def held(*figures: int | str, **more: object) -> MaterialityAssessment:
    return assess(errors(*figures), TOTAL, SHARE, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("why", "assessment", "verdict"),
    [
        ("nothing is wrong", held(), Verdict.NOT_MATERIAL),
        ("exactly the threshold", held(500), Verdict.NOT_MATERIAL),
        ("a hair above it", held("500.000001"), Verdict.MATERIAL),
        ("understatement weighs as much", held(-501), Verdict.MATERIAL),
        ("small ones together", held(300, 201), Verdict.MATERIAL),
        ("they cancel, and each is small", held(300, -201), Verdict.ONLY_NETTED),
        ("a large one is not hidden by another", held(600, -600), Verdict.MATERIAL),
        ("corrected ones no longer weigh", assess(errors(600, corrected=True), TOTAL, SHARE), Verdict.NOT_MATERIAL),
        ("what is projected weighs", held(300, remainder=Sum(over=Fraction(201))), Verdict.MATERIAL),
        ("projected the other way", held(300, remainder=Sum(under=Fraction(201))), Verdict.ONLY_NETTED),
        ("small but material by nature", assess([Error("S", Fraction(1), False, "F-001", "Hidden twice")], TOTAL, SHARE), Verdict.MATERIAL),
        ("corrected, though material by nature", assess([Error("S", Fraction(1), True, "", "Hidden")], TOTAL, SHARE), Verdict.NOT_MATERIAL),
        ("something without tonnes is material by nature", held(nature=("Records were destroyed",)), Verdict.MATERIAL),
        ("a figure is not known yet", held(unknown=("S-9",)), None),
        ("a sampled item is not worked yet", held(sampling_open=True), None),
        ("material already, whatever else comes", held(501, unknown=("S-9",)), Verdict.MATERIAL),
        ("no threshold", assess(errors(9_999)), None),
        ("no total", assess(errors(9_999), None, SHARE), None),
        ("a body's own threshold gives no verdict", held(501, own=True), None),
    ],
)
def test_a_verdict_follows_from_size_singly_and_together_and_from_nature(
    why: str, assessment: MaterialityAssessment, verdict: Verdict | None
) -> None:
    assert assessment.verdict is verdict, why


SAID = [
    (held(88), "materiality.until", {"over": "412", "under": "500"}),
    (held(-88), "materiality.until", {"over": "500", "under": "412"}),
    (held(300, -100), "materiality.until_gross", {"tonnes": "100"}),
    (held(300, -201), "materiality.only_netted", {"net": "99", "gross": "501", "tonnes": "1"}),
    (held("512.5"), "materiality.correct_over", {"tonnes": "12.5"}),
    (held(-400, -200), "materiality.correct_under", {"tonnes": "100"}),
    (held(600, -600), "materiality.alone", {"which": ("S-0", "S-1"), "count": 2, "tonnes": "600"}),
    (held(unknown=("B", "A")), "materiality.unknown", {"count": 2, "sources": ("A", "B")}),
    (assess(errors(7)), "materiality.no_threshold", {}),
    (assess(errors(7), None, SHARE), "materiality.no_total", {}),
]


@pytest.mark.parametrize(("assessment", "message", "values"), SAID)
def test_what_would_change_it_is_said_in_tonnes(assessment: MaterialityAssessment, message: str, values: dict[str, object]) -> None:
    said = {because.message: dict(because.values) for because in would_change(assessment)}
    assert values.items() <= said[message].items()


FIGURES = st.fractions(min_value=-2_000, max_value=2_000, max_denominator=1_000)
MANY = st.lists(st.tuples(st.sampled_from("ABC"), FIGURES, st.booleans()), max_size=8)


def built(rows: list[tuple[str, Fraction, bool]]) -> MaterialityAssessment:
    return assess([Error(source, figure, corrected) for source, figure, corrected in rows], TOTAL, SHARE)


@given(MANY, st.randoms())
def test_order_never_matters(rows: list[tuple[str, Fraction, bool]], random: Random) -> None:
    other = list(rows)
    random.shuffle(other)
    assert built(rows) == built(other)
    assert built(rows).sources == built(other).sources


@given(MANY, st.fractions(min_value=0, max_value=5_000), FIGURES)
def test_a_larger_error_is_never_smaller(rows: list[tuple[str, Fraction, bool]], more: Fraction, figure: Fraction) -> None:
    larger = figure + more if figure >= 0 else figure - more
    small, large = built([*rows, ("D", figure, False)]), built([*rows, ("D", larger, False)])
    assert large.compared.gross >= small.compared.gross
    assert large.largest >= small.largest
    assert not (small.verdict is not Verdict.NOT_MATERIAL and large.verdict is Verdict.NOT_MATERIAL)


@given(MANY)
def test_nothing_is_netted_silently_and_sources_add_up(rows: list[tuple[str, Fraction, bool]]) -> None:
    assessment = built(rows)
    assert assessment.uncorrected.gross >= abs(assessment.uncorrected.net)
    for kind in ("uncorrected", "corrected"):
        together = sum((getattr(row, kind) for row in assessment.sources), Sum())
        assert together == getattr(assessment, kind)
    assert assessment.uncorrected + assessment.corrected == summed(assessment.errors)


@given(st.fractions(min_value=0, max_value=500), st.fractions(min_value=Fraction(1, 1000), max_value=100))
def test_the_tonnes_said_are_the_tonnes_it_takes(first: Fraction, more: Fraction) -> None:
    room = held(str(first)).threshold
    assert room is not None
    assert held(str(first), str(room - first)).verdict is Verdict.NOT_MATERIAL
    assert held(str(first), str(room - first + more)).verdict is Verdict.MATERIAL


BANDS = [("A", 50_000, 2_500), ("B", 50_001, "2500.05"), ("B", 500_000, 25_000), ("C", 500_001, "10000.02"), ("C", 1_000_000, 20_000)]


@pytest.mark.parametrize(("band", "total", "threshold"), BANDS)
def test_the_european_threshold_is_the_bands(band: str, total: int, threshold: int | str) -> None:
    assert EU.materiality is not None
    found = EU.materiality.band_for(Fraction(total))
    assert found is not None
    assert found.code == band
    assert assess((), Fraction(total), EU.materiality.share_for(Fraction(total))).threshold == Fraction(threshold)


CLEAN = CaseAssessment(boundary_undecided=0, data_undecided=0, checklist_unanswered=0, visits=1, findings=(), cannot_confirm=())
LISTED = (FindingAssessment("F-001", "misstatement", FindingState.UNCORRECTED),)


@pytest.mark.parametrize(
    ("why", "assessment", "positive"),
    [
        ("immaterial ones may stay and are listed", held(300), True),
        ("material ones may not", held(501), False),
        ("only netted ones wait for a reason", held(300, -201), False),
        ("only netted ones with a reason", held(300, -201, netting="Same meter, opposite months"), True),
        ("material by nature", held(1, nature=("Hidden",)), False),
    ],
)
def test_where_a_pack_has_a_threshold_the_opinion_rests_on_it(why: str, assessment: MaterialityAssessment, positive: bool) -> None:
    given = {choice.opinion.code: choice.open for choice in choices(replace(CLEAN, findings=LISTED, assessment=assessment), EU)}
    assert given["verified_with_comments"] is positive, why
    assert given["not_verified_misstatement"] is not positive, why


def test_nothing_may_be_left_unresolved_however_small() -> None:
    standing = replace(CLEAN, findings=(FindingAssessment("F-001", "misstatement", FindingState.ANSWERED),), assessment=held(1))
    assert not any(choice.open for choice in choices(standing, EU))


def test_where_a_pack_has_none_no_verdict_is_invented() -> None:
    assert BEIJING.materiality is None
    huge = held(9_000, own=True)
    given = {choice.opinion.positive: choice.open for choice in choices(replace(CLEAN, assessment=huge), BEIJING)}
    assert given == {True: True, False: False}
    assert (huge.verdict, huge.by_size) == (None, Verdict.MATERIAL)


def test_changes_nobody_looked_at_stand_in_the_way() -> None:
    assert not any(choice.open for choice in choices(replace(CLEAN, changes_open=1), BEIJING))


@pytest.mark.parametrize(("figure", "shown"), [("1234567.891", "1,234,567.89"), ("-0.001", "0"), ("-412.5", "−412.5"), ("0", "0")])
def test_tonnes_in_sentences_are_grouped_with_a_real_minus(figure: str, shown: str) -> None:
    assert tonnes(Fraction(figure)) == shown


@pytest.mark.parametrize(
    ("assessment", "message"),
    [
        (assess(errors(1), None, SHARE), "materiality.no_total"),
        (assess(errors(1), TOTAL), "materiality.no_threshold"),
        (held(nature=("Records were destroyed",)), "materiality.by_nature"),
        (held(sampling_open=True), "materiality.sampling_open"),
        (held(unknown=("S-9",)), "materiality.unknown"),
    ],
)
def test_what_a_verdict_waits_for_is_said(assessment: MaterialityAssessment, message: str) -> None:
    assert message in [reason.message for reason in would_change(assessment)]


def test_without_a_threshold_nothing_is_material_by_size() -> None:
    assert assess(errors(9_999)).by_size is None
