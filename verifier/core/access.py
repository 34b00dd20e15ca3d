"""Who may do what: roles, permissions, and the one table that joins them."""

from collections.abc import Collection, Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person is, on the installation, in an organisation or on one case."""

    ADMINISTRATOR = "administrator"
    PROGRAMME_MANAGER = "programme_manager"
    ASSESSOR = "assessor"
    COORDINATOR = "coordinator"
    LEAD_VERIFIER = "lead_verifier"
    VERIFIER = "verifier"
    TECHNICAL_EXPERT = "technical_expert"
    REVIEWER = "reviewer"
    SIGNATORY = "signatory"
    INVITED = "invited"
    """Named for a case, but has not yet answered the independence questions: sees those and nothing else."""
    CONTACT = "contact"
    CONTRIBUTOR = "contributor"
    RESPONSIBLE = "responsible"


TEAM = frozenset({Role.LEAD_VERIFIER, Role.VERIFIER, Role.TECHNICAL_EXPERT})
"""Those who do the three checks."""
OUTSIDE_TEAM = frozenset({Role.REVIEWER, Role.SIGNATORY})
"""Those who must have taken no part in the checks."""
CASE_ROLES = TEAM | OUTSIDE_TEAM
UNIT = frozenset({Role.CONTACT, Role.CONTRIBUTOR, Role.RESPONSIBLE})
AUTHORITY = frozenset({Role.PROGRAMME_MANAGER, Role.ASSESSOR})
ORGANISATION_ROLES: Mapping[str, frozenset[Role]] = {
    "body": frozenset({Role.COORDINATOR}),
    "unit": UNIT,
    "authority": AUTHORITY,
    "installation": frozenset({Role.ADMINISTRATOR}),
}
SECOND_FACTOR = frozenset({Role.LEAD_VERIFIER, Role.SIGNATORY, Role.COORDINATOR, Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER})
"""Roles that sign or seal, or that administer accounts or a programme: they need a second factor."""


class SeparateRole(StrEnum):
    """The roles, and the whole team, that a rule pack may require to be different people; the values are the pack's words."""

    TEAM = "team"
    LEAD_VERIFIER = "lead_verifier"
    VERIFIER = "verifier"
    TECHNICAL_EXPERT = "technical_expert"
    REVIEWER = "independent_reviewer"
    SIGNATORY = "authorised_signatory"
    KEEPER = "keeper_of_seal"
    """Whoever applies the seal of the body: one of its coordinators."""


