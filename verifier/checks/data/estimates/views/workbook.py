"""The working of an estimate as a workbook: reported and used quantities side by side, and the tonnes as live formulas."""

from datetime import datetime

from flask_babel import gettext as _

from verifier.checks.data.calculation_export.views import sheets
from verifier.checks.data.estimates.queries import Sheet
from verifier.checks.data.wording import parameter_name
from verifier.core.calculation.conservative_estimate import recalculated
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.rulepacks.load import load
from verifier.web.downloads.formula_workbook import LiveBook, LiveCell, Title
from verifier.web.pages.filters import listed, name_of, text_in
from verifier.web.pages.labels import label


def of(engagement: Engagement, sheet: Sheet, rule: str, now: datetime) -> bytes:
    """Cover, quantities and factors as reported and as taken, then totals, source, amounts and factors of the estimate with formulas."""
    pack, source = load(engagement.pack_id), sheet.review.source
    book, found = LiveBook(), sheet.estimate
    report = reports.report_of(engagement.report_version)
    known = {each.month.period: each.used for each in sheet.months if each.used is not None}
    cover = book.sheet(_("Estimate"), widths=(34, 110))
    cover.add([Title(_("Conservative estimate"))])
    for term, value in (
        (_("Case"), engagement.number),
        (_("Reporting unit"), name_of(engagement.unit)),
        (_("Source"), f"{source.source_key} {source.name}".strip()),
        (_("Report"), _("Version %(number)s, %(file)s", number=engagement.report_version.number, file=engagement.report_version.filename)),
        (_("Rule pack"), f"{pack.id} · {text_in(pack.name)}"),
        (_("Rule"), rule),
        (_("Findings"), listed(finding.label for finding in sheet.grounds)),
        (_("Reported, t CO2"), source.reported),
        (_("Estimated, t CO2"), found.tonnes if found else None),
        (_("Generated"), now),
    ):
        cover.add([Title(term), value])
    headers = [
        _("Period"),
        _("Unit"),
        _("Reported"),
        _("Independent record"),
        _("Verified"),
        _("Used"),
        _("Difference (reported − used)"),
        _("Why"),
    ]
    rows = book.sheet(_("Months used"), headers, (12, 12, 16, 16, 16, 16, 16, 26))
    for each in sheet.months:
        at, month = rows.last + 1, each.month
        difference = None
        if each.used is not None and month.reported is not None:
            difference = LiveCell(f"{rows.at(2, at)}-{rows.at(5, at)}", float(month.reported - each.used))
        why = label(each.why) if each.why else ""
        rows.add([month.period, month.unit, month.reported, month.independent, each.verified, each.used, difference, why])
    headers = [_("Factor"), _("Reported"), _("Unit reported"), _("Used"), _("Unit used"), _("Table"), _("Source of the value")]
    factors_sheet = book.sheet(_("Factors used"), headers, (26, 16, 18, 16, 18, 22, 60))
    for factor in sheet.factors:
        default = factor.default
        factors_sheet.add(
            [
                parameter_name(factor.parameter),
                factor.reported,
                factor.reported_unit,
                factor.value,
                factor.unit,
                default.table if default else _("as reported (no published default)"),
                text_in(default.origin.words) if default else "",
            ]
        )
    sheets.numbers(book, recalculated(report, source.source_key, pack, known), pack, {})
    return book.bytes()
