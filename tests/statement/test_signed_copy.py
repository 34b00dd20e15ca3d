"""A statement is laid out and signed without the write lock; what it rests on is checked again under it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from tests.people import Cast, actor, fresh_code, sign_in
from tests.statement.builders import PASSPHRASE, Signer, all_sign, approved, concluded, reperform, signer, signing_people
from verifier.core.errors import Refusal
from verifier.db import Outdated, db, longest_write, utcnow, write_transaction, writing
from verifier.engagements.models import Engagement
from verifier.statement import actions, queries
from verifier.statement.models import RevocationReason, SignerRole, Statement
from verifier.statement.signing import issuing, revocation
from verifier.statement.signing.signed_copy import SignedCopy, carried_out


def certify(client: FlaskClient, case: Engagement, lead: Signer) -> int:
    """The lead verifier signs on the page; the status of the answer."""
    sent = {"passphrase": PASSPHRASE, "code": fresh_code(lead.person)}
    return client.post(f"/cases/{case.id}/signing/certify", data=sent).status_code


def test_the_write_lock_is_not_held_while_a_long_word_is_laid_out_and_signed(client: FlaskClient, cast: Cast) -> None:
    case, lead = concluded(cast), signer(cast.lead)
    reperform(cast, case)
    actions.approve(case, "w" * 8_000, queries.last_change(case.id), actor=actor(cast.reviewer), now=utcnow())
    sign_in(client, cast.lead)
    begun = perf_counter()
    assert certify(client, case, lead) == 303
    took = perf_counter() - begun
    assert 0 < longest_write.get() < took / 4
    db.session.expire_all()
    assert db.session.query(Statement).one().facts["review"]["remark"] == "w" * 8_000


@contextmanager
def meanwhile(change: Callable[[], None], *, times: int) -> Iterator[None]:
    """Make the change at the end of each of so many transactions that only read, before the one that writes begins."""
    reading, left = False, times

    def begun(_connection: object) -> None:
        nonlocal reading
        reading = reading or not write_transaction.get()

    def ended(*_connection: object) -> None:
        nonlocal reading, left
        if reading and left:
            reading, left = False, left - 1
            with writing():
                change()

    event.listen(db.engine, "begin", begun)
    event.listen(db.engine, "checkin", ended)
    try:
        yield
    finally:
        event.remove(db.engine, "begin", begun)
        event.remove(db.engine, "checkin", ended)


def renamed() -> None:
    """Somebody renames the unit."""
    with db.engine.connect() as other:
        other.execute(text("UPDATE organisation SET name = name || ' II' WHERE name LIKE 'Riverside%'"))
        other.commit()


@pytest.mark.parametrize(
    ("times", "status"), [(1, 303), pytest.param(9, 409, marks=pytest.mark.hold)], ids=["changed once", "changed each time"]
)
def test_a_change_between_layout_and_write_is_noticed_and_the_statement_made_anew(
    client: FlaskClient, cast: Cast, times: int, status: int
) -> None:
    case, lead = approved(cast), signer(cast.lead)
    sign_in(client, cast.lead)
    with meanwhile(renamed, times=times):
        assert certify(client, case, lead) == status
    db.session.expire_all()
    said = [each.facts["unit"]["name"] for each in db.session.query(Statement)]
    assert said == (["Riverside Park Services II"] if status == 303 else [])


def _renamed_person(cast: Cast, case: Engagement) -> None:
    cast.verifier.name = "Somebody Else"


def _renamed_unit(cast: Cast, case: Engagement) -> None:
    case.unit.name = "Another Park"


def _recalculated(cast: Cast, case: Engagement) -> None:
    case.report_version.recalculated_known += 1


def _revoked(cast: Cast, case: Engagement) -> None:
    key = queries.key_of(cast.reviewer.id)
    assert key is not None
    reason = RevocationReason.UNSPECIFIED
    revocation.revoke(key, reason, "", None, person=cast.reviewer, actor=actor(cast.reviewer), now=utcnow())


def copy_of(case: Engagement, who: Signer, place: SignerRole) -> tuple[SignedCopy, str]:
    """What the person signed without the lock, and the code to enter it with."""
    code, at = who.code()
    return carried_out(issuing.order(case, place, who.person, PASSPHRASE, now=at)), code


@pytest.mark.parametrize("change", [_renamed_person, _renamed_unit, _recalculated, _revoked])
def test_what_a_signature_rests_on_is_compared_before_it_is_stored(cast: Cast, change: Callable[[Cast, Engagement], None]) -> None:
    case, lead = approved(cast), signer(cast.lead)
    signer(cast.reviewer)
    copy, code = copy_of(case, lead, SignerRole.LEAD)
    change(cast, case)
    with pytest.raises(Outdated):
        issuing.enter(case, cast.lead, copy, code, actor=actor(cast.lead))
    assert db.session.query(Statement).count() == 0


def test_a_signature_made_before_another_at_the_same_place_is_refused(cast: Cast) -> None:
    case, people = approved(cast), signing_people(cast)
    all_sign(case, {"certify": people["certify"]})
    copy, code = copy_of(case, people["countersign"], SignerRole.SIGNATORY)
    all_sign(case, {"countersign": people["countersign"]})
    with pytest.raises(Refusal, match=r"statement\.place\.signed"):
        issuing.enter(case, cast.signatory, copy, code, actor=actor(cast.signatory))
