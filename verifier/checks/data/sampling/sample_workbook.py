"""A sample as a workbook: population with its checksum, the draw with what was found, and the evaluation as live formulas."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from xlsxwriter import Workbook

from verifier.checks.data.sampling import item_tolerance, queries
from verifier.checks.data.sampling.models import Sample, SampledItem
from verifier.checks.data.sampling.wording import kind_name
from verifier.core.calculation.units import plain
from verifier.core.sampling.plan import Method, Result
from verifier.core.sampling.poisson import confidence_factor, increment
from verifier.core.sampling.population import HEADING
from verifier.core.sampling.projection import ZERO, over, under
from verifier.core.sampling.tonneunit import Evaluation, Tainting, TonneUnitPlan
from verifier.engagements.models import Engagement

POPULATION, DRAW, EVALUATION = "Population", "Draw", "Evaluation"
"""Sheet names, the same in every language: the formulas speak of them."""
RANKS, FIRST = 20, 14
Line = tuple[str, str, Fraction | int]
"""What a line of the evaluation is called, its formula, and what that comes to."""


def workbook(engagement: Engagement, sample: Sample, label: Callable[[Any], str]) -> bytes:
    """The bytes of the workbook; numbers as numbers, text never as a formula."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    bold = book.add_format({"bold": True, "bottom": 1})
    rows = queries.items(sample) if sample.drawn_at else []
    _facts(book, bold, engagement, sample, label)
    _population(book, bold, sample)
    _draw(book, bold, sample, rows)
    _evaluation(book, bold, sample, rows)
    book.close()
    return out.getvalue()


def _facts(book: Workbook, bold: Any, engagement: Engagement, sample: Sample, label: Callable[[Any], str]) -> None:
    sheet = book.add_worksheet("Sample")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 110)
    plan = queries.plan_of(sample)
    lines: list[tuple[str, object]] = [
        (_("Case"), engagement.number),
        (_("Sample"), sample.number),
        (_("Method"), label(plan.method)),
        (_("Population"), kind_name(sample.kind)),
        (_("Report version"), sample.report_version.number),
        (_("SHA-256 of the report"), sample.report_version.sha256),
        (_("SHA-256 of the list"), sample.list_sha256 or ""),
        (_("Rule pack"), engagement.pack_id),
        (_("Interpretation"), sample.reading),
        (_("Why sampling is appropriate"), sample.basis),
        (_("Reason for a new draw"), sample.reason),
        (_("Seed"), sample.seed or ""),
        (_("Checksum of the population"), sample.checksum),
        *((name, str(value)) for name, value in plan.as_json().items()),
        (
            _("How to check the population"),
            _(
                "The checksum is the SHA-256 of the following UTF-8 text, each line terminated by a line feed: the "
                "line “%(heading)s”, the population type “%(kind)s”, then all canonical lines of the sheet Population "
                "in order.",
                heading=HEADING,
                kind=sample.kind,
            ),
        ),
        (
            _("How to check the draw"),
            _(
                "The ticket of an item is the SHA-256 of seed, line feed, checksum, line feed, canonical line, taken "
                "as an integer. Stepwise and list sampling draw the lowest tickets of each stratum. Tonne-unit "
                "sampling arranges the items cumulatively in ticket order; the first selection point is the ticket of "
                "the word start ÷ 2^256 × interval, followed by one point per interval."
            ),
        ),
    ]
    for row, (name, value) in enumerate(lines):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, str(value))


def _headed(book: Workbook, bold: Any, name: str, headers: Sequence[str]) -> Any:
    sheet = book.add_worksheet(name)
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, bold)
        sheet.set_column(column, column, max(10, min(44, len(header) + 4)))
    sheet.freeze_panes(1, 0)
    return sheet


def _number(sheet: Any, row: int, column: int, value: Decimal | Fraction | int | None) -> None:
    if value is not None:
        sheet.write_number(row, column, float(value))


