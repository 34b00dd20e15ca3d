"""The sheets with formulas: totals ← sources ← amounts ← factors, each number next to its terms."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from flask_babel import gettext as _

from verifier.checks.data.calculation_export.terms import FactorTerm, Worked, worked
from verifier.checks.data.queries import SourceReview
from verifier.checks.data.wording import basis_name, parameter_name, step_name
from verifier.core.calculation.results import Calculation, SourceResult
from verifier.core.rulepack.pack import RulePack
from verifier.core.rulepack.parts import Category
from verifier.reports.wording import flag_name, sheet_name
from verifier.web.downloads.formula_workbook import Cell, LiveBook, LiveCell, LiveSheet, exact
from verifier.web.pages.filters import listed, text_in
from verifier.web.pages.labels import label

PARTS = ("step.hours", "step.flow", "step.concentration", "step.biomass_fraction")


class Amounts(NamedTuple):
    """Where a source's amounts stand in the sheet of amounts; no rows where none is known."""

    first: int
    last: int


def numbers(book: LiveBook, calculation: Calculation, pack: RulePack, reviews: Mapping[str, SourceReview]) -> None:
    """Totals, sources, amounts, measurements and factors: changing a factor or an amount changes every tonne that rests on it."""
    totals = book.sheet(_("Totals"), _totals_headers(), (6, 34, 10, 18, 18, 18, 18, 14))
    sources = book.sheet(_("Sources"), _sources_headers(), (14, 30, 12, 8, 22, 8, 8, 22, 14, 18, 18, 18, 40, 14, 18, 18, 40, 20))
    amounts = book.sheet(_("Activity"), _amounts_headers(), (14, 10, 16, 14, 12, 16, 14, 18, 20, 14, 7))
    measured = book.sheet(_("Measurements"), _measured_headers(), (14, 10, 12, 16, 16, 16, 18, 14, 7))
    factors = _factors(book, calculation, pack)
    category_no = {row.category: number for number, row in enumerate(calculation.by_category, 1)}
    names = {category.code: text_in(category.name) for category in pack.categories}
    for result in calculation.sources:
        category = pack.category(result.category)
        placed = _amounts(amounts, measured, factors, result, category.sign if category else 1)
        numbered = (category_no.get(result.category), names.get(result.category, result.category))
        _source(sources, amounts, result, placed, numbered, reviews.get(result.source_id))
    _totals(totals, sources, calculation, pack, names)


class Factors(NamedTuple):
    """The sheet of factors and the row of each line in it."""

    sheet: LiveSheet
    rows: dict[tuple[str, str, str, int], int]


def _factors(book: LiveBook, calculation: Calculation, pack: RulePack) -> Factors:
    headers = [
        _("Factor"),
        _("Stated"),
        _("Unit stated"),
        _("Converted by"),
        _("Used"),
        _("Unit used"),
        _("Basis"),
        _("Table"),
        _("Table version"),
        _("Reference"),
        _("Period"),
        _("Sheet of the report"),
        _("Row"),
    ]
    found = Factors(book.sheet(_("Factors"), headers, (26, 14, 18, 16, 18, 18, 18, 20, 14, 34, 10, 16, 7)), {})
    for result in calculation.sources:
        for line in dict.fromkeys(line for each in worked(result, _sign(pack.category(result.category))) for line in each.lines):
            if line.key not in found.rows:
                found.rows[line.key] = found.sheet.add(_factor_cells(found.sheet, line, pack))
    return found


def _factor_cells(sheet: LiveSheet, line: FactorTerm, pack: RulePack) -> list[Cell]:
    row, factor = sheet.last + 1, line.factor
    if factor is None:
        return [
            step_name(f"step.{line.label}"),
            exact(line.stated),
            line.unit,
            1,
            LiveCell(sheet.at(1, row), float(line.used)),
            line.unit,
            text_in(pack.carbon_to_co2_origin.words),
        ]
    product = f"{sheet.at(1, row)}*{sheet.at(3, row)}"
    name = step_name(f"step.{line.label}") if line.rest_of_one else parameter_name(line.label)
    return [
        name,
        exact(line.stated),
        factor.unit,
        exact(line.ratio),
        LiveCell(f"1-{product}" if line.rest_of_one else product, float(line.used)),
        line.unit,
        basis_name(factor.basis),
        factor.table,
        factor.version,
        factor.reference,
        factor.period,
        sheet_name(factor.sheet),
        factor.row,
    ]


