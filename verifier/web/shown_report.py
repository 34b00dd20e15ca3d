"""The report version a page was shown on: every form of a case sends it back, and a decision on an older one is refused."""

from flask import g, request, url_for
from markupsafe import Markup

from verifier.core import access
from verifier.core.access import Permission
from verifier.core.errors import Refusal
from verifier.engagements.models import Engagement

FIELD = "report"


class ReportReplaced(Refusal):
    """The case adopted a corrected report after the form was shown; `changes_url` is the page that says what changed."""

    def __init__(self, seen_number: str, engagement: Engagement) -> None:
        super().__init__("engagement.report.newer", seen=seen_number, number=engagement.report_version.number)
        self.changes_url = _changes_url(seen_number, engagement)


def hidden_field() -> Markup:
    """The hidden input with the number of the version in force; nothing on a page that is not about a case."""
    engagement: Engagement | None = g.get("engagement")
    if engagement is None:
        return Markup("")
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, engagement.report_version.number)


def refuse_replaced(engagement: Engagement) -> None:
    """Refuse a form that was shown on another version than the one in force: its numbers may be others."""
    seen_number = request.form.get(FIELD, "")
    if seen_number and seen_number != str(engagement.report_version.number):
        raise ReportReplaced(seen_number, engagement)


def _changes_url(seen_number: str, engagement: Engagement) -> str:
    """The list of changes for those who may read working papers, else the version that is in force now."""
    number = engagement.report_version.number
    before = int(seen_number) if seen_number.isdecimal() and len(seen_number) < 6 else number
    if access.may(g.roles, Permission.WORK_READ) and 0 < before < number:
        return url_for("versions.versions", engagement_id=engagement.id, before=before, after=number)
    return url_for("reports.version", unit_year_id=engagement.unit_year_id, number=number)
