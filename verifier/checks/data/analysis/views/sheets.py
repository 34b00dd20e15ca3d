"""The procedures as a workbook with formulas: a figure changed changes everything it is compared with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

from flask_babel import gettext as _

from verifier.checks.data.analysis.queries import Remarked
from verifier.checks.data.analysis.views.figures import Namer
from verifier.core.analysis.lines import Analysis, AnalysisLevel, Pair, Procedure
from verifier.web.downloads.formula_workbook import Cell, LiveBook, LiveCell, LiveSheet, Title, exact
from verifier.web.pages.labels import label

NOTHING = Pair("", None, None)


@dataclass(frozen=True, slots=True)
class Limit:
    """The year-on-year threshold above which a line is remarkable, and its cell in the workbook."""

    value: Fraction
    at: str
    by_level: Mapping[AnalysisLevel, "Limit"] = field(default_factory=dict)
    """Those of the total and of a category, which are other ones."""

    def of(self, level: AnalysisLevel) -> "Limit":
        """The one that holds for a line of this level."""
        return self.by_level.get(level, self)


def workbook(rows: Mapping[Procedure, Sequence[Remarked]], analysis: Analysis, year: int, name: Namer) -> bytes:
    """The thresholds, then a sheet a procedure; every comparison is a formula next to the value calculated here."""
    book = LiveBook()
    limit = _limits(book, analysis)
    for procedure, found in rows.items():
        _WRITERS[procedure](book, found, limit, year, name)
    return book.bytes()


def _limits(book: LiveBook, analysis: Analysis) -> Limit:
    """The thresholds; gives the place of the change of a year, which the formulas rest on."""
    sheet = book.sheet(_("Limits"), (), (80, 18))
    sheet.add([Title(_("Threshold for deviations")), Title(_("Value"))])
    place = sheet.at(1, sheet.add([_("Change of a source from the previous year, as a share of it"), exact(analysis.limits.year_on_year)]))
    category, total = analysis.limits.year_on_year_category, analysis.limits.year_on_year_total
    of_category = sheet.at(1, sheet.add([_("Change of a category from the previous year, as a share of it"), exact(category)]))
    of_total = sheet.at(1, sheet.add([_("Change of the total from the previous year, as a share of it"), exact(total)]))
    sheet.add([_("Factor by which a month deviates from the mean and from its seasonal expectation"), exact(analysis.limits.outlier)])
    sheet.add([_("Share of the reported total below which changes are disregarded"), exact(analysis.limits.outlier_weight)])
    sheet.add([_("Same share, t CO2"), exact(analysis.floor)])
    sheet.add([])
    sheet.add([_("An empty cell means unknown, not 0; values derived from it are also unknown.")])
    sheet.add(
        [
            _(
                "The formulas compare changes with the year's limit; the status also takes their size into account "
                "and is as of the export date."
            )
        ]
    )
    by_level = {AnalysisLevel.CATEGORY: Limit(category, of_category), AnalysisLevel.TOTAL: Limit(total, of_total)}
    return Limit(analysis.limits.year_on_year, place, by_level)


def _year_on_year(book: LiveBook, rows: Sequence[Remarked], limit: Limit, year: int, name: Namer) -> None:
    this, last = {"year": year}, {"year": year - 1}
    sheet = book.sheet(
        label(Procedure.YEAR_ON_YEAR),
        [
            _("What"),
            _("%(year)s, t CO2", **this),
            _("%(year)s, t CO2", **last),
            *_compared(),
            _("Unit"),
            _("Quantity %(year)s", **this),
            _("Quantity %(year)s", **last),
            *_compared(),
            *_ends(),
        ],
        (44,),
    )
    for each in rows:
        row, quantity = sheet.last + 1, each.line.others[0] if each.line.others else NOTHING
        sheet.add(
            [
                name(each.line),
                *_both(each.line.main),
                *_changes(sheet, row, (1, 2), each.line.main, limit.of(each.line.of)),
                quantity.unit,
                *_both(quantity),
                *_changes(sheet, row, (7, 8), quantity, limit.of(each.line.of)),
                *_end(each),
            ]
        )


def _months(book: LiveBook, rows: Sequence[Remarked], limit: Limit, year: int, name: Namer) -> None:
    sheet = book.sheet(
        label(Procedure.MONTHS),
        [
            _("Source"),
            _("Period"),
            _("Unit"),
            _("Quantity"),
            _("Mean of the months"),
            _("Share of the year"),
            *_compared()[:2],
            _("Previous month"),
            *_compared()[:2],
            _("Same month %(year)s", year=year - 1),
            *_compared(),
            _("Expected"),
            *_ends(),
        ],
        (44, 10, 12),
    )
    for _code, group in groupby(rows, key=lambda each: each.line.code):
        lines = list(group)
        first = sheet.last + 1
        amounts = sheet.span(3, first, sheet.last + len(lines))
        for number, each in enumerate(lines):
            row, line = sheet.last + 1, each.line
            step, same = line.others
            before: Cell = _number(step.then)
            if number and step.then is not None:
                before = LiveCell(sheet.at(3, row - 1), float(step.then))
            mean = None if line.main.then is None else LiveCell(f"AVERAGE({amounts})", float(line.main.then))
            share = None if line.share is None else LiveCell(f"{sheet.at(3, row)}/SUM({amounts})", float(line.share))
            sheet.add(
                [
                    name(line),
                    line.period,
                    line.main.unit,
                    _number(line.main.now),
                    mean,
                    share,
                    *_changes(sheet, row, (3, 4), line.main, limit)[:2],
                    before,
                    *_changes(sheet, row, (3, 8), step, limit)[:2],
                    _number(same.then),
                    *_changes(sheet, row, (3, 11), same, limit),
                    _number(line.expected),
                    *_end(each),
                ]
            )


def _products(book: LiveBook, rows: Sequence[Remarked], limit: Limit, year: int, name: Namer) -> None:
    this, last = {"year": year}, {"year": year - 1}
    sheet = book.sheet(
        label(Procedure.PRODUCTS),
        [
            _("Product"),
            _("Period"),
            _("%(year)s, t CO2", **this),
            _("%(year)s, t CO2", **last),
            _("Unit"),
            _("Produced %(year)s", **this),
            _("Produced %(year)s", **last),
            _("Per unit of product %(year)s, t CO2", **this),
            _("Per unit of product %(year)s, t CO2", **last),
            *_compared(),
            *_ends(),
        ],
        (44, 10),
    )
    for each in rows:
        row, (tonnes, production), main = sheet.last + 1, each.line.others, each.line.main
        sheet.add(
            [
                name(each.line),
                each.line.period or str(year),
                *_both(tonnes),
                production.unit,
                *_both(production),
                _quotient(sheet, row, (2, 5), main.now),
                _quotient(sheet, row, (3, 6), main.then),
                *_changes(sheet, row, (7, 8), main, limit),
                *_end(each),
            ]
        )


def _shares(book: LiveBook, rows: Sequence[Remarked], limit: Limit, year: int, name: Namer) -> None:
    this, last = {"year": year}, {"year": year - 1}
    sheet = book.sheet(
        label(Procedure.SHARES),
        [
            _("What"),
            _("%(year)s, t CO2", **this),
            _("%(year)s, t CO2", **last),
            _("Total %(year)s, t CO2", **this),
            _("Total %(year)s, t CO2", **last),
            _("Share %(year)s", **this),
            _("Share %(year)s", **last),
            *_compared(),
            *_ends(),
        ],
        (44,),
    )
    for each in rows:
        row, (tonnes, total), main = sheet.last + 1, each.line.others, each.line.main
        sheet.add(
            [
                name(each.line),
                *_both(tonnes),
                *_both(total),
                _quotient(sheet, row, (1, 3), main.now),
                _quotient(sheet, row, (2, 4), main.then),
                *_changes(sheet, row, (5, 6), main, limit),
                *_end(each),
            ]
        )


_WRITERS: Mapping[Procedure, Callable[[LiveBook, Sequence[Remarked], Limit, int, Namer], None]] = {
    Procedure.YEAR_ON_YEAR: _year_on_year,
    Procedure.MONTHS: _months,
    Procedure.PRODUCTS: _products,
    Procedure.SHARES: _shares,
}


def _changes(sheet: LiveSheet, row: int, columns: tuple[int, int], pair: Pair, limit: Limit) -> list[Cell]:
    """The change, the change as a share of what was, and whether that is beyond the limit of a year; empty where it is unknown."""
    if pair.change is None:
        return [None, None, None]
    now, then = (sheet.at(column, row) for column in columns)
    change = LiveCell(f"{now}-{then}", float(pair.change))
    if pair.relative is None:
        return [change, None, None]
    relative = f"({now}-{then})/ABS({then})"
    return [
        change,
        LiveCell(relative, float(pair.relative)),
        LiveCell(f"IF(ABS({relative})>{limit.at},1,0)", int(abs(pair.relative) > limit.value)),
    ]


def _quotient(sheet: LiveSheet, row: int, columns: tuple[int, int], value: Fraction | None) -> Cell:
    return None if value is None else LiveCell("/".join(sheet.at(column, row) for column in columns), float(value))


def _both(pair: Pair) -> tuple[Cell, Cell]:
    return _number(pair.now), _number(pair.then)


def _number(value: Fraction | None) -> Cell:
    return None if value is None else exact(value)


def _compared() -> list[str]:
    return [_("Change"), _("Change, share"), _("Above the limit (1 = yes)")]


def _ends() -> list[str]:
    return [_("State"), _("Why it cannot be compared"), _("Conclusion"), _("Who"), _("When")]


def _end(each: Remarked) -> list[Cell]:
    conclusion = each.conclusion
    cells: list[Cell] = [conclusion.conclusion, conclusion.concluder.name, conclusion.concluded_at] if conclusion else []
    return [label(each.state), "; ".join(label(why) for why in each.line.not_comparable), *cells]