class Permission(StrEnum):
    """One thing a view lets someone do; `noun:verb`, read aloud."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ACCOUNT_MANAGE = "account:manage"
    PROGRAMME_READ = "programme:read"
    PROGRAMME_MANAGE = "programme:manage"
    UNIT_READ = "unit:read"
    BODY_NOMINATE = "body:nominate"
    REPORT_READ = "report:read"
    REPORT_DRAFTS = "report:drafts"
    """Versions that the unit has not released: of report:read, the unit alone."""
    REPORT_SUBMIT = "report:submit"
    REPORT_RELEASE = "report:release"
    CASE_OPEN = "case:open"
    EARLIER_WORK_ENTER = "earlier_work:enter"
    """Engagements of the body that were carried out outside this system."""
    CASE_READ = "case:read"
    CASE_TRAIL = "case:trail"
    CASE_ARRANGE = "case:arrange"
    CASE_DECLARE = "case:declare"
    CASE_RULES = "case:rules"
    WORK_READ = "work:read"
    BOUNDARY_DECIDE = "boundary:decide"
    DATA_DECIDE = "data:decide"
    TOLERANCE_SET = "tolerance:set"
    COVERAGE_PLAN = "coverage:plan"
    """Approve the evidence-gathering plan, and deviate from it."""
    VOUCHER_READ = "voucher:read"
    VOUCHER_ADD = "voucher:add"
    VOUCHER_ASSIGN = "voucher:assign"
    EVIDENCE_REQUEST = "evidence:request"
    SITE_RECORD = "site:record"
    FINDING_READ = "finding:read"
    FINDING_RAISE = "finding:raise"
    FINDING_SEND = "finding:send"
    FINDING_ANSWER = "finding:answer"
    FINDING_JUDGE = "finding:judge"
    PHOTO_READ = "photo:read"
    FILE_UPLOAD = "file:upload"
    """Send a file to a case in pieces; handing it in is another permission."""
    CONCLUSION_DRAW = "conclusion:draw"
    REVIEW_DECIDE = "review:decide"
    STATEMENT_READ = "statement:read"
    STATEMENT_CERTIFY = "statement:certify"
    STATEMENT_COUNTERSIGN = "statement:countersign"
    STATEMENT_SEAL = "statement:seal"
    STATEMENT_CORRECT = "statement:correct"


_BODY = CASE_ROLES | {Role.COORDINATOR}
_INSIDE = TEAM | {Role.REVIEWER, Role.SIGNATORY}

GRANTS: Mapping[Permission, frozenset[Role]] = {
    Permission.ACCOUNT_MANAGE: frozenset({Role.ADMINISTRATOR}),
    Permission.PROGRAMME_READ: AUTHORITY,
    Permission.PROGRAMME_MANAGE: frozenset({Role.PROGRAMME_MANAGER}),
    Permission.UNIT_READ: UNIT | AUTHORITY,
    Permission.BODY_NOMINATE: frozenset({Role.CONTACT, Role.RESPONSIBLE, Role.PROGRAMME_MANAGER}),
    Permission.REPORT_READ: UNIT | AUTHORITY | _BODY,
    Permission.REPORT_DRAFTS: UNIT,
    Permission.REPORT_SUBMIT: frozenset({Role.CONTACT, Role.CONTRIBUTOR}),
    Permission.REPORT_RELEASE: frozenset({Role.RESPONSIBLE}),
    Permission.CASE_OPEN: frozenset({Role.COORDINATOR}),
    Permission.EARLIER_WORK_ENTER: frozenset({Role.COORDINATOR}),
    Permission.CASE_READ: _BODY | UNIT | AUTHORITY,
    Permission.CASE_TRAIL: _BODY | AUTHORITY,
    Permission.CASE_ARRANGE: frozenset({Role.COORDINATOR}),
    Permission.CASE_DECLARE: CASE_ROLES | {Role.INVITED},
    Permission.CASE_RULES: frozenset({Role.LEAD_VERIFIER}),
    Permission.WORK_READ: _INSIDE | {Role.COORDINATOR, Role.ASSESSOR},
    Permission.BOUNDARY_DECIDE: TEAM,
    Permission.DATA_DECIDE: TEAM,
    Permission.TOLERANCE_SET: frozenset({Role.LEAD_VERIFIER}),
    Permission.COVERAGE_PLAN: frozenset({Role.LEAD_VERIFIER}),
    Permission.VOUCHER_READ: _INSIDE | UNIT | {Role.COORDINATOR, Role.ASSESSOR},
    Permission.VOUCHER_ADD: TEAM | UNIT,
    Permission.VOUCHER_ASSIGN: frozenset({Role.CONTACT, Role.RESPONSIBLE}),
    Permission.EVIDENCE_REQUEST: TEAM,
    Permission.SITE_RECORD: TEAM,
    Permission.FINDING_READ: _BODY | UNIT | AUTHORITY,
    Permission.FINDING_RAISE: TEAM,
    Permission.FINDING_SEND: frozenset({Role.LEAD_VERIFIER}),
    Permission.FINDING_ANSWER: UNIT,
    Permission.FINDING_JUDGE: TEAM,
    Permission.PHOTO_READ: _BODY | UNIT | {Role.ASSESSOR},
    Permission.FILE_UPLOAD: TEAM | UNIT,
    Permission.CONCLUSION_DRAW: frozenset({Role.LEAD_VERIFIER}),
    Permission.REVIEW_DECIDE: frozenset({Role.REVIEWER}),
    Permission.STATEMENT_READ: _BODY | UNIT | AUTHORITY,
    Permission.STATEMENT_CERTIFY: frozenset({Role.LEAD_VERIFIER}),
    Permission.STATEMENT_COUNTERSIGN: frozenset({Role.SIGNATORY}),
    Permission.STATEMENT_SEAL: frozenset({Role.COORDINATOR}),
    Permission.STATEMENT_CORRECT: frozenset({Role.COORDINATOR, Role.SIGNATORY}),
}


def may(roles: Collection[Role], permission: Permission) -> bool:
    """Whether any of the roles carries the permission."""
    return not GRANTS[permission].isdisjoint(roles)
