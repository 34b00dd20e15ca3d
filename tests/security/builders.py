"""Another tenant's case: its own unit, body and people, with something of every kind in it."""

from dataclasses import dataclass

from sqlalchemy import inspect, select

from tests import make
from tests.people import Cast, actor, give_factor
from tests.statement.builders import PASSPHRASE, Signer, approved, signer
from verifier.accounts import actions as accounts
from verifier.accounts.models import User
from verifier.checks.site import actions as site
from verifier.core.access import Role
from verifier.core.findings import Check
from verifier.core.lifecycle import Stage
from verifier.core.site import VisitPlan
from verifier.core.subject import Subject
from verifier.db import db, utcnow, uuid7
from verifier.demo import workbooks
from verifier.engagements.models import Engagement, TeamMember
from verifier.evidence import actions as evidence
from verifier.evidence.queries import attachments_of
from verifier.findings import actions as findings
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports.models import ReportVersion
from verifier.rulepacks.load import load
from verifier.statement.models import Statement
from verifier.statement.signing import issuing


@dataclass(frozen=True)
class Foreign:
    """Another tenant's case and its lead."""

    case: Engagement
    lead: User
    values: dict[str, str]


def foreign(cast: Cast) -> Foreign:
    """A case of the other unit with the other body, and the addresses' values that belong to it alone."""
    now = utcnow()
    of = make.unit_year(cast, "other_unit", "other_body")
    version = _report(cast, of)
    case = Engagement(
        number="2021-0777",
        unit_year_id=of.id,
        body_id=of.body_id,
        pack_id=make.PACK,
        pack_sha256=load(make.PACK).sha256,
        report_version_id=version.id,
        stage=Stage.CHECKING,
        stage_since=now,
        conflict_check="None.",
        opened_by=cast.other_coordinator.id,
        opened_at=now,
    )
    db.session.add(case)
    lead = give_factor(accounts.create_user(cast.org("other_body"), "rival@example.org", "Rival", actor=actor(cast.admin), now=now))
    db.session.flush()
    member = TeamMember(engagement_id=case.id, user_id=lead.id, role=Role.LEAD_VERIFIER, named_by=lead.id, named_at=now)
    member.declared_at, member.answers = now, {}
    db.session.add(member)
    db.session.flush()
    db.session.refresh(case)
    day, by, pack = now.date(), actor(lead), load(make.PACK)
    visit = site.plan_visit(case, VisitPlan(day, day, "Rolling mill", ("Rival", "Second"), ("Contact",)), actor=by, now=now)
    subject = Subject("checklist_item", pack.checklist[0].code)
    photo = evidence.add_photos(case.id, case.stage, subject, workbooks.photos()[:1], "Roller", actor=by, now=now).stored[0]
    for number in range(1, 7):
        findings.raise_finding(
            case,
            Subject("source", "E-095"),
            Check.DATA,
            findings.Draft("non_conformity", pack.clauses[0].code, f"Rival {number}", "Secret."),
            actor=by,
            now=now,
        )
    sent = findings.send_all(case, actor=by, now=now)
    said = findings.answer(sent[0], "Here.", [("rival.csv", b"month,quantity\n1,2\n")], actor=actor(cast.other_contact), now=now)
    attachment = attachments_of(case.id, "exchange", [str(said.id)])[0]
    db.session.flush()
    year = db.session.scalars(select(ProgrammeYear)).first()
    return Foreign(
        case,
        lead,
        {
            "engagement_id": str(case.id),
            "unit_year_id": str(of.id),
            "number": "6",
            "photo_id": str(photo.id),
            "visit_id": str(visit.id),
            "attachment_id": str(attachment.id),
            "member_id": str(member.id),
            "year_id": str(year.id if year else ""),
        },
    )


def _report(cast: Cast, of: UnitYear) -> ReportVersion:
    """The park's report as if the other unit had handed it in; a workbook of the park would be refused."""
    pattern = db.session.scalars(select(ReportVersion)).first()
    assert pattern is not None
    columns = {column.key: getattr(pattern, column.key) for column in inspect(ReportVersion).column_attrs}
    version = ReportVersion(**{**columns, "id": uuid7(), "unit_year_id": of.id, "handed_in_by": cast.other_contact.id})
    db.session.add(version)
    db.session.flush()
    return version


def issued(cast: Cast, unit_name: str) -> Statement:
    """A case signed three times, its unit renamed before: its statement stands in public."""
    case = approved(cast)
    cast.org("unit").name = unit_name
    _sign(case, signer(cast.lead), "certify")
    _sign(case, signer(cast.signatory), "countersign")
    return _sign(case, signer(cast.coordinator, seal=True), "seal")


def _sign(case: Engagement, who: Signer, action: str) -> Statement:
    code, at = who.code()
    made: Statement = getattr(issuing, action)(case, who.person, PASSPHRASE, code, actor=actor(who.person), now=at)
    return made
