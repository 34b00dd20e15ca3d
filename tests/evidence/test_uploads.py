"""Files sent in pieces: the protocol tus 1.0 word for word, resumed after a cut, counted against a quota, handed in by a form."""

from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from os import utime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests import make
from tests.findings.builders import jpeg
from tests.people import Cast, sign_in
from verifier.checks.data.vouchers.models import Voucher
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.models import Photo
from verifier.evidence.uploads import actions, pieces
from verifier.evidence.uploads.models import Upload
from verifier.jobs import worker
from verifier.jobs.actions import enqueue

TUS = {"Tus-Resumable": "1.0.0"}
STREAM = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case under checks."""
    made = make.engagement(cast)
    db.session.commit()
    return made


@pytest.fixture
def tablet(client: FlaskClient, cast: Cast, case: Engagement) -> FlaskClient:
    """The lead verifier's browser."""
    return sign_in(client, cast.lead)


def announce(tablet: FlaskClient, case: Engagement, data: bytes, **changed: str) -> TestResponse:
    named = {"sha256": sha256(data).hexdigest(), "filename": "photo.jpg"}
    metadata = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in named.items())
    headers = {**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": metadata, **changed}
    return tablet.post(f"/cases/{case.id}/uploads", headers=headers)


def piece(tablet: FlaskClient, location: str, data: bytes, at: int, length: int = actions.CHUNK) -> TestResponse:
    return tablet.patch(location, data=data[at : at + length], headers={**STREAM, "Upload-Offset": str(at)})


def sent(tablet: FlaskClient, case: Engagement, data: bytes) -> str:
    """A file sent whole; returns its address."""
    location, at = str(announce(tablet, case, data).location), 0
    while at < len(data):
        answer = piece(tablet, location, data, at)
        assert answer.status_code == 204
        at = int(answer.headers["Upload-Offset"])
    return location


def test_a_client_is_told_what_the_server_speaks(tablet: FlaskClient, case: Engagement) -> None:
    answer = tablet.options(f"/cases/{case.id}/uploads")
    assert (answer.status_code, answer.headers["Tus-Version"]) == (204, "1.0.0")
    assert answer.headers["Tus-Extension"] == "creation,termination"
    assert int(answer.headers["Tus-Max-Size"]) == actions.LARGEST


def test_a_file_cut_off_is_resumed_where_it_stopped(tablet: FlaskClient, case: Engagement) -> None:
    data = bytes(range(256)) * 2400
    location = str(announce(tablet, case, data).location)
    assert location.endswith(sha256(data).hexdigest())
    assert piece(tablet, location, data, 0).headers["Upload-Offset"] == str(actions.CHUNK)
    again = announce(tablet, case, data)
    assert (again.status_code, again.location, again.headers["Upload-Offset"]) == (201, location, str(actions.CHUNK))
    head = tablet.head(location, headers=TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (str(actions.CHUNK), str(len(data)))
    assert piece(tablet, location, data, actions.CHUNK).status_code == 204
    assert piece(tablet, location, data, 2 * actions.CHUNK).headers["Upload-Offset"] == str(len(data))
    upload = db.session.query(Upload).one()
    assert pieces.path(upload.id).read_bytes() == data


def test_a_piece_at_another_place_is_refused_with_the_place_that_is_meant(tablet: FlaskClient, case: Engagement) -> None:
    data = bytes(3 * actions.CHUNK)
    location = str(announce(tablet, case, data).location)
    piece(tablet, location, data, 0)
    for at in (0, 2 * actions.CHUNK):
        answer = piece(tablet, location, data, at)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, str(actions.CHUNK))


def test_what_is_not_the_file_that_was_announced_is_forgotten(tablet: FlaskClient, case: Engagement) -> None:
    location = str(announce(tablet, case, b"announced").location)
    assert piece(tablet, location, b"something", 0).status_code == 460
    assert tablet.head(location, headers=TUS).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"), [({"Tus-Resumable": "0.2.2"}, 412), ({"Content-Type": "text/plain"}, 415), ({"Upload-Offset": "x"}, 409)]
)
def test_a_piece_that_is_not_of_the_protocol_is_refused(
    tablet: FlaskClient, case: Engagement, headers: dict[str, str], status: int
) -> None:
    location = str(announce(tablet, case, b"abc").location)
    assert tablet.patch(location, data=b"abc", headers={**STREAM, "Upload-Offset": "0", **headers}).status_code == status


def test_a_piece_larger_than_a_cut_may_cost_is_refused(tablet: FlaskClient, case: Engagement) -> None:
    data = bytes(2 * actions.CHUNK)
    location = str(announce(tablet, case, data).location)
    assert piece(tablet, location, data, 0, actions.CHUNK + 1).status_code == 413


