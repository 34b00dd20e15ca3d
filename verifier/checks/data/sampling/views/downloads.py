"""Download of a sample as a workbook in which the draw and the projection can be repeated."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.sampling.sample_workbook import workbook
from verifier.checks.data.sampling.views.blueprint import bp, sample_or_404
from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.web.downloads.spreadsheet import MEDIA_TYPE, download
from verifier.web.pages.labels import label
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor


@bp.get("/cases/<uuid:engagement_id>/data/sampling/<int:number>.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement, number: int) -> ResponseReturnValue:
    """Population, draw and evaluation, the sums as live formulas."""
    sample = sample_or_404(engagement, number)
    record(
        TrailAction.DATA_SAMPLE_DOWNLOADED,
        current_actor(),
        Subject("sample", str(number)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        checksum=sample.checksum,
    )
    return download(workbook(engagement, sample, label), f"{engagement.number} {_('Sample %(number)s', number=number)}.xlsx", MEDIA_TYPE)
