"""Download of the calculation as one workbook per case, recorded in its trail."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data import queries
from verifier.checks.data.calculation_export.views import lists, sheets
from verifier.checks.data.flags import queries as flags
from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.rulepacks.load import load
from verifier.web.downloads.formula_workbook import LiveBook
from verifier.web.downloads.spreadsheet import MEDIA_TYPE, download
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor

bp = Blueprint("calculation_export", __name__)


@bp.get("/cases/<uuid:engagement_id>/working.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement) -> ResponseReturnValue:
    """Register, flags, samples and the whole recalculation with live formulas."""
    version, pack = engagement.report_version, load(engagement.pack_id)
    calculation, now = reports.calculation_of(version), utcnow()
    record(
        TrailAction.DATA_CALCULATION_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        effect=Effect.LOOK,
        number=version.number,
        sha256=version.sha256,
    )
    book = LiveBook()
    lists.cover(book, engagement, pack, now)
    sheets.numbers(book, calculation, pack, {each.source.source_key: each for each in queries.source_reviews(engagement)})
    lists.flags(book, flags.flagged(engagement), pack)
    lists.samples(book, engagement)
    lists.further(book, engagement)
    name = _("%(number)s calculation sheet for report version %(version)s", number=engagement.number, version=version.number)
    return download(book.bytes(), f"{name}.xlsx", MEDIA_TYPE)
