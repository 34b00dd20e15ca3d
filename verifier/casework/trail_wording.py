"""Labels for the audit trail and the task list: every recorded action has one."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from verifier.audit.models import Effect
from verifier.audit.trail_actions import FORMER
from verifier.casework.tasks import Group, Name, TaskReason, TaskState
from verifier.casework.to_do import Duty
from verifier.core.access import Role
from verifier.core.chain import Fault

ACTIONS = {
    "accounts:account:added": _l("Added an account"),
    "accounts:account:disabled": _l("Disabled an account"),
    "accounts:account:edited": _l("Changed an account"),
    "accounts:account:enabled": _l("Enabled an account"),
    "accounts:account:invited": _l("Sent an invitation"),
    "accounts:account:link_asked": _l("Requested a link to set a password"),
    "accounts:account:password_set": _l("Set a password"),
    "accounts:account:recovery_code_used": _l("Used a recovery code"),
    "accounts:account:recovery_codes_renewed": _l("Generated new recovery codes"),
    "accounts:account:roles_changed": _l("Changed a person's roles"),
    "accounts:account:second_factor_removed": _l("Removed two-step verification"),
    "accounts:account:second_factor_set": _l("Activated two-step verification"),
    "accounts:organisation:added": _l("Added an organisation"),
    "accounts:organisation:edited": _l("Changed an organisation"),
    "accounts:organisations:downloaded": _l("Downloaded the list of organisations"),
    "accounts:passkey:added": _l("Added a passkey"),
    "accounts:passkey:removed": _l("Removed a passkey"),
    "accounts:people:downloaded": _l("Downloaded the list of people"),
    "jobs:job:retried": _l("Retried background work"),
    "jobs:list:downloaded": _l("Downloaded the list of background work"),
    "accounts:session:begun": _l("Signed in"),
    "accounts:session:ended": _l("Ended a session"),
    "accounts:session:refused": _l("Sign-in refused"),
    "boundary:facility:decided": _l("Assessed a facility"),
    "boundary:list:downloaded": _l("Downloaded the boundary list"),
    "boundary:many:decided": _l("Confirmed several boundary items at once"),
    "boundary:missing_source:added": _l("Added a missing source"),
    "boundary:missing_source:withdrawn": _l("Withdrew a missing source"),
    "boundary:source:decided": _l("Assessed whether a source is within the boundary"),
    "case:trail:downloaded": _l("Downloaded the audit trail"),
    "data:analysis:concluded": _l("Recorded a conclusion on an analytical procedure"),
    "data:analysis:downloaded": _l("Downloaded the analytical procedures"),
    "data:reference:added": _l("Uploaded a reference workbook"),
    "data:reference:downloaded": _l("Downloaded a reference workbook"),
    "data:tolerance:set": _l("Set a body-specific tolerance"),
    "data:tolerance:withdrawn": _l("Removed a body-specific tolerance"),
    "data:request:accepted": _l("Accepted the response to an evidence request"),
    "data:request:answered": _l("Responded to an evidence request"),
    "data:request:assigned": _l("Assigned an evidence request"),
    "data:request:raised": _l("Sent an evidence request"),
    "data:request:returned": _l("Returned the response to an evidence request"),
    "data:request:withdrawn": _l("Withdrew an evidence request"),
    "data:voucher:given_again": _l("Restored a withdrawn supporting document"),
    "data:voucher:handed_in": _l("Uploaded a supporting document"),
    "data:voucher:linked": _l("Linked a supporting document to a reported value"),
    "data:voucher:unlinked": _l("Removed the link between a supporting document and a reported value"),
    "data:voucher:downloaded": _l("Downloaded a supporting document"),
    "data:requests:downloaded": _l("Downloaded the list of evidence requests"),
    "data:vouchers:downloaded": _l("Downloaded the list of supporting documents"),
    "data:risks:downloaded": _l("Downloaded the list of risks"),
    "data:voucher:withdrawn": _l("Withdrew a supporting document"),
    "data:flag:reopened": _l("Reversed the dismissal of a data alert"),
    "data:flags:dismissed": _l("Dismissed data alerts"),
    "data:risk:assessed": _l("Assessed data risks"),
    "data:sample:planned": _l("Planned a sample"),
    "data:sample:discarded": _l("Withdrew a sampling plan"),
    "data:sample:drawn": _l("Drew a sample"),
    "data:sample:tested": _l("Tested an item of a sample"),
    "data:sample:tested_many": _l("Confirmed several items of a sample"),
    "data:sample:climbed": _l("Extended a sample"),
    "data:sample:downloaded": _l("Downloaded a sample"),
    "data:flags:raised": _l("Raised findings from data alerts"),
    "data:flags:downloaded": _l("Downloaded the list of data alerts"),
    "data:estimate:confirmed": _l("Confirmed a conservative estimate"),
    "data:estimate:downloaded": _l("Downloaded the calculation of an estimate"),
    "data:estimate:withdrawn": _l("Withdrew a conservative estimate"),
    "data:calculation:downloaded": _l("Downloaded the calculations"),
    "data:list:downloaded": _l("Downloaded the list of sources"),
    "data:changes:accepted": _l("Accepted unrequested changes"),
    "data:changes:raised": _l("Raised findings on unrequested changes"),
    "data:changes:downloaded": _l("Downloaded the changes between versions"),
    "data:materiality:nature": _l("Marked an item as material by nature"),
    "data:materiality:netting": _l("Accepted the offsetting of errors, with a reason"),
    "data:materiality:withdrawn": _l("Removed a materiality mark"),
    "data:materiality:downloaded": _l("Downloaded the list of errors"),
    "data:planning_threshold:set": _l("Set the body's own planning threshold"),
    "data:sources:agreed": _l("Confirmed several source figures at once"),
    "data:number:decided": _l("Recorded an outcome for a reported value"),
    "data:numbers:agreed": _l("Confirmed several reported values at once"),
    "data:numbers:downloaded": _l("Downloaded the list of reported values"),
    "data:source:decided": _l("Recorded an outcome for a source's figure"),
    "engagement:case:correcting": _l("Opened the issued case for correction"),
    "engagement:case:opened": _l("Opened the case"),
    "engagement:case:reopened": _l("Reopened the checks"),
    "engagement:case:started": _l("Started the checks"),
    "engagement:member:declared": _l("Submitted a declaration of independence"),
    "engagement:member:named": _l("Assigned a person to the case"),
    "engagement:member:removed": _l("Removed a person from the case"),
    "engagement:rules:changed": _l("Moved the case to a newer version of its rule pack"),
    "engagement:report:adopted": _l("Adopted a newer version of the report"),
    "evidence:file:downloaded": _l("Downloaded a file"),
    "evidence:photo:added": _l("Added a photo"),
    "evidence:photo:captioned": _l("Changed a photo's caption"),
    "evidence:photo:downloaded": _l("Downloaded an original photo"),
    "evidence:photos:downloaded": _l("Downloaded the list of photos"),
    "finding:finding:answered": _l("Responded to a finding"),
    "finding:finding:resolved": _l("Resolved a finding"),
    "finding:finding:edited": _l("Changed a finding"),
    "finding:finding:raised": _l("Raised a finding"),
    "finding:finding:returned": _l("Returned a finding to the unit"),
    "finding:finding:withdrawn": _l("Withdrew a finding"),
    "finding:findings:all_answered": _l("All findings have been answered"),
    "finding:findings:downloaded": _l("Downloaded the list of findings"),
    "finding:findings:sent": _l("Sent the findings to the unit"),
    "finding:photo:added": _l("Added a photo to a finding"),
    "registry:body:named": _l("Appointed the verification body"),
    "registry:unit:registered": _l("Registered a unit"),
    "registry:year:dates_set": _l("Set the dates of a year"),
    "registry:year:rules_changed": _l("Moved the year to a newer version of its rule pack"),
    "registry:year:opened": _l("Created a programme year"),
    "report:version:handed_in": _l("Uploaded a version of the report"),
    "report:version:released": _l("Released a version of the report"),
    "report:version:downloaded": _l("Downloaded a version of the report"),
    "site:item:answered": _l("Completed a checklist item"),
    "site:visit:edited": _l("Changed the site visit"),
    "site:visit:planned": _l("Planned the site visit"),
    "statement:conclusion:drawn": _l("Prepared the conclusion"),
    "statement:document_review:downloaded": _l("Downloaded the document-review form"),
    "statement:differences:downloaded": _l("Downloaded the list of differences"),
    "statement:key:made": _l("Created a signing key"),
    "statement:lead:signed": _l("Certified the statement"),
    "statement:pdf:downloaded": _l("Viewed the statement as PDF"),
    "statement:review:approved": _l("Approved in the independent review"),
    "statement:review:sent_back": _l("Returned the case in the independent review"),
    "statement:seal:made": _l("Created the body's seal"),
    "statement:seal:signed": _l("Sealed the statement"),
    "statement:signatory:signed": _l("Countersigned the statement"),
    "statement:statement:recalled": _l("Recalled the statement that was being signed"),
}
"""source:subject:action → what was done, in words."""

GROUPS = {
    Group.BOUNDARY: _l("1. Boundary: is the boundary complete?"),
    Group.DATA: _l("2. Data: are the figures correct?"),
    Group.SITE: _l("3. Site: does it exist on site as reported?"),
    Group.FINDINGS: _l("4. Findings and corrections"),
    Group.CONCLUSION: _l("5. Conclusion and review"),
    Group.SIGNATURES: _l("6. Signatures"),
}
TASKS = {
    Name.FACILITIES: _l("Confirm the facilities"),
    Name.SOURCES: _l("Confirm the emission sources"),
    Name.FLAGS: _l("Resolve data alerts"),
    Name.DATA: _l("Verify the figure of each source"),
    Name.ANALYSIS: _l("Review the analytical procedures"),
    Name.SAMPLING: _l("Test by sampling"),
    Name.CHANGES: _l("Review unrequested changes"),
    Name.VISIT: _l("Plan the site visit"),
    Name.CHECKLIST: _l("Complete the on-site checklist"),
    Name.FINDINGS: _l("Raise, send and review findings"),
    Name.CONCLUSION: _l("Prepare the conclusion"),
    Name.REVIEW: _l("Carry out the independent review"),
    Name.CERTIFY: _l("Certify the statement"),
    Name.COUNTERSIGN: _l("Countersign the statement"),
    Name.SEAL: _l("Seal the statement"),
    TaskState.LATER: _l("Cannot start yet"),
    TaskState.OPTIONAL: _l("Optional"),
    TaskState.LEFT_OUT: _l("Not done (optional)"),
    TaskState.NOT_STARTED: _l("Not started"),
    TaskState.UNDER_WAY: _l("In progress"),
    TaskState.NOW: _l("To do"),
    TaskState.PROBLEM: _l("There is a problem"),
    TaskState.DONE: _l("Completed"),
    TaskReason.NOT_ARRANGED: _l("Starts when the team is complete, all have declared independence and the coordinator starts the checks."),
    TaskReason.NO_VISIT: _l("Starts when the site visit is planned."),
    TaskReason.UNDECIDED: _l("Starts when the three checks are complete and every finding is resolved."),
    TaskReason.NO_CONCLUSION: _l("Starts when the lead verifier has prepared the conclusion."),
    TaskReason.NOT_APPROVED: _l("Starts when the independent reviewer has approved."),
    TaskReason.NOT_CERTIFIED: _l("Starts when the lead verifier has signed."),
    TaskReason.NOT_COUNTERSIGNED: _l("Starts when the authorised signatory has countersigned."),
    TaskReason.VOIDED: _l("The case was changed after approval: the approval is no longer valid."),
}
WITH = {
    Role.LEAD_VERIFIER: _l("With the lead verifier"),
    Role.REVIEWER: _l("With the reviewer"),
    Role.SIGNATORY: _l("With the signatory"),
    Role.COORDINATOR: _l("With the coordinator"),
}
"""Label of the role responsible for a task the reader cannot do."""
TASK_STATES = {
    (TaskState, "optional"): "mute",
    (TaskState, "left_out"): "mute",
    (TaskState, "later"): "mute",
    (TaskState, "not_started"): "mute",
    (TaskState, "under_way"): "info",
    (TaskState, "now"): "warn",
    (TaskState, "problem"): "bad",
    (TaskState, "done"): "ok",
}
WAITING = {
    Duty.DECLARE: _l("Declare your independence"),
    Duty.OPEN: _l("Open a case"),
    Duty.ARRANGE: _l("Assign the team and start the checks"),
    Duty.CHECK: _l("Carry out the three checks"),
    Duty.ANSWER: _l("Respond to the findings"),
    Duty.JUDGE: _l("Review responses"),
    Duty.SEND: _l("Send the findings"),
    Duty.SHOW: _l("Provide requested evidence"),
    Duty.REVIEW: _l("Carry out the independent review"),
    Duty.CERTIFY: _l("Certify the statement"),
    Duty.COUNTERSIGN: _l("Countersign the statement"),
    Duty.SEAL: _l("Seal the statement"),
    Duty.SUBMIT: _l("Upload the report"),
    Duty.RELEASE: _l("Release the report"),
    Duty.NAME_BODY: _l("Appoint a verification body"),
}
EFFECTS = {Effect.CHANGE: _l("Changes to the case"), Effect.PROCEED: _l("Progress of the case"), Effect.LOOK: _l("View only")}
FAULTS = {
    Fault.EDITED: _l("its content was changed"),
    Fault.MISSING: _l("it is missing"),
    Fault.INSERTED: _l("it was inserted later"),
    Fault.OUT_OF_ORDER: _l("it is out of sequence"),
    Fault.TAIL_CUT: _l("all rows from here on are missing"),
    Fault.HEAD_UNKNOWN: _l("it is not confirmed by any signed checkpoint outside the database"),
}
DETAIL_KEYS = ("name", "title", "finding", "reason", "note", "comments", "body")
"""Keys of a row's detail that contain text written by people; the first one found is shown."""


def in_words(code: str) -> str:
    """Label of an action; an unknown action is shown as its code."""
    return str(ACTIONS.get(FORMER.get(code, code), code))


def actions_called(search: str) -> list[str]:
    """Actions whose label contains the text."""
    term = search.casefold()
    found = [code for code, words in ACTIONS.items() if term in str(words).casefold()]
    return found + [former for former, action in FORMER.items() if action in found]


def detail_text(detail: Mapping[str, object]) -> str | None:
    """The words of a row's detail, None where it has none."""
    return next((value for key in DETAIL_KEYS if isinstance(value := detail.get(key), str) and value), None)
