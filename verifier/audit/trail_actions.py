"""Actions recorded in audit trails, one enum member each, and the former words of rows written earlier."""

from collections.abc import Mapping
from enum import StrEnum


class TrailAction(StrEnum):
    """What was done, as `source:subject:verb`; one verb for one act. Written rows keep the word they were written with."""

    ACCOUNTS_ACCOUNT_ADDED = "accounts:account:added"
    ACCOUNTS_ACCOUNT_DISABLED = "accounts:account:disabled"
    ACCOUNTS_ACCOUNT_EDITED = "accounts:account:edited"
    ACCOUNTS_ACCOUNT_EMAIL_CHANGED = "accounts:account:email_changed"
    ACCOUNTS_ACCOUNT_ENABLED = "accounts:account:enabled"
    ACCOUNTS_ACCOUNT_HANDED_OVER = "accounts:account:handed_over"
    ACCOUNTS_ACCOUNT_INVITED = "accounts:account:invited"
    ACCOUNTS_ACCOUNT_LINK_ASKED = "accounts:account:link_asked"
    ACCOUNTS_ACCOUNT_NAME_REGISTERED = "accounts:account:name_registered"
    ACCOUNTS_ACCOUNT_PASSWORD_SET = "accounts:account:password_set"  # noqa: S105 (an act, not a password)
    ACCOUNTS_ACCOUNT_RECOVERY_CODE_USED = "accounts:account:recovery_code_used"
    ACCOUNTS_ACCOUNT_RECOVERY_CODES_RENEWED = "accounts:account:recovery_codes_renewed"
    ACCOUNTS_ACCOUNT_ROLES_CHANGED = "accounts:account:roles_changed"
    ACCOUNTS_ACCOUNT_SECOND_FACTOR_REMOVED = "accounts:account:second_factor_removed"
    ACCOUNTS_ACCOUNT_SECOND_FACTOR_SET = "accounts:account:second_factor_set"
    ACCOUNTS_ORGANISATION_ADDED = "accounts:organisation:added"
    ACCOUNTS_ORGANISATION_CLOSED = "accounts:organisation:closed"
    ACCOUNTS_ORGANISATION_EDITED = "accounts:organisation:edited"
    ACCOUNTS_ORGANISATION_REOPENED = "accounts:organisation:reopened"
    ACCOUNTS_ORGANISATIONS_DOWNLOADED = "accounts:organisations:downloaded"
    ACCOUNTS_PASSKEY_ADDED = "accounts:passkey:added"
    ACCOUNTS_PASSKEY_REMOVED = "accounts:passkey:removed"
    ACCOUNTS_PEOPLE_DOWNLOADED = "accounts:people:downloaded"
    ACCOUNTS_REQUEST_MADE = "accounts:request:made"
    ACCOUNTS_REQUEST_STOPPED = "accounts:request:stopped"
    ACCOUNTS_SESSION_BEGUN = "accounts:session:begun"
    ACCOUNTS_SESSION_ENDED = "accounts:session:ended"
    ACCOUNTS_SESSION_REFUSED = "accounts:session:refused"

    AUDIT_ROWS_BEGUN = "audit:rows:begun"
    AUDIT_ROWS_RECORDED = "audit:rows:recorded"

    BOUNDARY_FACILITY_DECIDED = "boundary:facility:decided"
    BOUNDARY_LIST_DOWNLOADED = "boundary:list:downloaded"
    BOUNDARY_MANY_DECIDED = "boundary:many:decided"
    BOUNDARY_MISSING_SOURCE_ADDED = "boundary:missing_source:added"
    BOUNDARY_MISSING_SOURCE_WITHDRAWN = "boundary:missing_source:withdrawn"
    BOUNDARY_PLAN_DOWNLOADED = "boundary:plan:downloaded"
    BOUNDARY_PLAN_ENTERED = "boundary:plan:entered"
    BOUNDARY_PLAN_WITHDRAWN = "boundary:plan:withdrawn"
    BOUNDARY_SOURCE_DECIDED = "boundary:source:decided"

    CASE_TRAIL_DOWNLOADED = "case:trail:downloaded"

    DATA_ANALYSIS_CONCLUDED = "data:analysis:concluded"
    DATA_ANALYSIS_DOWNLOADED = "data:analysis:downloaded"
    DATA_CALCULATION_DOWNLOADED = "data:calculation:downloaded"
    DATA_CHANGES_ACCEPTED = "data:changes:accepted"
    DATA_CHANGES_DOWNLOADED = "data:changes:downloaded"
    DATA_CHANGES_RAISED = "data:changes:raised"
    DATA_COVERAGE_DOWNLOADED = "data:coverage:downloaded"
    DATA_COVERAGE_DEVIATION_STATED = "data:coverage_deviation:stated"
    DATA_COVERAGE_DEVIATION_WITHDRAWN = "data:coverage_deviation:withdrawn"
    DATA_ESTIMATE_CONFIRMED = "data:estimate:confirmed"
    DATA_ESTIMATE_DOWNLOADED = "data:estimate:downloaded"
    DATA_ESTIMATE_WITHDRAWN = "data:estimate:withdrawn"
    DATA_EVIDENCE_PLAN_APPROVED = "data:evidence_plan:approved"
    DATA_FLAG_REOPENED = "data:flag:reopened"
    DATA_FLAGS_COVERED = "data:flags:covered"
    DATA_FLAGS_DISMISSED = "data:flags:dismissed"
    DATA_FLAGS_DOWNLOADED = "data:flags:downloaded"
    DATA_FLAGS_RAISED = "data:flags:raised"
    DATA_LIST_DOWNLOADED = "data:list:downloaded"
    DATA_MATERIALITY_DOWNLOADED = "data:materiality:downloaded"
    DATA_MATERIALITY_NATURE = "data:materiality:nature"
    DATA_MATERIALITY_NETTING = "data:materiality:netting"
    DATA_MATERIALITY_WITHDRAWN = "data:materiality:withdrawn"
    DATA_NUMBER_DECIDED = "data:number:decided"
    DATA_NUMBERS_AGREED = "data:numbers:agreed"
    DATA_NUMBERS_DOWNLOADED = "data:numbers:downloaded"
    DATA_UNIT_CATEGORY_SET = "data:unit_category:set"
    DATA_ASSURANCE_AGREED = "data:assurance:agreed"
    DATA_PLANNING_THRESHOLD_SET = "data:planning_threshold:set"
    DATA_PROCEDURE_RECORDED = "data:procedure:recorded"
    DATA_PROCEDURE_WITHDRAWN = "data:procedure:withdrawn"
    DATA_REFERENCE_ADDED = "data:reference:added"
    DATA_REFERENCE_CHOSEN = "data:reference:chosen"
    DATA_REFERENCE_DOWNLOADED = "data:reference:downloaded"
    DATA_REQUEST_ACCEPTED = "data:request:accepted"
    DATA_REQUEST_ANSWERED = "data:request:answered"
    DATA_REQUEST_ASSIGNED = "data:request:assigned"
    DATA_REQUEST_RAISED = "data:request:raised"
    DATA_REQUEST_RETURNED = "data:request:returned"
    DATA_REQUEST_WITHDRAWN = "data:request:withdrawn"
    DATA_REQUESTS_DOWNLOADED = "data:requests:downloaded"
    DATA_RISK_ASSESSED = "data:risk:assessed"
    DATA_RISKS_DOWNLOADED = "data:risks:downloaded"
    DATA_SAMPLE_CLIMBED = "data:sample:climbed"
    DATA_SAMPLE_COVERED = "data:sample:covered"
    DATA_SAMPLE_COVER_ACCEPTED = "data:sample:cover_accepted"
    DATA_SAMPLE_DISCARDED = "data:sample:discarded"
    DATA_SAMPLE_DOWNLOADED = "data:sample:downloaded"
    DATA_SAMPLE_DRAWN = "data:sample:drawn"
    DATA_SAMPLE_ERROR_SETTLED = "data:sample:error_settled"
    DATA_SAMPLE_PLANNED = "data:sample:planned"
    DATA_SAMPLE_TESTED = "data:sample:tested"
    DATA_SAMPLE_TESTED_MANY = "data:sample:tested_many"
    DATA_SOURCE_DECIDED = "data:source:decided"
    DATA_SOURCES_AGREED = "data:sources:agreed"
    DATA_TOLERANCE_SET = "data:tolerance:set"
    DATA_TOLERANCE_WITHDRAWN = "data:tolerance:withdrawn"
    DATA_VOUCHER_DOWNLOADED = "data:voucher:downloaded"
    DATA_VOUCHER_GIVEN_AGAIN = "data:voucher:given_again"
    DATA_VOUCHER_HANDED_IN = "data:voucher:handed_in"
    DATA_VOUCHER_LINKED = "data:voucher:linked"
    DATA_VOUCHER_UNLINKED = "data:voucher:unlinked"
    DATA_VOUCHER_WITHDRAWN = "data:voucher:withdrawn"
    DATA_VOUCHERS_DOWNLOADED = "data:vouchers:downloaded"

    ENGAGEMENT_CASE_CORRECTING = "engagement:case:correcting"
    ENGAGEMENT_CASE_OPENED = "engagement:case:opened"
    ENGAGEMENT_CASE_REOPENED = "engagement:case:reopened"
    ENGAGEMENT_CASE_STARTED = "engagement:case:started"
    ENGAGEMENT_MEMBER_DECLARED = "engagement:member:declared"
    ENGAGEMENT_MEMBER_NAMED = "engagement:member:named"
    ENGAGEMENT_MEMBER_REMOVED = "engagement:member:removed"
    ENGAGEMENT_RULES_CHANGED = "engagement:rules:changed"
    ENGAGEMENT_REPORT_ADOPTED = "engagement:report:adopted"

    EVIDENCE_FILE_DOWNLOADED = "evidence:file:downloaded"
    EVIDENCE_PHOTO_ADDED = "evidence:photo:added"
    EVIDENCE_PHOTO_CAPTIONED = "evidence:photo:captioned"
    EVIDENCE_PHOTO_DOWNLOADED = "evidence:photo:downloaded"
    EVIDENCE_PHOTO_SUBJECT_ADDED = "evidence:photo:subject_added"
    EVIDENCE_PHOTO_SUBJECT_REMOVED = "evidence:photo:subject_removed"
    EVIDENCE_PHOTOS_DOWNLOADED = "evidence:photos:downloaded"

    FINDING_FINDING_ANSWERED = "finding:finding:answered"
    FINDING_FINDING_EDITED = "finding:finding:edited"
    FINDING_FINDING_RAISED = "finding:finding:raised"
    FINDING_FINDING_RESOLVED = "finding:finding:resolved"
    FINDING_FINDING_RETURNED = "finding:finding:returned"
    FINDING_FINDING_WITHDRAWN = "finding:finding:withdrawn"
    FINDING_FINDINGS_ALL_ANSWERED = "finding:findings:all_answered"
    FINDING_FINDINGS_DOWNLOADED = "finding:findings:downloaded"
    FINDING_FINDINGS_SENT = "finding:findings:sent"
    FINDING_PHOTO_ADDED = "finding:photo:added"

    JOBS_JOB_RETRIED = "jobs:job:retried"
    JOBS_LIST_DOWNLOADED = "jobs:list:downloaded"

    REGISTRY_BODY_NAMED = "registry:body:named"
    REGISTRY_EARLIER_ENGAGEMENT_ADDED = "registry:earlier_engagement:added"
    REGISTRY_EARLIER_ENGAGEMENT_EDITED = "registry:earlier_engagement:edited"
    REGISTRY_EARLIER_ENGAGEMENT_REMOVED = "registry:earlier_engagement:removed"
    REGISTRY_EARLIER_ENGAGEMENTS_DOWNLOADED = "registry:earlier_engagements:downloaded"
    REGISTRY_UNIT_REGISTERED = "registry:unit:registered"
    REGISTRY_YEAR_DATES_SET = "registry:year:dates_set"
    REGISTRY_YEAR_RULES_CHANGED = "registry:year:rules_changed"
    REGISTRY_YEAR_OPENED = "registry:year:opened"

    REPORT_VERSION_DOWNLOADED = "report:version:downloaded"
    REPORT_VERSION_HANDED_IN = "report:version:handed_in"
    REPORT_VERSION_RELEASED = "report:version:released"

    SITE_ITEM_ANSWERED = "site:item:answered"
    SITE_VISIT_CANCELLED = "site:visit:cancelled"
    SITE_VISIT_EDITED = "site:visit:edited"
    SITE_VISIT_PLANNED = "site:visit:planned"
    SITE_VISIT_WAIVED = "site:visit:waived"
    SITE_WAIVER_WITHDRAWN = "site:waiver:withdrawn"

    STATEMENT_COMMENT_ANSWERED = "statement:comment:answered"
    STATEMENT_CONCLUSION_DRAWN = "statement:conclusion:drawn"
    STATEMENT_DIFFERENCES_DOWNLOADED = "statement:differences:downloaded"
    STATEMENT_DOCUMENT_REVIEW_DOWNLOADED = "statement:document_review:downloaded"
    STATEMENT_KEY_APPROVED = "statement:key:approved"
    STATEMENT_KEY_MADE = "statement:key:made"
    STATEMENT_KEY_REFUSED = "statement:key:refused"
    STATEMENT_KEY_REVOKED = "statement:key:revoked"
    STATEMENT_LEAD_SIGNED = "statement:lead:signed"
    STATEMENT_NUMBER_REPERFORMED = "statement:number:reperformed"
    STATEMENT_PDF_DOWNLOADED = "statement:pdf:downloaded"
    STATEMENT_REVIEW_APPROVED = "statement:review:approved"
    STATEMENT_REVIEW_SENT_BACK = "statement:review:sent_back"
    STATEMENT_SEAL_MADE = "statement:seal:made"
    STATEMENT_SEAL_SIGNED = "statement:seal:signed"
    STATEMENT_SIGNATORY_SIGNED = "statement:signatory:signed"
    STATEMENT_STATEMENT_RECALLED = "statement:statement:recalled"


