"""What stands beside a report: last year's, the plan and a body's tolerances change what is flagged, and never a tonne."""

from decimal import Decimal
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from tests import make
from tests.people import Cast, actor, sign_in
from verifier.checks.data import queries as data
from verifier.checks.data.references import actions, queries
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.references.models import ReferenceKind


def last_year() -> bytes:
    """The park's workbook as of the year before, one source renamed and another heavier."""
    book = load_workbook(make.PARK)
    for row in book["unit"].iter_rows():
        if row[0].value == "emission_year":
            row[1].value = 2020
    for row in book["activity"].iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = cell.value.replace("2021-", "2020-")
    for row in book["sources"].iter_rows(min_row=2):
        if row[0].value == "E-061":
            row[0].value = "E-900"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def plan() -> bytes:
    """A monitoring plan that names one source."""
    book = Workbook()
    park = load_workbook(make.PARK, read_only=True)
    for name in ("unit", "sources"):
        sheet = book.create_sheet(name)
        for number, row in enumerate(park[name].iter_rows(values_only=True)):
            if name == "unit" or number < 2:
                sheet.append(row)
    facilities, meters, planned = (book.create_sheet(name) for name in ("facilities", "meters", "plan"))
    facilities.append(["facility_id", "name"])
    meters.append(["meter_id"])
    planned.append(["source_id", "parameter"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def codes(case: Engagement) -> set[str]:
    return {flag.code for flag in queries.flags_of(case)}


def keep(case: Engagement, cast: Cast, kind: str, given: bytes) -> None:
    actions.keep_workbook(case, kind, f"{kind}.xlsx", given, "From the archive", actor=actor(cast.lead), now=utcnow())


def test_last_years_workbook_and_the_plan_add_flags_and_no_tonnes(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING, make.PARK)
    before, total = codes(case), queries.calculation_of(case).recalculated_total
    assert before.isdisjoint({"disappeared", "not_in_plan"})
    keep(case, cast, ReferenceKind.PREVIOUS, last_year())
    gone = [flag for flag in queries.flags_of(case) if flag.code == "disappeared"]
    assert [flag.source for flag in gone] == ["E-900"]
    keep(case, cast, ReferenceKind.PLAN, plan())
    assert "not_in_plan" in codes(case)
    assert queries.calculation_of(case).recalculated_total == total
    held = data.source_review(case, "E-062")
    assert held is not None
    assert "not_in_plan" in held.flag_codes
    with pytest.raises(Refusal, match=r"references.same_file"):
        keep(case, cast, ReferenceKind.PLAN, plan_again(case))


def plan_again(case: Engagement) -> bytes:
    from_store = queries.references(case).plan
    assert from_store is not None
    return actions.evidence.store().get(from_store.sha256)


def test_a_workbook_of_another_year_is_refused_place_by_place(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING, make.PARK)
    with pytest.raises(Refusal, match=r"report.handed_in.unreadable"):
        keep(case, cast, ReferenceKind.PREVIOUS, make.PARK.read_bytes())


def test_a_bodys_own_tolerance_is_marked_reasoned_and_taken_back(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING, make.PARK_WITH_ERRORS)
    before = [flag for flag in queries.flags_of(case) if flag.code == "crosscheck_difference"]
    db.session.commit()
    browser, url = sign_in(client, cast.lead), f"/cases/{case.id}/data/tolerances/crosscheck_difference"
    assert "State the reason" in browser.post(url, data={"value": "100 %", "version": "0"}).text
    assert browser.post(url, data={"value": "100 %", "version": "0", "reason": "Invoices lag."}).status_code == 303
    assert before
    assert [flag for flag in queries.flags_of(case) if flag.code == "crosscheck_difference"] == []
    page = browser.get(f"/cases/{case.id}/data/tolerances").text
    assert "Invoices lag." in page
    assert "Set by the verification body" in page
    assert browser.post(url, data={"value": "", "version": "1", "reason": "As the pack."}).status_code == 303
    assert queries.own_tolerances(case) == {}
    assert queries.own_rows(case)["crosscheck_difference"].value is None
    assert len([flag for flag in queries.flags_of(case) if flag.code == "crosscheck_difference"]) == len(before)
    assert queries.tolerances(case)[-1].value == Decimal("0.01")
