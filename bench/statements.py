"""A statement with 200 photos beside bare reportlab writing as many pages, and what a signature costs."""

from dataclasses import replace
from hashlib import sha256
from io import BytesIO

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Image, PageBreak, Paragraph, SimpleDocTemplate, Table

from bench.stopwatch import Figure, in_turns, milliseconds
from tests.statement import specimen
from verifier.statement.facts.model import Photo, SourceLine
from verifier.statement.pdf.document import render
from verifier.statement.pdf.fonts import REGULAR, load_fonts
from verifier.statement.signing.signatures import certify, prepare

PHOTOS, TIMES, SIGNATURE = 200, 1.5, 0.5


def measured(rounds: int = 5) -> list[Figure]:
    """Ours and bare reportlab, with the same photos, sources and words; then one signature."""
    pictures = [specimen.picture((number % 256, number * 7 % 256, 90)) for number in range(PHOTOS)]
    photos = tuple(
        Photo(sha256(picture).hexdigest(), f"Boiler {number}", specimen.NOW, "39.908100, 116.207900", picture)
        for number, picture in enumerate(pictures)
    )
    facts = replace(specimen.a_statement(), photos=photos, sources=specimen.many_sources())
    load_fonts()
    alone, whole = in_turns(lambda: _bare(facts.sources, photos), lambda: render(facts), rounds=rounds)
    pdf = prepare(render(facts))
    lead = specimen.signers().lead
    (signed,) = in_turns(lambda: certify(pdf, lead), rounds=rounds)
    return [
        Figure(f"statement with {PHOTOS} photos beside bare reportlab", whole / alone, "×", TIMES, note=milliseconds(whole, alone)),
        Figure("a signature", signed, "s", SIGNATURE),
    ]


def _bare(sources: tuple[SourceLine, ...], photos: tuple[Photo, ...]) -> bytes:
    style, buffer = ParagraphStyle("plain", fontName=REGULAR, fontSize=8, leading=10), BytesIO()
    rows = [[Paragraph(f"{word}", style) for word in (of.id, of.name, of.category, of.reported, of.verified)] for of in sources]
    story: list[object] = [Paragraph("Verification statement", style), PageBreak(), Table(rows, repeatRows=1), PageBreak()]
    for first in range(0, len(photos), 2):
        pair = photos[first : first + 2]
        words = [Paragraph(f"{photo.caption}<br/>{photo.place}<br/>{photo.taken_at}<br/>{photo.sha256}", style) for photo in pair]
        story.append(Table([[Image(BytesIO(photo.thumbnail), 80 * mm, 60 * mm) for photo in pair], words]))
    SimpleDocTemplate(buffer).build(story)
    return buffer.getvalue()
