"""The steps that every case walked over HTTP shares: opening year and case, visit, review, signatures, the issued documents."""

import json
import re
import subprocess
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

import verifier.db
from tests.desk import Desk, Page
from tests.make import some_day
from tests.people import CASE_ROLES, fresh_code
from tests.statement.builders import PASSPHRASE, give_key, give_second_factor
from verifier.core.clocks import day_in
from verifier.db import db, utcnow
from verifier.demo.workbooks import CODE
from verifier.rulepacks.load import load
from verifier.statement import commands
from verifier.statement.inspection.inspect import Verdict
from verifier.statement.pdf.document import ATTACHMENT

UUID = "[0-9a-f-]{36}"
DUE = {"report_due": some_day(10), "verified_due": some_day(40), "surrender_due": some_day(100)}


class Clock:
    """The clock of the app, set back at the beginning of a walk and forward again during it: visits have days of their own."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.behind = timedelta()
        clock = self

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) - clock.behind  # type: ignore[arg-type]

        patch.setattr(verifier.db, "datetime", Shifted)

    def forward(self, desk: Desk, *, days: int) -> None:
        """Later by so many days; everybody signs in anew."""
        self.behind -= timedelta(days=days)
        desk.sit_again()

    def today(self) -> date:
        """The day that it is in the programme's zone."""
        return day_in("Asia/Shanghai", utcnow())


def open_case(desk: Desk, pack: str, workbook: tuple[str, bytes]) -> str:
    """A manager opens the year, the unit hands in, the coordinator names the team, each declares; the address of the unit's year."""
    due = {f"{name}-{part}": str(getattr(day, part)) for name, day in DUE.items() for part in ("day", "month", "year")}
    year = desk.send("manager", f"/programme/years/new?pack={pack}&emission_year=2021", due)
    desk.send("manager", f"{year}/units/new", {"unit": str(desk.cast.org("unit").id), "credit_code": CODE})
    found = re.search(rf"/reports/{UUID}", desk.get("responsible", "/reports").html)
    assert found is not None
    desk.send("responsible", f"{found[0]}/body", {"body": str(desk.cast.org("body").id)})
    desk.pack = pack
    hand_in(desk, found[0], workbook, 1)
    opening = desk.get("coordinator", "/cases/new").form("/cases/new")
    form = {"unit_year": opening.offered["unit_year"][0], "conflict_check": "No consulting, no shared managers."}
    desk.case = desk.send("coordinator", "/cases/new", form).removesuffix("/team")
    for person, role in CASE_ROLES.items():
        desk.send("coordinator", "team", {"person": str(getattr(desk.cast, person).id), "role": role.value}, to="/team")
    for person in CASE_ROLES:
        questions = desk.get(person, "declare").form("/declare").offered
        desk.send(person, "declare", {name: "no" for name in questions if name.startswith("q_")})
    desk.send("coordinator", "team", to="/start")
    return found[0]


def hand_in(desk: Desk, unit_year: str, workbook: tuple[str, bytes], version: int) -> None:
    """The contact hands a version in, the responsible person releases it."""
    desk.send("contact", f"{unit_year}/hand-in", {"workbook": workbook})
    desk.send("responsible", f"{unit_year}/versions/{version}", to="/release")
    desk.version = str(version)


def refuses(desk: Desk, *reasons: str) -> Page:
    """No positive opinion is offered, and the page names these reasons."""
    page = desk.get("lead", "conclusion/draw")
    for reason in reasons:
        assert reason in page.text, (reason, page.text)
    positive = {each.code for each in load(desk.pack).opinions if each.positive}
    assert not positive & set(page.offered("opinion"))
    return page


def refuses_sent(desk: Desk) -> None:
    """A positive opinion that is sent past the page, which does not offer it, is refused."""
    positive = next(each.code for each in load(desk.pack).opinions if each.positive)
    token = desk.get("lead", "conclusion/draw").offered("csrf_token")[0]
    sent = {"csrf_token": token, "opinion": positive, "report": desk.version}
    answer = desk.browser("lead").post(f"{desk.case}/conclusion/draw", data=sent)
    assert answer.status_code != 303
    assert "submitted to the independent reviewer" not in answer.get_data(as_text=True)


def conclude(desk: Desk, opinion: str, text: str) -> None:
    """Exactly this opinion is offered among the positive ones, and is given."""
    page = desk.get("lead", "conclusion/draw")
    assert page.offered("opinion") == [opinion], page.text
    desk.send("lead", "conclusion/draw", {"opinion": opinion, "text": text})


def reperform(desk: Desk) -> None:
    """The reviewer recomputes every number that was drawn; before that, nothing is approved."""
    decide = {"outcome": "approved", "comments": "Well founded."}
    assert desk.refused("reviewer", "review", decide, to="/review/decide")
    offered = desk.get("reviewer", "review").form("/review/numbers").offered
    confirmed = {name: "confirmed" for name in offered if name.endswith("-outcome")}
    notes = {name: "Recomputed from the invoice." for name in offered if name.endswith("-note")}
    desk.send("reviewer", "review", {**confirmed, **notes}, to="/review/numbers")


def approve(desk: Desk) -> None:
    """The reviewer approves what the page shows."""
    desk.send("reviewer", "review", {"outcome": "approved", "comments": "Well founded."}, to="/review/decide")


def sign(desk: Desk) -> None:
    """Lead verifier, signatory and seal, each with passphrase and a fresh code."""
    for person, action in (("lead", "certify"), ("signatory", "countersign"), ("coordinator", "seal")):
        code = fresh_code(getattr(desk.cast, person))
        desk.send(person, f"signing/{action}", {"passphrase": PASSPHRASE, "code": code})


def give_keys(desk: Desk) -> None:
    """The people who sign have their keys and second factors."""
    for person in ("lead", "signatory", "coordinator"):
        give_key(getattr(desk.cast, person), seal=person == "coordinator")
        give_second_factor(getattr(desk.cast, person))
    db.session.commit()


@dataclass(frozen=True)
class Issued:
    """An issued statement as it can be had: the PDF, its text line by line, the attached JSON, and the public page."""

    pdf: bytes
    text: str
    facts: dict[str, Any]
    page: str


def issued(desk: Desk) -> Issued:
    """The statement as the authority downloads it, found authentic by the public check."""
    page = desk.get("manager", "signing")
    address, public = re.search(r"/cases/[^\"]*/statements/[^\"]*\.pdf", page.html), re.search(r"/s/[\w-]+", page.html)
    assert address is not None
    assert public is not None
    pdf = desk.file("manager", address[0])
    assert commands.inspected(pdf).verdict is Verdict.GENUINE
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    facts = json.loads(PdfReader(BytesIO(pdf)).attachments[ATTACHMENT][0])
    return Issued(pdf, text, facts, desk.get("manager", public[0]).text)
