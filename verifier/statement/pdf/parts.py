"""The parts every page of the PDF is made of: headings, pairs of languages, fact tables, number tables."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias
from zoneinfo import ZoneInfo

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer, Table

from verifier.core.calculation.units import round_half_up
from verifier.statement.facts.model import Both
from verifier.statement.pdf.fonts import BOLD
from verifier.statement.pdf.typography import BODY, BRAND, CELL, HEADING, INK, LINE, MUTED, PAPER, SMALL, SUBHEADING, SUNK, Face, Text

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN, TOP, BOTTOM = 20 * mm, 24 * mm, 22 * mm
COLUMN = PAGE_WIDTH - 2 * MARGIN
TALLEST_ROW = 70 * mm
VALUE = CELL.but(size=9, leading=13.5)

Cell: TypeAlias = str | Flowable | list[Flowable]
FLUSH = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]


def _listed(cell: Cell) -> list[Flowable]:
    return cell if isinstance(cell, list) else [Text(cell, CELL) if isinstance(cell, str) else cell]


def rows_within(cells: Sequence[list[Flowable]], widths: Sequence[float], tallest: float = TALLEST_ROW) -> list[list[list[Flowable]]]:
    """One row of cells as several rows of at most `tallest` points, for a table that may cut only between rows."""
    columns = [_chunks(cell, width, tallest) for cell, width in zip(cells, widths, strict=True)]
    return [[column[index] if index < len(column) else [] for column in columns] for index in range(max(map(len, columns)))]


def _chunks(cell: list[Flowable], width: float, tallest: float) -> list[list[Flowable]]:
    chunks: list[list[Flowable]] = [[]]
    rest, room = list(reversed(cell)), tallest
    while rest:
        flowable = rest.pop()
        height = flowable.wrap(width, tallest)[1]
        if height <= room:
            chunks[-1].append(flowable)
            room -= height
            continue
        parts = flowable.split(width, room)
        if parts:
            chunks[-1].append(parts[0])
            rest += reversed(parts[1:])
        elif chunks[-1]:
            rest.append(flowable)
        else:
            chunks[-1].append(flowable)
        chunks.append([])
        room = tallest
    return chunks if chunks[-1] or len(chunks) == 1 else chunks[:-1]


class Languages:
    """Which of the two languages comes first; everything bilingual is laid out through this."""

    def __init__(self, order: tuple[str, str]) -> None:
        self.order = order

    def of(self, text: Both) -> tuple[str, str]:
        """The two wordings in order; the second is empty where it says the same."""
        first, second = (getattr(text, language) for language in self.order)
        return (first or second, "" if second in (first, "") or not first else second)

    def one_line(self, text: Both, between: str = " · ") -> str:
        """Both wordings in one line."""
        return between.join(part for part in self.of(text) if part)

    def stacked(self, text: Both, face: Face, under: Face = SMALL) -> list[Flowable]:
        """The first language in `face`, the second below it."""
        first, second = self.of(text)
        return [Text(first, face)] + ([Text(second, under.but(align=face.align))] if second else [])

    def prose(self, text: Both, after: float = 6) -> list[Flowable]:
        """A paragraph in each language, the second muted."""
        first, second = self.of(text)
        faces = [BODY[language] for language in self.order]
        shown = [Text(first, faces[0].but(colour=INK, after=3 if second else after))]
        return shown + ([Text(second, faces[1].but(colour=MUTED, after=after))] if second else [])

    def heading(self, text: Both, number: int, room: float = 45 * mm) -> list[Flowable]:
        """A section's heading with its number, on a page that has `room` for what follows."""
        first, second = self.of(text)
        rest = [Text(second, Face(9.5, 13, colour=MUTED, after=9))] if second else [Spacer(0, 9)]
        return [CondPageBreak(room), Text(f"{number}　{first}", HEADING.but(before=20)), *rest]

    def subheading(self, text: Both) -> list[Flowable]:
        """A smaller heading, both languages in one line."""
        return [CondPageBreak(40 * mm), Text(self.one_line(text), SUBHEADING.but(before=12, after=5))]


def tonnes(amount: Decimal | None, places: int = 2, *, signed: bool = False) -> str:
    """A number with thousands apart, a real minus, and a plus where it is a difference; unknown is a dash."""
    if amount is None:
        return "—"
    rounded = round_half_up(Fraction(amount), places)
    return format(rounded, f"{'+' if signed and rounded > 0 else ''},f").replace("-", "−")


def day(on: date) -> str:
    """A date that reads the same in both languages."""
    return on.isoformat()


def moment(at: datetime, zone: str) -> str:
    """A time in the programme's zone, with its offset said."""
    local = at.astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:]})".replace("UTC-", "UTC−")


def span(start: date, end: date) -> str:
    """One day or a first and a last."""
    return day(start) if start == end else f"{day(start)} — {day(end)}"


def fact_table(languages: Languages, rows: Sequence[tuple[Both, Cell]], width: float = COLUMN, key: float = 46 * mm) -> Table:
    """Names on the left, what is so on the right, a hair line between; rows without content are left out."""
    named = [
        (languages.stacked(name, Face(8.5, 12, colour=INK), SMALL), [Text(value, VALUE)] if isinstance(value, str) else _listed(value))
        for name, value in rows
        if value
    ]
    shown = [part for cells in named for part in rows_within(cells, [key - 8, width - key])]
    rules = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 4), ("BOTTOMPADDING", (0, 0), (-1, -1), 5)]
    lines = [("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("RIGHTPADDING", (0, 0), (0, -1), 8)]
    return Table(shown, colWidths=[key, width - key], style=[*FLUSH, *rules, *lines])


def counted(things: int) -> str:
    """A number of things, grouped."""
    return f"{things:,}"


def number(text: str, face: Face = CELL) -> Text:
    """A number at the right edge of its column."""
    return Text(text, face.but(align="right"))


def number_table(
    languages: Languages,
    headers: Sequence[str],
    widths: Sequence[float],
    rows: Sequence[Sequence[Cell]],
    *,
    numeric: Sequence[int],
    totals: int = 0,
    words: dict[str, Both],
) -> Table:
    """A table whose header repeats on every page; `numeric` columns stand right, the last `totals` rows are set apart."""
    faces = [Face(8, 11.5, BOLD, BRAND, "right" if column in numeric else "left") for column in range(len(headers))]
    header = [languages.stacked(words[key], face, SMALL.but(size=6.8, leading=9)) for key, face in zip(headers, faces, strict=True)]
    style = [
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 1, BRAND),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
        ("TOPPADDING", (0, 0), (-1, -1), 2.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.2),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("BACKGROUND", (0, 0), (-1, 0), PAPER),
    ]
    if totals:
        style += [("BACKGROUND", (0, -totals), (-1, -1), SUNK), ("NOSPLIT", (0, -totals - 2), (-1, -1))]
        style += [("LINEABOVE", (0, -totals), (-1, -totals), 0.8, BRAND)]
    inner = [width - 8 for width in widths]
    parts = [part for cells in rows for part in rows_within([_listed(cell) for cell in cells], inner)]
    return Table([header, *parts], colWidths=list(widths), repeatRows=1, style=style)
