"""Nothing that anybody wrote anywhere is run anywhere: not by a browser, not by a spreadsheet, not by whoever opens the PDF."""

import re
import zipfile
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from tests.house.routes import World
from tests.people import Cast, actor, sign_in
from tests.security import builders, payload, written
from tests.security.attacker import Browsers, address, allowed, gets
from verifier.accounts import actions as accounts
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.core.access import Role
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.queries import store
from verifier.web.downloads.spreadsheet import spreadsheet

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    "{=1}",
    "http://evil.example",
    "mailto:a@b",
    "0123",
    "1e5",
    "TRUE",
)


def _no_formula(data: bytes) -> list[str]:
    """The cells and links of a workbook that are not plain text or numbers."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert sheets
    found = [tag for text in sheets for tag in re.findall(r"<f[ >]|<hyperlink|t=\"(?:str|e|b)\"", text)]
    return found + [name for name in parts if re.search(r"externalLink|vba|connections|drawing|ctrlProp", name)]


CALCULATES = {"analysis.downloaded", "estimates.downloaded", "samples.downloaded", "calculation_export.downloaded"}
"""Workbooks with formulas of ours, by which a reviewer re-performs the work."""
OURS = re.compile(r"[A-Z]+\(|'[^'|\[\]]*'!|[A-Za-z]+!|\$?[A-Z]{1,3}\$?\d+|[-+*/^&<>=,:()\d.% ]|\"[^\"|=]*\"|[A-Z]+")
"""What a formula of ours is made of: functions, sheets, cells, numbers, signs and words in quotes."""


def _not_ours(data: bytes) -> list[str]:
    """The formulas of a workbook that are not ours alone, and links of any kind."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    formulas = [unescape(each) for text in parts.values() for each in re.findall(r"<f[^>]*>([^<]*)</f>", text)]
    assert formulas
    found = [each for each in formulas if not re.fullmatch(f"(?:{OURS.pattern})+", each) or "1+1" in each]
    found += [tag for text in parts.values() for tag in re.findall(r"<hyperlink", text)]
    return found + [name for name in parts if re.search(r"externalLink|vba|connections|ctrlProp", name)]


NO_ROW = {
    "change_disposition.reason",
    "colleague_invitation.name",
    "conservative_estimate.reason",
    "evidence_procedure.withdrawn_reason",
    "flag_disposition.reason",
    "passkey.name",
    "reperformance.checksum",
    "reperformance.seed",
    "reperformed_number.note",
    "reperformed_number.number_key",
    "review_comment.answer",
    "review_comment.comment",
    "review.comments",
    "sample_cover.procedures",
    "signature.signer_name",
    "visit_waiver.filename",
    "visit_waiver.reason",
    "visit_waiver.reference",
    "visit_waiver.withdrawn_reason",
    "voucher.withdrawn_reason",
}
"""What the case of the attacks has no row of: it is not that far, or the row would need another to be true."""
NOT_SHOWN = {
    "agreed_assurance.source": "under rules that agree a level of assurance",
    "stated_unit_category.source": "under rules with categories of units",
    "coverage_deviation.reason": "under rules that let the lead verifier deviate",
    "entered_plan.filename": "in the name of the downloaded document",
    "entered_plan.withdrawn_reason": "where an entered plan was withdrawn",
    "evidence_plan.reason": "under rules that ask for an approved plan",
    "engagement.conflict_check": "on none of the pages that are asked",
    "number_outcome.said_by": "on none of the pages that are asked",
    "programme_year.name_zh": "on Chinese pages",
    "sampled_item.no_finding_reason": "where a sampled item is wrong",
    "source_outcome.no_finding_reason": "where a source differs",
    "number_outcome.no_finding_reason": "where a number differs",
    "site_visit.cancelled_reason": "a cancelled visit is not listed",
    "reported_facility.name": "pages read the report as it was handed in",
    "reported_facility.note": "as above",
    "reported_facility.owner": "as above",
}


@pytest.fixture(scope="module")
def poisoned(world: World) -> list[str]:
    """The world with the payload in every column of words, and in a trail that cannot be changed afterwards."""
    cast, text = Cast(), f"{payload.START}trail|{payload.SCRIPT}"
    case = world.values["engagement_id"]
    evil = accounts.create_user(cast.org("body"), "evil@example.org", text[:110], actor=actor(cast.admin), now=utcnow())
    engagement = db.session.scalars(db.select(Engagement)).first()
    assert engagement is not None
    assert str(engagement.id) == case
    for effect in (Effect.LOOK, Effect.CHANGE):
        record(
            f"finding:finding:{text[:20]}",
            actor(evil),
            Subject("finding", text),
            now=utcnow(),
            case=engagement.id,
            effect=effect,
            title=text,
            note=text,
            reason=text,
            file=text,
            **{"evil<b>": text},
        )
    sign_in(world.app.test_client(), cast.lead)
    written.write(world, engagement.id)
    db.session.flush()
    return payload.poison()


