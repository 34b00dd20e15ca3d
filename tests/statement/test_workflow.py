"""Three signatures on one statement: each whole or not at all, each once, in their order; nothing public before the last."""

import pytest
from flask.testing import FlaskClient

from tests.people import Cast, actor, sign_in
from tests.statement.builders import PASSPHRASE, Signer, approve, approved, give_key, give_second_factor, settle_authority, signer
from verifier.accounts.authentication import throttle
from verifier.accounts.models import ThrottleCount
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.core.approval import NOTICE_PERIOD
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements import actions as engagements
from verifier.engagements.models import Engagement
from verifier.evidence.queries import store
from verifier.statement import actions, commands, queries
from verifier.statement.inspection.inspect import Verdict
from verifier.statement.models import Signature, Statement
from verifier.statement.signing import issuing, key_approval, keys


def sign(case: Engagement, who: Signer, action: str) -> Statement:
    """One signature with the right passphrase and a fresh code."""
    code, at = who.code()
    made: Statement = getattr(issuing, action)(case, who.person, PASSPHRASE, code, actor=actor(who.person), now=at)
    return made


def test_three_sign_and_the_statement_is_issued(client: FlaskClient, cast: Cast) -> None:
    case = approved(cast)
    statement = sign(case, signer(cast.lead), "certify")
    db.session.commit()
    assert (statement.number, case.stage, len(statement.signatures)) == ("BEIJING-2021-0001-V1", Stage.TO_COUNTERSIGN, 1)
    assert client.get(f"/s/{statement.token}").status_code == 404
    assert sign(case, signer(cast.signatory), "countersign") is statement
    db.session.commit()
    assert client.get(f"/s/{statement.token}").status_code == 404
    assert commands.statement_list() == []
    sign(case, signer(cast.coordinator, seal=True), "seal")
    assert (statement.status, case.stage) == ("issued", Stage.ISSUED)
    assert statement.issued_at is not None
    found = commands.inspected(store().get(statement.pdf_sha256))
    assert found.verdict is Verdict.GENUINE
    assert [one.intact and one.trusted for one in found.signers] == [True, True, True]
    listed = commands.statement_list()
    assert list(listed[0]) == ["number", "unit", "year", "tonnes", "opinion", "status", "issued_at", "sha256", "superseded_by"]
    assert listed[0]["sha256"] == statement.pdf_sha256
    assert commands.export(statement.number) == store().get(statement.pdf_sha256)


def test_signing_twice_is_refused_and_leaves_one_signature(cast: Cast) -> None:
    case, lead = approved(cast), signer(cast.lead)
    sign(case, lead, "certify")
    with pytest.raises(Refusal, match=r"statement\.place\.signed"):
        sign(case, lead, "certify")
    assert db.session.query(Statement).count() == db.session.query(Signature).count() == 1


def test_a_wrong_passphrase_signs_nothing_and_stays_counted(client: FlaskClient, cast: Cast) -> None:
    case, lead = approved(cast), signer(cast.lead)
    sign_in(client, cast.lead)
    answer = client.post(f"/cases/{case.id}/signing/certify", data={"passphrase": "not the passphrase", "code": lead.code()[0]})
    assert answer.status_code == 409
    db.session.expire_all()
    assert case.stage is Stage.TO_CERTIFY
    assert db.session.query(Statement).count() == 0
    counted = db.session.get(ThrottleCount, throttle.own("passphrase", cast.lead.id)[0].name)
    assert counted is not None
    assert counted.failures == 1


def test_a_wrong_code_signs_nothing_and_stays_counted_until_it_is_closed(client: FlaskClient, cast: Cast) -> None:
    case = approved(cast)
    signer(cast.lead)
    sign_in(client, cast.lead)
    for failures in range(1, 6):
        answer = client.post(f"/cases/{case.id}/signing/certify", data={"passphrase": PASSPHRASE, "code": "000000"})
        assert answer.status_code == 409
        db.session.expire_all()
        counted = db.session.get(ThrottleCount, throttle.own("code", cast.lead.id)[0].name)
        assert counted is not None
        assert counted.failures == failures
    with pytest.raises(Refusal, match=r"statement\.signing\.paused"):
        issuing.certify(case, cast.lead, PASSPHRASE, "000000", actor=actor(cast.lead), now=utcnow())
    assert case.stage is Stage.TO_CERTIFY


