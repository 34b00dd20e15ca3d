"""A conservative estimate: published defaults, quantities that cannot understate, every step kept, the difference before it counts."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.core.reported import GAS, activity, factors, report, source, year_of
from verifier.core.calculation import conservative_estimate
from verifier.core.calculation.conservative_estimate import Estimate, estimate, months
from verifier.core.errors import Refusal
from verifier.core.report.rows import CrosscheckRow, MeasurementRow, ReportedReport
from verifier.rulepacks.load import load

COAL = {"ncv": ("20", "GJ/t"), "carbon_content": ("0.026", "tC/GJ"), "oxidation": ("98", "%")}
BURNT = report(
    source("C", "stationary_combustion", "100", fuel="coal"), rows=activity(("2021", "1000", "t"), source_id="C"), given=factors(COAL, "C")
)
HEATED = report(
    source("G", "stationary_combustion", "60", fuel="natural gas"),
    given=factors(GAS | {"oxidation": ("90", "%")}, "G"),
    rows=activity(("2021-01", "1", "10^4 Nm3"), ("2021-02", "", "10^4 Nm3"), source_id="G"),
)
CHECKED = replace(
    HEATED, crosschecks=(CrosscheckRow(sheet="crosschecks", row=2, source_id="G", period="2021-01", quantity="12000", unit="Nm3"),)
)
SOLD = report(
    source("X", "exported_electricity", "30"),
    rows=activity(("2021", "100", "MWh"), source_id="X"),
    given=factors({"ef": ("0.3", "tCO2/MWh")}, "X"),
)


def of(report: ReportedReport, key: str, quantity: str = "1", pack: str = "beijing/2021") -> Estimate:
    known = {month.period: Decimal(quantity) for month in months(report, key)}
    return estimate(report, key, load(pack), known)


def test_coal_without_measured_carbon_is_estimated_with_the_punitive_default() -> None:
    found = of(BURNT, "C", "1000", "china-national/2021")
    taken = {factor.parameter: factor.default.table if factor.default else "" for factor in found.factors}
    assert taken["carbon_content"] == "G_punitive"
    content = next(factor for factor in found.factors if factor.parameter == "carbon_content")
    assert (content.reported, content.value) == ("0.026", "0.03356")
    assert found.steps[-1].label == "step.tonnes"
    assert Fraction(found.tonnes) == pytest.approx(found.steps[-1].value)
    assert any(step.value == Fraction("0.03356") for step in found.steps)


def test_a_published_default_replaces_what_was_reported_and_the_difference_is_told() -> None:
    found = of(HEATED, "G", "1")
    oxidation = next(factor for factor in found.factors if factor.parameter == "oxidation")
    assert (oxidation.reported, oxidation.value, oxidation.unit) == ("90", "99", "%")
    exact = 12 * Fraction("389.31") * Fraction("0.01530") * Fraction("0.99") * Fraction(44, 12)
    assert abs(Fraction(found.tonnes) - exact) < Fraction(1, 10**14)
    assert found.difference == found.tonnes - 60
    assert not found.milder


@pytest.mark.parametrize(("oxidation", "changed"), [(("90", "%"), True), (("0.99", "1"), False), (("99", "%"), False), (("", "%"), True)])
def test_a_default_is_another_value_only_where_it_is_in_whichever_unit(oxidation: tuple[str, str], changed: bool) -> None:
    given = replace(HEATED, factors=tuple(factors(GAS | {"oxidation": oxidation}, "G")))
    taken = {factor.parameter: factor.changed for factor in conservative_estimate.factors(given, "G", load("beijing/2021"))}
    assert taken == {"ncv": False, "carbon_content": False, "oxidation": changed}


def test_what_nothing_is_published_for_keeps_what_was_reported() -> None:
    odd = replace(BURNT, sources=(source("C", "stationary_combustion", "100", fuel="unheard-of dust"),))
    assert [factor.default for factor in of(odd, "C", "1000").factors] == [None, None, None]


def test_a_deduction_stays_negative_and_less_of_it_is_not_milder() -> None:
    found = of(SOLD, "X", "10")
    assert found.tonnes < 0
    assert (found.reported, found.milder) == (-30, False)


def test_months_show_what_is_known_and_what_cannot_understate() -> None:
    first, second, *rest = months(CHECKED, "G")
    assert (first.reported, first.independent, first.larger, first.smaller) == (1, Decimal("1.2"), Decimal("1.2"), 1)
    assert (second.reported, second.larger) == (None, None)
    assert len(rest) == 10


def test_a_larger_quantity_never_makes_a_smaller_estimate() -> None:
    figures = [of(HEATED, "G", quantity).tonnes for quantity in ("0", "0.5", "1", "7.25")]
    assert figures == sorted(figures)


KNOWN = {month.period: Decimal(1) for month in months(HEATED, "G")}
REFUSED = [
    ("the European estimate is the authority's", HEATED, "G", "eu-ets/2018", KNOWN, "data.estimate.not_ours"),
    ("a month without a quantity", HEATED, "G", "beijing/2021", {"2021-01": Decimal(1)}, "data.estimate.quantity"),
    ("a negative quantity", HEATED, "G", "beijing/2021", KNOWN | {"2021-05": Decimal(-1)}, "data.estimate.negative"),
    ("a source nobody reports", HEATED, "Z", "beijing/2021", KNOWN, "data.estimate.no_source"),
    (
        "a stack",
        report(source("M", "measured"), measured=(MeasurementRow(sheet="m", row=2, source_id="M"),)),
        "M",
        "beijing/2021",
        KNOWN,
        "data.estimate.measured",
    ),
    ("no factor at hand", replace(BURNT, factors=()), "C", "eu-ets/2018", {}, "data.estimate.not_ours"),
    (
        "nothing published and nothing reported",
        report(source("U", "process", fuel="dust"), rows=year_of("1", "t"), given=factors({}, "U") or factors({"ef": ("x", "t")}, "other")),
        "U",
        "beijing/2021",
        {},
        "data.estimate.quantity",
    ),
]


@pytest.mark.parametrize(("why", "report", "key", "pack", "quantities", "message"), REFUSED)
def test_an_estimate_is_refused_with_its_reason(
    why: str, report: ReportedReport, key: str, pack: str, quantities: dict[str, Decimal], message: str
) -> None:
    with pytest.raises(Refusal) as refused:
        estimate(report, key, load(pack), quantities)
    assert refused.value.message == message, why
