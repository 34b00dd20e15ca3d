"""Whoever had a hand in the work neither reviews nor countersigns it: no table that says who did something is forgotten."""

from datetime import timedelta
from typing import Any

from tests import make
from tests.people import Cast, actor
from verifier.checks.data.flags import actions as flags
from verifier.checks.data.flags import queries as flagged
from verifier.checks.data.sampling.models import Sample, SampledItem
from verifier.core.findings import Check
from verifier.core.subject import Subject
from verifier.db import Base, db, utcnow
from verifier.findings import actions as findings
from verifier.rulepacks.load import load
from verifier.statement.participants import NO_WORK, OF_CASE, OF_VOUCHER, OF_YEAR, THROUGH, hands

FOLDERS = ("verifier.checks.", "verifier.findings.")


def test_every_column_that_says_who_did_something_in_the_checks_is_asked(cast: Cast) -> None:
    asked = {(who.class_, who.key) for who in (*OF_CASE, *(who for who, _above in THROUGH), *OF_YEAR, *OF_VOUCHER, *NO_WORK)}
    there: set[tuple[Any, str]] = set()
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__.startswith(FOLDERS):
            people = (column for column in mapper.local_table.columns if _names_someone(column))
            there |= {(mapper.class_, mapper.get_property_by_column(column).key) for column in people}
    assert there - asked == set()


def _names_someone(column: Any) -> bool:
    return any(key.column.table.name == "user_account" for key in column.foreign_keys)


def test_a_dismissed_flag_a_tested_item_and_a_judged_finding_each_make_their_doer_one_who_took_part(cast: Cast) -> None:
    case, now = make.engagement(cast), utcnow()
    assert cast.reviewer.id not in hands(case)
    key = next(each.flag.key for each in flagged.flagged(case) if each.is_open)
    flags.dismiss(case, [key], "Looked at.", actor=actor(cast.reviewer), now=now)
    assert cast.reviewer.id in hands(case)
    sample = Sample(
        engagement_id=case.id,
        number=1,
        method="reciprocal",
        kind="list",
        report_version_id=case.report_version_id,
        population=[],
        places=[],
        unknown=[],
        checksum="0",
        plan={},
        planned_by=cast.lead.id,
        planned_at=now,
        seed="s",
        drawn_by=cast.lead.id,
        drawn_at=now,
    )
    db.session.add(sample)
    db.session.flush()
    row = SampledItem(sample_id=sample.id, position=1, line="x", parts=["x"], label="x", stratum="", unit="", result="agreed")
    row.tested_by = cast.signatory.id
    row.tested_at = now + timedelta(minutes=1)
    db.session.add(row)
    db.session.flush()
    assert cast.signatory.id in hands(case)
    clause = load(case.pack_id).clauses[0].code
    finding = findings.raise_finding(
        case,
        Subject("source", "E-095"),
        Check.DATA,
        findings.Draft("clarification", clause, "Why", "Look.", None),
        actor=actor(cast.lead),
        now=now,
    )
    findings.send_all(case, actor=actor(cast.lead), now=now)
    findings.answer(finding, "Because.", actor=actor(cast.contact), now=now)
    assert cast.coordinator.id not in hands(case)
    findings.accept(finding, actor=actor(cast.coordinator), now=now)
    assert cast.coordinator.id in hands(case)
