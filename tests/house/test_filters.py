"""How references, numbers as written and dates as written stand in pages."""

import pytest
from flask import Flask
from markupsafe import Markup

from verifier.core.calculation.units import grouped
from verifier.web.pages.filters import camera_time, refs, written_day


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Case 2021-0001 · Park", 'Case <span class="nw">2021-0001</span> · Park'),
        ("F-001 & F-002", '<span class="nw">F-001</span> &amp; <span class="nw">F-002</span>'),
        (Markup('<a href="/x/F-001">F-001</a>'), '<a href="/x/F-001"><span class="nw">F-001</span></a>'),
        ("<b>2021-0001</b>", '&lt;b&gt;<span class="nw">2021-0001</span>&lt;/b&gt;'),
        ("nothing to keep together", "nothing to keep together"),
    ],
)
def test_no_line_breaks_a_reference_and_no_tag_is_let_in(text: str, shown: str) -> None:
    assert refs(text) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("52804", "52,804"),
        ("5084.0443", "5,084.0443"),
        ("-5035.82", "−5,035.82"),
        ("048.20", "48.20"),
        ("about 9", "about 9"),
        ("", ""),
        (None, None),
    ],
)
def test_a_number_as_written_is_grouped_and_keeps_its_places(written: str | None, shown: str | None) -> None:
    assert grouped(written) == shown


def test_what_is_no_date_stays_as_it_was_written() -> None:
    assert written_day("spring 2022") == "spring 2022"
    assert written_day(None) is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-10-14T23:15:30+08:00", "14 Oct 2026, 23:15:30 (UTC+08:00)"),
        ("2026-10-14T23:15:30-05:30", "14 Oct 2026, 23:15:30 (UTC−05:30)"),
        ("2026-10-14T23:15:30", "14 Oct 2026, 23:15:30"),
        ("2026:10:14", "2026:10:14"),
    ],
)
def test_a_cameras_time_is_shown_as_its_clock_showed_it(app: Flask, written: str, shown: str) -> None:
    with app.test_request_context():
        assert camera_time(written) == shown
