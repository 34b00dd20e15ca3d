"""The signature page: position of the three signatures, and the stamp each of them prints."""

from io import BytesIO

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, FrameBreak

from verifier.statement.facts.model import Both, StatementFacts
from verifier.statement.pdf.fonts import BOLD, load_fonts
from verifier.statement.pdf.parts import COLUMN, MARGIN, Languages
from verifier.statement.pdf.typography import BRAND, INK, LINE, MUTED, PAPER, SMALL, Face, Text, break_lines, draw_line
from verifier.statement.pdf.wording import word

LEAD, SIGNATORY, SEAL = "LeadVerifier", "AuthorisedSignatory", "BodySeal"
_LEFT, _WIDE, _HIGH = MARGIN + 56 * mm, COLUMN - 56 * mm, 36 * mm
PLACES = {
    field: (round(_LEFT), round(bottom * mm), round(_LEFT + _WIDE), round(bottom * mm + _HIGH))
    for field, bottom in ((LEAD, 172), (SIGNATORY, 130), (SEAL, 88))
}
ROLES = {LEAD: "lead", SIGNATORY: "signatory", SEAL: "seal"}


def _label(canvas: Canvas, text: str, y: float, face: Face) -> float:
    for line in break_lines(text, face, 51 * mm):
        draw_line(canvas, MARGIN, y, line, face)
        y -= face.leading
    return y


def paint_places(canvas: Canvas, facts: StatementFacts, languages: Languages) -> None:
    """An empty, labelled box for each signature."""
    names = {LEAD: facts.lead_verifier, SIGNATORY: facts.authorised_signatory, SEAL: facts.body.name}
    for order, (field, (left, bottom, right, top)) in enumerate(PLACES.items(), 1):
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.8)
        canvas.roundRect(left, bottom, right - left, top - bottom, 4, stroke=1, fill=0)
        first, second = languages.of(word(ROLES[field]))
        y = _label(canvas, f"{order}　{first}", top - 12, Face(10.5, 15, BOLD, BRAND))
        y = _label(canvas, second, y + 1, SMALL.but(size=8, leading=11)) - 6
        _label(canvas, names[field], y, Face(10, 14))


def signature_page(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """What signing means, above the places; how to check it, below them."""
    head = languages.heading(word("signatures"), at)
    check = [*languages.subheading(word("check"))[1:], *languages.prose(word("check_note"), after=4)]
    address = Text(facts.public_url, Face(8, 12, BOLD, BRAND))
    return [*head[1:], *languages.prose(word("signatures_note")), FrameBreak(), *check, address]


def stamp(field: str, lines: tuple[str, ...]) -> bytes:
    """A one-page PDF as large as the field's place: the first line large, the others below it."""
    load_fonts()
    left, bottom, right, top = PLACES[field]
    wide, high = right - left, top - bottom
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(wide, high), invariant=1, initialFontName="NotoSansSC")
    canvas.setFillColor(PAPER)
    canvas.setStrokeColor(BRAND)
    canvas.setLineWidth(1.2)
    canvas.rect(0, 0, wide, high, stroke=0, fill=1)
    canvas.roundRect(0.8, 0.8, wide - 1.6, high - 1.6, 4, stroke=1, fill=1)
    canvas.setFillColor(BRAND)
    canvas.rect(0.8, 6, 3, high - 12, stroke=0, fill=1)
    _stamp_lines(canvas, lines, wide - 28, high)
    canvas.save()
    return buffer.getvalue()


def _stamp_lines(canvas: Canvas, lines: tuple[str, ...], wide: float, high: float) -> None:
    large = Face(17, 22, BOLD, INK)
    shown = [(line, large) for line in break_lines(lines[0], large, wide)[:2]]
    small = Face(8.5, 12.5, colour=MUTED)
    shown += [(line, small) for text in lines[1:] for line in break_lines(text, small, wide)]
    y = high / 2 + sum(face.leading for _, face in shown) / 2
    for line, face in shown:
        draw_line(canvas, 16, y - face.leading / 2 - face.size * 0.36, line, face)
        y -= face.leading


def stamp_lines(name: str, role: Both, organisation: str, at: str) -> tuple[str, ...]:
    """What a visible signature says: who, as what, for whom, when."""
    when = word("signed_at")
    return tuple(line for line in (name, f"{role.zh} {role.en}", organisation, f"{when.zh} {when.en}　{at}") if line)
