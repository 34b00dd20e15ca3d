"""First version − corrected on request − changed unrequested = final report; final report − differences = verified figure, exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.reported import activity, beijing, factors, report, source
from verifier.core.calculation.recalculation import calculate
from verifier.core.opinion.reconciliation import Movement, StatedFigures, beyond, reconcile
from verifier.core.report.movements import accepted_sources, changes_by_source, movements
from verifier.core.report.rows import ReportedReport
from verifier.core.report.version_changes import Judged, RequestedChange, changes, judge

TONNES = st.fractions(min_value=-10_000, max_value=10_000, max_denominator=1_000)
KNOWN = st.dictionaries(st.sampled_from("ABCDE"), TONNES, max_size=5)


def figures(of: dict[str, Fraction], beyond_them: Fraction) -> StatedFigures:
    return StatedFigures(of, sum(of.values(), Fraction()) + beyond_them)


@given(KNOWN, KNOWN, KNOWN, st.tuples(TONNES, TONNES, TONNES), st.dictionaries(st.sampled_from("ABCDE"), TONNES), st.booleans())
def test_it_adds_up_for_every_source_and_for_the_case(first, final, verified, rest, asked, on_request) -> None:
    moved = [Movement(key, tonnes, first.get(key, Fraction()) - final.get(key, Fraction()) - tonnes) for key, tonnes in asked.items()]
    found = reconcile(figures(first, rest[0]), figures(final, rest[1]), moved, figures(verified, rest[2]), total_on_request=on_request)
    assert all(line.adds_up for line in (*found.lines, found.total))
    for name in ("first", "on_request", "unrequested", "final", "differences", "verified"):
        assert sum((getattr(line, name) for line in found.lines), Fraction()) == getattr(found.total, name), name
    total = found.total
    assert total.first - total.on_request - total.unrequested == total.final
    assert total.final - total.differences == total.verified


@given(KNOWN, KNOWN, st.tuples(TONNES, TONNES))
def test_without_a_figure_of_the_verifiers_own_it_ends_at_the_final_report(first, final, rest) -> None:
    found = reconcile(figures(first, rest[0]), figures(final, rest[1]), [], None, total_on_request=False)
    assert {line.verified for line in (*found.lines, found.total)} == {line.differences for line in found.lines} == {None}
    assert found.total.first - found.total.on_request - found.total.unrequested == found.total.final


def test_what_is_unknown_stays_unknown_and_so_does_what_rests_on_it() -> None:
    first = StatedFigures({"A": None, "B": Fraction(5)}, Fraction(9))
    final = StatedFigures({"A": Fraction(4), "B": Fraction(5)}, Fraction(9))
    found = reconcile(first, final, [], final, total_on_request=False)
    assert [(line.first, line.unrequested, line.differences) for line in found.lines] == [(None, None, 0), (5, 0, 0), (None, None, 0)]
    assert (found.total.first, found.total.on_request, found.total.final) == (9, None, 9)


@pytest.mark.parametrize(
    ("why", "effect", "counted", "left"),
    [
        ("nothing is counted yet", -10, 0, -10),
        ("the source is counted already", -10, -10, 0),
        ("a part of it is", -10, -4, -6),
        ("more than it is, for other reasons too", -10, -25, 0),
        ("the source errs the other way for another reason", -10, 5, -10),
    ],
)
def test_one_change_is_one_error_however_many_findings_show_it(why: str, effect: int, counted: int, left: int) -> None:
    assert beyond(Fraction(effect), Fraction(counted)) == left, why


@given(TONNES, TONNES)
def test_what_an_error_adds_is_between_nothing_and_the_whole_of_it(effect: Fraction, counted: Fraction) -> None:
    left = beyond(effect, counted)
    assert min(effect, 0) <= left <= max(effect, 0)


def two_months(march: str, april: str, stated: str) -> ReportedReport:
    return report(
        source(reported=stated),
        rows=(*activity(("2021-03", march, "MWh")), *activity(("2021-04", april, "MWh"))),
        given=factors({"ef": ("0.604", "tCO2/MWh")}),
    )


OLD = two_months("1000", "1000", "1208")
MARCH = RequestedChange("F-001", "source", "S", frozenset({"2021-03"}))
WHOLE = RequestedChange("F-002", "source", "S")
ATTRIBUTED = [
    ("what March was corrected by", two_months("900", "1000", "1147.6"), [MARCH], ("60.4", 0)),
    ("nobody asked", two_months("900", "1000", "1147.6"), [], (0, "60.4")),
    ("another month than was asked for", two_months("1000", "900", "1147.6"), [MARCH], (0, "60.4")),
    ("March on request and April silently", two_months("900", "950", "1117.4"), [MARCH], ("60.4", "30.2")),
    ("the tonnes lowered by more than March explains", two_months("900", "1000", "1100"), [MARCH], ("60.4", "47.6")),
    ("a finding on the whole source asks for all of it", two_months("900", "950", "1100"), [WHOLE], (108, 0)),
    ("March on request by an amount that cannot be read, and April silently", two_months("some", "950", "1100"), [MARCH], ("77.8", "30.2")),
    ("March on request, April silently by an amount that cannot be read", two_months("900", "some", "1100"), [MARCH], ("60.4", "47.6")),
    ("both by amounts that cannot be read", two_months("some", "none", "1100"), [MARCH], (0, 108)),
    ("the stated tonnes alone", two_months("1000", "1000", "1200"), [], (0, 8)),
    ("the stated tonnes alone, on request", two_months("1000", "1000", "1200"), [WHOLE], (8, 0)),
    ("nothing", OLD, [WHOLE], None),
]


def judged(new: ReportedReport, asked: list[RequestedChange]) -> tuple[Judged, ...]:
    pack = beijing()
    return judge(changes(OLD, new, calculate(OLD, pack), calculate(new, pack)), asked, OLD, new)


@pytest.mark.parametrize(("why", "new", "asked", "moved"), ATTRIBUTED)
def test_a_movement_is_split_into_what_was_asked_for_and_what_was_not(
    why: str, new: ReportedReport, asked: list[RequestedChange], moved: tuple[object, object] | None
) -> None:
    rows = changes_by_source(judged(new, asked), OLD, new)
    stated = [{"S": Decimal(of.sources[0].reported_tco2)} for of in (OLD, new)]
    found = movements(stated[0], stated[1], rows, {"S"} if WHOLE in asked else frozenset())
    assert [(each.on_request, each.unrequested) for each in found] == ([tuple(map(Fraction, moved))] if moved else []), why


def test_a_change_counts_as_accepted_once_all_of_the_source_is() -> None:
    rows = judged(two_months("900", "950", "1117.4"), [MARCH])
    silent = [row for row in rows if not row.requested]
    assert accepted_sources({"S": [(row, True) for row in rows]}) == {"S"}
    assert accepted_sources({"S": [(row, row is not silent[0]) for row in rows]}) == frozenset()
    assert accepted_sources({"S": [(row, True) for row in rows if row.requested]}) == frozenset()


def test_lines_that_did_not_move_stand_as_one_and_the_remainder_of_the_totals_for_itself() -> None:
    first, moved = {"A": Fraction(10), "B": Fraction(20), "C": Fraction(30)}, {"A": Fraction(4), "B": Fraction(20), "C": Fraction(30)}
    verified = {**moved, "C": Fraction(30) - Fraction(1, 1000)}
    found = reconcile(figures(first, Fraction()), figures(moved, Fraction(1)), [], figures(verified, Fraction(1)), total_on_request=False)
    shown, others, count = found.grouped(Fraction(1, 100))
    assert [line.source for line in shown] == ["A", ""]
    assert others is not None
    assert (others.first, others.final, count) == (50, 50, 2)
    noticed, alone, number = found.grouped(Fraction())
    assert ([line.source for line in noticed], alone.source if alone else None, number) == (["A", "C", ""], "B", 1)


def test_no_line_is_left_for_the_others_where_every_source_moved_or_is_unknown() -> None:
    first = StatedFigures({"A": None, "B": Fraction(5)}, Fraction(9))
    final = StatedFigures({"A": Fraction(4), "B": Fraction(6)}, Fraction(9))
    found = reconcile(first, final, [], StatedFigures({"A": None, "B": Fraction(6)}, None), total_on_request=False)
    assert found.grouped(Fraction())[1:] == (None, 0)
    unknown = reconcile(final, final, [], StatedFigures({"A": None, "B": Fraction(6)}, None), total_on_request=False)
    assert [line.source for line in unknown.grouped(Fraction())[0]][:1] == ["A"]
