"""The blueprint of coverage, its words, and how leads and numbers are linked."""

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.casework.coverage.models import EvidenceProcedure
from verifier.casework.coverage.queries import evidence_text
from verifier.checks.data.vouchers.queries import vouchers
from verifier.core.access import Permission
from verifier.core.coverage.procedures import CoverageKind, ProcedureMethod
from verifier.core.coverage.shortest_way import Lead, LeadKind
from verifier.engagements.models import Engagement
from verifier.web.pages.labels import label, words
from verifier.web.permit import may
from verifier.web.subjects import SubjectKind, row_in_case, rows_in_case

bp = Blueprint("coverage", __name__)

LABELS = words(
    {
        CoverageKind.ACTIVITY: _l("Activity data"),
        CoverageKind.FACTOR: _l("Factors"),
        ProcedureMethod.VOUCHER: _l("Traced to a supporting document"),
        ProcedureMethod.ORIGINAL_RECORD: _l("Traced to the original record"),
        ProcedureMethod.CONFIRMED: _l("Confirmed by a third party"),
        ProcedureMethod.INDEPENDENT_RECORD: _l("Compared with an independent record"),
        ProcedureMethod.METER_READING: _l("Meter reading seen"),
        ProcedureMethod.RECONCILED: _l("Reconciled in a balance"),
        ProcedureMethod.FACTOR_TRACED: _l("Factor traced to its table or laboratory report"),
        ProcedureMethod.TABLE_VALUE: _l("Equal to the published table (found by the program)"),
        ProcedureMethod.SAMPLED: _l("In a sample that supports the figure"),
        ProcedureMethod.METER_SEEN: _l("Meter seen on site"),
        ProcedureMethod.ANALYTICAL: _l("Analytical procedure only"),
        ProcedureMethod.RECALCULATED: _l("Recalculated only"),
    },
    {
        LeadKind.UNIT_VOUCHER: _l("Open a supporting document of the unit"),
        LeadKind.ANSWERED_REQUEST: _l("Review the response to an evidence request"),
        LeadKind.OPEN_REQUEST: _l("Awaiting the unit's response"),
        LeadKind.OPEN_SAMPLE: _l("Complete the sample"),
        LeadKind.DOCUMENT: _l("Request the document named in the report"),
        LeadKind.SOURCE_DOCUMENTS: _l("Request the documents of the source"),
        LeadKind.NONE: _l("No document known yet"),
    },
)
STATES: dict[Any, str] = {}


def _title(row: EvidenceProcedure) -> str:
    return f"{label(row.method)}: {evidence_text(row)}"


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "procedure": SubjectKind[EvidenceProcedure](
        find=row_in_case(EvidenceProcedure),
        find_many=rows_in_case(EvidenceProcedure),
        title=_title,
        url=lambda engagement, _row: url_for("coverage.procedures", engagement_id=engagement.id),
    )
}


def lead_url(engagement: Engagement, lead: Lead) -> str | None:
    """The page on which a lead is followed up; None where there is only a name."""
    number = lead.reference.partition("-")[2]
    match lead.kind:
        case LeadKind.UNIT_VOUCHER:
            voucher = next((each for each in vouchers(engagement, inside=True) if each.label == lead.reference), None)
            return url_for("vouchers.voucher", engagement_id=engagement.id, voucher_id=voucher.id) if voucher else None
        case LeadKind.ANSWERED_REQUEST | LeadKind.OPEN_REQUEST:
            return url_for("vouchers.evidence_request", engagement_id=engagement.id, request_number=number)
        case LeadKind.OPEN_SAMPLE:
            return url_for("samples.sample", engagement_id=engagement.id, number=number)
        case LeadKind.SOURCE_DOCUMENTS:
            if not may(Permission.EVIDENCE_REQUEST):
                return None
            return url_for("vouchers.request_evidence", engagement_id=engagement.id, number=lead.reference)
    return None


def lead_code(lead: Lead) -> str:
    """A lead in an address."""
    return f"{lead.kind}:{lead.reference}"


def lead_name(lead: Lead) -> str:
    """A lead in words."""
    name = label(lead.kind)
    return _("%(what)s: %(reference)s", what=name, reference=lead.reference) if lead.reference else name
