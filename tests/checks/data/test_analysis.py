"""Analytical procedures on the page: the four lists, a conclusion that asks again, the workbook that calculates, and the case's task."""

from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, update

from tests import make, spreadsheetprogram
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.casework import queries as casework
from verifier.casework.tasks import Name, TaskState, progress, tasks
from verifier.checks.data.analysis import actions, queries
from verifier.checks.data.analysis.models import AnalysisConclusion
from verifier.checks.data.references import actions as references
from verifier.core.analysis.lines import LineState, Procedure
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.references.models import ReferenceKind

MONTH = "months/source/E-053/2021-07"
STEADY = "months/source/E-053/2021-05"


class Years(NamedTuple):
    """The park's workbook with production, and last year's."""

    now: Path
    then: bytes


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Years:
    """This year's report with twelve months of a product; last year's with one source renamed, one heavier, and twice the product."""
    book = load_workbook(make.PARK)
    sheet = book["production"]
    for month in range(1, 13):
        sheet.append(["", f"2021-{month:02d}", 1000 + month, "pieces"])
        cell = sheet.cell(month + 1, 1, "=Parts")
        cell.data_type = "s"
    now = tmp_path_factory.mktemp("years") / "now.xlsx"
    book.save(now)
    return Years(now, _last_year(load_workbook(now)))


