"""Which procedures cover a number under each pack: the tables are the specification."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from tests.core.coverage.builders import done, number
from verifier.core.coverage.assessment import Amount, CoverageAssessment, TestPlan, against_positive, amount, assess
from verifier.core.coverage.procedures import CoverageKind, Procedure, ProcedureMethod, check_recorded, months_between
from verifier.core.coverage.shortest_way import Lead, LeadKind, ways
from verifier.core.errors import Refusal
from verifier.core.rulepack.sections import Coverage
from verifier.core.sampling.risk import Level
from verifier.rulepacks.load import load

BEIJING, CHINA, EU, ISO = "beijing/2021.3", "china-national/2021.3", "eu-ets/2018.3", "iso-14064-3/2019.3"
FACTOR = number(period="", kind=CoverageKind.FACTOR)
NOW = datetime(2022, 3, 1, tzinfo=UTC)


def rule(pack: str) -> Coverage:
    found = load(pack).coverage
    assert found is not None
    return found


def covered(pack: str, *procedures: Procedure, of: CoverageKind = CoverageKind.ACTIVITY, level: Level = Level.HIGH) -> bool:
    one = number(kind=of)
    return assess([one], {one.key: procedures}, rule(pack), levels={one.source: level}).rows[0].covered


@pytest.mark.parametrize("pack", [BEIJING, CHINA, EU, ISO])
@pytest.mark.parametrize(
    ("method", "enough"),
    [
        (ProcedureMethod.VOUCHER, True),
        (ProcedureMethod.ORIGINAL_RECORD, True),
        (ProcedureMethod.CONFIRMED, True),
        (ProcedureMethod.INDEPENDENT_RECORD, True),
        (ProcedureMethod.METER_READING, True),
        (ProcedureMethod.RECONCILED, True),
        (ProcedureMethod.METER_SEEN, False),
        (ProcedureMethod.ANALYTICAL, False),
        (ProcedureMethod.RECALCULATED, False),
    ],
)
def test_a_number_is_covered_by_a_procedure_beyond_recalculation_alone(pack: str, method: ProcedureMethod, enough: bool) -> None:
    assert covered(pack, done(method)) is enough


@pytest.mark.parametrize(
    ("pack", "sampling", "enough"),
    [
        (BEIJING, "ladder", True),
        (BEIJING, "tonne_unit", False),
        (CHINA, "tonne_unit", True),
        (EU, "tonne_unit", True),
        (ISO, "ladder", False),
    ],
)
def test_a_sample_covers_what_was_not_drawn_only_by_the_ways_the_pack_admits(pack: str, sampling: str, enough: bool) -> None:
    assert covered(pack, done(ProcedureMethod.SAMPLED, sampling=sampling)) is enough


@pytest.mark.parametrize(
    ("pack", "level", "enough"), [(EU, Level.LOW, True), (EU, Level.MEDIUM, False), (ISO, Level.LOW, True), (BEIJING, Level.LOW, False)]
)
def test_an_analytical_procedure_suffices_for_a_low_risk_where_the_plan_asks(pack: str, level: Level, enough: bool) -> None:
    assert covered(pack, done(ProcedureMethod.ANALYTICAL), level=level) is enough


def test_a_voucher_of_one_month_covers_that_month_and_no_other() -> None:
    assert covered(BEIJING, done(ProcedureMethod.VOUCHER, "2021-03"))
    assert not covered(BEIJING, done(ProcedureMethod.VOUCHER, "2021-02"))


def test_a_number_of_the_year_is_covered_once_the_months_of_its_vouchers_are_all_there() -> None:
    halves = [done(ProcedureMethod.VOUCHER, *(f"2021-{month:02d}" for month in months)) for months in (range(1, 7), range(7, 13))]
    assert not assess([FACTOR], {FACTOR.key: halves[:1]}, rule(BEIJING)).rows[0].covered
    assert assess([FACTOR], {FACTOR.key: halves}, rule(BEIJING)).rows[0].covered


def test_a_number_is_counted_once_under_its_strongest_procedure() -> None:
    one, two = number(), number("E-002", tonnes=5)
    found = assess([one, two], {one.key: [done(ProcedureMethod.RECALCULATED), done(ProcedureMethod.VOUCHER)]}, rule(BEIJING))
    assert found.table(CoverageKind.ACTIVITY) == {
        "purchased_electricity": {ProcedureMethod.VOUCHER: Amount(1, Fraction(10)), None: Amount(1, Fraction(5))}
    }


def test_what_is_missing_is_listed_by_weight() -> None:
    found = assess([number("A", tonnes=1), number("B", tonnes=30), number("C", tonnes=7)], rule=rule(BEIJING))
    assert [row.number.source for row in found.missing] == ["B", "C", "A"]
    assert amount(found.missing) == Amount(3, Fraction(38))


def test_without_a_rule_nothing_is_missing() -> None:
    assert load("beijing/2021.2").coverage is None
    found = assess([number()])
    assert (found.missing, against_positive(found)) == ((), ())


@pytest.mark.parametrize(("pack", "kept"), [(BEIJING, False), (CHINA, False), (EU, True), (ISO, True)])
def test_a_deviation_counts_only_where_the_pack_lets_the_lead_deviate(pack: str, kept: bool) -> None:
    found = assess([number()], rule=rule(pack), deviations={"E-001": "The archive burnt."})
    assert (found.missing == (), bool(found.deviations)) == (kept, kept)


def test_a_sample_of_the_bodys_own_practice_is_named_for_the_reviewer() -> None:
    one, two = number(), number("E-002")
    sample = done(ProcedureMethod.SAMPLED, sampling="tonne_unit")
    found = assess([one, two], {one.key: [sample], two.key: [sample, done(ProcedureMethod.VOUCHER)]}, rule(CHINA))
    assert [row.number.key for row in found.own_practice] == [one.key]


def planned(pack: str = EU, **other: object) -> CoverageAssessment:
    one = number()
    found = assess(
        [one],
        {one.key: [done(ProcedureMethod.VOUCHER)]},
        rule(pack),
        plan=TestPlan(NOW, {"E-001": Level.HIGH}),
        levels={"E-001": Level.HIGH},
        first_test=NOW + timedelta(days=1),
    )
    return replace(found, **other)


@pytest.mark.parametrize(
    ("why", "found", "said"),
    [
        ("approved, then tested", planned(), []),
        ("never approved", planned(plan=TestPlan()), ["opinion.plan_not_approved"]),
        ("tested before it was approved", planned(first_test=NOW - timedelta(days=1)), ["opinion.plan_late"]),
        (
            "the same with a reason",
            planned(first_test=NOW - timedelta(days=1), plan=TestPlan(NOW, {"E-001": Level.HIGH}, "Visit first.")),
            [],
        ),
        ("risks changed since", planned(levels={"E-001": Level.LOW}), ["opinion.plan_changed"]),
        ("no risk assessed", planned(levels={}), ["opinion.risk_not_assessed", "opinion.plan_changed"]),
        ("rules that ask for no plan", planned(BEIJING, plan=TestPlan()), []),
    ],
)
def test_testing_follows_an_approved_plan(why: str, found: CoverageAssessment, said: list[str]) -> None:
    assert [reason.message for reason in against_positive(found)] == said, why


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("", []),
        ("2021-03", ["2021-03"]),
        ("3月", ["2021-03"]),
        ("2021年1月至2021年3月", ["2021-01", "2021-02", "2021-03"]),
        ("1..2, 2021-12", ["2021-01", "2021-02", "2021-12"]),
    ],
)
def test_months_are_read_as_people_write_them(text: str, months: list[str]) -> None:
    assert sorted(months_between(text, 2021)) == months


@pytest.mark.parametrize("text", ["spring", "13", "2021-05..2021-03", "2020-01"])
def test_months_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(Refusal, match=r"coverage\.months"):
        months_between(text, 2021)


@pytest.mark.parametrize(
    ("method", "kind", "evidence", "months", "message"),
    [
        (ProcedureMethod.VOUCHER, CoverageKind.ACTIVITY, " ", "", "coverage.evidence"),
        (ProcedureMethod.RECALCULATED, CoverageKind.ACTIVITY, "sheet", "", "coverage.method"),
        (ProcedureMethod.SAMPLED, CoverageKind.ACTIVITY, "S-1", "", "coverage.method"),
        (ProcedureMethod.FACTOR_TRACED, CoverageKind.ACTIVITY, "Table", "", "coverage.unsuited"),
        (ProcedureMethod.METER_READING, CoverageKind.FACTOR, "Meter", "2021-03", "coverage.unsuited"),
        (ProcedureMethod.METER_READING, CoverageKind.ACTIVITY, "Meter", "", "coverage.no_months"),
    ],
)
def test_a_procedure_names_its_evidence_and_suits_its_numbers(
    method: ProcedureMethod, kind: CoverageKind, evidence: str, months: str, message: str
) -> None:
    with pytest.raises(Refusal, match=message.replace(".", r"\.")):
        check_recorded(method, {kind}, evidence, months_between(months, 2021))


def test_the_quickest_way_takes_the_document_that_covers_the_most_tonnes_first() -> None:
    rows = [number("A", tonnes=50), number("B", tonnes=40), number("C", tonnes=60), number("D", tonnes=1)]
    missing = assess(rows, rule=rule(BEIJING)).missing
    invoice, request, ledger = Lead(LeadKind.UNIT_VOUCHER, "V-1"), Lead(LeadKind.OPEN_REQUEST, "R-2"), Lead(LeadKind.DOCUMENT, "Ledger")
    leads = {rows[0].key: [invoice, ledger], rows[1].key: [invoice, request], rows[2].key: [ledger]}
    found = [(way.lead, len(way.numbers), way.tonnes) for way in ways(missing, leads)]
    assert found == [(ledger, 2, Fraction(110)), (invoice, 1, Fraction(40)), (Lead(LeadKind.NONE), 1, Fraction(1))]


def test_the_tonnes_of_a_missing_factor_are_not_added_to_those_of_its_activity_data() -> None:
    rows = [number(tonnes=6), number(period="2021-04", tonnes=4), number(period="", tonnes=10, kind=CoverageKind.FACTOR)]
    assert amount(assess(rows, rule=rule(BEIJING)).missing) == Amount(3, Fraction(10))