@pytest.mark.parametrize("length", ["0", "x", str(actions.LARGEST + 1)])
def test_a_file_of_no_possible_size_is_refused_in_words(tablet: FlaskClient, case: Engagement, length: str) -> None:
    answer = announce(tablet, case, b"abc", **{"Upload-Length": length})
    assert answer.status_code == 413
    assert "MB" in answer.get_json()["message"]


def test_the_quota_counts_what_was_announced_and_not_handed_in_and_holds_five_hundred_photos(
    tablet: FlaskClient, cast: Cast, case: Engagement
) -> None:
    assert actions.QUOTA >= 500 * actions.LARGEST
    now = utcnow()
    waiting = [{"sha256": f"{number:064x}", "filename": "a", "size": actions.LARGEST, "received": 0} for number in range(500)]
    db.session.add_all(Upload(case_id=case.id, user_id=cast.lead.id, begun_at=now, touched_at=now, **each) for each in waiting)
    db.session.commit()
    assert announce(tablet, case, b"one more").status_code == 413
    assert tablet.delete(f"/cases/{case.id}/uploads/{0:064x}", headers=TUS).status_code == 204
    assert announce(tablet, case, b"one more").status_code == 201


def test_an_upload_is_its_senders_own(tablet: FlaskClient, cast: Cast, case: Engagement) -> None:
    location = sent(tablet, case, b"mine")
    sign_in(tablet, cast.verifier)
    assert tablet.head(location, headers=TUS).status_code == 404
    assert announce(tablet, case, b"mine").headers["Upload-Offset"] == "0"


def test_a_program_without_a_sign_in_is_told_so_and_not_led_to_a_page(client: FlaskClient, case: Engagement) -> None:
    answer = announce(client, case, b"abc")
    assert (answer.status_code, answer.get_json()) == (401, {"signed_in": False})


def test_photos_sent_in_pieces_are_handed_in_by_the_form_and_forgotten_as_uploads(tablet: FlaskClient, case: Engagement) -> None:
    data = jpeg("red")
    sent(tablet, case, data)
    answer = tablet.post(f"/cases/{case.id}/photos/new", data={"uploaded": sha256(data).hexdigest(), "caption": "Meter"})
    assert answer.status_code == 303
    kept = db.session.query(Photo).one()
    assert (kept.original_sha256, kept.filename, kept.caption) == (sha256(data).hexdigest(), "photo.jpg", "Meter")
    assert db.session.query(Upload).count() == 0


def test_what_has_not_come_whole_is_not_handed_in_and_stays_to_be_resumed(tablet: FlaskClient, case: Engagement) -> None:
    data = jpeg("red")
    announce(tablet, case, data)
    answer = tablet.post(f"/cases/{case.id}/photos/new", data={"uploaded": sha256(data).hexdigest()})
    assert answer.status_code == 409
    assert db.session.query(Photo).count() == 0
    assert db.session.query(Upload).count() == 1


def test_a_form_that_is_refused_keeps_what_was_sent(tablet: FlaskClient, case: Engagement) -> None:
    data = jpeg("red")
    sent(tablet, case, data)
    refused = tablet.post(f"/cases/{case.id}/photos/new", data={"uploaded": sha256(data).hexdigest(), "caption": "x" * 301})
    assert f'name="uploaded" value="{sha256(data).hexdigest()}"' in refused.text
    assert tablet.post(f"/cases/{case.id}/photos/new", data={"uploaded": sha256(data).hexdigest()}).status_code == 303


def test_what_nobody_hands_in_is_removed_after_days(tablet: FlaskClient, case: Engagement) -> None:
    sent(tablet, case, b"left lying")
    upload = db.session.query(Upload).one()
    file = pieces.path(upload.id)
    db.session.execute(update(Upload).values(touched_at=utcnow() - actions.KEPT * 2))
    enqueue("uploads.sweep", now=utcnow())
    db.session.commit()
    utime(file, (0, 0))
    assert worker.run_next()
    assert db.session.query(Upload).count() == 0
    assert not file.exists()


def test_the_file_of_a_plain_form_needs_no_upload(tablet: FlaskClient, case: Engagement) -> None:
    shown = {"photos": (BytesIO(jpeg("blue")), "plain.jpg")}
    answer = tablet.post(f"/cases/{case.id}/photos/new", data=shown, content_type="multipart/form-data")
    assert answer.status_code == 303


def test_a_document_sent_in_pieces_is_handed_in_by_its_form(tablet: FlaskClient, case: Engagement) -> None:
    data = jpeg("green")
    sent(tablet, case, data)
    form = {"uploaded": sha256(data).hexdigest(), "title": "Invoice of May"}
    answer = tablet.post(f"/cases/{case.id}/vouchers/new", data=form)
    assert answer.status_code == 303, answer.text
    assert db.session.query(Voucher).one().sha256 == sha256(data).hexdigest()
    assert db.session.query(Upload).count() == 0
    assert "Choose the file" in tablet.post(f"/cases/{case.id}/vouchers/new", data={"title": "No file"}).text