def _last_year(book: object) -> bytes:
    for row in book["unit"].iter_rows():  # type: ignore[index]
        if row[0].value == "emission_year":
            row[1].value = 2020
    for name in ("activity", "production"):
        for row in book[name].iter_rows(min_row=2):  # type: ignore[index]
            row[1].value = row[1].value.replace("2021-", "2020-")
            if name == "production":
                row[2].value *= 2
    for row in book["sources"].iter_rows(min_row=2):  # type: ignore[index]
        if row[0].value == "E-061":
            row[0].value = "E-900"
        if row[0].value == "E-002":
            row[-1].value = 9005.26
    out = BytesIO()
    book.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def opened(cast: Cast, years: Years | None = None) -> Engagement:
    case = make.engagement(cast, Stage.CHECKING, years.now if years else make.PARK)
    if years:
        references.keep_workbook(case, ReferenceKind.PREVIOUS, "2020.xlsx", years.then, "", actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    return case


def conclude(case: Engagement, cast: Cast, key: str, text: str, seen_version: int | None = None) -> None:
    found = queries.one(case, key)
    assert found is not None
    actions.conclude(case, key, text, figures=found.line.fingerprint, seen_version=seen_version, actor=actor(cast.verifier), now=utcnow())


def test_each_procedure_has_its_page_with_last_year_beside_this(client: FlaskClient, cast: Cast, years: Years) -> None:
    case = opened(cast, years)
    browser, root = sign_in(client, cast.verifier), f"/cases/{case.id}/data/analysis"
    assert "Only in the previous year&#39;s report" in browser.get(f"{root}/year_on_year?q=E-900").text
    doubled = browser.get(f"{root}/year_on_year?q=E-002&state=waiting").text
    assert "−50.0 %" in doubled
    assert "year_on_year/source/E-002" in doubled
    assert "No matching lines" in browser.get(f"{root}/year_on_year?q=nothing").text
    months = browser.get(f"{root}/months?q=E-053").text
    assert "data-months" in months
    assert "months/source/E-053/2021-07" not in months  # its season was the same last year
    assert 'data-series="last" data-v="0.1327"' in months
    product = browser.get(f"{root}/products").text
    assert "=Parts" in product
    assert "+100.0 %" in product
    assert "/data/E-002" in browser.get(f"{root}/shares?of=source&q=E-002").text
    assert root in browser.get(f"/cases/{case.id}/data").text


def test_without_last_year_and_without_production_the_pages_say_what_is_missing(client: FlaskClient, cast: Cast) -> None:
    case = opened(cast)
    browser, root = sign_in(client, cast.reviewer), f"/cases/{case.id}/data/analysis"
    for procedure in Procedure:
        page = browser.get(f"{root}/{procedure}").text
        assert "No report for 2020" in page
        assert "Only the total for 2020 is known" in page
    assert "No production data in the report" in browser.get(f"{root}/products").text
    assert "44,576" in browser.get(f"{root}/year_on_year").text
    assert browser.get(f"{root}/weather").status_code == 404
    assert browser.get(f"{root}/lines/months/source/E-053/2021-13").status_code == 404


def test_a_conclusion_is_written_read_changed_and_told_in_the_trail(client: FlaskClient, cast: Cast) -> None:
    case = opened(cast)
    browser, url = sign_in(client, cast.verifier), f"/cases/{case.id}/data/analysis/lines/{MONTH}"
    found = queries.one(case, MONTH)
    assert found is not None
    given = {"figures": found.line.fingerprint, "version": "0"}
    assert "Enter your assessment" in browser.post(url, data=given).text
    answer = browser.post(url, data=given | {"conclusion": "Closed in summer."})
    assert (answer.status_code, "/lines/months/" in answer.location) == (303, True)
    assert "Closed in summer." in browser.get(url).text
    assert "Closed in summer." in browser.get(f"/cases/{case.id}/data/analysis/months?state=concluded").text
    stale = browser.post(url, data=given | {"conclusion": "Broken."})
    assert "Closed in summer." in stale.text
    assert browser.post(url, data=given | {"version": "1", "conclusion": "Closed in July."}).status_code == 303
    rows = list(db.session.scalars(select(TrailRow).where(TrailRow.action == "data:analysis:concluded").order_by(TrailRow.number)))
    assert [row.detail["reason"] for row in rows] == ["Closed in summer.", "Closed in July."]
    assert (rows[1].detail["before"], rows[1].detail["line"]) == ("Closed in summer.", MONTH)
    db.session.execute(update(AnalysisConclusion).values(line_key=STEADY))
    db.session.commit()
    kept = browser.get(f"/cases/{case.id}/data/analysis/lines/{STEADY}").text
    assert "No deviation" in kept
    assert "Closed in July." in kept, "what was written of a line is there also once it no longer stands out"


REFUSED = [
    (MONTH, "Seen.", "other", None, "analysis.line.changed"),
    (MONTH, " ", None, None, "analysis.conclusion.blank"),
    (STEADY, "Seen.", None, None, "analysis.line.unremarkable"),
    ("months/source/E-053/2021-13", "Seen.", "x", None, "analysis.line.changed"),
    (MONTH, "Seen.", None, 3, "analysis.line.changed"),
]


@pytest.mark.parametrize(("key", "text", "figures", "version", "refusal"), REFUSED)
def test_what_cannot_be_concluded_is_refused(
    cast: Cast, key: str, text: str, figures: str | None, version: int | None, refusal: str
) -> None:
    case = opened(cast)
    found = queries.one(case, key)
    with pytest.raises(Refusal, match=refusal):
        actions.conclude(
            case,
            key,
            text,
            figures=figures or (found.line.fingerprint if found else ""),
            seen_version=version,
            actor=actor(cast.verifier),
            now=utcnow(),
        )


def test_other_figures_ask_again_and_the_same_ones_do_not(cast: Cast) -> None:
    case = opened(cast)
    conclude(case, cast, MONTH, "Closed in summer.")
    kept = queries.one(case, MONTH)
    assert kept is not None
    assert kept.state is LineState.CONCLUDED
    assert kept.conclusion is not None
    kept.conclusion.fingerprint = "the figures of the version before"
    db.session.flush()
    assert kept.state is LineState.CHANGED
    assert kept.is_open


def test_the_case_has_a_task_that_holds_nothing_up(cast: Cast) -> None:
    case = opened(cast)

    def seen() -> tuple[TaskState, int, int]:
        grouped = tasks(case.stage, casework.overview(case), voided=False)
        row = next(task for _group, some in grouped for task in some if task.name is Name.ANALYSIS)
        return row.how, casework.overview(case).undecided, progress(grouped)[1]

    first = seen()
    assert first[0] is TaskState.OPTIONAL
    conclude(case, cast, MONTH, "Closed in summer.")
    assert seen() == (TaskState.UNDER_WAY, *first[1:])
    for each in queries.remarked(case):
        if each.is_open:
            conclude(case, cast, each.line.key, "Looked at.")
    assert seen() == (TaskState.DONE, *first[1:])


def test_the_workbook_calculates_to_the_figures_on_the_page(client: FlaskClient, cast: Cast, years: Years, tmp_path: Path) -> None:
    case = opened(cast, years)
    browser, url = sign_in(client, cast.verifier), f"/cases/{case.id}/analysis.xlsx"
    whole, one = browser.get(url).data, browser.get(f"{url}?procedure=shares&q=E-002").data
    assert db.session.scalars(select(TrailRow.effect).where(TrailRow.action == "data:analysis:downloaded")).all() == ["look", "look"]
    formulas, written = spreadsheetprogram.formulas(whole), spreadsheetprogram.as_written(whole)
    assert list(formulas) == ["Limits", "Year on year", "Monthly data", "Per product", "Shares"]
    assert min(len(formulas[name]) for name in list(formulas)[1:]) > 20
    (calculated,) = spreadsheetprogram.recalculated(tmp_path, whole)
    wrong = []
    for name, cells in formulas.items():
        for at in cells:
            kept, found = written[name][at], calculated[name].get(at)
            if kept != "=Parts" and float(str(found)) != pytest.approx(float(str(kept)), rel=1e-9, abs=1e-9):
                wrong.append((name, at, kept, found))
    assert wrong == []
    assert len(spreadsheetprogram.as_written(one)) == 2
    assert [value for at, value in spreadsheetprogram.as_written(one)["Shares"].items() if at.startswith("A")][1:] == [
        "E-002 Building 2 electricity"
    ]
    assert "=Parts" in written["Per product"].values()
