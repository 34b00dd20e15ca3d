"""What the trail and the task list say in words: every deed that is recorded anywhere has its sentence here."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from verifier.audit.actions import Effect
from verifier.casework.tasks import Group, How, Name, Reason
from verifier.casework.to_do import What
from verifier.core.access import Role
from verifier.core.chain import Fault

DEEDS = {
    "accounts:account:added": _l("Added an account"),
    "accounts:account:disabled": _l("Disabled an account"),
    "accounts:account:edited": _l("Changed an account"),
    "accounts:account:enabled": _l("Enabled an account"),
    "accounts:account:invited": _l("Sent an invitation"),
    "accounts:account:link_asked": _l("Asked for a link to set a password"),
    "accounts:account:password_set": _l("Set a password"),
    "accounts:account:recovery_code_used": _l("Used a recovery code"),
    "accounts:account:recovery_codes_renewed": _l("Renewed the recovery codes"),
    "accounts:account:roles_changed": _l("Changed a person's roles"),
    "accounts:account:second_factor_removed": _l("Removed a second factor"),
    "accounts:account:second_factor_set": _l("Set up a second factor"),
    "accounts:organisation:added": _l("Added an organisation"),
    "accounts:organisation:edited": _l("Changed an organisation"),
    "accounts:organisations:taken": _l("Downloaded the list of organisations"),
    "accounts:people:taken": _l("Downloaded the list of people"),
    "jobs:job:tried_again": _l("Had background work tried again"),
    "jobs:list:taken": _l("Downloaded the list of background work"),
    "accounts:session:begun": _l("Signed in"),
    "accounts:session:ended": _l("Ended a session"),
    "accounts:session:refused": _l("Was refused at sign-in"),
    "boundary:facility:decided": _l("Decided on a facility"),
    "boundary:list:taken_away": _l("Downloaded the boundary list"),
    "boundary:many:decided": _l("Confirmed several at once"),
    "boundary:missing_source:added": _l("Added a source that was missing"),
    "boundary:missing_source:withdrawn": _l("Withdrew a missing source"),
    "boundary:source:decided": _l("Decided whether a source counts"),
    "case:trail:taken_away": _l("Downloaded the trail"),
    "data:analysis:concluded": _l("Concluded on a line of an analytical procedure"),
    "data:analysis:taken_away": _l("Downloaded the analytical procedures"),
    "data:beside:kept": _l("Kept a workbook to compare the report with"),
    "data:beside:taken_away": _l("Downloaded a workbook the report is compared with"),
    "data:tolerance:set": _l("Set a tolerance of the body's own"),
    "data:tolerance:taken_back": _l("Took back a tolerance of the body's own"),
    "data:request:accepted": _l("Accepted the evidence that was asked for"),
    "data:request:answered": _l("Answered a request for evidence"),
    "data:request:assigned": _l("Gave a request for evidence to someone"),
    "data:request:raised": _l("Asked for evidence"),
    "data:request:returned": _l("Returned a request for evidence"),
    "data:request:withdrawn": _l("Withdrew a request for evidence"),
    "data:voucher:given_again": _l("Handed a withdrawn voucher in again"),
    "data:voucher:handed_in": _l("Handed in a voucher"),
    "data:voucher:linked": _l("Linked a voucher to a number"),
    "data:voucher:unlinked": _l("Removed the link of a voucher to a number"),
    "data:voucher:taken_away": _l("Downloaded a voucher"),
    "data:requests:exported": _l("Downloaded the list of requests for evidence"),
    "data:vouchers:exported": _l("Downloaded the list of vouchers"),
    "data:risks:exported": _l("Downloaded the list of risks"),
    "data:voucher:withdrawn": _l("Withdrew a voucher"),
    "data:flag:reopened": _l("Took the dismissal of a flag back"),
    "data:flags:dismissed": _l("Dismissed flags"),
    "data:risk:assessed": _l("Assessed risks of data"),
    "data:sample:planned": _l("Planned a sample"),
    "data:sample:discarded": _l("Took the plan of a sample back"),
    "data:sample:drawn": _l("Drew a sample"),
    "data:sample:tested": _l("Looked at an item of a sample"),
    "data:sample:tested_many": _l("Agreed to items of a sample"),
    "data:sample:climbed": _l("Extended a sample"),
    "data:sample:taken_away": _l("Downloaded a sample"),
    "data:flags:raised": _l("Raised flags as findings"),
    "data:flags:taken_away": _l("Downloaded the list of flags"),
    "data:estimate:confirmed": _l("Let a conservative estimate count"),
    "data:estimate:taken_away": _l("Downloaded the calculation of an estimate"),
    "data:estimate:taken_back": _l("Took a conservative estimate back"),
    "data:working:taken_away": _l("Downloaded the calculations"),
    "data:list:taken_away": _l("Downloaded the list of sources"),
    "data:changes:accepted": _l("Accepted changes nobody asked for"),
    "data:changes:raised": _l("Raised findings from changes nobody asked for"),
    "data:changes:taken_away": _l("Downloaded the changes between versions"),
    "data:materiality:nature": _l("Marked something as material by its nature"),
    "data:materiality:netting": _l("Let errors cancel, with a reason"),
    "data:materiality:taken_back": _l("Took a mark of materiality back"),
    "data:materiality:taken_away": _l("Downloaded the errors"),
    "data:planning_threshold:set": _l("Set the body's own planning threshold"),
    "data:many:agreed": _l("Agreed to several figures at once"),
    "data:number:decided": _l("Decided on a number"),
    "data:numbers:agreed": _l("Agreed to several numbers at once"),
    "data:numbers:taken_away": _l("Downloaded the register of numbers"),
    "data:source:decided": _l("Decided on a source's figure"),
    "engagement:case:correcting": _l("Opened the issued case for correction"),
    "engagement:case:opened": _l("Opened the case"),
    "engagement:case:reopened": _l("Opened the checks again"),
    "engagement:case:started": _l("Started the checks"),
    "engagement:member:declared": _l("Answered the independence questions"),
    "engagement:member:named": _l("Named a person for the case"),
    "engagement:member:removed": _l("Took a person off the case"),
    "engagement:rules:changed": _l("Moved the case to a newer version of its rule pack"),
    "engagement:report:adopted": _l("Took up a newer version of the report"),
    "evidence:file:taken_away": _l("Downloaded a file"),
    "evidence:photo:added": _l("Added a photo"),
    "evidence:photo:captioned": _l("Changed a photo's caption"),
    "evidence:photo:taken_away": _l("Downloaded a photo's original"),
    "evidence:photos:exported": _l("Downloaded the list of photos"),
    "finding:finding:answered": _l("Answered a finding"),
    "finding:finding:disposed": _l("Disposed of a finding"),
    "finding:finding:edited": _l("Changed a finding"),
    "finding:finding:raised": _l("Raised a finding"),
    "finding:finding:returned": _l("Returned a finding to the unit"),
    "finding:finding:withdrawn": _l("Withdrew a finding"),
    "finding:findings:all_answered": _l("Every finding is answered"),
    "finding:findings:exported": _l("Downloaded the list of findings"),
    "finding:findings:sent": _l("Sent the findings to the unit"),
    "finding:photo:put": _l("Added a photo to a finding"),
    "registry:body:named": _l("Named the verification body"),
    "registry:unit:registered": _l("Registered a unit"),
    "registry:year:dates_set": _l("Set the dates of a year"),
    "registry:year:rules_changed": _l("Moved the year to a newer version of its rule pack"),
    "registry:year:opened": _l("Opened a programme year"),
    "report:version:handed_in": _l("Handed in a version of the report"),
    "report:version:released": _l("Released a version of the report"),
    "report:version:taken_away": _l("Downloaded a version of the report"),
    "site:item:answered": _l("Answered an item of the checklist"),
    "site:visit:edited": _l("Changed the site visit"),
    "site:visit:planned": _l("Planned the site visit"),
    "statement:conclusion:drawn": _l("Drew the conclusion"),
    "statement:document_review:taken_away": _l("Downloaded the document-review form"),
    "statement:differences:exported": _l("Downloaded the list of differences"),
    "statement:key:made": _l("Made a signing key"),
    "statement:lead:signed": _l("Certified the statement"),
    "statement:pdf:read": _l("Read the statement as PDF"),
    "statement:review:approved": _l("Approved at the independent review"),
    "statement:review:sent_back": _l("Sent the case back at the independent review"),
    "statement:seal:made": _l("Made the body's seal"),
    "statement:seal:signed": _l("Sealed the statement"),
    "statement:signatory:signed": _l("Countersigned the statement"),
    "statement:statement:recalled": _l("Recalled the statement that was being signed"),
}
"""source:subject:deed → what was done, in words."""

GROUPS = {
    Group.BOUNDARY: _l("1. Boundary: is everything in that should be?"),
    Group.DATA: _l("2. Data: are the numbers right?"),
    Group.SITE: _l("3. Site: is it really there?"),
    Group.FINDINGS: _l("4. Findings and corrections"),
    Group.CONCLUSION: _l("5. Conclusion and review"),
    Group.SIGNATURES: _l("6. Signatures"),
}
TASKS = {
    Name.FACILITIES: _l("Confirm the facilities"),
    Name.SOURCES: _l("Confirm the emission sources"),
    Name.FLAGS: _l("Dispose of what looks wrong"),
    Name.DATA: _l("Check the figure of each source"),
    Name.ANALYSIS: _l("Look through the analytical procedures"),
    Name.SAMPLING: _l("Test by sampling"),
    Name.CHANGES: _l("Look at what the corrected report changed unasked"),
    Name.VISIT: _l("Plan the site visit"),
    Name.CHECKLIST: _l("Work through the on-site checklist"),
    Name.FINDINGS: _l("Raise, send and judge the findings"),
    Name.CONCLUSION: _l("Draw the conclusion"),
    Name.REVIEW: _l("Review the case independently"),
    Name.CERTIFY: _l("Certify the statement"),
    Name.COUNTERSIGN: _l("Countersign the statement"),
    Name.SEAL: _l("Seal the statement"),
    How.LATER: _l("Cannot start yet"),
    How.OPTIONAL: _l("Optional"),
    How.LEFT_OUT: _l("Not done (optional)"),
    How.NOT_STARTED: _l("Not started"),
    How.UNDER_WAY: _l("In progress"),
    How.NOW: _l("To be done now"),
    How.PROBLEM: _l("There is a problem"),
    How.DONE: _l("Completed"),
    Reason.NOT_ARRANGED: _l("Starts when the team is whole, everyone has declared, and the coordinator starts the checks."),
    Reason.NO_VISIT: _l("Starts when the site visit is planned."),
    Reason.UNDECIDED: _l("Starts when nothing is undecided in the three checks and every finding is disposed of."),
    Reason.NO_CONCLUSION: _l("Starts when the lead verifier has drawn the conclusion."),
    Reason.NOT_APPROVED: _l("Starts when the independent reviewer has approved."),
    Reason.NOT_CERTIFIED: _l("Starts when the lead verifier has certified."),
    Reason.NOT_COUNTERSIGNED: _l("Starts when the authorised signatory has countersigned."),
    Reason.VOIDED: _l("The case changed after it was approved: the approval no longer holds."),
}
WITH = {
    Role.LEAD_VERIFIER: _l("With the lead verifier"),
    Role.REVIEWER: _l("With the reviewer"),
    Role.SIGNATORY: _l("With the signatory"),
    Role.COORDINATOR: _l("With the coordinator"),
}
"""With whom a task is that the reader may not do."""
TASK_STATES = {
    (How, "optional"): "mute",
    (How, "left_out"): "mute",
    (How, "later"): "mute",
    (How, "not_started"): "mute",
    (How, "under_way"): "info",
    (How, "now"): "warn",
    (How, "problem"): "bad",
    (How, "done"): "ok",
}
WAITING = {
    What.DECLARE: _l("Declare your independence"),
    What.OPEN: _l("Open a case"),
    What.ARRANGE: _l("Name the team and start the checks"),
    What.CHECK: _l("Work on the three checks"),
    What.ANSWER: _l("Answer the findings"),
    What.JUDGE: _l("Judge the answers"),
    What.SEND: _l("Send the findings"),
    What.SHOW: _l("Show the evidence asked for"),
    What.REVIEW: _l("Review the case independently"),
    What.CERTIFY: _l("Certify the statement"),
    What.COUNTERSIGN: _l("Countersign the statement"),
    What.SEAL: _l("Seal the statement"),
    What.HAND_IN: _l("Hand in the report"),
    What.RELEASE: _l("Release the report"),
    What.NAME_BODY: _l("Name a verification body"),
}
EFFECTS = {Effect.CHANGE: _l("Changes the case"), Effect.PROCEED: _l("Moves the case on"), Effect.LOOK: _l("Only looked at something")}
FAULTS = {
    Fault.EDITED: _l("its content was changed"),
    Fault.MISSING: _l("it is missing"),
    Fault.INSERTED: _l("it was put in later"),
    Fault.OUT_OF_ORDER: _l("it stands in another place"),
    Fault.TAIL_CUT: _l("the rows from here on were cut off"),
    Fault.HEAD_UNKNOWN: _l("no signed record outside the database confirms it"),
}
TOLD = ("name", "title", "finding", "reason", "note", "comments", "body")
"""What a row's detail holds in words that people wrote, the first one found is shown."""


def in_words(code: str) -> str:
    """What was done, in the reader's words; a deed we no longer know is its code."""
    return str(DEEDS.get(code, code))


def deeds_called(search: str) -> list[str]:
    """The deeds whose words, in the reader's language, hold the text."""
    wanted = search.casefold()
    return [code for code, words in DEEDS.items() if wanted in str(words).casefold()]


def told(detail: Mapping[str, object]) -> str | None:
    """The words of a row's detail, None where it has none."""
    return next((value for key in TOLD if isinstance(value := detail.get(key), str) and value), None)
