"""Files are on the disk before the transaction that names them takes the write lock."""

import os
import sqlite3
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.checks.data.test_beside import plan
from tests.checks.data.test_vouchers import pdf
from tests.checks.site.builders import waiver_form
from tests.checks.site.test_waiver import under
from tests.findings.builders import finding, jpeg, sent
from tests.people import Cast, sign_in
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.evidence.queries import store


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case under checks with a finding that was sent."""
    made = make.engagement(cast, Stage.CHECKING)
    finding(made, cast)
    sent(made, cast)
    db.session.commit()
    return made


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each file of the store as it is forced to the disk: whether the write lock was free then."""
    found: list[bool] = []
    root, file, force = store().root or Path("/nowhere"), db.engine.url.database, os.fsync

    def noted(handle: int) -> None:
        if Path(os.readlink(f"/proc/self/fd/{handle}")).is_relative_to(root):
            other = sqlite3.connect(str(file), timeout=0, isolation_level=None)
            try:
                other.execute("BEGIN IMMEDIATE")
                other.execute("ROLLBACK")
                found.append(True)
            except sqlite3.OperationalError:
                found.append(False)
            finally:
                other.close()
        force(handle)

    monkeypatch.setattr(os, "fsync", noted)
    return found


KINDS: dict[str, tuple[str, str, str, dict[str, Any], bytes, str]] = {
    "an attachment": ("contact", "/findings/1/answer", "files", {"text": "Corrected.", "report_version": ""}, pdf(), "letter.pdf"),
    "a document": ("contact", "/vouchers/new", "file", {"title": "Invoice"}, pdf(), "invoice.pdf"),
    "a table": ("contact", "/vouchers/new", "file", {"title": "List"}, b"month,kWh\n2021-01,5\n", "list.csv"),
    "a photo": ("lead", "/photos/new", "photos", {}, jpeg(), "boiler.jpg"),
    "a monitoring plan": ("lead", "/data/references/plan", "workbook", {}, plan(), "plan.xlsx"),
    "a list to sample": (
        "verifier",
        "/data/sampling/plan/reciprocal",
        "file",
        {"name": "invoices", "share": "5", "risk": "1/20", "basis": "Supplier's list."},
        b"reference,description,amount\nA-1,May,3\nA-2,June,4\n",
        "list.csv",
    ),
    "a report": ("contact", "/hand-in", "workbook", {"note": "corrected"}, make.PARK.read_bytes(), "report.xlsx"),
    "a decision": ("lead", "/visits/waiver", "file", waiver_form(), b"%PDF-1.4\n%%EOF", "decision.pdf"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_stored_before_the_write_lock_is_taken(
    client: FlaskClient, cast: Cast, case: Engagement, written: list[bool], kind: str
) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    person, path, field, typed, data, name = KINDS[kind]
    if kind == "a decision":
        under(case, "china-national/2021.3")
    address = f"/reports/{case.unit_year_id}{path}" if kind == "a report" else f"/cases/{case.id}{path}"
    db.session.commit()
    db.session.remove()
    sign_in(client, getattr(cast, person))
    db.session.remove()
    written.clear()
    assert client.post(address, data=typed | {field: (BytesIO(data), name)}).status_code == 303
    assert written
    assert all(written)
