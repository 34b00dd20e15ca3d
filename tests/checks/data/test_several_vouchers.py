"""Several supporting documents handed in at once, each for many numbers; and one request after another."""

from io import BytesIO

from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.checks.data.test_vouchers import asked
from tests.people import Cast, sign_in
from verifier.checks.data.vouchers.models import EvidenceRequest, Voucher
from verifier.core.evidence_requests import RequestState
from verifier.db import db


def files(*names: str) -> list[tuple[BytesIO, str]]:
    """A small text file of its own content for each name."""
    return [(BytesIO(f"reading of {name}".encode()), name) for name in names]


def linked() -> dict[str, list[tuple[str, str]]]:
    """The numbers of every document, by its file name."""
    vouchers = db.session.scalars(select(Voucher)).unique()
    return {each.filename: sorted((link.source_key, link.period) for link in each.links) for each in vouchers}


def test_several_files_are_handed_in_at_once_each_for_many_numbers_of_its_month(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    db.session.commit()
    sign_in(client, cast.contact)
    form = {
        "file": files("meter 2021-01.txt", "meter 2021-02.txt"),
        "title": "Meter reading",
        "numbers": "E-061\nE-062 2021-01 to 2021-02\nE-095 2021-02",
        "months_of_names": "y",
    }
    answer = client.post(f"/cases/{case.id}/vouchers/new", data=form)
    assert (answer.status_code, answer.location) == (303, f"/cases/{case.id}/vouchers")
    assert linked() == {
        "meter 2021-01.txt": [("E-061", "2021-01"), ("E-062", "2021-01")],
        "meter 2021-02.txt": [("E-061", "2021-02"), ("E-062", "2021-02"), ("E-095", "2021-02")],
    }
    titles = db.session.execute(select(Voucher.title, Voucher.period).order_by(Voucher.number)).all()
    assert titles == [("Meter reading 2021-01", "2021-01"), ("Meter reading 2021-02", "2021-02")]


def test_a_file_without_a_month_in_its_name_is_named_and_nothing_is_saved(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    db.session.commit()
    sign_in(client, cast.contact)
    form = {"file": files("meter 2021-01.txt", "contract.txt"), "numbers": "E-061", "months_of_names": "y"}
    page = client.post(f"/cases/{case.id}/vouchers/new", data=form)
    assert page.status_code == 200
    assert "No month was found in the names of: contract.txt" in page.text
    assert linked() == {}


def test_the_files_of_an_answer_go_each_to_the_months_asked_for_and_the_next_request_is_offered(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    first, second, third = asked(case, cast, each=True)
    second.state = RequestState.ACCEPTED
    db.session.commit()
    sign_in(client, cast.contact)
    form = {"file": files("a 2021-01.txt", "b 2021-02.txt"), "months_of_names": "y"}
    page = client.post(f"/cases/{case.id}/vouchers/new?request={first.number}", data=form, follow_redirects=True)
    assert linked() == {"a 2021-01.txt": [("E-061", "2021-01")], "b 2021-02.txt": []}
    answered = db.session.get_one(EvidenceRequest, first.id)
    assert (answered.state, len(answered.answers)) == (RequestState.ANSWERED, 2)
    assert f"Answer {third.label}" in page.text
    last = client.post(f"/cases/{case.id}/requests/{third.number}/answer", data={"words": "None exists."}, follow_redirects=True)
    assert "Next: evidence request" not in last.text