def _sign(category: Category | None) -> int:
    return category.sign if category else 1


def _amounts(amounts: LiveSheet, measured: LiveSheet, factors: Factors, result: SourceResult, sign: int) -> Amounts | None:
    """The known amounts of a source one below the other."""
    first = amounts.last + 1
    for each in worked(result, sign):
        quantity, row = each.quantity, amounts.last + 1
        amount = _measured(measured, result.source_id, each) if each.parts else exact(quantity.amount)
        spelt = "*".join(factors.sheet.at(4, factors.rows[line.key]) for line in each.lines) or "1"
        place = (sheet_name(quantity.sheet), quantity.row)
        amounts.add(
            [
                result.source_id,
                quantity.period,
                amount,
                quantity.unit,
                exact(quantity.ratio),
                LiveCell(f"{amounts.at(2, row)}*{amounts.at(4, row)}", float(quantity.converted)),
                quantity.converted_unit,
                LiveCell(f"-{spelt}" if sign < 0 else spelt, float(quantity.per_unit)),
                LiveCell(f"{amounts.at(5, row)}*{amounts.at(7, row)}", float(quantity.tonnes)),
                *place,
            ]
        )
    return Amounts(first, amounts.last) if amounts.last >= first else None


def _measured(measured: LiveSheet, source_id: str, each: Worked) -> LiveCell:
    """A measured row, and a formula that names its tonnes."""
    values = {step.label: step.value for step in each.parts}
    row = measured.last + 1
    share = values.get("step.biomass_fraction", Fraction(1))
    product = "*".join(measured.at(column, row) for column in (2, 3, 4, 5))
    tonnes = float(each.quantity.amount)
    cells: list[Cell] = [exact(values[part]) for part in PARTS[:3]]
    measured.add(
        [
            source_id,
            each.quantity.period,
            *cells,
            exact(share),
            LiveCell(f"{product}/1000", tonnes),
            sheet_name(each.quantity.sheet),
            each.quantity.row,
        ]
    )
    return LiveCell(measured.at(6, row), tonnes)


def _source(
    sources: LiveSheet,
    amounts: LiveSheet,
    result: SourceResult,
    placed: Amounts | None,
    category: tuple[int | None, str],
    review: SourceReview | None,
) -> None:
    row = sources.last + 1
    known = LiveCell(f"SUM({amounts.span(8, *placed)})" if placed else "0", float(result.known))
    sum_cell, difference = sources.at(10, row), None if result.difference is None else float(result.difference)
    why = "; ".join(dict.fromkeys(" ".join(part for part in (flag_name(each.code), each.period) if part) for each in result.reasons))
    outcome = review.outcome if review and review.current else None
    verified = review.verified if review else None
    sources.add(
        [
            result.source_id,
            result.name,
            result.facility_id,
            category[0],
            category[1],
            int(result.counts),
            int(result.complete),
            result.method,
            result.reported,
            known,
            LiveCell(sources.at(9, row), float(result.known)) if result.complete else _("unknown"),
            None if difference is None else LiveCell(f"{sources.at(8, row)}-{sum_cell}", difference),
            why,
            label(review.status) if review else "",
            verified,
            _apart(sources, row, result.reported, verified),
            outcome.note if outcome else "",
            listed(finding.label for finding in review.findings) if review else "",
        ]
    )


def _apart(sources: LiveSheet, row: int, reported: Decimal | None, verified: Decimal | None) -> Cell:
    if reported is None or verified is None:
        return None
    return LiveCell(f"{sources.at(8, row)}-{sources.at(14, row)}", float(reported - verified))


