"""The statement as a document: whole, embedded, repeatable, and readable by other people's programs."""

import json
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.statement.specimen import NOW, a_statement, few_sources, many_sources
from verifier.core.errors import Refusal
from verifier.statement.facts.model import Both, ComparedPlan, Photo, canonical_bytes, difference, plain, to_json
from verifier.statement.pdf.document import ATTACHMENT, render
from verifier.statement.pdf.fonts import load_fonts
from verifier.statement.pdf.parts import tonnes
from verifier.statement.pdf.typography import BODY, break_lines, width_of
from verifier.statement.pdf.wording import CATEGORIES, WORDING


def text_of(pdf: bytes) -> str:
    """All words of all pages, blanks removed: a line may break anywhere."""
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def tool(*command: str, pdf: bytes, folder: Path) -> str:
    """What a program of Debian says about the file; a missing program fails the test."""
    path = folder / "statement.pdf"
    path.write_bytes(pdf)
    return subprocess.run([*command, str(path)], check=True, capture_output=True, text=True, timeout=60).stdout


def test_the_same_facts_give_the_same_bytes() -> None:
    assert render(a_statement()) == render(a_statement())


def test_another_fact_gives_other_bytes() -> None:
    assert render(a_statement()) != render(a_statement(verified_total=Decimal(52938)))


def test_the_attached_json_is_the_canonical_form_of_the_facts() -> None:
    facts = a_statement()
    attached = PdfReader(BytesIO(render(facts))).attachments[ATTACHMENT]
    assert attached == [canonical_bytes(facts)]
    assert json.loads(attached[0]) == to_json(facts)


def test_every_font_is_embedded_as_a_subset(tmp_path: Path) -> None:
    rows = [line.split() for line in tool("pdffonts", pdf=render(a_statement()), folder=tmp_path).splitlines()[2:]]
    assert rows
    assert {tuple(row[-5:-2]) for row in rows} == {("yes", "yes", "yes")}
    assert all("+NotoSansSC" in row[0] for row in rows)


def test_qpdf_finds_nothing_to_warn_of(tmp_path: Path) -> None:
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", pdf=render(a_statement()), folder=tmp_path)


@pytest.mark.parametrize(
    "said",
    [
        "BJ-2021-0001",
        "RiversideParkServices",
        "京核认证有限公司",
        "朱镕喆",
        "陈堃",  # who
        "52,937",
        "52,915",
        "−22",
        "−14.53",
        "4,488.10",
        "—",  # how much, with a real minus
        "无保留意见",
        "Unmodifiedopinion",
        "January'squantitycorrected",  # what and why
        "Onereadingwascountedtwice",
        "E-0022021-01：612.404MWh→588.347MWh",  # findings and corrections
        "f".join(["3f9a1c5e7b2d4", "6081a3c5e7092b4d6", "8193a5c7e90b2d4", "6183a5c7e90b2d4", ""]),  # hashes
        "电表M-E-002读数",
        "Timenotknown",
        f"{1:064x}",
        "第1页，共8页",
        "Page8of8",
    ],
)
def test_the_document_says(said: str) -> None:
    assert said in text_of(render(a_statement()))


def test_many_sources_repeat_the_header_on_every_page_they_run_over() -> None:
    pages = [page.extract_text() for page in PdfReader(BytesIO(render(a_statement(sources=many_sources(171))))).pages]
    on = [page for page in pages if "Building 1" in page]
    assert len(on) >= 4
    assert all("Reported, tCO" in page and "Verified, tCO" in page for page in on)
    assert all(f"E-{order:03d}" in "".join(pages) for order in range(171))


def test_title_and_language_follow_the_order_asked_for() -> None:
    chinese, english = (PdfReader(BytesIO(render(a_statement(), order))) for order in (("zh", "en"), ("en", "zh")))
    assert (chinese.root_object["/Lang"], english.root_object["/Lang"]) == ("zh-CN", "en")
    assert chinese.metadata.title.startswith("温室气体排放核查声明")
    assert english.metadata.title.startswith("Greenhouse gas verification statement")
    assert chinese.metadata.creation_date == NOW


def test_a_picture_that_cannot_be_read_is_refused_by_its_hash() -> None:
    broken = Photo("ab" * 32, "x", None, "", b"not a picture")
    with pytest.raises(Refusal) as refused:
        render(a_statement(photos=(broken,)))
    assert (refused.value.message, refused.value.values) == ("statement.thumbnail.unreadable", {"sha256": "ab" * 32})


