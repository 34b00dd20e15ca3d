"""The workbook of a sample, opened in a real spreadsheet program: its formulas come to what the page says."""

from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests import make, spreadsheetprogram
from tests.checks.data.test_sampling import agree_rest, assessed_ladder, drawn, note, tonnes_plan
from tests.people import Cast, sign_in
from verifier.checks.data.sampling import item_tolerance, queries
from verifier.core.sampling.plan import Result, signed_error
from verifier.db import db


def test_a_spreadsheet_program_comes_to_what_the_page_says(client: FlaskClient, cast: Cast, tmp_path: Path) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    made = drawn(case, cast, tonnes_plan(case, cast))
    first = next(row for row in queries.items(made) if not row.whole)
    assert first.quantity is not None
    note(case, cast, made, first.position, Result.DIFFERS, str(first.quantity / 2))
    agree_rest(case, cast, made)
    ladder = drawn(case, cast, assessed_ladder(case, cast))
    agree_rest(case, cast, ladder)
    db.session.commit()
    browser = sign_in(client, cast.verifier)
    books = [browser.get(f"/cases/{case.id}/data/sampling/{each.number}.xlsx").data for each in (made, ladder)]
    by_tonnes, by_steps = spreadsheetprogram.recalculated(tmp_path, *books)
    assert [cell for book in (by_tonnes, by_steps) for cells in book.values() for cell in cells.values() if str(cell).startswith("#")] == []
    for data, calculated in zip(books, (by_tonnes, by_steps), strict=True):
        written = spreadsheetprogram.as_written(data)
        stored = {(name, at): written[name].get(at) or "" for name, cells in spreadsheetprogram.formulas(data).items() for at in cells}
        found_anew = {(name, at): calculated[name].get(at) or "" for name, at in stored}
        assert {at: value for at, value in stored.items() if value != ""} == pytest.approx(
            {at: value for at, value in found_anew.items() if value != ""}, rel=1e-9
        )
    live = spreadsheetprogram.formulas(books[0])
    assert len(live["Draw"]) == 4 * len(queries.items(made))
    rows, said = queries.items(made), by_tonnes["Evaluation"]
    found = queries.evaluation(made, rows)
    assert found is not None
    error = signed_error(item_tolerance.item_value(first), Result.DIFFERS, Decimal(first.quantity) / 2)
    places = ("B2", "B4", "B5", "B7", "B9", "B10", "B11")
    worth = (
        queries.stored_population(made).size,
        found.size.interval,
        error,
        found.projected_over,
        found.basic_precision,
        found.allowance,
        found.upper_limit,
    )
    assert [said[at] for at in places] == [pytest.approx(float(value)) for value in worth]
    count = len(queries.items(ladder))
    assert (by_steps["Evaluation"]["B3"], by_steps["Evaluation"]["B4"]) == (count, count)
