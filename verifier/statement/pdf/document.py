"""The statement as one bilingual PDF, with its facts attached as statement.json."""

from functools import partial
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate

from verifier.statement.facts.model import StatementFacts, canonical_bytes
from verifier.statement.pdf.casework import findings_section, opinion_section, photos_section, samples_section, visits_section
from verifier.statement.pdf.coverage import coverage_annex
from verifier.statement.pdf.fonts import REGULAR, load_fonts
from verifier.statement.pdf.front_page import facts_section, front_page, paint_front, scope_section
from verifier.statement.pdf.numbered_pages import CountedPages, date_file
from verifier.statement.pdf.parts import BOTTOM, COLUMN, MARGIN, PAGE_HEIGHT, PAGE_WIDTH, TOP, Languages
from verifier.statement.pdf.signature_page import paint_places, signature_page
from verifier.statement.pdf.sources import comparison_section, sources_section
from verifier.statement.pdf.typography import LINE, SMALL, break_lines, draw_line, width_of
from verifier.statement.pdf.wording import word

ATTACHMENT = "statement.json"
SECTIONS = (
    facts_section,
    scope_section,
    sources_section,
    comparison_section,
    opinion_section,
    findings_section,
    visits_section,
    samples_section,
    photos_section,
    signature_page,
)


def _frame(facts: StatementFacts, languages: Languages, canvas: Canvas, page: int, pages: int) -> None:
    """Footer of every page, and the unit and title above all but the first."""
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, 14.5 * mm, PAGE_WIDTH - MARGIN, 14.5 * mm)
    draw_line(canvas, MARGIN, 10 * mm, facts.number, SMALL)
    shown = languages.one_line(word("page", page=page, pages=pages))
    draw_line(canvas, PAGE_WIDTH - MARGIN - width_of(shown, SMALL), 10 * mm, shown, SMALL)
    if page > 1:
        unit, *rest = break_lines(facts.unit.name, SMALL, COLUMN * 0.45)
        draw_line(canvas, MARGIN, PAGE_HEIGHT - 13 * mm, f"{unit}{'…' if rest else ''} · {facts.year}", SMALL)
        title = languages.one_line(word("title"))
        draw_line(canvas, PAGE_WIDTH - MARGIN - width_of(title, SMALL), PAGE_HEIGHT - 13 * mm, title, SMALL)


def _attach(canvas: Canvas, content: bytes) -> None:
    document = canvas._doc
    stream = PDFStream(PDFDictionary({"Type": PDFName("EmbeddedFile"), "Subtype": "/application#2Fjson"}), content)
    stream.dictionary["Params"] = PDFDictionary({"Size": len(content)})
    reference = document.Reference(stream)
    specification = document.Reference(
        PDFDictionary(
            {
                "Type": PDFName("Filespec"),
                "F": PDFString(ATTACHMENT),
                "UF": PDFString(ATTACHMENT),
                "EF": PDFDictionary({"F": reference, "UF": reference}),
                "AFRelationship": PDFName("Data"),
            }
        )
    )
    files = PDFDictionary({"Names": PDFArray([PDFString(ATTACHMENT), specification])})
    document.Catalog.Names = PDFDictionary({"EmbeddedFiles": files})


def _templates(facts: StatementFacts, languages: Languages) -> list[PageTemplate]:
    flush = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    frame = partial(Frame, MARGIN, BOTTOM, COLUMN, PAGE_HEIGHT - TOP - BOTTOM, **flush)
    above = Frame(MARGIN, 212 * mm, COLUMN, PAGE_HEIGHT - TOP - 212 * mm, **flush)
    below = Frame(MARGIN, BOTTOM, COLUMN, 80 * mm - BOTTOM, **flush)
    return [
        PageTemplate("front", [frame()], onPage=lambda canvas, _: paint_front(canvas)),
        PageTemplate("inner", [frame()]),
        PageTemplate("signatures", [above, below], onPage=lambda canvas, _: paint_places(canvas, facts, languages)),
    ]


def _story(facts: StatementFacts, languages: Languages) -> list[Flowable]:
    story = [*front_page(facts, languages), NextPageTemplate("inner"), PageBreak()]
    for at, section in enumerate(SECTIONS, 1):
        if section is signature_page:
            story += coverage_annex(facts, languages)
            story += [NextPageTemplate("signatures"), PageBreak()]
        story += section(facts, languages, at)
    return story


def render(facts: StatementFacts, language_order: tuple[str, str] = ("zh", "en")) -> bytes:
    """The whole unsigned document; the same facts give the same bytes, and a glyph the fonts lack is refused before anything is written."""
    load_fonts()
    languages = Languages(language_order)
    title = word("title")
    buffer = BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        pageTemplates=_templates(facts, languages),
        invariant=1,
        lang=_tag(language_order),
        title=f"{languages.one_line(title)} {facts.number}",
        author=facts.body.name,
        subject=f"{facts.unit.name} {facts.year}",
        creator="Verifier",
        displayDocTitle=True,
        initialFontName=REGULAR,
    )

    def canvas(*args: object, **settings: object) -> CountedPages:
        pages = CountedPages(*args, frame=partial(_frame, facts, languages), **settings)
        _attach(pages, canonical_bytes(facts))
        date_file(pages, facts.prepared_at)
        return pages

    document.build(_story(facts, languages), canvasmaker=canvas)
    return buffer.getvalue()


def _tag(language_order: tuple[str, str]) -> str:
    return {"zh": "zh-CN", "en": "en"}[language_order[0]]
