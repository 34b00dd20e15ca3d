"""Attacks on who a statement says signed it, and on passphrases."""

from functools import partial
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.people import Cast, actor, sign_in
from tests.statement.builders import PASSPHRASE, all_sign, approved, give_second_factor, signer, signing_people
from verifier.accounts import actions as accounts
from verifier.accounts.authentication import passwords, secondfactor
from verifier.accounts.models import User
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.evidence.queries import store
from verifier.statement.models import SignerRole
from verifier.statement.signing import issuing, keys

FORGED = "Wang Jianguo"


def call_oneself(person: User, name: str) -> None:
    accounts.edit_account(person, name=name, language=None, seen_version=person.version, actor=actor(person), now=utcnow())
    db.session.flush()


def test_a_changed_display_name_changes_no_identity_in_a_statement(client: FlaskClient, cast: Cast) -> None:
    case = approved(cast)
    people = signing_people(cast)
    for person in (cast.lead, cast.signatory, cast.reviewer):
        call_oneself(person, FORGED)
    statement = all_sign(case, people)
    pdf = store().get(statement.pdf_sha256)
    named = {one.field_name: one.signer_cert.subject.native["common_name"] for one in PdfFileReader(BytesIO(pdf)).embedded_signatures}
    rows = {each.place: each.signer_name for each in statement.signatures}
    assert list(named.values()) == [rows[SignerRole.LEAD], rows[SignerRole.SIGNATORY], rows[SignerRole.SEAL]]
    assert (statement.facts["lead_verifier"], statement.facts["authorised_signatory"]) == ("Lead", "Signatory")
    assert (rows[SignerRole.LEAD], rows[SignerRole.SIGNATORY], statement.facts["review"]["reviewer"]) == ("Lead", "Signatory", "Reviewer")
    assert FORGED not in str(statement.facts)
    assert FORGED not in client.get(f"/s/{statement.token}").text


def test_a_key_made_under_another_name_than_the_registered_one_does_not_sign(cast: Cast) -> None:
    case = approved(cast)
    who = signer(cast.lead)
    accounts.register_name(cast.lead, "Chen Wei", seen_version=cast.lead.version, actor=actor(cast.coordinator), now=utcnow())
    code, at = who.code()
    with pytest.raises(Refusal, match=r"statement\.key\.other_identity"):
        issuing.certify(case, who.person, PASSPHRASE, code, actor=actor(who.person), now=at)


def test_a_body_with_a_long_chinese_name_makes_keys_and_signs(cast: Cast) -> None:
    cast.org("body").name_zh = "北京京诚碳排放核查与温室气体管理咨询认证服务有限责任公司第二分公司"
    db.session.commit()
    statement = all_sign(approved(cast), signing_people(cast))
    assert len(statement.signatures) == 3


def test_nobody_registers_the_name_under_which_they_sign_themselves(cast: Cast) -> None:
    coordinator = cast.coordinator
    with pytest.raises(Refusal, match=r"accounts\.registered_name\.oneself"):
        accounts.register_name(coordinator, FORGED, seen_version=coordinator.version, actor=actor(coordinator), now=utcnow())


@pytest.mark.parametrize(("who", "status"), [("coordinator", 303), ("lead", 404), ("other_coordinator", 404), ("contact", 404)])
def test_only_a_coordinator_of_the_body_registers_its_people_s_names(client: FlaskClient, cast: Cast, who: str, status: int) -> None:
    db.session.commit()
    form = {"registered_name": "Xu Hong", "version": str(cast.signatory.version)}
    answer = sign_in(client, getattr(cast, who)).post(f"/organisation/people/{cast.signatory.id}/name", data=form)
    assert answer.status_code == status
    db.session.expire_all()
    assert (cast.signatory.registered_name == "Xu Hong") == (status == 303)


@pytest.mark.parametrize(
    ("passphrase", "message"),
    [
        ("short-one-1", "statement.passphrase.short"),
        ("passwordpassword", "statement.passphrase.common"),
        ("aaaaaaaaaaaaaaaa", "statement.passphrase.common"),
        ("signatory-2024", "statement.passphrase.personal"),
        ("jingcheng lead", "statement.passphrase.personal"),
        ("x" * 300, "statement.passphrase.long"),
        ("the lamp on the stairs", "statement.passphrase.is_password"),
    ],
)
@pytest.mark.parametrize("seal", [False, True])
def test_a_passphrase_is_judged_like_a_password_and_is_not_the_password(cast: Cast, passphrase: str, message: str, seal: bool) -> None:
    person = cast.signatory
    person.password_hash = passwords.hashed("the lamp on the stairs")
    secret, now = give_second_factor(person), utcnow()
    code = secondfactor.code(secret, now)
    by = {"actor": actor(person), "now": now}
    make = partial(keys.make_seal, person.organisation) if seal else keys.make_personal_key
    with pytest.raises(Refusal) as refused:
        make(person, passphrase, code, **by)
    assert refused.value.message == message


def test_a_password_set_later_to_the_passphrase_signs_nothing(cast: Cast) -> None:
    case = approved(cast)
    who = signer(cast.lead)
    who.person.password_hash = passwords.hashed(PASSPHRASE)
    code, at = who.code()
    with pytest.raises(Refusal, match=r"statement\.passphrase\.is_password"):
        issuing.certify(case, who.person, PASSPHRASE, code, actor=actor(who.person), now=at)
