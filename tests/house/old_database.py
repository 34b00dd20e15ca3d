"""A database as revision 0010 left it, with a row in every table that later migrations change; written with SQL, not by the models."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Connection, MetaData, Uuid, inspect, select
from sqlalchemy.types import Boolean, Date, DateTime, Numeric

from verifier.core.chain import GENESIS, row_hash

NOW = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
SHA = "a" * 64
RENAMED = {"exchange": {"deed": "action"}, "finding": {"disposed_at": "resolved_at"}, "trail_row": {"deed": "action", "at": "recorded_at"}}
"""Columns that later revisions call otherwise."""


def key(number: int) -> UUID:
    """The id of the row of that number."""
    return UUID(int=number)


ORGANISATION, PERSON, YEAR, UNIT_YEAR, FIRST, SECOND, CASE, VISIT, FINDING, EXCHANGE = (key(number) for number in range(1, 11))
SAMPLE, CONCLUSION, REVIEW, SIGNING_KEY, STATEMENT, OWN_PHOTO, ITEM_PHOTO, MISSING, DRAFT, VOUCHER = (key(n) for n in range(11, 21))
SOURCE_PHOTO, CASE_PHOTO = key(21), key(22)

FILES: list[tuple[str, dict[str, Any]]] = [
    ("stored_file", {"sha256": SHA, "size": 1, "media_type": "application/pdf"}),
    ("organisation", {"id": ORGANISATION, "kind": "body", "name": "Body"}),
    ("user_account", {"id": PERSON, "email": "lead@example.org", "name": "Lead", "organisation_id": ORGANISATION}),
    ("appointment", {"user_id": PERSON, "role": "coordinator"}),
    ("account_link", {"user_id": PERSON, "purpose": "reset", "token_hash": "t"}),
    ("programme_year", {"id": YEAR, "authority_id": ORGANISATION, "emission_year": 2021, "pack_id": "beijing/2021"}),
    ("unit_year", {"id": UNIT_YEAR, "year_id": YEAR, "unit_id": ORGANISATION}),
]
REPORTS = [
    (
        "report_version",
        {"id": FIRST, "unit_year_id": UNIT_YEAR, "number": 1, "sha256": SHA, "recalculated_known": "1", "handed_in_by": PERSON},
    ),
    (
        "report_version",
        {"id": SECOND, "unit_year_id": UNIT_YEAR, "number": 2, "sha256": SHA, "recalculated_known": "1", "handed_in_by": PERSON},
    ),
    ("reported_source", {"version_id": SECOND, "source_key": "E1", "known": "1"}),
    ("reported_facility", {"version_id": SECOND, "facility_key": "F1"}),
    ("reported_number", {"version_id": SECOND, "number_key": "n", "kind": "activity", "source_key": "E1"}),
]
CASES = [
    (
        "engagement",
        {
            "id": CASE,
            "number": "2021-0001",
            "unit_year_id": UNIT_YEAR,
            "body_id": ORGANISATION,
            "report_version_id": SECOND,
            "stage": "answering",
            "opened_by": PERSON,
            "pack_id": "beijing/2021",
        },
    ),
    ("team_member", {"engagement_id": CASE, "user_id": PERSON, "role": "lead_verifier", "named_by": PERSON}),
    ("boundary_decision", {"engagement_id": CASE, "kind": "source", "key": "E1", "outcome": "confirmed", "decided_by": PERSON}),
    ("missing_source", {"id": MISSING, "engagement_id": CASE, "key": "N-001", "kind": "facility", "added_by": PERSON}),
    ("site_visit", {"id": VISIT, "engagement_id": CASE, "planned_by": PERSON}),
    ("checklist_answer", {"engagement_id": CASE, "visit_id": VISIT, "item_code": "boundary", "outcome": "in_order", "answered_by": PERSON}),
    ("data_risk", {"engagement_id": CASE, "kind": "source", "key": "E1", "inherent": "low", "control": "high", "assessed_by": PERSON}),
    ("sample", {"id": SAMPLE, "engagement_id": CASE, "number": 1, "method": "ladder", "report_version_id": SECOND, "planned_by": PERSON}),
    ("sampled_item", {"sample_id": SAMPLE, "position": 1}),
    ("sampled_item", {"sample_id": SAMPLE, "position": 2, "result": "differs", "found": "1.5", "tested_by": PERSON, "tested_at": NOW}),
    ("evidence_request", {"engagement_id": CASE, "number": 1, "state": "open", "numbers": [], "raised_by": PERSON}),
    ("voucher", {"id": VOUCHER, "unit_year_id": UNIT_YEAR, "number": 1, "sha256": SHA, "handed_in_by": PERSON, "withdrawn_reason": ""}),
    ("materiality_mark", {"engagement_id": CASE, "kind": "nature", "subject_kind": "source", "subject_id": "E1", "marked_by": PERSON}),
    ("source_outcome", {"engagement_id": CASE, "source_key": "E1", "outcome": "agreed", "verified": "12.3456789", "decided_by": PERSON}),
    ("number_outcome", {"engagement_id": CASE, "number_key": "n", "outcome": "cannot_confirm", "decided_by": PERSON}),
    ("reference_workbook", {"engagement_id": CASE, "kind": "plan", "sha256": SHA, "content": {}, "added_by": PERSON}),
]
FINDINGS = [
    (
        "finding",
        {
            "id": FINDING,
            "engagement_id": CASE,
            "number": 1,
            "arose_in": "data",
            "subject_kind": "source",
            "subject_id": "E1",
            "class_code": "correction",
            "state": "answered",
            "raised_by": PERSON,
            "sent_at": NOW,
        },
    ),
    (
        "finding",
        {
            "id": DRAFT,
            "engagement_id": CASE,
            "number": 2,
            "arose_in": "site",
            "subject_kind": "checklist_item",
            "subject_id": "boundary",
            "class_code": "correction",
            "state": "draft",
            "raised_by": PERSON,
        },
    ),
    ("exchange", {"id": EXCHANGE, "finding_id": FINDING, "deed": "answer", "report_version_id": SECOND, "said_by": PERSON}),
]


def _photo(photo: UUID, kind: str, subject: str, original: str) -> tuple[str, dict[str, Any]]:
    return "photo", {
        "id": photo,
        "case_id": CASE,
        "subject_kind": kind,
        "subject_id": subject,
        "caption": kind,
        "original_sha256": original,
        "preview_sha256": SHA,
        "thumbnail_sha256": SHA,
        "added_by": PERSON,
    }


PHOTOS = [
    *(("stored_file", {"sha256": str(n) * 64, "media_type": "image/jpeg"}) for n in range(4)),
    _photo(OWN_PHOTO, "finding", str(FINDING), "0" * 64),
    _photo(ITEM_PHOTO, "checklist_item", "boundary", "1" * 64),
    _photo(SOURCE_PHOTO, "source", "E1", "2" * 64),
    _photo(CASE_PHOTO, "case", str(CASE), "3" * 64),
    ("finding_photo", {"finding_id": FINDING, "photo_id": ITEM_PHOTO, "put_by": PERSON}),
    ("attachment", {"case_id": CASE, "subject_kind": "exchange", "subject_id": str(EXCHANGE), "sha256": SHA, "added_by": PERSON}),
]
STATEMENTS = [
    ("conclusion", {"id": CONCLUSION, "engagement_id": CASE, "opinion": "positive", "drawn_by": PERSON}),
    ("review", {"id": REVIEW, "engagement_id": CASE, "conclusion_id": CONCLUSION, "outcome": "approved", "decided_by": PERSON}),
    ("signing_key", {"id": SIGNING_KEY, "user_id": PERSON, "serial": "1", "made_by": PERSON}),
    (
        "statement",
        {
            "id": STATEMENT,
            "number": "B-1",
            "token": "k",
            "engagement_id": CASE,
            "conclusion_id": CONCLUSION,
            "review_id": REVIEW,
            "status": "certified",
            "facts": {"format": "verifier-statement/1", "reported_total": "12.3"},
            "pdf_sha256": SHA,
        },
    ),
    ("signature", {"statement_id": STATEMENT, "place": "lead", "key_id": SIGNING_KEY, "signed_by": PERSON, "pdf_sha256": SHA}),
]
JOBS = [
    ("job", {"kind": "mail.send", "key": sent, "arguments": {}, "done_at": NOW})
    for sent in (f"reminder:{PERSON}:check:{CASE}:2025-03-02:1", f"approval-void:{REVIEW}:{PERSON}", "reminder:of:another:shape")
]
ROWS = [*FILES, *REPORTS, *CASES, *FINDINGS, *PHOTOS, *STATEMENTS, *JOBS]
ADOPTED = {"before": 1, "after": 2, "sha256": SHA}
TRAIL: list[tuple[str, str, str, str, dict[str, Any]]] = [
    ("engagement:case:opened", "case", str(CASE), "change", {"number": "2021-0001"}),
    ("finding:finding:raised", "finding", str(FINDING), "change", {"finding": "C-001", "about": "source:E1"}),
    ("finding:findings:exported", "case", str(CASE), "look", {}),
    ("report:version:taken_away", "report_version", str(FIRST), "look", {"number": 1}),
    ("engagement:report:adopted", "report_version", str(SECOND), "change", ADOPTED),
    ("finding:finding:raised", "finding", str(DRAFT), "change", {"finding": "C-002", "about": "checklist_item:boundary"}),
    ("statement:lead:signed", "statement", str(STATEMENT), "proceed", {"number": "B-1"}),
]
"""What was done, in the words of that time: action, subject, effect, detail."""


def fill(connection: Connection) -> None:
    """Insert every row; columns that a row does not name get a plain value of their type."""
    metadata = MetaData()
    metadata.reflect(connection)
    for place, (name, values) in enumerate([*ROWS, *_trail(str(CASE))], start=100):
        table = metadata.tables[name]
        filled = {column.name: _adapted(column, _value(column, values, place)) for column in table.columns}
        connection.execute(table.insert().values({name: value for name, value in filled.items() if value is not None}))


def contents(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as the database has it."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {
        name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for name, table in metadata.tables.items()
        if name != "alembic_version"
    }


def constraints(connection: Connection) -> dict[str, set[str]]:
    """The names of the checks, keys and indexes of every table."""
    seen = inspect(connection)
    return {
        table: {
            str(one["name"])
            for of in (seen.get_check_constraints, seen.get_foreign_keys, seen.get_unique_constraints, seen.get_indexes)
            for one in of(table)
        }
        for table in seen.get_table_names()
    }


def _trail(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of the case's trail, each over the hash of the one before, and its head."""
    previous = GENESIS
    for number, (deed, kind, subject, effect, detail) in enumerate(TRAIL, start=1):
        at = NOW + timedelta(minutes=number)
        content = {"trail": name, "number": number, "at": at, "actor": PERSON, "name": "Lead", "deed": deed}
        digest = row_hash(previous, content | {"subject": [kind, subject], "effect": effect, "detail": detail})
        known = {"trail": name, "number": number, "at": at, "actor_id": PERSON, "actor_name": "Lead", "deed": deed}
        said = {"subject_kind": kind, "subject_id": subject, "effect": effect, "detail": detail}
        yield "trail_row", known | said | {"previous": previous, "hash": digest}
        previous = digest
    yield "trail_head", {"trail": name, "rows": len(TRAIL), "hash": previous, "last_change": 6}


def _value(column: Column[Any], values: Mapping[str, Any], place: int) -> Any:
    if column.name in values:
        return values[column.name]
    if column.nullable:
        return None
    if column.name == "id":
        return key(place)
    kind = column.type
    if isinstance(kind, JSON):
        return []
    if isinstance(kind, Date):
        return date(2021, 1, 1)
    if isinstance(kind, DateTime):
        return NOW
    if isinstance(kind, Boolean):
        return True
    return 1 if kind.python_type in (int, float) or isinstance(kind, Numeric) else "x"


def _adapted(column: Column[Any], value: Any) -> Any:
    """The value as the reflected column takes it: SQLite keeps keys as text and forgets the zone."""
    if isinstance(value, UUID) and not isinstance(column.type, Uuid):
        return value.hex
    if isinstance(value, datetime) and not column.type.timezone:  # type: ignore[attr-defined]
        return value.replace(tzinfo=None)
    return value
