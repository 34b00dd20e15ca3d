"""A coordinator sees who has which task in which case of the body, and by when; nobody else sees it."""

import re
from datetime import timedelta
from html import unescape

from flask.testing import FlaskClient

from tests import make
from tests.casework.test_next_acts import answering, text_of
from tests.people import Cast, actor, sign_in
from verifier.casework.workload import queries
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.findings import actions as findings


def test_each_persons_load_counts_open_and_overdue_tasks_and_names_the_next_deadline(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    body, people = cast.org("body"), queries.people_of(cast.org("body"))
    rows = queries.assigned(body, people, now=utcnow())
    loads = {each.person.name: each for each in queries.loads(people, rows)}
    assert {name: each.tasks for name, each in loads.items() if each.tasks} == {"Lead": 1, "Verifier": 1, "Expert": 1}
    assert loads["Lead"].next is not None
    assert loads["Lead"].next.due == case.unit_year.year.verified_due
    later = queries.assigned(body, people, now=utcnow() + timedelta(days=60))
    assert [(each.tasks, each.overdue, each.next) for each in queries.loads([cast.lead, cast.reviewer], later)] == [
        (1, 1, None),
        (0, 0, None),
    ]
    assert queries.assigned(cast.org("other_body"), queries.people_of(cast.org("other_body")), now=utcnow()) == []


def test_the_lead_of_a_case_that_awaits_responses_has_what_came_in(cast: Cast) -> None:
    _case, sent = answering(cast)
    findings.answer(sent[0], "Here.", actor=actor(cast.contact), now=utcnow())
    db.session.flush()
    rows = queries.assigned(cast.org("body"), [cast.lead, cast.verifier], now=utcnow())
    assert [(row.person.name, row.task.what, [each.label for each in row.task.things]) for row in rows] == [
        ("Lead", "judge", [sent[0].label])
    ]


def test_the_page_is_filtered_paged_and_downloaded_and_only_a_coordinators(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    make.more_cases(case, 40)
    case.unit_year.year.verified_due = make.some_day(-2)
    case.unit_year.year.report_due = make.some_day(-9)
    db.session.commit()
    sitting = sign_in(client, cast.coordinator)
    assert 'href="/workload"' in sitting.get("/cases").text
    page = sitting.get("/workload")
    said = text_of(page.text)
    assert re.search(r"Lead \d+ \d+", said)
    assert "2 days overdue" in said
    assert "page=2" in unescape(page.text)
    of_lead = text_of(sitting.get(f"/workload?person={cast.lead.id}&due=late").text)
    assert "Carry out the three checks" in of_lead
    assert "No matching tasks" in text_of(sitting.get(f"/workload?person={cast.colleague.id}").text)
    assert sitting.get("/workload?export=xlsx").data[:2] == b"PK"
    for person in (cast.lead, cast.contact, cast.manager):
        assert sign_in(client.application.test_client(), person).get("/workload").status_code == 403
