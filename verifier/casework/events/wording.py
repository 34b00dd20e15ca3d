"""Words of the event table, for mails and for the help page."""

from flask_babel import lazy_gettext as _l

from verifier.casework.events.table import Event, Person, Timing

EVENTS = {
    Event.UNIT_REGISTERED: _l("The unit was registered for the year"),
    Event.VERSION_WAITS: _l("A version of the report is awaiting release"),
    Event.VERSION_RELEASED: _l("A version of the report was released"),
    Event.BODY_NAMED: _l("The verification body was appointed"),
    Event.CASE_OPENED: _l("The case was opened"),
    Event.MEMBER_NAMED: _l("You were named for the case"),
    Event.CHECKS_STARTED: _l("The checks were started"),
    Event.REQUEST_RAISED: _l("Evidence was requested"),
    Event.REQUEST_ASSIGNED: _l("An evidence request was assigned to you"),
    Event.REQUEST_ANSWERED: _l("An evidence request was answered"),
    Event.REQUEST_RETURNED: _l("The response to an evidence request was returned"),
    Event.FINDING_RAISED: _l("A finding was drafted"),
    Event.FINDINGS_SENT: _l("Findings were sent to the unit"),
    Event.FINDING_ANSWERED: _l("A finding was answered"),
    Event.FINDING_RETURNED: _l("A finding was returned to the unit"),
    Event.ALL_ANSWERED: _l("All findings have been answered"),
    Event.CONCLUSION_DRAWN: _l("The conclusion is ready for independent review"),
    Event.REVIEW_SENT_BACK: _l("The independent reviewer sent the case back"),
    Event.REVIEW_APPROVED: _l("The independent reviewer approved the case"),
    Event.APPROVAL_VOID: _l("The case was changed after approval: the approval is no longer valid"),
    Event.CHECKS_REOPENED: _l("The checks were reopened"),
    Event.CERTIFIED: _l("The statement was certified and awaits countersigning"),
    Event.COUNTERSIGNED: _l("The statement was countersigned and awaits the seal"),
    Event.STATEMENT_ISSUED: _l("The statement was issued"),
    Event.STATEMENT_SUPERSEDED: _l("A new statement was issued; the earlier one is superseded"),
    Event.CORRECTION_OPENED: _l("The statement is under correction: do not rely on it until another is issued"),
    Event.DUE_SOON: _l("A task is due soon"),
    Event.OVERDUE: _l("A task is overdue"),
}
PEOPLE = {
    Person.NAMED: _l("The person named"),
    Person.ASSIGNEE: _l("The person to whom the request is assigned; else the unit's contact"),
    Person.RAISER: _l("The verifier who raised it"),
    Person.OWNER: _l("Whoever has the task"),
}
TIMES = {Timing.AT_ONCE: _l("At once"), Timing.DIGEST: _l("Within minutes")}
