"""Small files that once went wrong: what is read of each, and what is said."""

from pathlib import Path
from time import monotonic

import pytest

from tests.core.reported import beijing
from verifier.checks.data.vouchers.file_kinds import pages_of, read
from verifier.core.calculation.recalculation import calculate
from verifier.core.errors import Refusal
from verifier.evidence import photo_reader
from verifier.evidence.files import kind
from verifier.reports.workbook import reader

INPUTS = Path(__file__).resolve().parents[1] / "inputs"


@pytest.mark.parametrize(
    ("name", "alerts"),
    [
        ("good", []),
        ("meter-lapsed-iso-date", ["calibration_lapsed"]),
        ("meter-lapsed-dotted-date", ["calibration_lapsed"]),
        ("meter-lapsed-in-words", ["calibration_lapsed"]),
        ("meter-lapsed-serial-number", ["calibration_lapsed"]),
        ("gap-200-hours", ["metering_gap"]),
        ("gap-200-hours-chinese", ["metering_gap"]),
        ("gap-200-hours-as-duration", ["metering_gap"]),
        ("in-plan-no", ["not_in_plan"]),
        ("in-plan-cross", ["not_in_plan"]),
    ],
)
def test_a_report_gets_the_alert_however_its_cell_was_written(name: str, alerts: list[str]) -> None:
    flags = calculate(reader.read(INPUTS / f"report-{name}.xlsx"), beijing()).flags
    assert [flag.code for flag in flags] == alerts
    assert [dict(flag.values)["hours"] for flag in flags if flag.code == "metering_gap"] == ["200"] * alerts.count("metering_gap")


def test_a_group_of_thousands_does_not_begin_with_zero() -> None:
    flags = calculate(reader.read(INPUTS / "report-quantity-0-comma-604.xlsx"), beijing()).flags
    assert [dict(flag.values)["text"] for flag in flags if "text" in dict(flag.values)] == ["0,604"]


def test_a_photo_half_missing_but_closed_is_named_as_incomplete() -> None:
    name = "photo-half-missing-but-closed.jpg"
    with pytest.raises(Refusal, match=r"^evidence\.photo\.truncated\(") as refused:
        photo_reader.read((INPUTS / name).read_bytes(), name)
    assert refused.value.values["file"] == name


def test_no_time_of_taking_is_claimed_from_a_date_of_editing() -> None:
    photo = photo_reader.read((INPUTS / "photo-only-a-date-of-editing.jpg").read_bytes(), "edited.jpg")
    assert (photo.taken_at, photo.utc_offset) == (None, None)


def test_a_place_without_seconds_is_read() -> None:
    photo = photo_reader.read((INPUTS / "photo-place-without-seconds.jpg").read_bytes(), "place.jpg")
    assert (str(photo.latitude), str(photo.longitude)) == ("39.9000000", "116.3833333")


def test_a_pdf_with_a_line_in_front_is_a_pdf() -> None:
    data = (INPUTS / "pdf-with-a-line-in-front.pdf").read_bytes()
    found = read(data, "scan.pdf")
    assert (found.file.media_type, found.pages, len(pages_of(data))) == ("application/pdf", 1, 1)


def test_a_pdf_behind_printer_language_is_a_pdf_and_what_begins_as_something_else_is_not() -> None:
    pdf = (INPUTS / "pdf-with-a-line-in-front.pdf").read_bytes().partition(b"\n")[2]
    assert kind(b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n" + pdf) == "PDF"
    assert kind(b"x" * 1100 + pdf) != "PDF"
    assert "PDF" not in [kind(start + pdf) for start in (b"<html>", b"MZ\x90\0", b"GIF89a\n")]
    assert kind("说明：%PDF-1.7 是文件头".encode()) == "TXT"


def test_a_pdf_locked_with_a_certificate_is_called_that() -> None:
    locked = b"""%PDF-1.5
1 0 obj
<</Type/Catalog/Pages 2 0 R>>
endobj
2 0 obj
<</Type/Pages/Kids[]/Count 0>>
endobj
4 0 obj
<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 4/Length 128>>
endobj
trailer
<</Root 1 0 R/Size 5/Encrypt 4 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]>>
startxref
0
%%EOF
"""
    with pytest.raises(Refusal, match=r"^voucher\.pdf\.certificate\(file=locked.pdf\)"):
        read(locked, "locked.pdf")


def test_a_table_of_366_columns_is_shown_in_part() -> None:
    rows = read((INPUTS / "voucher-366-columns.xlsx").read_bytes(), "days.xlsx").first_rows
    assert rows is not None
    assert rows[0]["column_count"] >= 366
    assert len(rows[0]["rows"][0]) == 16


def test_a_western_european_csv_has_the_right_letters() -> None:
    rows = read((INPUTS / "voucher-latin-1.csv").read_bytes(), "zähler.csv").first_rows
    assert rows is not None
    assert rows[0]["rows"] == [["Zähler", "Verbrauch"], ["Gebäude Süd", "12,5"]]


@pytest.mark.hold
def test_a_pdf_slow_to_draw_is_kept_and_its_pictures_are_given_up_soon() -> None:
    data, begun = (INPUTS / "pdf-slow-to-draw.pdf").read_bytes(), monotonic()
    assert read(data, "slow.pdf").file.media_type == "application/pdf"
    with pytest.raises(Refusal, match=r"^voucher\.pdf\.too_much\("):
        pages_of(data)
    assert monotonic() - begun < 25
