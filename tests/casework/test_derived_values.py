"""Values that follow from report and rules: kept in files, the same as calculated, never trusted where a statement rests on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.people import Cast, actor, sign_in
from verifier.cache import forget_all
from verifier.checks.boundary import queries as boundary
from verifier.checks.data.analysis import queries as analysis
from verifier.checks.data.flags import queries as flags
from verifier.core.calculation.recalculation import calculate
from verifier.db import db, utcnow
from verifier.engagements.actions import adopt_report
from verifier.engagements.models import Engagement
from verifier.evidence import derived_files
from verifier.evidence.queries import store
from verifier.jobs import worker
from verifier.jobs.actions import enqueue
from verifier.jobs.models import Job
from verifier.reports import actions, derived_values
from verifier.reports import queries as reports
from verifier.reports.derived_values import calculated_anew
from verifier.rulepacks.load import load
from verifier.statement.facts import assessment


@pytest.fixture
def case(app: Flask, cast: Cast) -> Engagement:
    made = make.engagement(cast)
    forget_all()
    reports.calculation_of(made.report_version)
    return made


@contextmanager
def calculations() -> Iterator[list[object]]:
    """The reports that are recalculated within the block."""
    seen: list[object] = []
    real = reports.calculate

    def noted(report: object, *rest: object, **named: object) -> object:
        seen.append(report)
        return real(report, *rest, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reports, "calculate", noted)
        yield seen


def files() -> list[Path]:
    return [path for path in derived_files.folder().glob("*/*/*") if path.is_file()]


def test_what_is_read_from_a_file_is_what_was_calculated(case: Engagement) -> None:
    version, pack = case.report_version, load(case.pack_id)
    forget_all()
    rows, keyed, summary = boundary.rows_of(case), flags.keyed_of(case), analysis.summary_of(case)
    lines = tuple(analysis.analysis_of(case).lines)
    forget_all()
    with calculations() as seen:
        assert reports.calculation_of(version) == calculate(reports.report_of(version), pack)
        assert boundary.rows_of(case) == rows
        assert flags.keyed_of(case) == keyed
        assert analysis.summary_of(case) == summary
        assert analysis.analysis_of(case).lines == lines
    assert seen == []


def test_the_calculation_is_kept_when_the_report_is_submitted(case: Engagement) -> None:
    for path in files():
        path.unlink()
    actions.read(store().get(case.report_version.sha256), actions.expected(case.unit_year))
    forget_all()
    with calculations() as seen:
        reports.calculation_of(case.report_version)
    assert seen == []


def test_the_pages_of_a_case_read_no_report_once_its_values_are_kept(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.lead)
    enqueue(derived_values.KIND, now=utcnow(), case=str(case.id))
    db.session.commit()
    worker.empty(client.application)
    forget_all()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reports, "from_json", lambda _content: pytest.fail("the report was read"))
        for address in ("", "/data", "/data/flags", "/data/analysis"):
            assert client.get(f"/cases/{case.id}{address}").status_code == 200


def test_a_case_that_adopts_a_version_has_its_values_calculated_by_a_job(cast: Cast, case: Engagement) -> None:
    version = make.report(cast, case.unit_year, make.PARK)
    adopt_report(case, version, actor=actor(cast.lead), now=utcnow())
    jobs = db.session.scalars(select(Job).where(Job.kind == derived_values.KIND)).all()
    assert [job.arguments for job in jobs] == [{"case": str(case.id)}]


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:50] + bytes([data[50] ^ 1]) + data[51:], lambda data: b""])
def test_a_damaged_file_is_calculated_anew_and_written_again(case: Engagement, damage) -> None:
    whole = {path: path.read_bytes() for path in files()}
    assert whole
    for path, data in whole.items():
        path.write_bytes(damage(data))
    forget_all()
    with calculations() as seen:
        found = reports.calculation_of(case.report_version)
    assert len(seen) == 1
    assert found.recalculated_known == calculate(reports.report_of(case.report_version), load(case.pack_id)).recalculated_known
    assert all(path.read_bytes() == data for path, data in whole.items() if path.name.startswith("calculation-"))


def test_a_file_under_another_name_is_not_taken_for_that_value(case: Engagement) -> None:
    boundary.rows_of(case)
    one, other = next(p for p in files() if p.name.startswith("calculation-")), next(p for p in files() if p.name.startswith("boundary-"))
    one.write_bytes(other.read_bytes())
    forget_all()
    with calculations() as seen:
        reports.calculation_of(case.report_version)
    assert len(seen) == 1


def test_another_version_of_the_method_is_calculated_anew_and_the_old_values_are_removed(
    case: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = files()
    monkeypatch.setattr(derived_values, "method_version", lambda: "another")
    forget_all()
    with calculations() as seen:
        reports.calculation_of(case.report_version)
    assert len(seen) == 1
    derived_files.clear_unused()
    assert not [path for path in old if path.exists()]
    assert files()


def test_values_that_nobody_asked_for_in_a_long_time_are_removed(case: Engagement) -> None:
    assert derived_files.clear_unused() == 0
    later = utcnow() + derived_files.UNUSED + timedelta(days=1)
    assert derived_files.clear_unused(later.timestamp()) > 0
    assert files() == []


def test_what_a_statement_rests_on_is_calculated_anew(case: Engagement) -> None:
    forget_all()
    assessment.comparison(case)
    with calculations() as seen, calculated_anew():
        assessment.comparison(case)
    assert len(seen) == 1


def test_a_folder_that_cannot_be_written_costs_no_page(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    for path in files():
        path.unlink()
    folder = derived_files.folder()
    rmtree(folder)
    folder.write_bytes(b"")  # a file where the folder would be
    forget_all()
    sign_in(client, cast.lead)
    assert client.get(f"/cases/{case.id}").status_code == 200
