"""The actions that are killed at every place: how a case comes to stand before each, and the one request that does it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from secrets import token_urlsafe
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import make
from tests.findings import builders as findings
from tests.killed.park import small_park
from tests.people import Cast
from tests.statement import builders as statements
from verifier.accounts.authentication import crypto, secondfactor
from verifier.accounts.models import SignedInSession, User
from verifier.audit.queries import last_change
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.statement.signing import issuing
from verifier.statement.signing.certificate_authority import open_key
from verifier.web.signed_in import token_hash

Send = Callable[[FlaskClient, Engagement], TestResponse]


@dataclass(frozen=True)
class Action:
    """Who does it, how the case is brought before it, and the request."""

    who: str
    prepare: Callable[[Cast], Engagement]
    send: Send


def _report_case(cast: Cast) -> Engagement:
    return make.with_trail(make.engagement(cast, Stage.CHECKING, small_park()))


def _hand_in(client: FlaskClient, case: Engagement) -> TestResponse:
    upload = (BytesIO(small_park("corrected").read_bytes()), "park-2021.xlsx")
    return client.post(f"/reports/{case.unit_year_id}/hand-in", data={"workbook": upload, "note": "corrected"})


def _add_photo(client: FlaskClient, case: Engagement) -> TestResponse:
    upload = (BytesIO(findings.jpeg("blue")), "blue.jpg")
    where = f"/cases/{case.id}/photos/new?subject_kind=checklist_item&subject_id=data"
    return client.post(where, data={"photos": upload, "caption": "Gas meter"})


def _two_findings(cast: Cast) -> Engagement:
    case = _report_case(cast)
    findings.finding(case, cast)
    findings.finding(case, cast, title="A boiler is missing")
    return case


def _send_findings(client: FlaskClient, case: Engagement) -> TestResponse:
    return client.post(f"/cases/{case.id}/findings/send")


def _concluded(cast: Cast) -> Engagement:
    case = statements.concluded(cast, small_park())
    statements.reperform(cast, case)
    return case


def _approve(client: FlaskClient, case: Engagement) -> TestResponse:
    form = {"outcome": "approved", "comments": "Well founded.", "seen": str(last_change(case.id))}
    db.session.rollback()
    return client.post(f"/cases/{case.id}/review/decide", data=form)


def _signers(cast: Cast) -> Engagement:
    """Approved, with all who sign ready; their keys open fast, for opening one is not what is tried here."""
    case = _concluded(cast)
    statements.approve(cast, case)
    for person, seal in ((cast.lead, False), (cast.signatory, False), (cast.coordinator, True)):
        key = statements.give_key(person, seal=seal)
        opened = open_key(key.key_pem.encode(), statements.PASSPHRASE)
        fast = serialization.BestAvailableEncryption(statements.PASSPHRASE.encode())
        key.key_pem = opened.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, fast).decode()
        statements.give_second_factor(person)
    db.session.flush()
    return case


def _signed(*places: str) -> Callable[[Cast], Engagement]:
    def prepare(cast: Cast) -> Engagement:
        case = _signers(cast)
        for action, person in zip(places, (cast.lead, cast.signatory), strict=False):
            code = code_of(person)
            getattr(issuing, action)(case, person, statements.PASSPHRASE, code, actor=statements.actor(person), now=utcnow())
        return case

    return prepare


def code_of(person: User) -> str:
    assert person.totp_secret is not None
    return secondfactor.code(crypto.opened("totp", person.totp_secret), utcnow())


def _sign(action: str, who: str) -> Send:
    def send(client: FlaskClient, case: Engagement) -> TestResponse:
        form = {"passphrase": statements.PASSPHRASE, "code": code_of(getattr(Cast(), who))}
        db.session.rollback()
        return client.post(f"/cases/{case.id}/signing/{action}", data=form)

    return send


ACTIONS = {
    "hand in a report": Action("contact", _report_case, _hand_in),
    "add a photo": Action("verifier", _report_case, _add_photo),
    "send findings": Action("lead", _two_findings, _send_findings),
    "approve": Action("reviewer", _concluded, _approve),
    "certify": Action("lead", _signed(), _sign("certify", "lead")),
    "countersign": Action("signatory", _signed("certify"), _sign("countersign", "signatory")),
    "seal and publish": Action("coordinator", _signed("certify", "countersign"), _sign("seal", "coordinator")),
}


def settle(name: str, folder: Path) -> None:
    """Bring this installation before the action, its person signed in; what the action needs to know is written references."""
    action, cast, now = ACTIONS[name], Cast(), utcnow()
    case, token = action.prepare(cast), token_urlsafe(32)
    person = getattr(cast, action.who)
    db.session.add(
        SignedInSession(
            user_id=person.id, token_hash=token_hash(token), created_at=now, last_seen_at=now, address="127.0.0.1", browser="test"
        )
    )
    db.session.commit()
    (folder / "action.json").write_text(json.dumps({"name": name, "case": str(case.id), "token": token}))


def do(client: FlaskClient, told: dict[str, str]) -> TestResponse:
    """The action's one request, by the person who is signed in."""
    with client.session_transaction() as session:
        session["_user_id"] = told["token"]
    case = db.session.get_one(Engagement, UUID(told["case"]))
    db.session.rollback()
    return ACTIONS[told["name"]].send(client, case)
