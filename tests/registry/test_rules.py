"""A year moves to a newer version of its rule pack for the cases that are not open yet."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.people import Cast, actor, sign_in
from tests.reports.builders import small
from tests.rulepacks.builders import NO_ELECTRICITY, SIX_DAYS, newer_beijing
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.jobs import worker
from verifier.jobs.models import Job
from verifier.registry import actions
from verifier.registry.models import UnitYear
from verifier.reports import actions as reports
from verifier.reports import recalculation
from verifier.reports.models import ReportedSource, ReportVersion
from verifier.rulepacks.load import load


def handed_in(cast: Cast, of: UnitYear) -> ReportVersion:
    return reports.submit_report(of, small(of.unit.name), "small.xlsx", "", actor=actor(cast.contact), now=utcnow())


def electricity_counts(version: ReportVersion) -> bool:
    of = select(ReportedSource.counts).where(ReportedSource.version_id == version.id, ReportedSource.category == "purchased_electricity")
    return db.session.scalars(of).first() is True


def test_cases_that_are_open_keep_their_rules_and_reports_without_a_case_are_recalculated(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    year, bare = case.unit_year.year, handed_in(cast, make.unit_year(cast, "other_unit"))
    pack_id = newer_beijing(app, NO_ELECTRICITY)
    db.session.commit()
    browser, address = sign_in(client, cast.manager), f"/programme/years/{year.id}/rules"
    assert address in browser.get(f"/programme/years/{year.id}").text
    assert "Notice 7 of the bureau" in browser.get(address).text
    assert browser.post(address, data={"pack": pack_id, "seen": load(pack_id).sha256}).status_code == 303
    db.session.rollback()
    while worker.run_next():
        pass
    db.session.expire_all()
    assert (year.pack_id, year.pack_sha256, case.pack_id) == (pack_id, load(pack_id).sha256, make.PACK)
    assert (electricity_counts(case.report_version), electricity_counts(bare)) == (True, False)
    assert [job.arguments["unit_year"] for job in db.session.scalars(select(Job).where(Job.kind == recalculation.KIND))] == [
        str(bare.unit_year_id)
    ]
    assert "There is no newer version" in browser.get(address).text


@pytest.mark.parametrize(
    ("pack_id", "seen", "message"),
    [
        ("beijing/own", "0" * 64, "pack.changed"),
        ("china-national/2021.1", "", "rules.change.not_newer"),
        (make.PACK, "", "rules.change.not_newer"),
    ],
)
def test_a_year_moves_only_to_the_later_version_that_was_shown(app: Flask, cast: Cast, pack_id: str, seen: str, message: str) -> None:
    newer_beijing(app, SIX_DAYS)
    year = make.year(cast)
    with pytest.raises(Refusal) as refused:
        actions.change_rules(year, pack_id, seen_sha256=seen or load(pack_id).sha256, actor=actor(cast.manager), now=utcnow())
    assert refused.value.message == message


def test_a_workbook_read_before_the_rules_were_changed_is_kept_as_it_comes_to_now(app: Flask, cast: Cast) -> None:
    of, pack_id = make.unit_year(cast), newer_beijing(app, NO_ELECTRICITY)
    data = small()
    already = reports.read(data, reports.expected(of))
    actions.change_rules(of.year, pack_id, seen_sha256=load(pack_id).sha256, actor=actor(cast.manager), now=utcnow())
    version = reports.submit_report(of, data, "small.xlsx", "", already=already, actor=actor(cast.contact), now=utcnow())
    assert not electricity_counts(version)
