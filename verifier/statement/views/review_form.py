"""Download of the programme's document-review form, filled from the case, as PDF."""

from flask.typing import ResponseReturnValue

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.file_kinds import PDF
from verifier.statement.documents.review_form import review_form
from verifier.statement.documents.review_form_pdf import render_review
from verifier.statement.views.blueprint import bp
from verifier.web.downloads.spreadsheet import download
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor


@bp.get("/cases/<uuid:engagement_id>/document-review.pdf")
@permit(Permission.WORK_READ, keeps_record=True)
def document_review(engagement: Engagement) -> ResponseReturnValue:
    """The document-review form in the current state of the case; refused where the programme has none."""
    now = utcnow()
    form = review_form(engagement, now=now)
    content = render_review(form)
    record(
        TrailAction.STATEMENT_DOCUMENT_REVIEW_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        effect=Effect.LOOK,
    )
    return download(content, f"{engagement.number} {form.title.zh.strip('《》')}.pdf", PDF)
