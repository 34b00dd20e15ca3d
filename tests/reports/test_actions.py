"""What a unit hands in is kept whole, version by version, and released once."""

from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests import make
from tests.people import Cast, actor
from tests.reports.builders import small
from verifier.audit.models import TrailRow
from verifier.audit.queries import trail
from verifier.core.calculation.results import Calculation
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.evidence.queries import store
from verifier.registry.models import UnitYear
from verifier.reports import actions, queries
from verifier.reports.models import ReportVersion
from verifier.reports.open_cases import OpenCase
from verifier.reports.stored_content import as_json, from_json
from verifier.reports.workbook import reader


@pytest.fixture
def year(cast: Cast) -> UnitYear:
    return make.unit_year(cast)


def hand_in(cast: Cast, year: UnitYear, data: bytes, **more: object) -> ReportVersion:
    return actions.submit_report(year, data, "report.xlsx", "", actor=actor(cast.contact), now=utcnow(), **more)  # type: ignore[arg-type]


def last_action() -> TrailRow:
    return db.session.scalars(trail(None)).first()


def test_a_workbook_is_kept_byte_for_byte_and_row_for_row(cast: Cast, year: UnitYear) -> None:
    data = make.PARK_WITH_ERRORS.read_bytes()
    version = hand_in(cast, year, data)
    db.session.expire_all()
    assert store().get(version.sha256) == data
    assert from_json(version.content) == reader.read(data)
    assert (version.number, version.source_count, version.complete, version.reported_total) == (1, 171, False, Decimal(52804))


def test_content_outlives_json_with_unknown_sheets_columns_and_formulas() -> None:
    odd = {
        "sources": [
            ["source_id", "name", "category", "fuel", "reported_tco2", "colour"],
            ["E-1", "Electricity", "purchased_electricity", "grid", 1, "blue"],
        ],
        "notes": [["hello", 1.5]],
    }
    report = reader.read(small(sheets=odd))
    assert report.unknown_sheets
    assert report.unknown_columns == (("sources", "colour"),)
    assert from_json(as_json(report)) == report


def test_what_a_version_recalculates_to_is_in_its_rows(cast: Cast, year: UnitYear) -> None:
    version = hand_in(cast, year, small())
    rows = {row.source_key: row for row in db.session.scalars(queries.sources_of(version))}
    assert {key: (row.reported, row.recalculated, row.difference) for key, row in rows.items()} == {
        "E-1": (Decimal("724.8"), Decimal("724.8"), Decimal(0)),
        "H-1": (Decimal(132), Decimal(132), Decimal(0)),
    }
    assert queries.calculation_of(version).rounded_total == Decimal(857)
    assert [facility.facility_key for facility in queries.facilities_of(version)] == ["B1"]


def test_a_calculation_is_made_once_a_process(cast: Cast, year: UnitYear) -> None:
    version = hand_in(cast, year, small())
    first: Calculation = queries.calculation_of(version)
    assert queries.calculation_of(version) is first


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"search": "E-095"}, {"E-095"}),
        ({"search": "building 27 e"}, {"E-027"}),
        ({"flag": "factor_of_thousand"}, {"E-095"}),
        ({"flag": "factor"}, set()),
        ({"search": "%"}, set()),
    ],
)
def test_sources_are_found_by_words_and_by_flag(cast: Cast, year: UnitYear, chosen: dict[str, str], expected: set[str]) -> None:
    version = make.report(cast, year)
    assert {row.source_key for row in db.session.scalars(queries.sources_of(version, **chosen))} == expected


def test_sources_with_and_without_flags_are_all_of_them_largest_difference_first(cast: Cast, year: UnitYear) -> None:
    version = make.report(cast, year)
    flagged, clean = (db.session.scalars(queries.sources_of(version, flag=flag)).all() for flag in ("any", "none"))
    assert len(flagged) + len(clean) == version.source_count
    ranked = [row.difference_size for row in db.session.scalars(queries.sources_of(version, sort="difference"))]
    assert ranked == sorted(ranked, reverse=True)


def test_the_same_file_twice_is_noticed(cast: Cast, year: UnitYear) -> None:
    data = small()
    hand_in(cast, year, data)
    with pytest.raises(Refusal, match=r"report\.handed_in\.same_file\(number=1\)"):
        hand_in(cast, year, data)


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        (b"not a workbook", {"reports.workbook.not_a_workbook"}),
        (small(sheets={"totals": None, "factors": None}), {"reports.workbook.sheet_missing"}),
        (small(unit="Another Works", year=2020), {"reports.workbook.other_unit", "reports.workbook.other_year"}),
    ],
)
def test_an_unreadable_workbook_is_refused_whole_with_every_place(cast: Cast, year: UnitYear, data: bytes, messages: set[str]) -> None:
    with pytest.raises(actions.UnreadableReport) as caught:
        hand_in(cast, year, data)
    assert {problem.message for problem in caught.value.problems} == messages
    assert caught.value.values == {"count": len(caught.value.problems)}
    assert db.session.scalar(select(func.count()).select_from(ReportVersion)) == 0


def test_a_version_is_released_once_and_is_then_the_one_that_holds(cast: Cast, year: UnitYear) -> None:
    version = hand_in(cast, year, small())
    assert queries.latest_released(year) is None
    actions.release(version, actor=actor(cast.responsible), now=utcnow())
    assert queries.latest_released(year) is version
    assert (last_action().action, last_action().subject_id) == ("report:version:released", str(year.id))
    with pytest.raises(Refusal, match=r"report\.release\.already"):
        actions.release(version, actor=actor(cast.responsible), now=utcnow())


def test_a_superseded_version_is_never_released(cast: Cast, year: UnitYear) -> None:
    first = hand_in(cast, year, small())
    hand_in(cast, year, small(heat=99))
    with pytest.raises(Refusal, match=r"report\.release\.superseded\(number=1, newest=2\)"):
        actions.release(first, actor=actor(cast.responsible), now=utcnow())


def test_a_later_version_names_the_sources_whose_number_rests_on_something_else(cast: Cast, year: UnitYear) -> None:
    first, second = hand_in(cast, year, small()), hand_in(cast, year, small(heat=99))
    changes = queries.changed_sources(first, second)
    assert (changes.changed, changes.added, changes.removed) == (("H-1",), (), ())
    assert changes.all == {"H-1"}


@pytest.mark.parametrize("stage", Stage)
def test_a_corrected_report_is_taken_only_before_the_review(cast: Cast, year: UnitYear, stage: Stage) -> None:
    case = OpenCase(uuid4(), stage, make.PACK)
    if stage in (Stage.ARRANGING, Stage.CHECKING, Stage.ANSWERING):
        hand_in(cast, year, small(), case=case)
        assert db.session.scalars(trail(case.id)).one().action == "report:version:handed_in"
    else:
        with pytest.raises(Refusal, match=r"report\.closed"):
            hand_in(cast, year, small(), case=case)
