"""A domain row that was edited, deleted or inserted in the database is named with its table, id, trail and trail row."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from tests import homes, make
from tests.homes import touch
from tests.people import Cast, actor
from tests.statement import builders
from verifier.audit import recorded_rows, recording
from verifier.audit.actions import record
from verifier.audit.comparison import departures
from verifier.audit.models import TrailRow
from verifier.audit.row_verification import RowFault, RowProblem, verify_rows
from verifier.cli.online import main
from verifier.core.findings import Check
from verifier.core.subject import Subject
from verifier.db import Base, db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings import actions as findings
from verifier.findings.models import Finding
from verifier.maintenance import audit_verification
from verifier.reports.integrity import RowDifference, verify_reported_rows
from verifier.rulepacks.load import load
from verifier.statement.integrity import signed_differs, verify_signed
from verifier.statement.models import Statement


@pytest.fixture
def finding(cast: Cast) -> Finding:
    """A finding raised through its action, in an installation where recording has begun."""
    case = opened(cast)
    recording.begin(now=utcnow())
    db.session.commit()
    found = raised(case, cast)
    db.session.commit()
    return found


def opened(cast: Cast) -> Engagement:
    """A case whose trail has begun."""
    case = make.engagement(cast)
    record("test:row:kept", actor(cast.lead), Subject("case", str(case.id)), now=utcnow(), case=case.id)
    db.session.commit()
    return case


def raised(case: Engagement, cast: Cast) -> Finding:
    draft = findings.Draft("non_conformity", load(case.pack_id).clauses[0].code, "Meter", "Not calibrated.")
    return findings.raise_finding(case, Subject("source", "E-095"), Check.DATA, draft, actor=actor(cast.lead), now=utcnow())


def stored_id(row: Finding | Statement) -> str:
    """The id as SQLite stores it."""
    return row.id.hex if db.engine.dialect.name == "sqlite" else str(row.id)


def last_row(case: Engagement) -> int:
    return db.session.scalar(select(TrailRow.number).where(TrailRow.trail == str(case.id)).order_by(TrailRow.number.desc()).limit(1)) or 0


def test_nothing_is_found_while_nothing_was_touched(app: Flask, finding: Finding) -> None:
    assert list(verify_rows()) == []


def test_an_edited_row_is_named_with_its_case_and_trail_row(app: Flask, finding: Finding) -> None:
    key, trail, number = str(finding.id), str(finding.engagement_id), last_row(finding.engagement)
    touch(f"UPDATE finding SET title = 'None' WHERE id = '{stored_id(finding)}'")
    assert list(verify_rows()) == [RowProblem("finding", key, trail, number, RowFault.CHANGED)]


def test_a_deleted_row_is_missed(app: Flask, finding: Finding) -> None:
    key, trail, number = str(finding.id), str(finding.engagement_id), last_row(finding.engagement)
    touch(f"DELETE FROM finding WHERE id = '{stored_id(finding)}'")
    assert list(verify_rows()) == [RowProblem("finding", key, trail, number, RowFault.MISSING)]


def test_an_inserted_row_is_found_once_recording_has_begun(app: Flask, finding: Finding) -> None:
    columns = ", ".join(column.name for column in Finding.__table__.columns if column.name not in ("id", "number"))
    new = "f" * 32 if db.engine.dialect.name == "sqlite" else "ffffffff-ffff-ffff-ffff-ffffffffffff"
    touch(f"INSERT INTO finding (id, number, {columns}) SELECT '{new}', 77, {columns} FROM finding")
    assert [(each.table, each.fault) for each in verify_rows()] == [("finding", RowFault.NEVER_RECORDED)]


def test_an_edit_is_not_covered_by_a_later_action_on_the_same_row(app: Flask, cast: Cast, finding: Finding) -> None:
    row, case = stored_id(finding), finding.engagement_id
    touch(f"UPDATE finding SET title = 'None' WHERE id = '{row}'")
    findings.send_all(db.session.get_one(Engagement, case), actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    assert [(each.table, each.fault) for each in verify_rows()] == [("finding", RowFault.CHANGED_BEFORE)]


def test_a_row_written_without_an_action_is_recorded_by_the_installation(app: Flask, finding: Finding) -> None:
    finding.internal_note = "written by a script"
    db.session.commit()
    assert list(verify_rows()) == []
    last = db.session.scalars(select(TrailRow.action).order_by(TrailRow.id.desc())).first()
    assert last == "audit:rows:recorded"


def test_recording_begins_once_and_does_not_accept_later_edits(app: Flask, finding: Finding) -> None:
    touch(f"UPDATE finding SET title = 'None' WHERE id = '{stored_id(finding)}'", "DELETE FROM recorded_row WHERE table_name = ''")
    recording.begin(now=utcnow())
    db.session.commit()
    assert [(each.table, each.fault) for each in verify_rows()] == [("finding", RowFault.CHANGED)]


def test_every_exempt_table_and_column_exists_and_has_a_reason() -> None:
    tables = Base.metadata.tables
    assert [name for name, reason in recorded_rows.EXEMPT_TABLES.items() if name not in tables or not reason] == []
    exempt = [(table, name, why) for table, of in recorded_rows.EXEMPT_COLUMNS.items() for name, why in of.items()]
    assert [(table, name) for table, name, why in exempt if name not in tables[table].columns or not why] == []
    assert {"statement", "conclusion", "number_outcome", "source_outcome", "finding", "checklist_answer"} <= set(recorded_rows.tables())


EDITS = ["verified_total = '1'", "opinion = 'fail'", "status = 'superseded'", "number = 'X-1'"]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_statement_is_shown_as_not_trustworthy_and_never_in_force(client: FlaskClient, cast: Cast, edit: str) -> None:
    statement = builders.issued(cast)
    db.session.commit()
    address, key = f"/s/{statement.token}", stored_id(statement)
    assert "In force" in client.get(address).text
    touch(f"UPDATE statement SET {edit} WHERE id = '{key}'")
    page = client.get(address).text
    assert "Integrity check failed" in page
    assert "In force" not in page


def test_an_edited_signature_of_a_statement_is_found_on_its_page(client: FlaskClient, cast: Cast) -> None:
    token = builders.issued(cast).token
    db.session.commit()
    touch("UPDATE signature SET signer_name = 'Someone Else' WHERE place = 'lead'")
    assert "Integrity check failed" in client.get(f"/s/{token}").text


def test_a_statement_without_recorded_rows_is_compared_with_its_signed_facts(app: Flask, cast: Cast) -> None:
    statement = builders.issued(cast)
    assert (signed_differs(statement), list(verify_signed())) == (None, [])
    number, key = statement.number, stored_id(statement)
    db.session.commit()
    touch(f"UPDATE statement SET opinion = 'fail' WHERE id = '{key}'", "DELETE FROM recorded_row")
    assert list(verify_signed()) == [(number, "opinion")]


def invoked(app: Flask, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    for name, value in homes.environ(app.extensions["verifier"].settings.instance).items():
        monkeypatch.setenv(name, value)
    db.session.rollback()
    done = CliRunner().invoke(main, ["audit", "verify", *arguments])
    return done.exit_code, done.output


def test_the_command_names_table_id_case_and_trail_row(app: Flask, finding: Finding, monkeypatch: pytest.MonkeyPatch) -> None:
    told = f"finding {finding.id}: changed, recorded in {finding.engagement_id} row {last_row(finding.engagement)}"
    code, output = invoked(app, monkeypatch)
    assert code == 0, output
    touch(f"UPDATE finding SET title = 'None' WHERE id = '{stored_id(finding)}'")
    code, output = invoked(app, monkeypatch)
    assert code == 1
    assert told in output


def test_evidence_is_hashed_again_on_request(app: Flask, cast: Cast) -> None:
    opened(cast)
    here = app.extensions["verifier"]
    assert not any(problem for problem, _line in audit_verification.verified(here, evidence=True))
    stored = next(path for path in here.store.root.rglob("*") if path.is_file())
    stored.chmod(0o600)
    stored.write_bytes(b"altered")
    lines = [line for problem, line in audit_verification.verified(here, evidence=True) if problem]
    assert lines == [f"evidence {stored.name}: missing or altered"]
    assert not any(problem for problem, _line in audit_verification.verified(here))


def copy_of(app: Flask, folder: Path) -> Path:
    """A copy of the checkpoints, as someone outside keeps it."""
    folder.mkdir()
    for log in app.extensions["verifier"].checkpoints.folder.glob("*.log"):
        (folder / log.name).write_bytes(log.read_bytes())
    return folder


def test_against_an_older_copy_names_what_was_lost_and_what_was_changed(app: Flask, finding: Finding, tmp_path: Path) -> None:
    copy, trail = copy_of(app, tmp_path / "copy"), str(finding.engagement_id)
    assert list(departures(copy)) == []
    touch(f"UPDATE trail_row SET hash = 'x' WHERE trail = '{trail}' AND number = 1")
    assert [(each.trail, each.rows, each.lost) for each in departures(copy)] == [(trail, 1, False)]
    touch_rows(f"DELETE FROM trail_row WHERE trail = '{trail}'")
    assert [(each.trail, each.lost) for each in departures(copy)] == [(trail, True)]


def touch_rows(statement: str) -> None:
    db.session.remove()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_against_a_folder_without_checkpoints_is_not_taken_for_a_sound_copy(
    app: Flask, finding: Finding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, output = invoked(app, monkeypatch, "--against", str(tmp_path / "instance" / "keys"))
    assert code == 2
    assert "holds no checkpoints" in output


@pytest.mark.parametrize(
    ("table", "edit", "only_calculated"),
    [
        ("reported_source", "UPDATE reported_source SET reported = 1 WHERE source_key = 'E-002'", False),
        ("reported_source", "UPDATE reported_source SET known = 1 WHERE source_key = 'E-002'", True),
        ("reported_facility", "UPDATE reported_facility SET name = 'Elsewhere' WHERE position = 1", False),
        ("reported_number", "UPDATE reported_number SET written = '1' WHERE position = 3", False),
        ("reported_number", "DELETE FROM reported_number WHERE position = 3", False),
        ("reported_number", "DELETE FROM reported_number", False),
        ("content", "UPDATE report_version SET content = '{}'", False),
    ],
)
def test_an_edited_row_of_a_report_is_told_apart_from_what_its_content_gives(
    cast: Cast, table: str, edit: str, only_calculated: bool
) -> None:
    version = make.engagement(cast).report_version.id
    db.session.commit()
    assert list(verify_reported_rows()) == []
    db.session.execute(text(edit))
    assert list(verify_reported_rows()) == [RowDifference(table, str(version), only_calculated)]


def test_rows_of_an_earlier_program_are_no_fault(cast: Cast) -> None:
    """Fingerprints, weights, order and missing months follow from the program, and so do kinds of numbers that it did not list."""
    make.engagement(cast)
    db.session.commit()
    db.session.execute(text("UPDATE reported_number SET fingerprint = 'older', weight = 0, flag_codes = '', basis = 'older'"))
    db.session.execute(text("UPDATE reported_source SET fingerprint = 'older', position = position + 7, category = 'older'"))
    db.session.execute(text("DELETE FROM reported_number WHERE kind = 'production' OR row IS NULL"))
    assert list(verify_reported_rows()) == []
