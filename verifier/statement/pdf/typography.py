"""Typography of the PDF: its sizes, its colours, and a line breaker for Chinese and English."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from verifier.statement.pdf.fonts import BOLD, REGULAR, in_reading_order, load_fonts, printable, runs, width_at_one_point

INK, MUTED, BRAND, SUNK, PAPER = (HexColor(code) for code in ("#15211f", "#4e5d59", "#0b5d51", "#eaf0ee", "#ffffff"))
LINE, PROBLEM = HexColor("#c6d2ce"), HexColor("#8c1b13")

_NOT_FIRST = set("，。、；：？！）》〉」』】〕”’％…·,.;:?!)]}%")
_NOT_LAST = set("（《〈「『【〔“‘([{")
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"\n|[^\S\n]+|[{_WIDE}…“”‘’]|[^\s{_WIDE}…“”‘’]+")
_SUBSCRIPT = re.compile("([₀-₉]+)")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
SUBSCRIPT_SIZE = 0.66
_ROUNDING = 1e-6
"""Points by which sums of widths in floating point may differ."""


def tidy(text: str) -> str:
    """Line ends and tabs made plain, CO2 as chemists write it, and only characters that can be printed."""
    plain = printable(text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()
    return re.sub(r"(?<![0-9A-Za-z])(t?)CO2(?![0-9A-Za-df-z])", r"\1CO₂", plain)


@dataclass(frozen=True, slots=True)
class Face:
    """How a run of text is set, in points."""

    size: float
    leading: float
    font: str = REGULAR
    colour: Color = INK
    align: str = "left"
    before: float = 0
    after: float = 0

    def but(self, **changes: object) -> "Face":
        """The same face with some of its settings changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


TITLE = Face(27, 36, BOLD, BRAND)
HEADING = Face(15, 22, BOLD, BRAND)
SUBHEADING = Face(10.5, 16, BOLD)
BODY = {"zh": Face(9.5, 15.5), "en": Face(9, 13.5, colour=MUTED)}
CELL = Face(8, 11.5)
SMALL = Face(7.2, 10, colour=MUTED)


def pieces(text: str) -> list[tuple[str, bool]]:
    """The runs of a text and whether each is a subscript."""
    return [(run.translate(_LOWERED), index % 2 == 1) for index, run in enumerate(_SUBSCRIPT.split(text)) if run]


def width_of(text: str, face: Face) -> float:
    """Width in points, subscripts at two thirds."""
    return sum(width_at_one_point(run, face.font) * face.size * (SUBSCRIPT_SIZE if low else 1) for run, low in pieces(text))


def _units(paragraph: str) -> list[str]:
    """What a line may not break: a Latin word, a number, a Chinese character with the punctuation that clings to it."""
    units: list[list[str]] = []
    for token in _TOKEN.findall(paragraph):
        before = units[-1][-1] if units else " "
        clings = not before.isspace() and (token[0] in _NOT_FIRST or before[-1] in _NOT_LAST) and not token.isspace()
        if clings:
            units[-1].append(token)
        else:
            units.append([token])
    return ["".join(unit) for unit in units]


def break_lines(text: str, face: Face, width: float) -> list[str]:
    """The text as lines no wider than `width`; only a word wider than a whole line is cut. Takes time linear in the text's length."""
    return [line for paragraph in tidy(text).split("\n") for line in _lines_of(paragraph, face, width + _ROUNDING)]


def _lines_of(paragraph: str, face: Face, width: float) -> Iterator[str]:
    line, used = "", 0.0
    for unit in _units(paragraph):
        wide = width_of(unit, face)
        if unit.isspace() or used + wide <= width:
            line, used = line + unit, used + wide
            continue
        if line.strip():
            yield line.rstrip()
        *full, line = _cut(unit, face, width) if wide > width else [unit]
        yield from full
        used = width_of(line, face)
    yield line.rstrip()


def _cut(word: str, face: Face, width: float) -> list[str]:
    """A word wider than a line in parts that fit, each of at least one character; a combining mark stays with its letter."""
    parts, start, used = [], 0, 0.0
    for index, character in enumerate(word):
        wide = width_of(character, face)
        if index > start and used + wide > width and not unicodedata.combining(character):
            parts.append(word[start:index])
            start, used = index, 0.0
        used += wide
    return [*parts, word[start:]]


class Text(Flowable):
    """Plain text in one face, broken into lines, and across pages where it must."""

    def __init__(self, text: str, face: Face, lines: list[str] | None = None) -> None:
        super().__init__()
        load_fonts()
        self.text, self.face, self.lines = text, face, lines
        self.fixed = lines is not None
        self.spaceBefore, self.spaceAfter = face.before, face.after

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Break into lines for this width."""
        self.width = width
        if not self.fixed:
            self.lines = break_lines(self.text, self.face, width)
        self.height = len(self.lines or []) * self.face.leading
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Cut between lines, never leaving a single line behind or ahead."""
        self.wrap(width, height)
        lines = self.lines or []
        fits = min(int((height + 0.01) // self.face.leading), len(lines) - 2)
        if fits < 2:
            return []
        return [Text("", self.face.but(after=0), lines[:fits]), Text("", self.face.but(before=0), lines[fits:])]

    def draw(self) -> None:
        """Paint every line on its baseline."""
        face = self.face
        for number, line in enumerate(self.lines or []):
            baseline = self.height - number * face.leading - (face.leading - face.size) / 2 - face.size * 0.86
            spare = self.width - width_of(line, face)
            draw_line(self.canv, {"left": 0, "right": spare, "centre": spare / 2}[face.align], baseline, line, face)


def draw_line(canvas: Canvas, x: float, y: float, line: str, face: Face) -> None:
    """One line at a baseline, subscripts lowered, each run in the face that has its characters."""
    load_fonts()
    canvas.setFillColor(face.colour)
    for part, low in pieces(in_reading_order(tidy(line))):
        size = face.size * (SUBSCRIPT_SIZE if low else 1)
        for font, run in runs(part, face.font):
            canvas.setFont(font, size)
            canvas.drawString(x, y - (face.size * 0.14 if low else 0), run)
            x += width_at_one_point(run, face.font) * size
