"""A task of a person as a value: what, where, by when and about which findings or request; and the page where it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from verifier.casework.events.table import Duty
from verifier.casework.task_subjects import Thing

ENDPOINTS: Mapping[Duty, str] = {
    Duty.DECLARE: "engagements.declare",
    Duty.ARRANGE: "engagements.team",
    Duty.CHECK: "casework.case",
    Duty.ANSWER: "findings.findings",
    Duty.JUDGE: "findings.findings",
    Duty.SEND: "findings.findings",
    Duty.SHOW: "vouchers.evidence_request",
    Duty.REVIEW: "statement.review",
    Duty.CONCLUDE_AGAIN: "statement.conclusion",
    Duty.ANSWER_REVIEW: "statement.review",
    Duty.CERTIFY: "statement.signing",
    Duty.COUNTERSIGN: "statement.signing",
    Duty.SEAL: "statement.signing",
    Duty.SUBMIT: "reports.submit",
    Duty.RELEASE: "reports.unit_year",
    Duty.NAME_BODY: "reports.body",
    Duty.OPEN: "engagements.new",
}

SOON = 7
"""Days before a due day from which pages say so."""
OF_ONE_FINDING = frozenset({Duty.ANSWER, Duty.JUDGE})
"""Tasks that are done finding by finding, on the page of each."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One task about a unit's year, in a case if there is one; `due` is the year's date, or the pack's clock if sooner."""

    what: Duty
    unit_year: UUID
    due: date
    time_zone: str
    case: UUID | None = None
    since: datetime | None = None
    pack_id: str = ""
    """The rules under which working days are counted."""
    things: tuple[Thing, ...] = ()
    """The findings or the request that it is about, the next one first."""

    @property
    def endpoint(self) -> str:
        """The page where it, or the next part of it, is done."""
        return "findings.finding" if self._of_one_finding else ENDPOINTS[self.what]

    @property
    def address(self) -> dict[str, object]:
        """What the page's address names."""
        if self.what is Duty.OPEN:
            return {}
        if self.is_of_request:
            return {"engagement_id": self.case, "request_number": self.things[0].number}
        if self._of_one_finding:
            return {"engagement_id": self.case, "number": self.things[0].number}
        return {"engagement_id": self.case} if self.case else {"unit_year_id": self.unit_year}

    @property
    def is_of_request(self) -> bool:
        """Whether it is about one evidence request."""
        return self.what is Duty.SHOW

    @property
    def _of_one_finding(self) -> bool:
        return self.what in OF_ONE_FINDING and bool(self.things)
