"""A person's tasks: by their roles in each case, and what their unit or body has to begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from verifier.accounts.models import User
from verifier.casework.due_dates import day_due
from verifier.casework.queries import finding_counts, open_cases
from verifier.checks.data.vouchers.queries import requests_for
from verifier.core.access import TEAM, UNIT, Role
from verifier.core.clocks import Before, Lateness, day_in, due_day, lateness, unit_year_status
from verifier.core.lifecycle import Stage
from verifier.engagements.models import Engagement
from verifier.engagements.queries import case_of, openable_by, roles_on
from verifier.registry.models import UnitYear
from verifier.registry.queries import years_of_unit
from verifier.reports.queries import latest_released, newest


class Duty(StrEnum):
    """Kind of task assigned to a person."""

    DECLARE = "declare"
    OPEN = "open"
    ARRANGE = "arrange"
    CHECK = "check"
    ANSWER = "answer"
    JUDGE = "judge"
    SEND = "send"
    SHOW = "show"
    REVIEW = "review"
    CERTIFY = "certify"
    COUNTERSIGN = "countersign"
    SEAL = "seal"
    SUBMIT = "submit"
    RELEASE = "release"
    NAME_BODY = "name_body"


ENDPOINTS: Mapping[Duty, str] = {
    Duty.DECLARE: "engagements.declare",
    Duty.ARRANGE: "engagements.team",
    Duty.CHECK: "casework.case",
    Duty.ANSWER: "findings.findings",
    Duty.JUDGE: "findings.findings",
    Duty.SEND: "findings.findings",
    Duty.SHOW: "vouchers.evidence_request",
    Duty.REVIEW: "statement.review",
    Duty.CERTIFY: "statement.signing",
    Duty.COUNTERSIGN: "statement.signing",
    Duty.SEAL: "statement.signing",
    Duty.SUBMIT: "reports.unit_year",
    Duty.RELEASE: "reports.unit_year",
    Duty.NAME_BODY: "reports.unit_year",
    Duty.OPEN: "engagements.new",
}

AT_STAGE: Mapping[Stage, tuple[frozenset[Role], Duty]] = {
    Stage.ARRANGING: (frozenset({Role.COORDINATOR}), Duty.ARRANGE),
    Stage.CHECKING: (TEAM, Duty.CHECK),
    Stage.ANSWERING: (UNIT, Duty.ANSWER),
    Stage.REVIEWING: (frozenset({Role.REVIEWER}), Duty.REVIEW),
    Stage.TO_CERTIFY: (frozenset({Role.LEAD_VERIFIER}), Duty.CERTIFY),
    Stage.TO_COUNTERSIGN: (frozenset({Role.SIGNATORY}), Duty.COUNTERSIGN),
    Stage.TO_SEAL: (frozenset({Role.COORDINATOR}), Duty.SEAL),
}
BEFORE: Mapping[Before, tuple[frozenset[Role], Duty]] = {
    Before.NO_REPORT: (frozenset({Role.CONTACT, Role.CONTRIBUTOR}), Duty.SUBMIT),
    Before.TO_RELEASE: (frozenset({Role.RESPONSIBLE}), Duty.RELEASE),
    Before.NO_BODY: (frozenset({Role.CONTACT, Role.RESPONSIBLE}), Duty.NAME_BODY),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One task about a unit's year, in a case if there is one; `due` is the year's date, or the pack's clock if sooner."""

    what: Duty
    unit_year: UnitYear
    due: date
    case: Engagement | None = None
    since: datetime | None = None
    request: int | None = None
    """The number of the request for evidence, where it is one."""

    @property
    def endpoint(self) -> str:
        """The page where it is done."""
        return ENDPOINTS[self.what]

    @property
    def address(self) -> dict[str, object]:
        """What the page's address names."""
        if self.what is Duty.OPEN:
            return {}
        if self.case and self.request is not None:
            return {"engagement_id": self.case.id, "request_number": self.request}
        return {"engagement_id": self.case.id} if self.case else {"unit_year_id": self.unit_year.id}


def waiting_for(user: User) -> list[Waiting]:
    """All tasks of a person, the earliest due first."""
    found = [each for engagement in open_cases(user) for each in on_case(user, engagement)]
    if Role.COORDINATOR in user.roles:
        found += [Waiting(Duty.OPEN, each, each.year.verified_due, since=each.named_at) for each in openable_by(user)]
    if user.roles & UNIT:
        found += [each for unit_year in years_of_unit(user.organisation) if (each := _before_case(user, unit_year))]
    found += [Waiting(Duty.SHOW, case.unit_year, each.due, case, each.raised_at, each.number) for case, each in requests_for(user)]
    return sorted(found, key=lambda each: each.due)


@dataclass(frozen=True, slots=True)
class OpenRequests:
    """Open evidence requests of a case for a person: count, and lateness of the first."""

    count: int
    lateness: Lateness


def open_requests(user: User, engagement: Engagement, now: datetime) -> OpenRequests | None:
    """Open evidence requests for a person in a case; None if there are none."""
    due = [each.due for case, each in requests_for(user) if case.id == engagement.id]
    return OpenRequests(len(due), lateness(min(due), day_in(engagement.unit_year.year.time_zone, now))) if due else None


def on_case(user: User, engagement: Engagement) -> list[Waiting]:
    """A person's tasks in a case; none once the statement is issued."""
    if engagement.stage is Stage.ISSUED:
        return []
    roles, (needed_roles, duty) = roles_on(user, engagement), AT_STAGE[engagement.stage]
    memberships = [member for member in engagement.members if member.user_id == user.id]
    if any(member.declared_at is None for member in memberships):
        return [Waiting(Duty.DECLARE, engagement.unit_year, engagement.unit_year.year.verified_due, engagement, memberships[-1].named_at)]
    if not roles.isdisjoint(needed_roles):
        return [Waiting(duty, engagement.unit_year, day_due(engagement), engagement, engagement.stage_since)]
    return _work_while_answering(engagement) if engagement.stage is Stage.ANSWERING and Role.LEAD_VERIFIER in roles else []


def _work_while_answering(engagement: Engagement) -> list[Waiting]:
    """The lead verifier's tasks while the unit responds: review responses, send new findings."""
    counts = finding_counts(engagement, inside=True)
    duties = [duty for duty, count in ((Duty.JUDGE, counts.answered), (Duty.SEND, counts.drafts)) if count]
    return [Waiting(duty, engagement.unit_year, engagement.unit_year.year.verified_due, engagement) for duty in duties]


def _before_case(user: User, unit_year: UnitYear) -> Waiting | None:
    if case_of(unit_year) is not None:
        return None
    handed_in, released = newest(unit_year) is not None, latest_released(unit_year) is not None
    status = unit_year_status(handed_in=handed_in, released=released, body_named=unit_year.body_id is not None, stage=None)
    if not isinstance(status, Before) or status not in BEFORE or user.roles.isdisjoint(BEFORE[status][0]):
        return None
    year = unit_year.year
    due = due_day(status, report_due=year.report_due, verified_due=year.verified_due)
    return Waiting(BEFORE[status][1], unit_year, due or year.verified_due)
