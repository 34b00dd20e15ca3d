"""Whatever people type is printed: every script, rare characters, pictographs, and texts of any shape, in time linear in their length."""

import unicodedata
from dataclasses import replace
from io import BytesIO
from itertools import chain
from time import perf_counter

import pytest
from pypdf import PdfReader

from tests.statement.specimen import a_statement
from tools.font_coverage import ranges
from verifier.config import FONTS
from verifier.statement.facts.model import Both
from verifier.statement.pdf.document import render
from verifier.statement.pdf.fonts import BOLD, REGULAR, face_with, load_fonts, printable
from verifier.statement.pdf.typography import CELL, break_lines, width_of
from verifier.web.pages.printable import unprintable

SCRIPTS = {
    "emoji": "会议纪要已上传 😀👍🏽 👨‍👩‍👧 ❤️",
    "check marks": "✔ done ☑ ✓ ✗",
    "Turkish": "Ağaoğlu Şahin",
    "Hungarian": "Erdős Őri",
    "Vietnamese": "Nguyễn Thị Hằng",
    "Arabic": "محمد بن عبد الله",
    "Hebrew": "שלום עולם",
    "Thai": "สมชาย ใจดี",
    "Armenian": "Հայկ",
    "rare Chinese": "𠮷野、𡊊、𬭛、㛃、䶮",
    "mathematics": "∀x ∈ ℝ, ≤ ≥ ±",
}


@pytest.mark.parametrize("font", [REGULAR, BOLD])
@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_every_script_has_a_face(text: str, font: str) -> None:
    assert [each for each in printable(text) if not face_with(each, font)] == []
    assert unprintable(text) == ""


@pytest.mark.parametrize("name", ["emoji", "Turkish", "Vietnamese", "Thai", "rare Chinese"])
def test_a_statement_prints_it_and_its_text_can_be_copied(name: str) -> None:
    text = SCRIPTS[name]
    pdf = PdfReader(BytesIO(render(a_statement(lead_verifier=text))))
    printed = "".join(page.extract_text() for page in pdf.pages)
    assert all(each in printed for each in printable(text) if not each.isspace())
    assert text.encode() in pdf.attachments["statement.json"][0]


def test_a_character_that_no_face_has_stands_as_its_code_point_and_the_attached_facts_keep_it() -> None:
    pdf = PdfReader(BytesIO(render(a_statement(lead_verifier="李\U0001f7ff四\x07"))))
    assert "〔U+1F7FF〕" in "".join(page.extract_text() for page in pdf.pages)
    assert "李\U0001f7ff四" in pdf.attachments["statement.json"][0].decode()
    assert unprintable("李\U0001f7ff四") == "\U0001f7ff"


def test_marks_that_turn_text_round_are_not_printed() -> None:
    assert printable("pay \u202e001\u202c t\u200b") == "pay 001 t"


def test_the_warning_knows_exactly_the_characters_that_the_faces_have() -> None:
    assert (FONTS / "coverage.txt").read_text().split() == ranges()


def test_arabic_letters_are_joined_and_stand_from_right_to_left() -> None:
    joined = printable("بيت (بيت)")
    assert all(unicodedata.name(each).endswith(("FORM", "PARENTHESIS", "SPACE")) for each in joined)


@pytest.mark.parametrize("unit", ["a", "中", ",", "word ", "😀", "ع", "a\u0301", "tCO2 ", "("])
def test_a_text_is_broken_into_lines_in_time_linear_in_its_length(unit: str) -> None:
    load_fonts()

    def seconds(count: int) -> float:
        start = perf_counter()
        lines = break_lines(unit * count, CELL, 100)
        took = perf_counter() - start
        assert "".join(chain.from_iterable(lines)).replace(" ", "") == printable(unit * count).replace(" ", "").replace("CO2", "CO₂")
        assert all(width_of(line, CELL) <= 100.001 for line in lines if len(line) > 1) or unit in ",("
        return took

    seconds(100)
    short = min(seconds(2_000) for _ in range(3))
    assert min(seconds(40_000) for _ in range(2)) < 20 * short * 5 + 0.5


def test_an_unbroken_run_of_twenty_thousand_letters_is_laid_out_in_seconds() -> None:
    start = perf_counter()
    render(a_statement(opinion=replace(a_statement().opinion, wording=Both("长" * 20_000, "x" * 20_000))))
    assert perf_counter() - start < 15