def test_no_page_runs_what_somebody_wrote(world: World, poisoned: list[str]) -> None:
    """Every page, as everyone who may open it, with the payload in every column of words that the database has."""
    browsers, ran, shown, asked = Browsers(world), [], "", 0
    for rule in gets(world):
        there = address(rule, world.values)
        for person in dict.fromkeys(
            p for p in allowed("GET", rule) if p in ("nobody", "admin", "manager", "coordinator", "lead", "contact")
        ):
            for question in (
                ("",)
                if person != "lead"
                else ("", "?q=%3Cscript%3Ealert(9)%3C/script%3E%22%20onx=1&page=1&subject_kind=source&subject_id=E-095")
            ):
                answer = browsers.of(person).get(there + question)
                if answer.mimetype == "text/html":
                    asked += 1
                    shown += answer.text
                    ran += [(person, rule.rule, what) for what in payload.dangerous(answer.text)]
                    ran += [(person, rule.rule, "49")] if "|49" in answer.text or "alert(3)>49" in answer.text else []
                answer.close()
    assert ran == []
    assert asked > 60
    rows = {f"{table.name}.{column.name}" for table, column in payload.columns()}
    assert rows - set(poisoned) == NO_ROW
    met = {mark for mark in poisoned if f"=1+1|{mark}|" in shown}
    assert set(poisoned) - met == set(NOT_SHOWN)


def test_no_spreadsheet_calculates_what_somebody_wrote(world: World, poisoned: list[str]) -> None:
    browsers, found, sheets, calculating = Browsers(world), [], 0, 0
    for rule in gets(world):
        for person in ("lead", "manager", "admin", "contact"):
            if person not in allowed("GET", rule) or (person == "contact" and "lead" in allowed("GET", rule)):
                continue
            answer = browsers.of(person).get(address(rule, world.values) + "?export=xlsx")
            if "spreadsheetml" in answer.mimetype and rule.endpoint not in ("reports.workbook", "web.large_download_file"):
                sheets += 1
                ours = rule.endpoint in CALCULATES
                found += [(rule.rule, person, what) for what in (_not_ours(answer.data) if ours else _no_formula(answer.data))]
                calculating += ours
                assert not re.search(r"[\r\n]", answer.headers["Content-Disposition"])
            answer.close()
    assert found == []
    assert sheets >= 10
    assert calculating >= len(CALCULATES)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_of_any_beginning_stays_text(app: Flask, text: str) -> None:
    with app.test_request_context():
        data = spreadsheet(text, [text], [[text], [None]]).get_data()
    assert _no_formula(data) == []
    with zipfile.ZipFile(BytesIO(data)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'<c r="A2"[^>]* t="(\w+)"', sheet) == ["s"]


def test_a_signed_statement_and_its_public_page_hold_the_words_and_run_nothing(app: Flask, cast: Cast) -> None:
    cast.lead.name = f"Lead {payload.SCRIPT}"[:110]
    cast.org("body").name_zh = f"核查 {payload.SCRIPT}"
    db.session.flush()
    statement = builders.issued(cast, f"{payload.START}{payload.SCRIPT}")
    db.session.commit()
    pdf = store().get(statement.pdf_sha256)
    reader = PdfReader(BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/JavaScript"} & set(root)
    assert "/JavaScript" not in root.get("/Names", {})
    for page in reader.pages:
        assert "/AA" not in page
        for annotation in page.get("/Annots", []):
            action = annotation.get_object().get("/A", {})
            assert action.get("/S") in (None, "/URI"), action
            if action:
                assert str(action["/URI"]).startswith(app.extensions["verifier"].settings.public_url), action
    assert "<script>" in "".join(page.extract_text() for page in reader.pages), "the words are there, as words"
    client = app.test_client()
    for page in (f"/s/{statement.token}", "/check"):
        assert payload.dangerous(client.get(page).text) == []
    checked = client.post("/check", data={"pdf": (BytesIO(pdf), f"{payload.SCRIPT}.pdf")})
    assert payload.dangerous(checked.text) == []
    for person in (cast.lead, cast.contact, cast.manager):
        signed_in = sign_in(app.test_client(), person)
        for part in ("", "/conclusion", "/review", "/signing", "/trail"):
            assert payload.dangerous(signed_in.get(f"/cases/{statement.engagement_id}{part}").text) == [], part


def test_a_name_writes_no_line_and_no_header_of_a_message(app: Flask, cast: Cast) -> None:
    client = sign_in(app.test_client(), cast.coordinator)
    evil = "Bob\r\nBcc: all@example.org\r\n\r\nSet it here instead: http://evil.example/"
    client.post("/organisation/people/invite", data={"name": evil, "email": "bob@example.org"})
    for address_given in (
        "x@example.org\r\nBcc: all@example.org",
        "a,b@example.org",
        "<x@example.org>",
        '"x" <y@example.org>',
        "x@example.org;y",
    ):
        client.post("/organisation/people/invite", data={"name": "Bob", "email": address_given})
    written = [path.read_bytes() for path in app.extensions["verifier"].settings.mail_folder.glob("*.eml")]
    assert len(written) == 1
    heads, _blank, body = written[0].partition(b"\n\n")
    assert b"bcc" not in heads.lower()
    assert b"To: bob@example.org" in heads
    assert re.search(rb"Hello Bob Bcc: all@example.org Set it here instead: http://evil", body)
    assert Role.COORDINATOR in cast.coordinator.roles
