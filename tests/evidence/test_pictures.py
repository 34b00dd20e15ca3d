"""Pictures of stored files are made after the files were accepted: by a job, or by the first page that shows them."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests import make
from tests.checks.data.test_vouchers import give, pdf
from tests.findings.builders import jpeg, photo
from tests.people import Cast, sign_in
from verifier import sandbox
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence import derived_files, pictures
from verifier.evidence.actions import keep
from verifier.evidence.file_kinds import JPEG
from verifier.evidence.queries import store
from verifier.jobs.models import Job, State
from verifier.jobs.worker import empty

ITEM = Subject("checklist_item", "boundary")


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case under checks."""
    made = make.engagement(cast, Stage.CHECKING)
    db.session.commit()
    return made


def kept() -> int:
    """How many files of pictures there are."""
    return len(stored_files())


def stored_files() -> list[Path]:
    """The files of pictures."""
    return [path for version in pictures.versions() for path in (derived_files.folder() / version).glob("*/*") if path.is_file()]


def test_a_photo_is_accepted_before_its_copies_are_made_and_a_job_makes_them(app: Flask, cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, ITEM)
    digest = shown.original_sha256
    assert (shown.preview_sha256, shown.thumbnail_sha256, kept()) == (None, None, 0)
    db.session.commit()
    empty(app)
    assert kept() == 1
    assert [Image.open(BytesIO(each)).format for each in pictures.pictures_of(pictures.PHOTO, digest).pictures] == ["JPEG", "JPEG"]


def test_a_page_that_comes_before_the_job_makes_the_pictures_itself(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, ITEM)
    voucher, _new = give(case, cast, pdf(2))
    addresses = [
        f"/cases/{case.id}/photos/{shown.id}/thumbnail",
        *(f"/cases/{case.id}/vouchers/{voucher.id}/pages/{page}" for page in (1, 2)),
    ]
    missing = f"/cases/{case.id}/vouchers/{voucher.id}/pages/3"
    db.session.commit()
    sign_in(client, cast.lead)
    answers = [client.get(address) for address in addresses]
    assert [(each.status_code, each.mimetype) for each in answers] == [(200, "image/jpeg")] * 3
    assert all("immutable" in each.headers["Cache-Control"] for each in answers)
    assert (client.get(missing).status_code, kept()) == (404, 2)


def test_while_all_readers_are_busy_a_picture_is_said_to_be_in_preparation(
    client: FlaskClient, cast: Cast, case: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = photo(case, cast, ITEM)
    address = f"/cases/{case.id}/photos/{shown.id}/preview"
    db.session.commit()
    sign_in(client, cast.lead)
    monkeypatch.setattr("verifier.web.downloads.pictures.PATIENCE", 0.01)
    taken = [sandbox._here.places.acquire(blocking=False) for _ in range(sandbox.AT_ONCE)]
    answer = client.get(address)
    for _ in taken:
        sandbox._here.places.release()
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (503, "image/svg+xml", "no-store")
    assert "This picture is being prepared." in answer.text
    assert client.get(address).status_code == 200


def test_a_file_of_which_no_picture_can_be_made_says_so_and_is_kept(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    cut = jpeg("green")[:200]
    digest = keep(cut, JPEG, now=utcnow()).sha256
    shown = photo(case, cast, ITEM)
    shown.original_sha256 = digest
    address = f"/cases/{case.id}/photos/{shown.id}/preview"
    db.session.commit()
    sign_in(client, cast.lead)
    answer = client.get(address)
    assert "No picture could be made of this file; the original is stored unchanged." in answer.text
    assert (answer.mimetype, pictures.pictures_of(pictures.PHOTO, digest).refused) == ("image/svg+xml", "evidence.photo.truncated")
    assert store().get(digest) == cut


def test_a_worker_killed_in_the_middle_leaves_the_job_to_another(app: Flask, cast: Cast, case: Engagement) -> None:
    photo(case, cast, ITEM)
    db.session.commit()
    job = db.session.scalars(select(Job).where(Job.kind == pictures.KIND)).one()
    job.leased_by, job.leased_until, job.attempts = "a worker that is gone", utcnow(), 1
    db.session.commit()
    empty(app)
    assert (db.session.scalars(select(Job).where(Job.kind == pictures.KIND)).one().state, kept()) == (State.DONE, 1)


def test_pictures_that_were_deleted_are_made_again_and_the_sweep_leaves_those_in_use(cast: Cast, case: Engagement) -> None:
    digest = photo(case, cast, ITEM).original_sha256
    first = pictures.pictures_of(pictures.PHOTO, digest)
    derived_files.clear_unused()
    assert kept() == 1
    for path in stored_files():
        path.unlink()
    assert (pictures.pictures_of(pictures.PHOTO, digest), kept()) == (first, 1)


def test_a_file_that_exceeded_its_time_is_tried_again_after_an_hour(cast: Cast, case: Engagement, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = photo(case, cast, ITEM).original_sha256
    with monkeypatch.context() as patched:
        patched.setattr("verifier.evidence.photo_reader.MEMORY", 2**20)
        assert pictures.pictures_of(pictures.PHOTO, digest).refused == "evidence.photo.too_much"
    assert pictures.pictures_of(pictures.PHOTO, digest).refused == "evidence.photo.too_much"
    monkeypatch.setattr("verifier.evidence.pictures.AGAIN", timedelta())
    assert (pictures.pictures_of(pictures.PHOTO, digest).refused, kept()) == (None, 1)


def test_pages_that_ask_for_one_document_at_once_draw_it_once(app: Flask, cast: Cast, case: Engagement) -> None:
    voucher, _new = give(case, cast, pdf(2))
    digest, drawn, found = voucher.sha256, [], []
    make = pictures.MAKERS["pdf"]

    def counted(data: bytes, patience: float | None) -> tuple[bytes, ...]:
        drawn.append(digest)
        return make.make(data, patience)

    def ask() -> None:
        with app.app_context():
            found.append(pictures.pictures_of("pdf", digest))

    pictures.MAKERS["pdf"] = replace(make, make=counted)
    try:
        asking = [Thread(target=ask) for _ in range(4)]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
    finally:
        pictures.MAKERS["pdf"] = make
    assert (len(drawn), {len(each.pictures) for each in found}) == (1, {2})