def test_a_photo_without_a_reduced_copy_stands_in_the_annex_by_its_hash() -> None:
    alone = Photo("ab" * 32, "Meter", None, "", b"")
    pages = "".join(page.extract_text() for page in PdfReader(BytesIO(render(a_statement(photos=(alone,))))).pages)
    assert "No reduced copy could be made" in pages
    assert "ab" * 32 in pages


@pytest.mark.parametrize("empty", ["findings", "site_visits", "photos", "sources", "category_totals", "team", "milestones"])
def test_a_statement_without_some_part_still_stands(empty: str) -> None:
    assert PdfReader(BytesIO(render(a_statement(**{empty: ()})))).pages


def test_long_texts_run_over_pages() -> None:
    long = replace(a_statement().findings[0], description="电量重复计入。" * 900, answer="word " * 900)
    source = replace(few_sources()[1], reason=Both("更正为发票所载数量。" * 400, "corrected to the invoice " * 300))
    opinion = replace(a_statement().opinion, wording=Both("经核查。" * 1500, "verified " * 1500))
    said = text_of(render(a_statement(findings=(long,), sources=(source,), opinion=opinion)))
    assert (said.count("复"), said.count("word")) >= (900, 900)
    assert (said.count("correctedtotheinvoice"), said.count("verified")) >= (290, 1490)


def test_a_long_name_and_number_leave_the_front_on_one_page() -> None:
    unit = replace(
        a_statement().unit, name="北京经济技术开发区滨河产业园区综合能源服务管理有限责任公司亦庄分公司 Riverside Integrated Energy " * 3
    )
    front, second, *_ = PdfReader(BytesIO(render(a_statement(unit=unit, number="BJ-2021-" + "7" * 80)))).pages
    assert "Scan to verify this statement" in front.extract_text()
    assert "基本信息" in second.extract_text()


@pytest.mark.parametrize(
    ("amount", "places", "signed", "shown"),
    [
        (None, 2, False, "—"),
        (Decimal("0"), 2, True, "0.00"),
        (Decimal("-0.004"), 2, True, "0.00"),
        (Decimal("-14.53"), 2, True, "−14.53"),
        (Decimal("36.235"), 2, True, "+36.24"),
        (Decimal("1234567.5"), 0, False, "1,234,568"),
    ],
)
def test_a_number_is_written_as_it_is_read(amount: Decimal | None, places: int, signed: bool, shown: str) -> None:
    assert tonnes(amount, places, signed=signed) == shown


@pytest.mark.parametrize(
    ("amount", "text"), [("1.50", "1.5"), ("100", "100"), ("1E+3", "1000"), ("-0.00", "0"), ("0.0000001", "0.0000001")]
)
def test_a_decimal_in_the_json_has_neither_exponent_nor_idle_zeros(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


def test_a_difference_with_an_unknown_is_unknown() -> None:
    assert difference(None, Decimal(1)) is None
    assert difference(Decimal(1), None) is None
    assert difference(Decimal(3), Decimal(1)) == 2


def test_lines_break_as_chinese_and_english_want() -> None:
    load_fonts()
    text = "核查机构（京核认证）确认 verification 结论为“无保留意见”，排放量 52,937 tCO2，详见附件。" * 4
    for width in range(80, 200, 7):
        lines = break_lines(text, BODY["zh"], width)
        assert all(width_of(line, BODY["zh"]) <= width for line in lines)
        assert not [line for line in lines if line[0] in "，。）”、" or line[-1] in "（“"]
        assert "".join("".join(lines).split()) == "".join(text.replace("CO2", "CO₂").split())
        assert "verification" in " ".join(lines)


def test_every_label_has_both_languages() -> None:
    labels = {**WORDING, **CATEGORIES}
    assert not [key for key, text in labels.items() if not text.zh or not text.en or text.zh == text.en]


def test_the_monitoring_plan_that_was_compared_with_is_named_with_its_document() -> None:
    plan = ComparedPlan(Both("录入的监测计划", "Entered from its document"), "DQCP v2", "Filing 17", date(2020, 3, 1), "0" * 64)
    text = text_of(render(a_statement(compared_plan=plan)))
    for words in ("Entered from its document", "DQCP v2", "Filing 17", "2020-03-01", "0" * 64):
        assert words.replace(" ", "") in text.replace(" ", "").replace("\n", "")
