"""An issued statement is corrected: it stays, under correction, until the next one is issued; from then on it is superseded, by name."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.casework.events.told import digests, enable_everyone
from tests.people import Cast, actor, sign_in
from tests.statement.builders import all_sign, approve, approved, signing_people
from verifier.casework.events.table import Duty
from verifier.casework.to_do import on_case
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements import actions as engagements
from verifier.evidence.queries import store
from verifier.statement import actions, commands
from verifier.statement.inspection.inspect import Verdict


def test_a_correction_shows_at_once_and_supersedes_when_the_next_statement_is_issued(client: FlaskClient, cast: Cast) -> None:
    case, people = approved(cast), signing_people(cast)
    first = all_sign(case, people)
    address = f"/s/{first.token}"
    reason = {"reason": "A meter was read twice."}
    answer = sign_in(client, cast.coordinator).post(f"/cases/{case.id}/correct", data=reason)
    assert answer.status_code == 303
    db.session.expire_all()
    assert (case.stage, first.status) == (Stage.CHECKING, "issued")
    assert "Under correction" in client.get(address).text
    assert "A meter was read twice." not in client.get(address).text
    assert [row["status"] for row in commands.statement_list()] == ["under_correction"]
    assert commands.inspected(store().get(first.pdf_sha256)).verdict is Verdict.CORRECTING
    assert "under correction" in client.get(f"/cases/{case.id}/signing").text

    actions.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow())
    approve(cast, case)
    second = all_sign(case, people)
    assert (first.status, second.status, case.stage) == ("superseded", "issued", Stage.ISSUED)
    assert [(row["number"], row["status"], row["superseded_by"]) for row in commands.statement_list()] == [
        (first.number, "superseded", second.number),
        (second.number, "issued", None),
    ]
    page = client.get(address).text
    assert f"Replaced by {second.number}" in page
    assert f"/s/{second.token}" in page
    dropped = {"pdf": (BytesIO(store().get(first.pdf_sha256)), "statement.pdf")}
    checked = client.post("/check", data=dropped, content_type="multipart/form-data").text
    assert "Authentic, but no longer valid" in checked
    assert second.number in checked


@pytest.mark.parametrize(
    ("stage", "reason", "message"),
    [
        (Stage.CHECKING, "Because.", "lifecycle.correct.not_now"),
        (Stage.TO_SEAL, "Because.", "lifecycle.correct.not_now"),
        (Stage.ISSUED, "  ", "engagement.correct.no_reason"),
    ],
)
def test_only_what_is_issued_is_corrected_and_only_with_a_reason(cast: Cast, stage: Stage, reason: str, message: str) -> None:
    case = approved(cast)
    case.stage = stage
    db.session.flush()
    with pytest.raises(Refusal, match=message.replace(".", r"\.")):
        engagements.correct(case, reason, actor=actor(cast.coordinator), now=utcnow())
    assert case.stage is stage


def test_opening_a_correction_tells_everyone_concerned_and_opens_the_checks(app: Flask, cast: Cast) -> None:
    enable_everyone(cast)
    case = approved(cast)
    all_sign(case, signing_people(cast))
    digests(app)
    engagements.correct(case, "A meter was read twice.", actor=actor(cast.signatory), now=utcnow())
    told = digests(app, later=timedelta())
    assert set(told) == {"Lead", "Verifier", "Expert", "Reviewer", "Coordinator", "Contact", "Responsible"}
    assert not any("read twice" in each for each in told.values()), "the reason is read in Verifier"
    assert [each.what for each in on_case(cast.lead, case)] == [Duty.CHECK], "the checks are open again"
