"""Small files that once went wrong: what is read of each, and what is said."""

from pathlib import Path

import pytest

from tests.core.reported import beijing
from verifier.core.calculation.recalculation import calculate
from verifier.core.errors import Refusal
from verifier.evidence import photo_reader
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
