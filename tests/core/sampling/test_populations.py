"""What is sampled: canonical, with one checksum, and drawn by tickets anyone can compute."""

import json
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

import pytest

from tests.make import PARK, PARK_WITH_ERRORS
from verifier.core.calculation.recalculation import calculate
from verifier.core.errors import Refusal
from verifier.core.sampling import draw
from verifier.core.sampling.completeness_population import count_for, draw_list, upper_rate
from verifier.core.sampling.population import Item, error_of, monthly_data, population, sites, sizes_of, uploaded
from verifier.reports.workbook.reader import read
from verifier.rulepacks.load import load


def test_a_population_is_its_lines_in_order_and_its_checksum_their_sha256() -> None:
    found = population("data", [Item(("E-2", "2021-02"), Decimal("1.50")), Item(("E-1", "楼"), None)])
    assert found.text == 'verifier-population/1\ndata\n["E-1","楼",""]\n["E-2","2021-02","1.5"]\n'
    assert found.checksum == sha256(found.text.encode()).hexdigest()


def test_a_ticket_is_the_sha256_of_seed_checksum_and_line() -> None:
    found = population("data", [Item((f"E-{n}",), Decimal(n)) for n in range(1, 8)])
    by_hand = sorted(
        (sha256(f"dice 3 5 1\n{found.checksum}\n{json.dumps([f'E-{n}', str(n)], separators=(',', ':'))}".encode()).hexdigest(), f"E-{n}")
        for n in range(1, 8)
    )
    assert [item.parts[0] for item in draw.lowest(found.items, 3, "dice 3 5 1", found.checksum)] == [key for _, key in by_hand[:3]]


def test_rows_that_cannot_be_told_apart_are_numbered() -> None:
    found = uploaded("invoices", [("INV-1", "May", "3"), ("INV-1", "May", "3"), ("", "", "5"), ("INV-2", "", "about 4")])
    assert [item.parts for item in found.items] == [("INV-1", "May"), ("INV-1", "May", "#2"), ("INV-2", "")]
    assert [item.quantity for item in found.items] == [3, 3, None]


@pytest.mark.parametrize("seed", ["", "  ", "x" * 65, "种子", "a\nb"])
def test_a_seed_that_cannot_be_typed_again_is_refused(seed: str) -> None:
    with pytest.raises(Refusal, match=r"data\.sample\.seed"):
        draw.checked_seed(seed)


@pytest.mark.parametrize(
    ("why", "found", "error"),
    [
        ("the same", "10.00", 0),
        ("within half a last digit", "10.004", 0),
        ("reported two too many", "8.00", 2),
        ("reported five too few", "15", -5),
        ("nothing shows it", None, 10),
    ],
)
def test_an_amount_found_becomes_tonnes_in_proportion(why: str, found: str | None, error: int) -> None:
    item = Item(("E-1", "2021-01"), Decimal(10), Decimal("10.00"), "MWh")
    assert error_of(item, None if found is None else Decimal(found)) == error, why


@pytest.mark.parametrize(("share", "risk", "count"), [("0.05", "0.05", 60), ("0.1", "0.1", 24), ("1", "0.05", 3)])
def test_so_many_of_a_list_are_drawn(share: str, risk: str, count: int) -> None:
    assert count_for(Fraction(risk), Fraction(share)) == count


def test_a_list_is_drawn_whole_where_it_holds_no_more_and_an_empty_one_is_refused() -> None:
    assert len(draw_list(uploaded("meters", [("M1", "", ""), ("M2", "", "")]), 5, "s")) == 2
    with pytest.raises(Refusal, match="list_empty"):
        draw_list(uploaded("meters", []), 5, "s")
    assert upper_rate(0, 60, Fraction(1, 20)) < Fraction(1, 20)
    assert upper_rate(0, 0, Fraction(1, 20)) == 1


def test_the_park_as_a_population() -> None:
    report, pack = read(PARK), load("beijing/2021")
    calculation = calculate(report, pack)
    data = monthly_data(calculation)
    assert len(data.items) == 171 * 12
    assert data.unknown == ()
    assert abs(data.size - calculation.recalculated_known) < Fraction(2052, 10**6)
    assert monthly_data(calculation, "deducted").items == ()
    assert len(sites(report, calculation).items) == len(report.facilities)


def test_what_is_unknown_is_an_item_without_size_and_its_source_is_named() -> None:
    calculation = calculate(read(PARK_WITH_ERRORS), load("beijing/2021"))
    data, added = monthly_data(calculation), monthly_data(calculation, "added")
    incomplete = {source.source_id for source in calculation.sources if source.counts and not source.complete}
    assert incomplete
    assert set(data.unknown) == incomplete
    assert {item.parts[0] for item in data.items if item.size is None} <= incomplete
    assert all(item.size for item in added.items)


def test_a_share_that_is_none_and_a_count_of_none_are_refused() -> None:
    for share in (Fraction(0), Fraction(2)):
        with pytest.raises(Refusal, match=r"data\.sample\.share"):
            count_for(Fraction(1, 20), share)
    with pytest.raises(Refusal, match=r"data\.sample\.count"):
        draw_list(uploaded("meters", [("M1", "", "")]), 0, "s")


def test_sizes_add_up_by_the_first_part_of_the_name() -> None:
    items = [Item(("E-1", "2021-01"), Decimal(2)), Item(("E-1", "2021-02"), Decimal(3)), Item(("E-2", "2021-01"))]
    assert sizes_of(items) == {"E-1": 5, "E-2": 0}


def test_an_amount_found_for_an_item_without_one_changes_no_tonnes() -> None:
    assert error_of(Item(("E-1", "2021-01"), Decimal(10)), Decimal(3)) == 0