def test_a_code_is_good_for_one_signature(cast: Cast) -> None:
    code, at = signer(cast.lead).code()
    keys.prove(cast.lead, None, code, at)
    with pytest.raises(Refusal, match=r"statement\.code\.wrong"):
        keys.prove(cast.lead, None, code, at)


@pytest.mark.parametrize("action", ["countersign", "seal"])
def test_nobody_signs_out_of_turn(cast: Cast, action: str) -> None:
    case = approved(cast)
    who = signer(cast.signatory) if action == "countersign" else signer(cast.coordinator, seal=True)
    with pytest.raises(Refusal, match=rf"lifecycle\.{action}\.not_now"):
        sign(case, who, action)


@pytest.mark.parametrize(
    ("who", "message"),
    [("verifier", "independence.roles_differ"), ("reviewer", "independence.roles_differ"), ("colleague", "independence.not_named")],
)
def test_the_signatory_took_part_in_neither_work_nor_review(cast: Cast, who: str, message: str) -> None:
    case = approved(cast)
    sign(case, signer(cast.lead), "certify")
    with pytest.raises(Refusal, match=message):
        sign(case, signer(getattr(cast, who)), "countersign")


def test_a_change_after_the_first_signature_stops_the_second(cast: Cast) -> None:
    case = approved(cast)
    sign(case, signer(cast.lead), "certify")
    record("data:source:decided", actor(cast.verifier), Subject("source", "x"), now=utcnow(), case=case.id, effect=Effect.CHANGE)
    with pytest.raises(Refusal, match=r"statement\.approval\.voided"):
        sign(case, signer(cast.signatory), "countersign")


def test_a_case_opened_again_recalls_what_was_signed_and_the_next_is_the_second_version(cast: Cast) -> None:
    case, lead = approved(cast), signer(cast.lead)
    first = sign(case, lead, "certify")
    engagements.reopen(case, "A meter was overlooked.", actor=actor(cast.lead), now=utcnow())
    assert queries.recalled(case) == [first]
    assert queries.being_signed(case) is None
    actions.draw_conclusion(case, "pass", "", actor=actor(cast.lead), now=utcnow())
    approve(cast, case)
    second = sign(case, lead, "certify")
    assert (first.status, second.status, second.number) == ("recalled", "certified", "BEIJING-2021-0001-V2")


def test_without_a_key_nobody_signs(cast: Cast) -> None:
    case = approved(cast)
    with pytest.raises(Refusal, match=r"statement\.key\.none"):
        issuing.certify(case, cast.lead, PASSPHRASE, "123456", actor=actor(cast.lead), now=utcnow())


def test_a_new_key_retires_the_one_before_once_it_is_approved(client: FlaskClient, cast: Cast) -> None:
    settle_authority()
    old = give_key(cast.lead)
    person = signer_secret(cast)
    sign_in(client, cast.lead)
    form = {"passphrase": "a new river in spring", "again": "a new river in spring", "code": person.code()[0]}
    assert client.post("/account/signing-key", data=form).status_code == 303
    db.session.expire_all()
    assert old.retired_at is None
    assert key_approval.do_due(now=utcnow() + NOTICE_PERIOD) == 1
    assert old.retired_at is not None
    made = queries.key_of(cast.lead.id)
    assert made is not None
    assert made.id != old.id


def signer_secret(cast: Cast) -> Signer:
    """The lead verifier with an authenticator, whatever keys there are."""
    return Signer(cast.lead, give_second_factor(cast.lead), utcnow())


def test_the_draft_says_on_its_pages_that_it_is_one(client: FlaskClient, cast: Cast) -> None:
    case = approved(cast)
    pdf = issuing.draft(case, now=utcnow())
    assert pdf.startswith(b"%PDF-")
    assert issuing.draft(case, now=case.opened_at) == issuing.draft(case, now=case.opened_at)
    assert sign_in(client, cast.contact).get(f"/cases/{case.id}/statement.pdf").status_code == 403
    assert db.session.query(Statement).count() == 0
