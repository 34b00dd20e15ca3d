"""The document-review form as a bilingual PDF, on landscape pages."""

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Spacer, Table

from verifier.statement.documents.review_form import ReviewForm, ReviewFormLine
from verifier.statement.documents.review_form_wording import WORDS, in_both
from verifier.statement.facts.model import Both
from verifier.statement.pdf.fonts import BOLD, REGULAR, load_fonts
from verifier.statement.pdf.numbered_pages import CountedPages, date_file
from verifier.statement.pdf.parts import FLUSH, Cell, Languages, fact_table, moment, rows_within
from verifier.statement.pdf.typography import BRAND, CELL, LINE, PAPER, SMALL, SUNK, TITLE, Face, Text, break_lines, draw_line, width_of

WIDE, HIGH = landscape(A4)
MARGIN, TOP, BOTTOM = 15 * mm, 20 * mm, 20 * mm
COLUMN = WIDE - 2 * MARGIN
SHARES = {"item": 52, "method": 30, "reviewed": 46, "findings": 38, "result": 28, "site": 48, "who": 27}
"""Relative widths of the columns."""
SIDES = 9
"""Left and right padding of a cell, in points."""
NOTE = SMALL.but(size=6.8, leading=9.4)
_HEAD = Face(8, 11.5, BOLD, BRAND)


def render_review(form: ReviewForm, language_order: tuple[str, str] = ("zh", "en")) -> bytes:
    """The whole form; the same form gives the same bytes, and a glyph the fonts lack is refused before anything is written."""
    load_fonts()
    languages = Languages(language_order)
    buffer = BytesIO()
    flush = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    page = PageTemplate("lying", [Frame(MARGIN, BOTTOM, COLUMN, HIGH - TOP - BOTTOM, **flush)])
    document = BaseDocTemplate(
        buffer,
        pagesize=(WIDE, HIGH),
        pageTemplates=[page],
        invariant=1,
        lang="zh-CN" if language_order[0] == "zh" else "en",
        title=f"{languages.one_line(form.title)} {form.number}",
        author=_head(form, "body").zh,
        subject=f"{_head(form, 'unit').zh} {_head(form, 'year').zh}",
        creator="Verifier",
        displayDocTitle=True,
        initialFontName=REGULAR,
    )

    def canvas(*args: object, **settings: object) -> CountedPages:
        pages = CountedPages(*args, frame=partial(_frame, form, languages), **settings)
        date_file(pages, form.made_at)
        return pages

    document.build([*_front(form, languages), _table(form, languages), *_notes(form, languages)], canvasmaker=canvas)
    return buffer.getvalue()


def _head(form: ReviewForm, code: str) -> Both:
    return dict(form.heads)[code]


def _frame(form: ReviewForm, languages: Languages, canvas: Canvas, page: int, pages: int) -> None:
    """Case and page number below every page, unit and title above all but the first."""
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, 14 * mm, WIDE - MARGIN, 14 * mm)
    draw_line(canvas, MARGIN, 9.5 * mm, f"{form.number} · {moment(form.made_at, form.zone)}", SMALL)
    _right(canvas, 9.5 * mm, languages.one_line(in_both("page", page=page, pages=pages)))
    if page > 1:
        unit, *rest = break_lines(_head(form, "unit").zh, SMALL, COLUMN * 0.45)
        draw_line(canvas, MARGIN, HIGH - 12 * mm, f"{unit}{'…' if rest else ''} · {_head(form, 'year').zh}", SMALL)
        _right(canvas, HIGH - 12 * mm, languages.one_line(form.title))


def _right(canvas: Canvas, y: float, shown: str) -> None:
    draw_line(canvas, WIDE - MARGIN - width_of(shown, SMALL), y, shown, SMALL)


