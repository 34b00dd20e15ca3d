"""The administrator sees what gave up and has it tried again."""

from flask.testing import FlaskClient

from tests.people import Cast, sign_in
from verifier.db import db, utcnow
from verifier.jobs.actions import enqueue
from verifier.jobs.models import Job, State


def given_up(kind: str = "mail.send") -> Job:
    job = enqueue(kind, now=utcnow())
    job.gave_up_at, job.attempts, job.last_error = utcnow(), 10, "SMTPAuthenticationError 535"
    db.session.commit()
    return job


def test_what_gave_up_is_shown_first_and_tried_again_by_a_button(client: FlaskClient, cast: Cast) -> None:
    job = given_up()
    enqueue("jobs.sweep", now=utcnow())
    sign_in(client, cast.admin)
    page = client.get("/admin/jobs").text
    assert "1 task has failed" in page
    assert "SMTPAuthenticationError 535" in page
    assert "Showing 1" in page or "1 of 1" in page or page.count("<tr>") == 2
    answer = client.post(f"/admin/jobs/{job.id}/again", follow_redirects=True)
    assert "Send message: retrying now." in answer.text
    db.session.refresh(job)
    assert (job.state, job.attempts) == (State.WAITING, 0)
    assert "has not failed" in client.post(f"/admin/jobs/{job.id}/again", follow_redirects=True).text


def test_a_list_can_be_searched_filtered_and_taken_away(client: FlaskClient, cast: Cast) -> None:
    given_up()
    enqueue("jobs.sweep", now=utcnow())
    db.session.commit()
    sign_in(client, cast.admin)
    assert "Remove old background work" in client.get("/admin/jobs?state=waiting").text.split("<table")[1]
    assert "No" in client.get("/admin/jobs?q=nowhere&state=").text.split("</form>")[-1]
    assert "Remove old background work" in client.get("/admin/jobs?state=none-of-ours").text, "a status that is none of ours asks for all"
    assert client.get("/admin/jobs?state=&export=xlsx").data.startswith(b"PK")


def test_nothing_gave_up_is_said_in_words(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    assert "No failed tasks" in client.get("/admin/jobs").text
