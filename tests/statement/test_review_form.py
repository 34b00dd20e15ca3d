"""The document-review form: filled from the case, in both languages, whole on every page."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from tests import make
from tests.findings.builders import finding
from tests.people import Cast, sign_in
from tests.statement.builders import worked_case
from verifier.audit.models import TrailRow
from verifier.core.findings import Check
from verifier.core.lifecycle import Stage
from verifier.core.rulepack.documents import FormRow
from verifier.core.rulepack.parts import Origin
from verifier.db import db
from verifier.rulepacks.load import load
from verifier.statement.documents.review_form import Reviewed, clauses_of, result_of, review_form
from verifier.statement.documents.review_form_pdf import render_review

NOW = datetime(2022, 4, 1, 8, tzinfo=UTC)
ROW = FormRow("doc_missing", ("flags.missing_period",), Origin("ours", "practice"))


def tool(*command: str, pdf: bytes, folder: Path) -> str:
    """What a program of Debian says about the file."""
    path = folder / "form.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        [*command[:1], *command[1:], str(path), *(["-"] if command[0] == "pdftotext" else [])],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout


@pytest.mark.parametrize(
    ("row", "reviewed", "raised", "result"),
    [
        (ROW, [("flags.missing_period", 2, 3)], False, "Incomplete, 1 remaining"),
        (ROW, [("flags.missing_period", 2, 3)], True, "Incomplete, 1 remaining"),
        (ROW, [("flags.missing_period", 3, 3)], True, "Findings raised"),
        (ROW, [("flags.missing_period", 3, 3)], False, "Reviewed, no findings raised"),
        (ROW, [("flags.missing_period", 0, 0)], False, "Reviewed, no findings raised"),
        (ROW, [("numbers.production", 0, 0)], False, "Not in the report"),
        (ROW, [("numbers.production", 1, 3)], False, "Incomplete, 2 remaining"),
        (ROW, [("tonnes", 3, 3), ("numbers.activity", 1, 36)], False, "Reviewed, no findings raised"),
        (ROW, [("tonnes", 2, 3), ("numbers.activity", 1, 36)], False, "Incomplete, 1 remaining"),
        (None, [], False, "Not recorded in the system: to be completed by hand"),
        (None, [], True, "Findings raised"),
    ],
)
def test_a_result_tells_what_is_left_before_anything_else(
    row: FormRow | None, reviewed: list[tuple[str, int, int]], raised: bool, result: str
) -> None:
    assert result_of(row, [Reviewed(record, done, total, {}) for record, done, total in reviewed], raised=raised).en == result


def test_the_form_of_a_case_holds_every_item_with_who_reviewed_it_and_when(cast: Cast) -> None:
    case = worked_case(cast)
    form = review_form(case, now=NOW)
    lines = {line.item.en.split(":")[0].split(",")[0]: line for line in form.lines}
    boundary = lines["Accounting boundary"]
    assert [text.en for text in boundary.reviewed] == ["Facilities: 105 of 105 decided", "Emission sources: 171 of 171 decided"]
    assert [way.zh[0] for way in boundary.method] == ["查", "问"]
    assert [name for name, _day in boundary.people] == [cast.verifier.name]
    assert lines["Basic facts of the unit"].result.en == "Not recorded in the system: to be completed by hand"
    assert any("不一致" in text.zh for text in lines["Basic facts of the unit"].site)
    assert [line.item.en for line in form.lines if line.clause == "7"] == ["The document review lists no item under this clause"]


def test_a_finding_stands_beside_each_item_of_its_clause_with_its_state(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    raised, further = finding(case, cast), finding(case, cast)
    lines = review_form(case, now=NOW).lines
    told = [line for line in lines if line.findings]
    assert {line.clause for line in told} == {raised.clause}
    assert {line.findings[0].zh.split()[0] for line in told} == {f"{raised.label}、{further.label}"}
    assert {len(line.findings) for line in told} == {1}


def test_the_pdf_says_it_in_both_languages_with_every_font_embedded(cast: Cast, tmp_path: Path) -> None:
    case = worked_case(cast)
    form = review_form(case, now=NOW)
    pdf = render_review(form)
    text = "".join(tool("pdftotext", "-layout", pdf=pdf, folder=tmp_path).split())
    for said in ("《文件评审表》", "Document-reviewform", case.number, "核算边界", "Accountingboundary", "第1页，共", cast.verifier.name):
        assert "".join(said.split()) in text, said
    fonts = [line.split() for line in tool("pdffonts", pdf=pdf, folder=tmp_path).splitlines()[2:]]
    assert fonts
    assert {tuple(row[-5:-2]) for row in fonts} == {("yes", "yes", "yes")}
    assert render_review(form) == pdf


def test_names_as_long_as_they_may_be_fill_pages_and_break_nothing(cast: Cast) -> None:
    case = make.engagement(cast)
    for kind in ("unit", "body"):
        organisation = cast.org(kind)
        organisation.name, organisation.name_zh = f"The {kind} of the riverside, " * 15, "沿河园区管理有限公司" * 30
    db.session.flush()
    pages = PdfReader(BytesIO(render_review(review_form(case, now=NOW)))).pages
    assert "沿河园区" in "".join(page.extract_text() for page in pages[:2])


def test_it_is_taken_away_from_the_data_page_and_noted_in_the_trail(client, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    sign_in(client, cast.verifier)
    address = f"/cases/{case.id}/document-review.pdf"
    assert address in client.get(f"/cases/{case.id}/data").text
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    actions = list(db.session.scalars(select(TrailRow.action).where(TrailRow.action == "statement:document_review:downloaded")))
    assert actions == ["statement:document_review:downloaded"]


def test_a_programme_without_the_form_offers_no_link_and_the_address_says_so(client, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    case.pack_id, case.pack_sha256 = "eu-ets/2018", load("eu-ets/2018").sha256
    db.session.commit()
    sign_in(client, cast.verifier)
    assert "document-review.pdf" not in client.get(f"/cases/{case.id}/data").text
    answer = client.get(f"/cases/{case.id}/document-review.pdf")
    assert answer.status_code == 409
    assert "eu-ets/2018" in answer.text


def test_a_finding_under_a_clause_that_the_form_does_not_list_joins_it(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    pack = load(case.pack_id)
    form = pack.form("document_review")
    assert form is not None
    short = replace(form, clauses=("1", "2"))
    assert "7" in clauses_of(short, pack, {"7"})
    assert clauses_of(short, pack, set())[:2] == ("1", "2")


def test_an_item_says_that_findings_were_raised_whichever_check_raised_them(cast: Cast) -> None:
    case = worked_case(cast)
    raised = finding(case, cast)
    raised.arose_in = Check.SITE
    db.session.flush()
    results = {line.result.en for line in review_form(case, now=NOW).lines if line.clause == raised.clause}
    assert "Reviewed, no findings raised" not in results
    assert "Findings raised" in results