def _population(book: Workbook, bold: Any, sample: Sample) -> None:
    headers = [_("No."), _("Item"), _("Description"), _("Size, t CO2"), _("Reported amount"), _("Unit"), _("Canonical line")]
    sheet = _headed(book, bold, POPULATION, headers)
    for row, each in enumerate(queries.stored_population(sample).items, 1):
        sheet.write_number(row, 0, row)
        for column, text in ((1, " ".join(each.parts)), (2, each.label), (5, each.unit), (6, each.line)):
            sheet.write_string(row, column, text)
        _number(sheet, row, 3, each.size)
        _number(sheet, row, 4, each.quantity)


def _draw(book: Workbook, bold: Any, sample: Sample, rows: Sequence[SampledItem]) -> None:
    headers = [
        _("No."),
        _("Stratum"),
        _("Step"),
        _("Item"),
        _("Description"),
        _("Size, t CO2"),
        _("Reported amount"),
        _("Unit"),
        _("Result (agreed, differs, not_found)"),
        _("Amount found"),
        _("Note"),
        _("Who"),
        _("Error, t CO2 (reported − correct)"),
        _("Above the interval"),
        _("Tainting"),
        _("Projected, t CO2"),
    ]
    sheet = _headed(book, bold, DRAW, headers)
    errors, evaluated = item_tolerance.errors_of(sample, rows), queries.evaluation(sample, rows)
    interval = evaluated.size.interval if evaluated else None
    for row, each in enumerate(rows, 1):
        at = row + 1
        sheet.write_number(row, 0, each.position)
        texts = (
            (1, each.stratum),
            (2, each.step),
            (3, " ".join(map(str, each.parts))),
            (4, each.label),
            (7, each.unit),
            (8, each.result or ""),
            (10, each.note),
            (11, each.tester.name if each.tester else ""),
        )
        for column, text in texts:
            sheet.write_string(row, column, text)
        for column, value in ((5, each.size), (6, each.quantity), (9, each.found)):
            _number(sheet, row, column, value)
        wrong, tainting, projected = _worth(each, errors.get(each.line), interval)
        differs = f'IF(I{at}="differs",IF(N(G{at})=0,0,F{at}*(G{at}-J{at})/G{at}),"")'
        formula = f'=IF(I{at}="agreed",0,IF(I{at}="not_found",N(F{at}),{differs}))'
        sheet.write_formula(row, 12, formula, value=_shown(wrong))
        if sample.method is Method.TONNE_UNIT:
            sheet.write_formula(row, 13, f"=IF(F{at}>{EVALUATION}!$B$4,1,0)", value=int(each.whole))
            sheet.write_formula(row, 14, f'=IF(AND(ISNUMBER(M{at}),N{at}=0,F{at}>0),M{at}/F{at},"")', value=_shown(tainting))
            sheet.write_formula(row, 15, f'=IF(ISNUMBER(M{at}),IF(N{at}=1,M{at},O{at}*{EVALUATION}!$B$4),"")', value=_shown(projected))