FORMER: Mapping[str, TrailAction] = {
    "accounts:organisations:taken": TrailAction.ACCOUNTS_ORGANISATIONS_DOWNLOADED,
    "accounts:people:taken": TrailAction.ACCOUNTS_PEOPLE_DOWNLOADED,
    "boundary:list:taken_away": TrailAction.BOUNDARY_LIST_DOWNLOADED,
    "case:trail:taken_away": TrailAction.CASE_TRAIL_DOWNLOADED,
    "data:analysis:taken_away": TrailAction.DATA_ANALYSIS_DOWNLOADED,
    "data:beside:kept": TrailAction.DATA_REFERENCE_ADDED,
    "data:beside:taken_away": TrailAction.DATA_REFERENCE_DOWNLOADED,
    "data:changes:taken_away": TrailAction.DATA_CHANGES_DOWNLOADED,
    "data:estimate:taken_away": TrailAction.DATA_ESTIMATE_DOWNLOADED,
    "data:estimate:taken_back": TrailAction.DATA_ESTIMATE_WITHDRAWN,
    "data:flags:taken_away": TrailAction.DATA_FLAGS_DOWNLOADED,
    "data:list:taken_away": TrailAction.DATA_LIST_DOWNLOADED,
    "data:many:agreed": TrailAction.DATA_SOURCES_AGREED,
    "data:materiality:taken_away": TrailAction.DATA_MATERIALITY_DOWNLOADED,
    "data:materiality:taken_back": TrailAction.DATA_MATERIALITY_WITHDRAWN,
    "data:numbers:taken_away": TrailAction.DATA_NUMBERS_DOWNLOADED,
    "data:requests:exported": TrailAction.DATA_REQUESTS_DOWNLOADED,
    "data:risks:exported": TrailAction.DATA_RISKS_DOWNLOADED,
    "data:sample:taken_away": TrailAction.DATA_SAMPLE_DOWNLOADED,
    "data:tolerance:taken_back": TrailAction.DATA_TOLERANCE_WITHDRAWN,
    "data:voucher:taken_away": TrailAction.DATA_VOUCHER_DOWNLOADED,
    "data:vouchers:exported": TrailAction.DATA_VOUCHERS_DOWNLOADED,
    "data:working:taken_away": TrailAction.DATA_CALCULATION_DOWNLOADED,
    "evidence:file:taken_away": TrailAction.EVIDENCE_FILE_DOWNLOADED,
    "evidence:photo:taken_away": TrailAction.EVIDENCE_PHOTO_DOWNLOADED,
    "evidence:photos:exported": TrailAction.EVIDENCE_PHOTOS_DOWNLOADED,
    "finding:finding:disposed": TrailAction.FINDING_FINDING_RESOLVED,
    "finding:findings:exported": TrailAction.FINDING_FINDINGS_DOWNLOADED,
    "finding:photo:put": TrailAction.FINDING_PHOTO_ADDED,
    "jobs:job:tried_again": TrailAction.JOBS_JOB_RETRIED,
    "jobs:list:taken": TrailAction.JOBS_LIST_DOWNLOADED,
    "report:version:taken_away": TrailAction.REPORT_VERSION_DOWNLOADED,
    "statement:differences:exported": TrailAction.STATEMENT_DIFFERENCES_DOWNLOADED,
    "statement:document_review:taken_away": TrailAction.STATEMENT_DOCUMENT_REVIEW_DOWNLOADED,
    "statement:pdf:read": TrailAction.STATEMENT_PDF_DOWNLOADED,
}
"""Words of rows that were written before issue 9, and what the same act is called since."""
