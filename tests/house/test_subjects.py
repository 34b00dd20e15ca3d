"""Every kind of subject: found by its id in its own case, and None for anything else, so that a page about it is not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import g
from sqlalchemy import select

from tests import big, make
from tests.house.routes import World
from tests.people import ORGANISATIONS, Cast, actor, sign_in
from verifier.casework.coverage import queries as coverage
from verifier.casework.coverage.actions import Draft, record_procedure
from verifier.casework.review.models import Review
from verifier.checks.boundary import actions as boundary
from verifier.checks.boundary.models import MissingSource
from verifier.core.access import Role
from verifier.core.boundary import Kind
from verifier.core.coverage.procedures import ProcedureMethod
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import Base, db, utcnow, uuid7
from verifier.engagements.models import Engagement, TeamMember
from verifier.findings.models import Finding
from verifier.registry.models import UnitYear
from verifier.reports import actions as reports
from verifier.rulepacks.load import load
from verifier.statement.models import Conclusion, Statement
from verifier.web.subjects import SubjectKind, describe

OUTSIDE = {"account", "earlier_engagement", "person", "organisation"}
"""Kinds that no case has."""
EVERYWHERE = {"checklist_item", "report"}
"""Kinds that each case of the same rules has."""
WITHOUT_PAGE = {"member", "programme_year"}
"""Kinds that the team cannot open."""
KINDS = (
    "account",
    "case",
    "checklist_item",
    "conclusion",
    "earlier_engagement",
    "entered_plan",
    "evidence_request",
    "facility",
    "finding",
    "member",
    "missing_source",
    "number",
    "organisation",
    "person",
    "photo",
    "procedure",
    "programme_year",
    "report",
    "report_version",
    "review",
    "sample",
    "source",
    "statement",
    "unit_year",
    "visit",
    "voucher",
)
NONSENSE = ("nonsense", "", "~", "0", "-1", "01", "1e3", "²", "99999999999999999999", "../..", "a/b", str(uuid4()), "{}", "x" * 400)


@dataclass(frozen=True)
class Cases:
    """A case with a subject of every kind, and another one of another unit and year."""

    world: World
    one: Engagement
    other: Engagement
    ids: dict[str, str]

    @property
    def kinds(self) -> dict[str, SubjectKind[object]]:
        kinds: dict[str, SubjectKind[object]] = self.world.app.extensions["verifier"].subjects
        return kinds


def works(sources: int) -> bytes:
    """A workbook of the other unit, with fewer sources and facilities."""
    tables = big.park(12 * sources)
    tables["unit"] = [("field", "value"), ("programme", "beijing"), ("emission_year", 2022), ("unit_name", ORGANISATIONS["other_unit"][1])]
    tables["facilities"] = [("facility_id", "name", "in_boundary"), *((f"B{number}", f"Building {number}", "yes") for number in range(5))]
    return big.workbook(tables)


def another_case(cast: Cast) -> Engagement:
    """A case of another unit in another year, with the same lead."""
    now = utcnow()
    of = UnitYear(year_id=make.year(cast, 2022).id, unit_id=cast.org("other_unit").id, sector="park", registered_at=now)
    of.body_id, of.named_by, of.named_at = cast.org("body").id, cast.contact.id, now
    db.session.add(of)
    db.session.flush()
    version = reports.submit_report(of, works(5), "works.xlsx", "", actor=actor(cast.other_contact), now=now)
    case = Engagement(
        number="2022-0001",
        unit_year=of,
        body_id=of.body_id,
        pack_id=make.PACK,
        pack_sha256=load(make.PACK).sha256,
        report_version_id=version.id,
        stage=Stage.CHECKING,
        stage_since=now,
        conflict_check="No shared managers.",
        opened_by=cast.coordinator.id,
        opened_at=now,
    )
    lead = TeamMember(engagement=case, user=cast.lead, role=Role.LEAD_VERIFIER, named_by=cast.coordinator.id, named_at=now)
    lead.declared_at, lead.answers = now, {}
    db.session.add_all((case, lead))
    db.session.flush()
    return case


def concluded(case: Engagement, cast: Cast, sha256: str) -> tuple[Base, Base, Base]:
    """The rows of the last steps."""
    now = utcnow()
    conclusion = Conclusion(id=uuid7(), engagement_id=case.id, opinion="reasonable", text="", drawn_by=cast.lead.id, drawn_at=now)
    review = Review(
        id=uuid7(),
        engagement_id=case.id,
        conclusion_id=conclusion.id,
        outcome="approved",
        comments="",
        change_seen=1,
        decided_by=cast.reviewer.id,
        decided_at=now,
    )
    statement = Statement(
        id=uuid7(),
        number="S-1",
        token="t",
        engagement_id=case.id,
        conclusion_id=conclusion.id,
        review_id=review.id,
        status="recalled",
        opinion="reasonable",
        facts={},
        pdf_sha256=sha256,
        begun_at=now,
    )
    for row in (conclusion, review, statement):
        db.session.add(row)
        db.session.flush()
    return conclusion, review, statement


@pytest.fixture(scope="module")
def cases(world: World) -> Iterator[Cases]:
    cast, values = Cast(), world.values
    one = db.session.get_one(Engagement, UUID(values["engagement_id"]))
    boundary.add_missing(one, Kind.FACILITY, "Boiler", None, "Yard", "", actor=actor(cast.lead), now=utcnow())
    tested = [coverage.counted_numbers(one)[0].number.key]
    draft = Draft(ProcedureMethod.ORIGINAL_RECORD, document="Reading log of the boiler house")
    procedure = record_procedure(one, tested, draft, actor=actor(cast.lead), now=utcnow())
    last = concluded(one, cast, one.report_version.sha256)
    other = another_case(cast)
    db.session.commit()
    first = {
        "missing_source": db.session.scalars(select(MissingSource.key)).first(),
        "finding": db.session.scalars(select(Finding.id)).first(),
    }
    ids = {
        "account": values["user_id"],
        "earlier_engagement": values["entry_id"],
        "entered_plan": values["plan_id"],
        "case": values["engagement_id"],
        "checklist_item": values["item_code"],
        "evidence_request": "1",
        "facility": "B19",
        "member": values["member_id"],
        "number": "reported/S-000019",
        "organisation": values["organisation_id"],
        "person": values["user_id"],
        "photo": values["photo_id"],
        "procedure": str(procedure.id),
        "programme_year": values["year_id"],
        "report": "total_mismatch",
        "report_version": str(one.report_version_id),
        "sample": values["number"],
        "source": "S-000019",
        "unit_year": values["unit_year_id"],
        "visit": values["visit_id"],
        "voucher": values["voucher_id"],
        **dict(zip(("conclusion", "review", "statement"), (str(row.id) for row in last), strict=True)),  # type: ignore[attr-defined]
        **{kind: str(value) for kind, value in first.items()},
    }
    with world.app.test_request_context("/"):
        g.roles = frozenset({Role.LEAD_VERIFIER})
        yield Cases(world, one, other, ids)


def test_every_kind_that_a_folder_registers_is_tried_here(cases: Cases) -> None:
    assert set(cases.kinds) == set(KINDS) == set(cases.ids)


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_is_found_in_its_own_case_and_in_no_other(cases: Cases, kind: str) -> None:
    subject = Subject(kind, cases.ids[kind])
    here, there = describe(cases.one, subject), describe(cases.other, subject)
    assert (here is not None) is (kind not in OUTSIDE)
    assert (there is not None) is (kind in EVERYWHERE)
    if here is not None:
        assert here.title.strip()
        assert (here.url is None) is (kind in WITHOUT_PAGE)


@pytest.mark.parametrize("kind", [*KINDS, "nonsense", "__proto__", "exchange"])
def test_what_no_case_has_is_none(cases: Cases, kind: str) -> None:
    assert [text for text in NONSENSE if describe(cases.one, Subject(kind, text)) is not None] == []
    assert [text for text in NONSENSE if describe(None, Subject(kind, text)) is not None] == []


@pytest.mark.parametrize("page", ["findings/new", "photos/new"])
def test_a_page_about_a_subject_is_there_only_where_the_case_has_it(cases: Cases, page: str) -> None:
    client = sign_in(cases.world.app.test_client(), Cast().lead)

    def answered(case: Engagement, kind: str, text: str) -> int:
        return client.get(f"/cases/{case.id}/{page}", query_string={"subject_kind": kind, "subject_id": text}).status_code

    for kind in KINDS:
        absent = kind in OUTSIDE | WITHOUT_PAGE
        assert answered(cases.one, kind, cases.ids[kind]) == (404 if absent else 200), kind
        assert answered(cases.other, kind, cases.ids[kind]) == (200 if kind in EVERYWHERE else 404), kind
        assert {answered(cases.one, kind, text) for text in ("nonsense", "01", str(uuid4()))} == {404}, kind