def _worth(
    each: SampledItem, wrong: Fraction | None, interval: Fraction | None
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """Error, tainting and projection of an item, as its formulas calculate them; None where a cell is empty."""
    if wrong is None or interval is None:
        return wrong, None, None
    if each.whole:
        return wrong, None, wrong
    size = Fraction(each.size or 0)
    tainting = wrong / size if size > 0 else None
    return wrong, tainting, None if tainting is None else tainting * interval


def _shown(value: Fraction | None) -> float | str:
    """A result as a viewer shows it that calculates nothing."""
    return "" if value is None else float(value)


def _evaluation(book: Workbook, bold: Any, sample: Sample, rows: Sequence[SampledItem]) -> None:
    sheet = book.add_worksheet(EVALUATION)
    sheet.set_column(0, 0, 54)
    sheet.set_column(1, 5, 18)
    sheet.write_string(0, 0, _("Evaluation"), bold)
    last, errors, found = len(rows) + 1, item_tolerance.errors_of(sample, rows).values(), queries.evaluation(sample, rows)
    size = queries.stored_population(sample).size
    tonnes: Line = (_("Tonnes in the population, t CO2"), f"=SUM({POPULATION}!D2:D{len(sample.population) + 1})", size)
    known: list[Line] = [
        (_("Known overstatement, t CO2"), f'=SUMIF({DRAW}!M2:M{last},">0")', sum(map(over, errors))),
        (_("Known understatement, t CO2"), f'=-SUMIF({DRAW}!M2:M{last},"<0")', sum(map(under, errors))),
    ]
    plan = queries.plan_of(sample).tonnes
    if plan is None or found is None:
        results = [str(each.result or "") for each in rows]
        tested = [(str(result), f'=COUNTIF({DRAW}!I2:I{last},"{result}")', results.count(result)) for result in Result]
        lines = [tonnes, (_("Sampled items"), f"=COUNTA({DRAW}!D2:D{last})", len(rows)), *tested, *known]
    else:
        ranks = max(RANKS, len(rows))
        _ranks(sheet, bold, found, ranks, last)
        lines = [tonnes, *_by_tonnes(plan, found, known, ranks, last)]
    for row, (name, formula, value) in enumerate(lines, 1):
        sheet.write_string(row, 0, name)
        sheet.write_formula(row, 1, formula, value=float(value))


def _by_tonnes(plan: TonneUnitPlan, found: Evaluation, known: list[Line], ranks: int, last: int) -> list[Line]:
    """What follows the tonnes of the population in a draw by size, each with its formula and what it comes to."""
    room = f"{plain(plan.tolerable)}-{plain(plan.expected)}*{plain(plan.expansion or 0)}"
    precision = f"=IF(COUNTIF({DRAW}!N2:N{last},0)>0,C{FIRST}*B4,0)"
    return [
        (
            _("n = book × factor(0) ÷ (tolerable − expected × expansion), rounded up"),
            f"=ROUNDUP(B2*C{FIRST}/({room}),0)*{plan.extended}",
            found.size.n,
        ),
        (_("Interval = book ÷ n, t CO2"), "=B2/B3", found.size.interval),
        *known,
        (_("Projected overstatement, t CO2"), f'=SUMIF({DRAW}!P2:P{last},">0")', found.projected_over),
        (_("Projected understatement, t CO2"), f'=-SUMIF({DRAW}!P2:P{last},"<0")', found.projected_under),
        (_("Basic precision = factor(0) × interval, t CO2"), precision, found.basic_precision),
        (_("Incremental allowance, t CO2"), f"=SUM(E{FIRST + 1}:E{FIRST + ranks})", found.allowance),
        (_("Upper limit of overstatement, t CO2"), "=B7+B9+B10", found.upper_limit),
        (_("Remaining overstatement after correction of all errors found, t CO2"), "=B7-B5", found.projected_over - found.known_over),
    ]


def _ranks(sheet: Any, bold: Any, found: Evaluation, ranks: int, last: int) -> None:
    """The taintings from the largest, each with its factor and what it adds."""
    headers = [_("Rank"), _("Tainting"), _("Confidence factor"), _("factor(k) − factor(k−1) − 1"), _("Allowance, t CO2")]
    for column, header in enumerate(headers):
        sheet.write_string(FIRST - 2, column, header, bold)
    none = [Tainting("", ZERO, ZERO, ZERO)] * ranks
    for rank, tainting in enumerate([none[0], *found.taintings, *none][: ranks + 1]):
        at = FIRST + rank
        sheet.write_number(at - 1, 0, rank)
        sheet.write_number(at - 1, 2, float(confidence_factor(rank, found.risk)))
        if rank:
            more = float(increment(rank, found.risk))
            sheet.write_formula(at - 1, 1, f"=IFERROR(MAX(0,LARGE({DRAW}!O2:O{last},A{at})),0)", value=float(tainting.tainting))
            sheet.write_formula(at - 1, 3, f"=C{at}-C{at - 1}-1", value=more)
            sheet.write_formula(at - 1, 4, f"=B{at}*B4*D{at}", value=float(tainting.allowance))
