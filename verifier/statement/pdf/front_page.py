"""The first page, and the facts, scope and criteria that follow it."""

import segno
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Spacer, Table

from verifier.statement.facts.model import Both, ComparedPlan, Party, StatementFacts
from verifier.statement.pdf.fonts import BOLD
from verifier.statement.pdf.parts import (
    BOTTOM,
    COLUMN,
    FLUSH,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TOP,
    VALUE,
    Languages,
    day,
    fact_table,
    moment,
    span,
    tonnes,
)
from verifier.statement.pdf.typography import BRAND, CELL, INK, MUTED, SMALL, SUNK, TITLE, Face, Text, draw_line, width_of
from verifier.statement.pdf.wording import word


class QrCode(Flowable):
    """The public address as a code, drawn as squares, and as a link."""

    def __init__(self, url: str, side: float) -> None:
        super().__init__()
        self.url, self.width, self.height = url, side, side

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Always square."""
        return self.width, self.height

    def draw(self) -> None:
        """Dark modules in ink on the white of the page."""
        rows = [list(row) for row in segno.make(self.url, error="m", micro=False).matrix]
        step = self.width / len(rows)
        self.canv.setFillColor(INK)
        path = self.canv.beginPath()
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    path.rect(across * step, self.height - (down + 1) * step, step, step)
        self.canv.drawPath(path, stroke=0, fill=1)
        self.canv.linkURL(self.url, (0, 0, self.width, self.height), relative=1)


class Figure(Flowable):
    """The verified tonnes, as large as the page allows, with their unit."""

    def __init__(self, amount: str, unit: str) -> None:
        super().__init__()
        self.amount, self.unit = amount, unit

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """As wide as it is given; long figures get smaller, never cut."""
        self.width, self.height = width, 46.0
        self.size = next(s for s in (38, 32, 26, 20, 14, 9) if s == 9 or width_of(self.amount, Face(s, s, BOLD)) < width - 36)
        return self.width, self.height

    def draw(self) -> None:
        """Figure and unit on one baseline."""
        face = Face(self.size, self.size, BOLD, BRAND)
        draw_line(self.canv, 0, 11, self.amount, face)
        draw_line(self.canv, width_of(self.amount, face) + 6, 11, self.unit, Face(12, 12, colour=BRAND))


def paint_front(canvas: Canvas) -> None:
    """The band of colour at the head of the first page."""
    canvas.setFillColor(BRAND)
    canvas.rect(0, PAGE_HEIGHT - 9 * mm, PAGE_WIDTH, 9 * mm, stroke=0, fill=1)


def _own_figure(facts: StatementFacts, languages: Languages) -> list[Flowable]:
    reported = languages.one_line(word("reported_total"), " ") + f"　{tonnes(facts.reported_total, 0)} tCO₂"
    changed = languages.one_line(word("difference"), " ") + f"　{tonnes(facts.difference, 0, signed=True)}"
    return [
        *languages.stacked(word("verified_total"), CELL, SMALL),
        Spacer(0, 4),
        Figure(tonnes(facts.verified_total, 0), "tCO₂"),
        Text(reported, SMALL),
        Text(changed, SMALL),
    ]


def _reported_figure(facts: StatementFacts, languages: Languages) -> list[Flowable]:
    """The reported tonnes and what stays wrong with them, where the verifier states none of its own."""
    found = facts.materiality
    left = [*languages.stacked(word("reported_total"), CELL, SMALL), Spacer(0, 4), Figure(tonnes(facts.reported_total, 0), "tCO₂")]
    if found is not None:
        left += languages.stacked(word("misstated"), SMALL)
        net, gross = (languages.one_line(word(key), " ") for key in ("net", "gross"))
        left.append(Text(f"{net}　{tonnes(found.uncorrected.net, signed=True)} tCO₂", SMALL))
        left.append(Text(f"{gross}　{tonnes(found.uncorrected.gross)} tCO₂", SMALL))
    return left


def _panel(facts: StatementFacts, languages: Languages) -> Table:
    left = _own_figure(facts, languages) if facts.own_figure else _reported_figure(facts, languages)
    opinion = languages.stacked(facts.opinion.name, Face(14, 21, BOLD), Face(9.5, 13, colour=MUTED))
    right = [*languages.stacked(word("opinion"), CELL, SMALL), Spacer(0, 8), *opinion]
    style = [
        ("BACKGROUND", (0, 0), (-1, -1), SUNK),
        ("LINEBEFORE", (0, 0), (0, 0), 3, BRAND),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 14),
        ("RIGHTPADDING", (0, 0), (-1, -1), 12),
        ("TOPPADDING", (0, 0), (-1, -1), 14),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 14),
    ]
    return Table([[left, right]], colWidths=[COLUMN * 0.56, COLUMN * 0.44], style=style)


def front_page(facts: StatementFacts, languages: Languages) -> list[Flowable]:
    """Number, unit, year, tonnes and opinion at a glance; the code to check them by."""
    first, second = languages.of(word("title"))
    size = next(size for size in (27, 25, 23, 21) if size == 21 or width_of(first, TITLE.but(size=size)) <= COLUMN)
    title = TITLE.but(size=size, leading=size * 1.33)
    year = Both(f"{facts.year} 年度", f"Emission year {facts.year}")
    short = 112 * mm
    rows = [
        (word("body"), facts.body.name),
        (word("programme"), languages.one_line(facts.programme)),
        (word("period"), span(facts.period_start, facts.period_end)),
        (word("lead"), facts.lead_verifier),
        (word("signatory"), facts.authorised_signatory),
        (word("prepared"), moment(facts.prepared_at, facts.zone)),
    ]
    code: list[Flowable] = [QrCode(facts.public_url, 38 * mm), Spacer(0, 6), *languages.stacked(word("scan"), CELL, SMALL)]
    code.append(Text(facts.public_url, SMALL.but(size=6.2, leading=8.5, before=3)))
    below = Table([[fact_table(languages, rows, short, 40 * mm), code]], colWidths=[short + 18 * mm, COLUMN - short - 18 * mm])
    below.setStyle([*FLUSH, ("VALIGN", (0, 0), (-1, -1), "TOP")])
    content = [
        Spacer(0, 14 * mm),
        Text(first, title),
        Text(second, Face(13, 19, colour=MUTED, after=16 * mm)),
        *languages.stacked(word("number"), CELL, SMALL),
        Text(facts.number, Face(15, 24, BOLD, after=7 * mm)),
        *languages.stacked(word("unit"), CELL, SMALL),
        Text(facts.unit.name, Face(18, 28, BOLD)),
        Text(languages.one_line(year), Face(10.5, 17, colour=MUTED, after=9 * mm)),
        _panel(facts, languages),
        Spacer(0, 11 * mm),
        below,
    ]
    return [KeepInFrame(COLUMN, PAGE_HEIGHT - TOP - BOTTOM - 1, content, mode="shrink")]


def _party(party: Party, languages: Languages) -> list[Flowable]:
    code = f"{languages.one_line(word('credit_code'), ' ')}　{party.credit_code}" if party.credit_code else ""
    return [Text(party.name, VALUE), *(Text(line, SMALL.but(size=8, leading=11.5)) for line in (code, party.address) if line)]


def facts_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """Who was verified by whom, on which file, by which people."""
    report = facts.report
    team = "\n".join(f"{member.name}　{languages.one_line(member.role)}" for member in facts.team)
    dates = "\n".join(f"{day(step.on)}　{languages.one_line(step.name)}" for step in facts.milestones)
    review = f"{facts.review.reviewer}　{day(facts.review.approved_on)}" + (f"\n{facts.review.remark}" if facts.review.remark else "")
    received = f"　{languages.one_line(word('received'), ' ')} {day(report.received_on)}" if report.received_on else ""
    rows = [
        (word("unit"), _party(facts.unit, languages)),
        (word("body"), _party(facts.body, languages)),
        (word("report_version"), f"{report.version}{received}"),
        (word("report_file"), "\n".join(part for part in (report.filename, f"SHA-256 {report.sha256}") if part)),
        (word("team"), team),
        (word("review"), review),
        (word("milestones"), dates),
    ]
    return [*languages.heading(word("facts"), at), fact_table(languages, rows)]


def scope_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """What was verified and against what: the rule pack is pinned by its hash."""
    criteria = facts.criteria
    face, under = Face(9, 14), SMALL.but(size=8, leading=11.5)
    standards: list[Flowable] = [part for text in criteria.standards for part in languages.stacked(text, face, SMALL.but(after=3))]
    rows = [
        (word("scope_label"), languages.stacked(facts.scope, face, under)),
        (word("standards"), standards),
        (
            word("pack"),
            [
                *languages.stacked(criteria.title, face),
                Text(f"{criteria.pack_id}　{criteria.version}", CELL),
                Text(f"SHA-256 {criteria.sha256}", SMALL),
            ],
        ),
        *([(word("compared_plan"), _compared_plan(facts.compared_plan, languages))] if facts.compared_plan else []),
        (word("assurance"), languages.stacked(criteria.assurance, face) if criteria.assurance else []),
        (word("materiality"), languages.stacked(criteria.materiality, face, under) if criteria.materiality else []),
    ]
    return [*languages.heading(word("scope"), at), fact_table(languages, rows)]


def _compared_plan(plan: ComparedPlan, languages: Languages) -> list[Flowable]:
    """Where the monitoring plan came from, with the document that was entered."""
    named = " · ".join(part for part in (plan.document, plan.reference, plan.dated_on.isoformat() if plan.dated_on else "") if part)
    lines = [Text(named, CELL)] if named else []
    lines += [Text(f"SHA-256 {plan.sha256}", SMALL)] if plan.sha256 else []
    return [*languages.stacked(plan.origin, Face(9, 14), SMALL), *lines]
