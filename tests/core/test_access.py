"""Who may do what: the permissions that matter most, each with everyone who has it."""

import pytest

from verifier.core.access import CASE_ROLES, GRANTS, ORGANISATION_ROLES, OUTSIDE_TEAM, SECOND_FACTOR, TEAM, UNIT, Permission, Role, may

P, R = Permission, Role
HAS = {
    P.ACCOUNT_MANAGE: {R.ADMINISTRATOR},
    P.PROGRAMME_MANAGE: {R.PROGRAMME_MANAGER},
    P.CASE_OPEN: {R.COORDINATOR},
    P.CASE_ARRANGE: {R.COORDINATOR},
    P.CASE_DECLARE: CASE_ROLES | {R.INVITED},
    P.BOUNDARY_DECIDE: TEAM,
    P.DATA_DECIDE: TEAM,
    P.SITE_RECORD: TEAM,
    P.FINDING_RAISE: TEAM,
    P.FINDING_SEND: {R.LEAD_VERIFIER},
    P.FINDING_ANSWER: UNIT,
    P.FINDING_JUDGE: TEAM,
    P.REPORT_SUBMIT: {R.CONTACT, R.CONTRIBUTOR},
    P.REPORT_RELEASE: {R.RESPONSIBLE},
    P.CONCLUSION_DRAW: {R.LEAD_VERIFIER},
    P.REVIEW_DECIDE: {R.REVIEWER},
    P.STATEMENT_CERTIFY: {R.LEAD_VERIFIER},
    P.STATEMENT_COUNTERSIGN: {R.SIGNATORY},
    P.STATEMENT_SEAL: {R.COORDINATOR},
    P.STATEMENT_CORRECT: {R.COORDINATOR, R.SIGNATORY},
}
"""Actions: here the table says who, and nobody else."""


@pytest.mark.parametrize("permission", HAS)
def test_a_action_is_for_those_the_table_names_and_nobody_else(permission: Permission) -> None:
    assert {role for role in Role if may({role}, permission)} == set(HAS[permission])


def test_the_administrator_manages_accounts_and_sees_no_working_papers() -> None:
    assert [permission for permission in GRANTS if may({R.ADMINISTRATOR}, permission)] == [P.ACCOUNT_MANAGE]


def test_who_was_named_and_has_not_declared_sees_the_questions_alone() -> None:
    assert [permission for permission in GRANTS if may({R.INVITED}, permission)] == [P.CASE_DECLARE]


def test_an_assessor_only_reads() -> None:
    assert {permission.value.rpartition(":")[2] for permission in GRANTS if may({R.ASSESSOR}, permission)} == {"read", "trail"}


def test_reviewer_and_signatory_do_no_check() -> None:
    work = (P.BOUNDARY_DECIDE, P.DATA_DECIDE, P.SITE_RECORD, P.FINDING_RAISE, P.FINDING_JUDGE, P.CONCLUSION_DRAW)
    assert not any(may(OUTSIDE_TEAM, permission) for permission in work)


def test_the_unit_never_reads_working_papers_or_the_trail() -> None:
    assert not may(UNIT, P.WORK_READ)
    assert not may(UNIT, P.CASE_TRAIL)


def test_a_person_with_several_roles_may_do_what_any_of_them_may() -> None:
    assert may({R.COORDINATOR, R.LEAD_VERIFIER}, P.FINDING_SEND)
    assert not may((), P.CASE_READ)


def test_whoever_signs_or_administers_needs_a_second_factor() -> None:
    signing = (P.STATEMENT_CERTIFY, P.STATEMENT_COUNTERSIGN, P.STATEMENT_SEAL, P.ACCOUNT_MANAGE, P.PROGRAMME_MANAGE)
    assert {role for permission in signing for role in GRANTS[permission]} == SECOND_FACTOR


def test_no_role_on_a_case_is_an_appointment_in_an_organisation() -> None:
    assert CASE_ROLES.isdisjoint({role for roles in ORGANISATION_ROLES.values() for role in roles})
