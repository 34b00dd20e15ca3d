"""While the worst of the bad workbooks are read, the server goes on answering others, and takes their actions: one process is enough."""

import json
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.concurrency.browser import Browser, sit_down
from tests.concurrency.server import running
from tests.files.workbooks import CASES
from tests.people import Cast
from verifier.db import db
from verifier.engagements.models import Engagement

pytestmark = pytest.mark.hold

WORST = ("a million blank rows", "a hundred thousand rows that are only coloured", "a bomb of shared texts")
"""What takes longest to read, kept or refused in the end; two of them at the same time."""
PATIENCE = 10.0
"""Seconds within which others have their answer, on a machine whose processors are busy reading and testing."""


def taken_in(browser: Browser, unit_year: UUID, name: str, data: bytes) -> tuple[int, float]:
    """Hand a workbook in and wait until it is read, behind the page too; what was answered, and after how many seconds all was done."""
    began, path = monotonic(), f"/reports/{unit_year}/hand-in"
    browser.get(path)
    answer = browser.post(path, {"note": name}, ("workbook", "report.xlsx", data))
    where = answer.location
    while "/versions/" not in where and answer.status == 303 and not json.loads(browser.get(f"{where}/state.json").text)["ended"]:
        sleep(0.2)
    return answer.status, monotonic() - began


def others(browser: Browser, case: UUID, reading: list[Future[tuple[int, float]]]) -> list[tuple[str, int, float]]:
    """What somebody else does until all is read: reads a page, raises a finding; each with its answer and how long it took."""
    found = []
    while not all(each.done() for each in reading):
        for action in ("look", "raise"):
            began, number = monotonic(), len(found)
            if action == "look":
                answer = browser.get(f"/cases/{case}/findings")
            else:
                values = {
                    "class_code": "non_conformity",
                    "clause": "4a",
                    "title": f"Meanwhile {number}",
                    "description": "The invoice says less.",
                    "once": f"meanwhile-{number:024d}",
                }
                answer = browser.post(f"/cases/{case}/findings/new?check=data", values)
            found.append((action, answer.status, monotonic() - began))
    return found


def test_others_are_answered_and_their_actions_done_while_the_worst_workbooks_are_read() -> None:
    files = [(name, next(case.make() for case in CASES if case.name == name)) for name in WORST]
    with tempfile.TemporaryDirectory(prefix="verifier-meanwhile-") as folder, running(Path(folder) / "instance", workers=1) as there:
        unit_year = db.session.scalars(select(Engagement.unit_year_id)).one()
        lead = sit_down(there.app, there.address, Cast.present().lead)
        contacts = [sit_down(there.app, there.address, Cast.present().contact) for _ in files]
        db.session.remove()
        lead.get("/account")
        with ThreadPoolExecutor(len(files)) as pool:
            reading = [pool.submit(taken_in, browser, unit_year, *file) for browser, file in zip(contacts, files, strict=True)]
            done = others(lead, there.case, reading)
            read = [each.result() for each in reading]
        for browser in (lead, *contacts):
            browser.leave()
    took, worst = [round(seconds, 1) for _status, seconds in read], max(seconds for _action, _status, seconds in done)
    print(f"\nread in {took} s, meanwhile {len(done)} answers, the slowest after {worst:.2f} s")
    assert {status for status, _seconds in read} <= {303, 409}
    assert {(action, status) for action, status, _seconds in done} == {("look", 200), ("raise", 303)}
    assert len(done) >= 6
    assert worst < PATIENCE