def _front(form: ReviewForm, languages: Languages) -> list[Flowable]:
    """Title, then the case in two columns of facts; below each other where names are so long that they fill a page side by side."""
    first, second = languages.of(form.title)
    facts: list[tuple[Both, Cell]] = [
        (WORDS[code], languages.stacked(text, CELL.but(size=9, leading=13), NOTE)) for code, text in form.heads if text
    ]
    facts.append((WORDS["made"], moment(form.made_at, form.zone)))
    title = [Text(first, TITLE.but(size=22, leading=30)), Text(second, Face(10.5, 15, after=8))]
    half, gap = (COLUMN - 10 * mm) / 2, 10 * mm
    cut = -(-len(facts) // 2)
    sides = [fact_table(languages, rows, half, 34 * mm) for rows in (facts[:cut], facts[cut:])]
    room = (HIGH - TOP - BOTTOM) / 2
    if max(side.wrap(half, room)[1] for side in sides) > room:
        return [*title, fact_table(languages, facts, COLUMN, 34 * mm), Spacer(0, 14)]
    columns = Table([[sides[0], "", sides[1]]], colWidths=[half, gap, half], style=[*FLUSH, ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return [*title, columns, Spacer(0, 14)]


def _table(form: ReviewForm, languages: Languages) -> Table:
    """A row an item, under a band for each clause; the header is repeated on every page."""
    codes = [code for code, _name in form.columns]
    shares = sum(SHARES[code] for code in codes)
    widths = [COLUMN * SHARES[code] / shares for code in codes]
    rows: list[list[object]] = [[languages.stacked(name, _HEAD, NOTE) for _code, name in form.columns]]
    bands: list[int] = []
    continued: list[int] = []
    clause = ""
    for line in form.lines:
        if line.clause != clause:
            clause = line.clause
            bands.append(len(rows))
            rows.append([[Text(f"{line.clause}　{languages.one_line(line.clause_name)}", _HEAD)], *[""] * (len(codes) - 1)])
        parts = rows_within([CELLS[code](line, languages) for code in codes], [width - SIDES for width in widths])
        continued += range(len(rows), len(rows) + len(parts) - 1)
        rows += [list(part) for part in parts]
    style = [
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), PAPER),
        ("LINEBELOW", (0, 0), (-1, 0), 1, BRAND),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), SIDES - 4),
    ]
    for row in continued:
        style += [("LINEBELOW", (0, row), (-1, row), 0.3, PAPER), ("BOTTOMPADDING", (0, row), (-1, row), 0)]
    for band in bands:
        style += [("SPAN", (0, band), (-1, band)), ("BACKGROUND", (0, band), (-1, band), SUNK), ("NOSPLIT", (0, band), (-1, band + 1))]
    return Table(rows, colWidths=widths, repeatRows=1, style=style)


def _stack(languages: Languages, texts: tuple[Both, ...]) -> list[Flowable]:
    """Several wordings, each in both languages, a little apart."""
    found: list[Flowable] = []
    for text in texts:
        found += [*([Spacer(0, 3)] if found else []), *languages.stacked(text, CELL, NOTE)]
    return found


def _item(line: ReviewFormLine, languages: Languages) -> list[Flowable]:
    if not line.evidence:
        return languages.stacked(line.item, CELL, NOTE)
    named = WORDS["evidence"]
    evidence = Both(named.zh + line.evidence.zh, named.en + line.evidence.en)
    return [*languages.stacked(line.item, CELL, NOTE), Spacer(0, 3), *languages.stacked(evidence, NOTE, NOTE)]


def _who(line: ReviewFormLine, _languages: Languages) -> list[Flowable]:
    return [text for name, day in line.people for text in (Text(name, CELL), Text(day.isoformat(), NOTE))]


CELLS: Mapping[str, Callable[[ReviewFormLine, Languages], list[Flowable]]] = {
    "item": _item,
    "method": lambda line, languages: _stack(languages, line.method),
    "reviewed": lambda line, languages: _stack(languages, line.reviewed),
    "findings": lambda line, languages: _stack(languages, line.findings),
    "result": lambda line, languages: languages.stacked(line.result, CELL, NOTE),
    "site": lambda line, languages: _stack(languages, line.site),
    "who": _who,
}


def _notes(form: ReviewForm, languages: Languages) -> list[Flowable]:
    notes = [in_both("origin", source=form.origin), *([in_both("choice")] if form.chosen else [])]
    return [Spacer(0, 8), *_stack(languages, tuple(notes))]
