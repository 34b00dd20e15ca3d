"""Wherever a data alert is listed, it leads to its number, its source and the finding it was raised as or is covered by."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.findings.builders import finding
from tests.people import Cast, actor, sign_in
from verifier.checks.data.flags import actions, queries
from verifier.checks.data.flags.queries import Flagged
from verifier.checks.data.references.queries import flags_of
from verifier.core.calculation.results import Flag
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.reports.wording import flag_name, flag_sentence

GAP, TOTAL = "metering_gap|E-102|2021-05", "total_mismatch|||category=total"
PAGES = {
    "data alerts": "/cases/{case}/data/flags?source=E-102",
    "source": "/cases/{case}/data/E-102",
    "number": "/cases/{case}/data/register/activity/E-102/2021-05",
    "version": "/reports/{unit_year}/versions/{number}",
    "alerts of the version": "/reports/{unit_year}/versions/{number}/flags?q=E-102",
    "register": "/cases/{case}/data?q=E-102",
    "all numbers": "/cases/{case}/data/register?source=E-102&flag=metering_gap",
}
LISTS_SENTENCES = ("data alerts", "source", "number", "alerts of the version")
"""Pages that give the sentence of each alert; the others name its kind, which leads to the list of alerts."""


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case in which one alert is covered by a finding."""
    found = make.engagement(cast)
    raised = finding(found, cast)
    actions.cover(found, [GAP], raised, actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    return found


def page_of(client: FlaskClient, case: Engagement, name: str) -> str:
    address = PAGES[name].format(case=case.id, unit_year=case.unit_year_id, number=case.report_version.number)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.text)


def alert(case: Engagement, key: str = GAP) -> Flagged:
    return next(each for each in queries.flagged(case) if each.flag.key == key)


def row_about(page: str, flag: Flag) -> str:
    """The row, item or notice in which the alert is described."""
    at = page.index(flag_sentence(flag)[:40])
    start = max(page.rfind("<tr", 0, at), page.rfind("<li", 0, at))
    ends = [end for end in (page.find("</tr>", at), page.find("</li>", at)) if end > 0]
    return page[start : min(ends)]


@pytest.mark.parametrize("name", LISTS_SENTENCES)
def test_an_alert_leads_to_its_number_and_its_finding(client: FlaskClient, cast: Cast, case: Engagement, name: str) -> None:
    row = row_about(page_of(sign_in(client, cast.verifier), case, name), alert(case).main)
    linked = re.findall(r'href="([^"]+)"', row)
    label = alert(case).disposition.finding.label  # type: ignore[union-attr]
    assert re.search(rf'href="/cases/{case.id}/findings/1"[^>]*>{label}<', row)
    if name != "number":
        number = next(each for each in linked if "/data/register/" in each)
        assert client.get(number).status_code == 200
    if name != "source":
        assert f"/cases/{case.id}/data/E-102" in linked


@pytest.mark.parametrize("name", ["register", "all numbers"])
def test_where_only_the_kind_of_an_alert_is_named_it_leads_to_the_alert(
    client: FlaskClient, cast: Cast, case: Engagement, name: str
) -> None:
    page = page_of(sign_in(client, cast.verifier), case, name)
    linked = [each for each in re.findall(r'href="([^"]+)"', page) if "/data/flags?" in each and "code=metering_gap" in each]
    assert linked
    assert "E-102" in linked[0]
    assert alert(case).disposition.finding.label in unescape(client.get(linked[0]).text)  # type: ignore[union-attr]


def test_an_alert_of_the_report_as_a_whole_names_its_finding_where_it_is_listed(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    raised = finding(case, cast)
    actions.cover(case, [TOTAL], raised, actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    row = row_about(page_of(sign_in(client, cast.verifier), case, "register"), alert(case, TOTAL).main)
    assert f'href="/cases/{case.id}/findings/2"' in row
    assert "Raise a finding" not in row


def test_no_page_of_the_team_names_a_kind_of_alert_without_a_way_to_it(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    with client.application.test_request_context():
        names = {flag_name(each.code) for each in flags_of(case)}
    for name in ("register", "all numbers"):
        page = page_of(client, case, name)
        body = page[page.rindex("<tbody") :]
        without_links = re.sub(r"<a\b.*?</a>", "", body, flags=re.DOTALL)
        assert [each for each in names if each in without_links] == [], name


def test_the_unit_is_led_to_the_source_in_its_own_version_and_told_of_no_draft(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    row = row_about(page_of(sign_in(client, cast.contact), case, "alerts of the version"), alert(case).main)
    assert re.findall(r'href="([^"]+)"', row) == [f"/reports/{case.unit_year_id}/versions/{case.report_version.number}?q=E-102#sources"]