def _totals(totals: LiveSheet, sources: LiveSheet, calculation: Calculation, pack: RulePack, names: Mapping[str, str]) -> None:
    """Each category rounded as the pack rounds, and the total as the pack makes it; unknown where a source is."""
    end, places = max(2, sources.last), pack.rounding.places
    kind, counted, complete, tonnes = (sources.span(column, 2, end) for column in (3, 5, 6, 9))
    for number, row in enumerate(calculation.by_category, 1):
        at = totals.last + 1
        only = f",{counted},1" if row.counts else ""
        left = sum(not each.complete for each in calculation.sources if each.category == row.category and (each.counts or not row.counts))
        totals.add(
            [
                number,
                names.get(row.category, row.category),
                int(row.counts),
                row.reported,
                LiveCell(f"SUMIFS({tonnes},{kind},{totals.at(0, at)}{only})", float(row.known)),
                LiveCell(f"COUNTIFS({kind},{totals.at(0, at)},{complete},0{only})", left),
                _rounded(f"{totals.at(5, at)}=0", f"ROUND({totals.at(4, at)},{places})", row.rounded),
                _difference(totals, at, row.reported, row.rounded),
            ]
        )
    last, at = max(2, totals.last), totals.last + 1
    left = sum(not each.complete for each in calculation.sources if each.counts)
    exact_total = f"SUMIFS({tonnes},{counted},1)"
    rounded_sum = f"SUMIFS({totals.span(6, 2, last)},{totals.span(2, 2, last)},1)"
    total = f"ROUND({totals.at(4, at)},{places})" if pack.rounding.total == "rounded_sum" else rounded_sum
    totals.add(
        [
            None,
            _("Total of included sources"),
            1,
            calculation.reported_total,
            LiveCell(exact_total, float(calculation.recalculated_known)),
            LiveCell(f"COUNTIFS({complete},0,{counted},1)", left),
            _rounded(f"{totals.at(5, at)}=0", total, calculation.rounded_total),
            _difference(totals, at, calculation.reported_total, calculation.rounded_total),
        ]
    )


def _rounded(condition: str, formula: str, value: Decimal | None) -> LiveCell:
    word = _("unknown").replace('"', "'")
    return LiveCell(f'IF({condition},{formula},"{word}")', word if value is None else float(value))


def _difference(totals: LiveSheet, row: int, reported: Decimal | None, rounded: Decimal | None) -> Cell:
    if reported is None or rounded is None:
        return None
    return LiveCell(f"{totals.at(3, row)}-{totals.at(6, row)}", float(reported - rounded))


def _totals_headers() -> Sequence[str]:
    return [
        _("No."),
        _("Category"),
        _("Included (1 = yes)"),
        _("Reported, t CO2"),
        _("Recalculated as far as known, t CO2"),
        _("Sources incomplete"),
        _("Recalculated and rounded, t CO2"),
        _("Difference, t CO2 (reported − recalculated)"),
    ]


def _sources_headers() -> Sequence[str]:
    return [
        _("Source no."),
        _("Source"),
        _("Facility"),
        _("Category no."),
        _("Category"),
        _("Included (1 = yes)"),
        _("Complete (1 = yes)"),
        _("Method"),
        _("Reported, t CO2"),
        _("Recalculated as far as known, t CO2"),
        _("Recalculated, t CO2"),
        _("Reported − recalculated, t CO2"),
        _("Why unknown"),
        _("Outcome"),
        _("Verified, t CO2"),
        _("Reported − verified, t CO2"),
        _("Note"),
        _("Findings"),
    ]


def _amounts_headers() -> Sequence[str]:
    return [
        _("Source no."),
        _("Period"),
        _("Amount"),
        _("Unit"),
        _("Converted by"),
        _("Amount converted"),
        _("Unit converted"),
        _("t CO2 for one unit"),
        _("Emissions, t CO2"),
        _("Sheet of the report"),
        _("Row"),
    ]


def _measured_headers() -> Sequence[str]:
    return [
        _("Source no."),
        _("Period"),
        _("Operating hours, h"),
        _("Flow, 10^3 Nm3/h"),
        _("Concentration, g/Nm3"),
        _("Share that is not biomass"),
        _("Emissions, t CO2"),
        _("Sheet of the report"),
        _("Row"),
    ]
