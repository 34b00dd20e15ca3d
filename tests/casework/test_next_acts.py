"""Home, case and the unit's pages name the next act with its number and subject, and link nothing that its reader may not open."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.people import Cast, actor, sign_in
from verifier.checks.data.vouchers import request_actions
from verifier.core.errors import Refusal
from verifier.core.evidence_requests import NumberKey
from verifier.core.findings import Check
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings import actions as findings
from verifier.findings.models import Finding
from verifier.rulepacks.load import load

PEOPLE = (
    *("admin", "manager", "assessor", "coordinator", "lead", "verifier", "expert", "reviewer", "signatory", "colleague"),
    *("contact", "contributor", "responsible", "other_coordinator", "other_contact"),
)
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')


def answering(cast: Cast) -> tuple[Engagement, list[Finding]]:
    """A case in which the unit has two findings to answer, one of them returned, and an overdue request about one month."""
    case = make.engagement(cast, Stage.CHECKING)
    clause = load(case.pack_id).clauses[0].code
    for number in (1, 2):
        draft = findings.Draft("non_conformity", clause, f"Finding {number}", "Look.")
        title = f"E-095 Boiler {number} · 2021-0{number}"
        about = Subject("source", "E-095")
        findings.raise_finding(case, about, Check.DATA, draft, subject_title=title, actor=actor(cast.lead), now=utcnow())
    sent = findings.send_all(case, actor=actor(cast.lead), now=utcnow())
    findings.answer(sent[1], "Here.", actor=actor(cast.contact), now=utcnow())
    findings.return_(sent[1], "Where?", actor=actor(cast.lead), now=utcnow())
    key, due = NumberKey("E-095", "2021-03"), make.some_day(-3)
    request_actions.request_evidence(case, [key], "", "Invoices.", "", due, actor=actor(cast.verifier), now=utcnow())
    db.session.commit()
    return case, sent


def text_of(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("address", ["/", "/cases/{case}", "/reports", "/reports/{unit_year}"])
def test_the_next_act_is_named_with_number_subject_and_month_overdue_ones_first(client: FlaskClient, cast: Cast, address: str) -> None:
    case, sent = answering(cast)
    page = sign_in(client, cast.contact).get(address.format(case=case.id, unit_year=case.unit_year_id)).text
    said = text_of(page)
    assert "Provide requested evidence R-1" in said
    assert "E-095 · 2021-03" in said
    assert f"Respond to the findings {sent[1].label}" in said, "the returned one is next"
    assert "E-095 Boiler 2 · 2021-02, returned, and 1 more" in said
    assert said.index("Provide requested evidence R-1") < said.index(f"Respond to the findings {sent[1].label}")
    assert "overdue" in said
    assert f'href="/cases/{case.id}/requests/1"' in page
    assert f'href="/cases/{case.id}/findings/{sent[1].number}"' in page


@pytest.mark.hold
def test_no_link_on_home_case_and_unit_pages_is_refused_to_its_reader(client: FlaskClient, cast: Cast) -> None:
    case, _sent = answering(cast)
    refused = set()
    for person in PEOPLE:
        sitting = sign_in(client.application.test_client(), getattr(cast, person))
        pages = ("/", "/cases", f"/cases/{case.id}", "/reports", f"/reports/{case.unit_year_id}")
        links = {unescape(link) for page in pages for link in LINK.findall(sitting.get(page).text)}
        for link in sorted(links - {"/sign-out"}):
            answer = sitting.get(link, buffered=True)
            if answer.status_code in (403, 404):
                refused.add((person, link.replace(str(case.id), "CASE"), answer.status_code))
            answer.close()
    assert refused == set()


def test_of_two_who_answer_a_finding_the_second_is_told_by_whom_it_was_answered_and_sees_no_form(client: FlaskClient, cast: Cast) -> None:
    case, sent = answering(cast)
    address = f"/cases/{case.id}/findings/{sent[0].number}"
    second = sign_in(client, cast.responsible)
    assert "Submit response" in second.get(address).text
    findings.answer(sent[0], "Mine.", actor=actor(cast.contributor), now=utcnow())
    db.session.commit()
    page = text_of(second.get(address).text)
    assert "Answered by Contributor on" in page
    assert "Submit response" not in page
    posted = second.post(f"{address}/answer", data={"text": "Mine as well."})
    assert posted.status_code == 409
    assert "already been answered by Contributor" in text_of(posted.text)
    with pytest.raises(Refusal, match=r"finding\.answer\.answered"):
        findings.answer(sent[0], "Once more.", actor=actor(cast.contact), now=utcnow())


def test_of_two_who_answer_a_request_the_second_is_told_by_whom_and_replaces_nothing(client: FlaskClient, cast: Cast) -> None:
    case, _sent = answering(cast)
    address = f"/cases/{case.id}/requests/1"
    second = sign_in(client, cast.contact)
    read = second.get(address).text
    version = re.search(r'name="version"[^>]*value="(\d+)"', read)
    assert version is not None
    request = request_actions.queries.request_numbered(case, 1)
    assert request is not None
    request_actions.answer_in_words(case, request, "In the archive.", actor=actor(cast.responsible), now=utcnow())
    db.session.commit()
    page = text_of(second.get(address).text)
    assert "Answered by Responsible on" in page
    assert "Submit response" not in page
    second.post(f"{address}/answer", data={"words": "There is none.", "version": version[1]})
    db.session.expire_all()
    assert request.answer == "In the archive."
    assert "already been answered by Responsible" in text_of(second.get(address).text)
    assert "Submit response" in second.get(f"{address}?add=1").text, "more may be added until it is reviewed"
