"""A row with words for every kind of thing that people write about a case, as far as the world of the attacks has none yet."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, select, update

from tests.house.routes import World
from tests.people import Cast
from verifier.accounts.models import Organisation
from verifier.db import Base, db, utcnow
from verifier.registry.models import ProgrammeYear
from verifier.reports.models import ReportedFacility, ReportedSource, ReportVersion

WORDS = "Seen on site."
ROWS: dict[str, dict[str, Any]] = {
    "analysis_conclusion": {"line_key": "{line_key}", "conclusion": WORDS},
    "body_tolerance": {"code": "{tolerance_code}", "value": Decimal(5), "reason": WORDS},
    "boundary_decision": {"kind": "source", "key": "{source_key}", "outcome": "confirmed", "note": WORDS},
    "conclusion": {"opinion": "pass", "text": WORDS},
    "data_risk": {"kind": "source", "key": "{source_key}", "inherent": "high", "control": "low", "reason": WORDS},
    "materiality_mark": {"kind": "nature", "subject_kind": "source", "subject_id": "{source_key}", "reason": WORDS},
    "missing_source": {"key": "M-001", "kind": "facility", "name": "Boiler", "place": "Yard", "note": WORDS},
    "number_outcome": {
        "number_key": "{number_key}",
        "source_key": "{source_key}",
        "outcome": "differs",
        "written": "12",
        "unit": "t",
        "verified": Decimal(12),
        "said_by": WORDS,
        "how": WORDS,
    },
    "evidence_procedure": {
        "method": "original_record",
        "document": WORDS,
        "months": [],
        "numbers": [["{number_key}", ""]],
        "note": WORDS,
        "withdrawn_by": None,
        "withdrawn_reason": "",
    },
    "evidence_plan": {"levels": {}, "reason": WORDS},
    "coverage_deviation": {"source_key": "{source_key}", "reason": WORDS, "withdrawn_by": None},
    "stated_unit_category": {"basis": "plan", "code": "B", "average": None, "source": WORDS},
    "agreed_assurance": {"level": "reasonable", "source": WORDS},
    "planning_threshold": {"share": Decimal("0.02"), "reason": WORDS},
    "source_outcome": {"source_key": "{source_key}", "outcome": "cannot_confirm", "note": WORDS},
    "checklist_answer": {"visit_id": "{visit_id}", "item_code": "{item_code}", "outcome": "in_order", "note": WORDS},
}
"""What stands in a row beside the case, the lead and the moment; `{…}` is what the addresses name."""


def write(world: World, case: UUID) -> None:
    """Write them past the actions, which would refuse some of them at this stage."""
    lead, now = Cast().lead.id, utcnow()
    for name, told in ROWS.items():
        table: Table = Base.metadata.tables[name]
        values: dict[str, Any] = {"engagement_id": case, "fingerprint": "", "method": ""}
        for column in table.columns:
            if column.name.endswith("_by") and column.foreign_keys:
                values[column.name] = lead
            elif column.name.endswith("_at") and not column.nullable:
                values[column.name] = now
        for key, value in told.items():
            filled = value.format(**world.values) if isinstance(value, str) else value
            values[key] = UUID(filled) if key == "visit_id" else filled
        db.session.execute(insert(table).values({key: value for key, value in values.items() if key in table.columns}))
    for organisation in db.session.scalars(select(Organisation)):
        organisation.name_zh = organisation.name_zh or WORDS
    for year in db.session.scalars(select(ProgrammeYear)):
        year.name_zh = WORDS
    db.session.execute(update(ReportVersion).values(note=WORDS))
    db.session.execute(update(ReportedFacility).values(note=WORDS, owner=WORDS))
    db.session.execute(update(ReportedSource).values(owner=WORDS))
