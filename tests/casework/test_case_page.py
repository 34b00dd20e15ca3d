"""The page of a case shows each role its own: the work to those inside, its part to the unit, nothing to strangers."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.people import Cast, sign_in
from verifier.core.lifecycle import Stage
from verifier.db import db

WORK = ("/boundary/sources", "/data", "/site", "/conclusion", "/review", "/photos", "/trail")
ALL, NONE = set(WORK), set[str]()
SHOWN = [
    ("lead", ALL),
    ("verifier", ALL),
    ("expert", ALL),
    ("reviewer", ALL),
    ("signatory", ALL),
    ("coordinator", ALL),
    ("assessor", ALL),
    ("contact", NONE),
    ("contributor", NONE),
    ("responsible", NONE),
    ("manager", {"/trail"}),
]


@pytest.mark.parametrize(("person", "links"), SHOWN)
def test_working_papers_are_linked_only_for_those_inside(client: FlaskClient, cast: Cast, person: str, links: set[str]) -> None:
    engagement = make.engagement(cast, Stage.TO_SEAL)
    db.session.commit()
    case = f"/cases/{engagement.id}"
    page = sign_in(client, getattr(cast, person)).get(case).text
    assert {work for work in WORK if f'href="{case}{work}"' in page} == links


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("person", ["lead", "coordinator", "contact", "manager"])
def test_every_stage_has_its_page(client: FlaskClient, cast: Cast, stage: Stage, person: str) -> None:
    engagement = make.engagement(cast, stage)
    db.session.commit()
    assert sign_in(client, getattr(cast, person)).get(f"/cases/{engagement.id}").status_code == 200


def test_whoever_has_not_declared_is_led_to_the_declaration(client: FlaskClient, cast: Cast) -> None:
    engagement = make.engagement(cast, Stage.ARRANGING, declared=False)
    db.session.commit()
    case, declare = f"/cases/{engagement.id}", f"/cases/{engagement.id}/declare"
    answer = sign_in(client, cast.verifier).get(case)
    assert (answer.status_code, answer.headers["Location"]) == (303, declare)
    assert f'href="{declare}"' in client.get("/").text


@pytest.mark.parametrize("person", ["other_coordinator", "other_contact", "admin", "colleague"])
def test_a_case_that_is_not_yours_is_not_there(client: FlaskClient, cast: Cast, person: str) -> None:
    engagement = make.engagement(cast)
    db.session.commit()
    case = f"/cases/{engagement.id}"
    sign_in(client, getattr(cast, person))
    assert [client.get(address).status_code for address in (case, f"{case}/trail")] == [404, 404]


def test_a_task_that_cannot_start_is_plain_text_with_its_reason(client: FlaskClient, cast: Cast) -> None:
    engagement = make.engagement(cast)
    db.session.commit()
    case = f"/cases/{engagement.id}"
    page = sign_in(client, cast.lead).get(case).text
    assert f'href="{case}/conclusion"' not in page
    assert "Starts when the three checks are complete" in page


WAITS = [
    (Stage.ARRANGING, "coordinator", "/team"),
    (Stage.CHECKING, "verifier", ""),
    (Stage.ANSWERING, "contact", "/findings"),
    (Stage.REVIEWING, "reviewer", "/review"),
    (Stage.TO_CERTIFY, "lead", "/signing"),
    (Stage.TO_COUNTERSIGN, "signatory", "/signing"),
    (Stage.TO_SEAL, "coordinator", "/signing"),
]


@pytest.mark.parametrize(("stage", "person", "address"), WAITS)
def test_the_start_page_leads_to_what_waits(client: FlaskClient, cast: Cast, stage: Stage, person: str, address: str) -> None:
    engagement = make.engagement(cast, stage)
    db.session.commit()
    page = sign_in(client, getattr(cast, person)).get("/").text
    assert "1 task" in page
    assert f'href="/cases/{engagement.id}{address}"' in page


@pytest.mark.parametrize(("person", "waits"), [("coordinator", True), ("lead", False), ("contact", False), ("reviewer", False)])
def test_only_the_one_whose_turn_it_is_is_asked(client: FlaskClient, cast: Cast, person: str, *, waits: bool) -> None:
    make.engagement(cast, Stage.TO_SEAL)
    db.session.commit()
    assert ("1 task" in sign_in(client, getattr(cast, person)).get("/").text) is waits


@pytest.mark.parametrize(
    ("released", "body", "person", "words"),
    [
        (False, "body", "responsible", "Release the report"),
        (True, None, "contact", "Appoint a verification body"),
        (True, "body", "coordinator", "Open a case"),
    ],
)
def test_what_comes_before_a_case_waits_too(
    client: FlaskClient, cast: Cast, person: str, words: str, body: str | None, *, released: bool
) -> None:
    make.report(cast, make.unit_year(cast, body=body), released=released)
    db.session.commit()
    assert words in sign_in(client, getattr(cast, person)).get("/").text


@pytest.mark.parametrize("person", ["admin", "manager", "assessor"])
def test_those_beside_the_cases_have_a_start_page(app: Flask, client: FlaskClient, cast: Cast, person: str) -> None:
    make.engagement(cast)
    db.session.commit()
    assert sign_in(client, getattr(cast, person)).get("/").status_code == 200


TURNS = [
    # stage, who reads, whether it is their turn and where it leads, what the step says to others
    (Stage.REVIEWING, "reviewer", "carry out the independent review", "/review"),
    (Stage.REVIEWING, "lead", None, "With the reviewer"),
    (Stage.TO_CERTIFY, "lead", "certify the statement", "/signing"),
    (Stage.TO_CERTIFY, "coordinator", None, "With the lead verifier"),
    (Stage.TO_COUNTERSIGN, "signatory", "countersign the statement", "/signing"),
    (Stage.TO_COUNTERSIGN, "lead", None, "With the signatory"),
    (Stage.TO_SEAL, "coordinator", "seal the statement", "/signing"),
    (Stage.TO_SEAL, "lead", None, "With the coordinator"),
]


@pytest.mark.parametrize(("stage", "person", "action", "shown"), TURNS)
def test_a_case_tells_each_reader_whether_it_is_their_turn(
    client: FlaskClient, cast: Cast, stage: Stage, person: str, action: str | None, shown: str
) -> None:
    engagement = make.engagement(cast, stage)
    db.session.commit()
    page = sign_in(client, getattr(cast, person)).get(f"/cases/{engagement.id}").text
    notice = page[page.index("<h1>") : page.index('class="cols"')]
    if action:
        assert f"Your action is required: {action}" in notice
        assert f'href="/cases/{engagement.id}{shown}"' in notice
        assert "To do" in page
    else:
        assert "Next action by:" in notice
        assert shown in page
        assert "To do" not in page


def test_a_unit_reads_that_its_report_was_verified_once_the_statement_is_issued(client: FlaskClient, cast: Cast) -> None:
    engagement = make.engagement(cast, Stage.ISSUED)
    db.session.commit()
    page = sign_in(client, cast.contact).get(f"/cases/{engagement.id}").text
    assert "Version 1 has been verified" in page
    assert "under verification" not in page


def test_a_unit_finds_its_reports_on_its_start_page_and_when_its_statement_was_issued(client: FlaskClient, cast: Cast) -> None:
    make.engagement(cast, Stage.CHECKING)
    db.session.commit()
    page = sign_in(client, cast.contributor).get("/").text
    assert "Your reports" in page
    assert "Next:" in page
    assert "Your reports" not in sign_in(client, cast.lead).get("/").text
