"""A workbook with numbers past all sense is kept digit for digit and flagged, and every page of its case still opens."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.people import Cast, sign_in
from tests.reports.builders import MONTHS, small
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports import queries
from verifier.reports.models import ReportedNumber, ReportedSource
from verifier.statement.pdf import parts
from verifier.web.pages import filters

HUGE, TINY, LONG = 10**99, "1e-99", "12345678901234567890.1234567890123456789012345678901234567"
SHEETS = {
    "sources": [
        ["source_id", "facility_id", "name", "category", "fuel", "reported_tco2"],
        ["E-1", "B1", "Electricity", "purchased_electricity", "grid electricity", "1e99"],
        ["H-1", "B1", "Heat", "purchased_heat", "heat", LONG],
    ],
    "activity": [
        ["source_id", "period", "quantity", "unit"],
        *(["E-1", month, 1e99 if place == 3 else 94.5 + place, "MWh"] for place, month in enumerate(MONTHS)),
        *(["H-1", month, TINY if place == 3 else 94.5 + place, "GJ"] for place, month in enumerate(MONTHS)),
    ],
    "factors": [["source_id", "parameter", "value", "unit"], ["E-1", "ef", "1e99", "tCO2/MWh"], ["H-1", "ef", TINY, "tCO2/GJ"]],
    "totals": [["category", "reported_tco2"], ["purchased_electricity", "1e99"], ["purchased_heat", LONG], ["total", "1e99"]],
}
SHOWN = [
    (Decimal("2.5"), 0, "3"),
    (Decimal("-0.004"), 2, "0.00"),
    (Decimal("-1234.565"), 2, "−1,234.57"),
    (Fraction(10**30) + Fraction(1, 3), 2, f"{10**30:,}.33"),
    (Decimal("1e99"), 0, f"{10**99:,}"),
    (Decimal("1e-99"), 2, "0.00"),
]
ASKED = {"engagement_id", "unit_year_id", "source_key"}


@pytest.fixture
def case(cast: Cast, tmp_path: Path) -> Engagement:
    workbook = tmp_path / "absurd.xlsx"
    workbook.write_bytes(small(sheets=SHEETS))
    made = make.engagement(cast, workbook=workbook)
    db.session.commit()
    return made


def test_every_digit_is_kept_and_what_is_absurd_is_flagged(case: Engagement) -> None:
    db.session.expire_all()
    version = case.report_version
    assert version.reported_total == HUGE
    sources = {each.source_key: each for each in db.session.scalars(select(ReportedSource))}
    assert (sources["E-1"].reported, str(sources["H-1"].reported)) == (HUGE, LONG)
    assert sources["E-1"].recalculated is not None
    assert sources["E-1"].recalculated > HUGE * HUGE
    flags = {(flag.code, flag.source) for flag in queries.calculation_of(version).flags}
    assert {("arithmetic_difference", "E-1"), ("arithmetic_difference", "H-1"), ("outlier", "E-1")} <= flags
    written = set(db.session.scalars(select(ReportedNumber.written)))
    assert {"1e99", "1e+99", TINY, LONG} <= written


@pytest.mark.parametrize(("amount", "places", "text"), SHOWN)
def test_pages_and_statements_show_tonnes_of_any_length_rounded_half_up(amount: Decimal | Fraction, places: int, text: str) -> None:
    assert filters.tonnes(amount, places) == text
    if isinstance(amount, Decimal):
        assert parts.tonnes(amount, places) == text


def test_exact_tonnes_lose_no_digit() -> None:
    assert filters.tonnes_exact(Decimal(LONG)) == f"12,345,678,901,234,567,890.{LONG.partition('.')[2]}"
    assert filters.tonnes_exact(Decimal("-12.3400")) == "−12.34"
    assert filters.tonnes_exact(Decimal("1200.00")) == "1,200"


def test_every_page_of_its_case_opens(app: Flask, cast: Cast, client: FlaskClient, case: Engagement) -> None:
    values = {"engagement_id": case.id, "unit_year_id": case.unit_year_id, "source_key": "E-1"}
    sign_in(client, cast.lead)
    opened = 0
    with app.test_request_context():
        rules = [
            rule
            for rule in app.url_map.iter_rules()
            if rule.redirect_to is None and rule.arguments and rule.arguments <= ASKED and "GET" in (rule.methods or ())
        ]
        addresses = [app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments}) for rule in rules]
    for address in addresses:
        for query in ("", "?export=xlsx"):
            status = client.get(address + query).status_code
            assert status in (200, 303, 403, 404, 409), address + query
            opened += status == 200
    assert opened > 60
