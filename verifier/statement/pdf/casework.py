"""The opinion, the findings with their corrections, the site visits and the photo annex."""

from io import BytesIO

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import CondPageBreak, Flowable, Image, KeepTogether, PageBreak, Spacer, Table

from verifier.core.errors import Refusal
from verifier.statement.facts.model import FindingLine, Photo, SiteVisit, StatementFacts
from verifier.statement.pdf.fonts import BOLD
from verifier.statement.pdf.parts import COLUMN, FLUSH, Cell, Languages, fact_table, moment, number, number_table, rows_within, span, tonnes
from verifier.statement.pdf.typography import BRAND, CELL, MUTED, SMALL, SUNK, Face, Text
from verifier.statement.pdf.wording import WORDING, word

PICTURE_WIDTH, PICTURE_HEIGHT = 80 * mm, 58 * mm
TALLEST_PHOTO = 150 * mm
"""A picture with its caption; what is longer goes on in a row of its own."""


def opinion_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """The paragraph that is signed, set apart from everything around it."""
    name = languages.stacked(facts.opinion.name, Face(13, 20, BOLD), Face(9.5, 14, colour=MUTED, after=6))
    style = [
        ("BACKGROUND", (0, 0), (-1, -1), SUNK),
        ("LINEBEFORE", (0, 0), (0, -1), 3, BRAND),
        ("LEFTPADDING", (0, 0), (-1, -1), 14),
        ("RIGHTPADDING", (0, 0), (-1, -1), 14),
        ("TOPPADDING", (0, 0), (-1, -1), 12),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 10),
    ]
    words = [*name, Spacer(0, 4), *languages.prose(facts.opinion.wording)]
    if facts.opinion.reasons:
        words += languages.stacked(word("opinion_reasons"), Face(9.5, 14, BOLD), SMALL)
        words += [part for each in facts.opinion.reasons for part in languages.prose(each, after=3)]
    panel = Table(rows_within([words], [COLUMN - 28]), colWidths=[COLUMN], style=style)
    return [*languages.heading(word("opinion"), at), panel]


def _finding(line: FindingLine, languages: Languages) -> list[Flowable]:
    title = Text(f"{line.number}　{languages.one_line(line.class_name)}", Face(10.5, 16, BOLD, before=12, after=3))
    rows: list[tuple] = [
        (word("clause"), line.clause),
        (word("subject"), line.subject),
        (word("description"), line.description),
        (word("effect"), tonnes(line.effect, signed=True) if line.effect is not None else ""),
        (word("answer"), line.answer),
        (word("correction"), line.correction),
        (word("disposition"), languages.one_line(line.disposition)),
    ]
    return [CondPageBreak(60 * mm), title, fact_table(languages, rows)]


def findings_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """Each finding with its disposition, corrected ones included."""
    head = languages.heading(word("findings"), at, room=95 * mm)
    if not facts.findings:
        return [*head, *languages.prose(word("no_findings"))]
    return [*head, *(part for line in facts.findings for part in _finding(line, languages))]


def _visit(visit: SiteVisit, languages: Languages) -> list[Flowable]:
    rows = [
        (word("visit_kind"), languages.one_line(visit.kind)),
        *([(word("remote_reason"), visit.reason)] if visit.reason else []),
        (word("dates"), span(visit.started_on, visit.ended_on)),
        (word("place"), visit.place),
        (word("people"), "、".join(visit.people)),
    ]
    parts: list[Flowable] = [fact_table(languages, rows)]
    if visit.items:
        cells: list[list[Cell]] = [
            [
                languages.stacked(item.item, CELL, SMALL),
                languages.stacked(item.outcome, CELL, SMALL) + ([Text(item.note, SMALL.but(before=2))] if item.note else []),
            ]
            for item in visit.items
        ]
        parts.append(Spacer(0, 10))
        parts.append(number_table(languages, ("item", "outcome"), (COLUMN * 0.55, COLUMN * 0.45), cells, numeric=(), words=WORDING))
    return [*parts, Spacer(0, 10)]


def visits_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """Where the team went, with whom, and what the checklist gave."""
    head = languages.heading(word("visits"), at, room=80 * mm)
    if facts.visit_waiver:
        waived = facts.visit_waiver
        rows = [
            (word("waiver"), f"{waived.decided_on.isoformat()} · {waived.reference}"),
            (word("waiver_reason"), waived.reason),
            (word("waiver_file"), waived.sha256),
        ]
        head = [*head, fact_table(languages, rows), Spacer(0, 10)]
    elif not facts.site_visits:
        return [*head, *languages.prose(word("no_visits"))]
    return [*head, *(part for visit in facts.site_visits for part in _visit(visit, languages))]


def samples_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """The samples drawn, with their errors; the procedures accepted for what a sample does not support."""
    head = languages.heading(word("samples"), at, room=30 * mm)
    if not facts.samples:
        return [*head, *languages.prose(word("no_samples"))]
    cells: list[list[Cell]] = [
        [
            Text(str(line.number), CELL),
            languages.stacked(line.method, CELL, SMALL) + ([Text(line.procedures, SMALL.but(before=2))] if line.procedures else []),
            number(str(line.items)),
            number(str(line.wrong)),
            number(tonnes(line.limit)),
            number(tonnes(line.tolerable)),
        ]
        for line in facts.samples
    ]
    headings = ("sample", "sample_method", "sample_items", "sample_wrong", "sample_limit", "sample_tolerable")
    widths = tuple(COLUMN * share for share in (0.09, 0.33, 0.12, 0.12, 0.17, 0.17))
    return [*head, number_table(languages, headings, widths, cells, numeric=(2, 3, 4, 5), words=WORDING), Spacer(0, 10)]


def _picture(photo: Photo) -> Image:
    try:
        wide, high = ImageReader(BytesIO(photo.thumbnail)).getSize()
    except OSError as unreadable:
        raise Refusal("statement.thumbnail.unreadable", sha256=photo.sha256) from unreadable
    scale = min(PICTURE_WIDTH / wide, PICTURE_HEIGHT / high)
    return Image(BytesIO(photo.thumbnail), width=wide * scale, height=high * scale, hAlign="LEFT", lazy=0)


def _photo(photo: Photo, order: int, facts: StatementFacts, languages: Languages) -> list[Flowable]:
    time = moment(photo.taken_at, facts.zone) if photo.taken_at else languages.one_line(word("no_time"))
    return [
        *([_picture(photo)] if photo.thumbnail else languages.prose(word("no_picture"))),
        Text(f"{order}　{photo.caption}", Face(8.5, 12.5, BOLD, before=5)),
        Text("　".join(part for part in (photo.place, time) if part), SMALL),
        Text(f"SHA-256\n{photo.sha256}", SMALL.but(size=6, leading=8.6)),
    ]


def photos_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """Two pictures a row, each with the hash of its original."""
    head = languages.heading(word("photos"), at)
    if not facts.photos:
        return [*head, *languages.prose(word("no_photos"))]
    half = COLUMN / 2
    style = [*FLUSH, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 12)]
    cells = [_photo(photo, order, facts, languages) for order, photo in enumerate(facts.photos, 1)]
    rows = [cells[n : n + 2] + [[]] * (2 - len(cells[n : n + 2])) for n in range(0, len(cells), 2)]
    inner, style = [half - 12, half], [*style, ("RIGHTPADDING", (0, 0), (0, -1), 12)]
    grid = [KeepTogether(Table(rows_within(row, inner, TALLEST_PHOTO), colWidths=[half, half], style=style)) for row in rows]
    return [PageBreak(), *head, *languages.prose(word("photos_note"), after=10), *grid]
