"""The pages of photos: a photo reaches the unit only through a sent finding, and every original taken away is in the trail."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.findings.builders import finding, jpeg, photo, sent
from tests.people import Cast, actor, sign_in
from verifier import sandbox
from verifier.audit.models import TrailRow
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.models import Photo
from verifier.findings import actions

ITEM = Subject("checklist_item", "boundary")


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case under checks."""
    made = make.engagement(cast)
    db.session.commit()
    return made


def reach(client: FlaskClient, case: Engagement, shown: Photo) -> set[int]:
    """What the addresses of a photo answer."""
    base = f"/cases/{case.id}/photos/{shown.id}"
    return {client.get(address).status_code for address in (base, *(f"{base}/{copy}" for copy in ("original", "preview", "thumbnail")))}


def test_a_photo_reaches_the_unit_only_through_a_sent_finding(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    raised = finding(case, cast)
    own = photo(case, cast, Subject("finding", str(raised.id)), "red")
    put, alone = photo(case, cast, ITEM, "blue"), photo(case, cast, ITEM, "green")
    actions.put_photo(raised, put, actor=actor(cast.lead), now=utcnow())
    sign_in(client, cast.contact)
    assert [reach(client, case, each) for each in (own, put, alone)] == [{404}] * 3
    assert "photo.jpg" not in client.get(f"/cases/{case.id}/photos").text
    sent(case, cast)
    db.session.commit()
    assert [reach(client, case, each) for each in (own, put, alone)] == [{200}, {200}, {404}]
    text = client.get(f"/cases/{case.id}/photos").text
    assert [str(each.id) in text for each in (own, put, alone)] == [True, True, False]


def test_a_photo_of_a_draft_withdrawn_unsent_never_reaches_the_unit(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    raised = finding(case, cast)
    shown = photo(case, cast, Subject("finding", str(raised.id)))
    actions.withdraw(raised, "A mistake.", actor=actor(cast.lead), now=utcnow())
    sign_in(client, cast.contact)
    assert reach(client, case, shown) == {404}


@pytest.mark.parametrize(
    ("person", "answer"),
    [
        ("verifier", 200),
        ("reviewer", 200),
        ("assessor", 200),
        ("coordinator", 200),
        ("manager", 403),
        ("other_coordinator", 404),
        ("other_contact", 404),
        ("colleague", 404),
    ],
)
def test_photos_are_the_verifications_own(client: FlaskClient, cast: Cast, case: Engagement, person: str, answer: int) -> None:
    shown = photo(case, cast, ITEM)
    sign_in(client, getattr(cast, person))
    assert reach(client, case, shown) == {answer}


def test_another_cases_photo_is_not_there(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, ITEM)
    shown.case_id = cast.lead.id
    sign_in(client, cast.verifier)
    assert reach(client, case, shown) == {404}


def test_several_photos_are_kept_untouched_and_the_same_one_once(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    address = f"/cases/{case.id}/photos/new?subject_kind=checklist_item&subject_id=boundary"
    red, blue = jpeg("red"), jpeg("blue")
    files = {"taken": (BytesIO(red), "a.jpg"), "photos": [(BytesIO(blue), "b.jpg"), (BytesIO(red), "c.jpg")]}
    page = client.post(address, data={"caption": "Boiler", **files})
    assert page.location == f"/cases/{case.id}/site/boundary"
    kept = db.session.query(Photo).filter_by(case_id=case.id).all()
    assert {photo.original_sha256 for photo in kept} == {sha256(red).hexdigest(), sha256(blue).hexdigest()}
    again = client.post(address, data={"photos": [(BytesIO(blue), "again.jpg")]}, follow_redirects=True)
    assert "was not saved again." in again.text
    assert db.session.query(Photo).count() == 2
    assert client.get(f"/cases/{case.id}/photos/{kept[0].id}/original").data in (red, blue)


def test_one_bad_photo_refuses_the_whole_hand_over(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    good, cut = jpeg(), jpeg("blue")[:-200]
    page = client.post(f"/cases/{case.id}/photos/new", data={"photos": [(BytesIO(good), "a.jpg"), (BytesIO(cut), "b.jpg")]})
    assert page.status_code == 409
    assert "select the photos again" in page.text
    assert db.session.query(Photo).count() == 0


def test_photos_are_added_only_while_the_case_is_checked(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.ISSUED)
    sign_in(client, cast.verifier)
    assert client.post(f"/cases/{case.id}/photos/new", data={"photos": [(BytesIO(jpeg()), "a.jpg")]}).status_code == 409
    assert db.session.query(Photo).count() == 0


def test_copies_are_kept_by_the_browser_and_originals_are_handed_out_with_a_row_in_the_trail(
    client: FlaskClient, cast: Cast, case: Engagement
) -> None:
    shown = photo(case, cast, ITEM)
    sign_in(client, cast.reviewer)
    base = f"/cases/{case.id}/photos/{shown.id}"
    copy, original = client.get(f"{base}/preview"), client.get(f"{base}/original")
    assert copy.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert original.headers["Cache-Control"] == "no-store"
    assert original.headers["Content-Disposition"].startswith("attachment")
    for each in (copy, original):
        assert (each.mimetype, each.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        assert "sandbox" in each.headers["Content-Security-Policy"]
    looks = [row.action for row in db.session.query(TrailRow).filter_by(trail=str(case.id), effect="look")]
    assert looks == ["evidence:photo:downloaded"]


def test_a_caption_is_edited_and_a_stale_edit_is_refused_with_both(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, ITEM, caption="Boiler")
    sign_in(client, cast.verifier)
    address = f"/cases/{case.id}/photos/{shown.id}/caption"
    assert client.post(address, data={"version": "1", "caption": "Boiler 2"}).status_code == 303
    page = client.post(address, data={"version": "1", "caption": "Boiler 3"})
    assert page.status_code == 409
    assert "Boiler 2" in page.text
    assert "Boiler 3" in page.text


@pytest.mark.parametrize(
    ("query", "found"), [("", {"Boiler", "Meter"}), ("search=boil", {"Boiler"}), ("shows=finding", {"Meter"}), ("search=none", set())]
)
def test_photos_are_searched_and_filtered(client: FlaskClient, cast: Cast, case: Engagement, query: str, found: set[str]) -> None:
    photo(case, cast, ITEM, "red", "Boiler")
    photo(case, cast, Subject("finding", str(finding(case, cast).id)), "blue", "Meter")
    sign_in(client, cast.verifier)
    text = client.get(f"/cases/{case.id}/photos?{query}").text
    assert {caption for caption in ("Boiler", "Meter") if caption in text} == found
    assert ("No photos" in text) == (not found)


def test_the_spreadsheet_of_photos_holds_hashes_of_the_readers_photos(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, ITEM)
    texts = []
    for person in (cast.verifier, cast.contact):
        sign_in(client, person)
        with ZipFile(BytesIO(client.get(f"/cases/{case.id}/photos?export=xlsx").data)) as book:
            texts.append("".join(book.read(name).decode() for name in book.namelist()))
    assert [shown.original_sha256 in text for text in texts] == [True, False]


@pytest.mark.parametrize("query", ["subject_kind=checklist_item&subject_id=none_such", "subject_kind=planet&subject_id=mars"])
def test_a_photo_of_what_the_case_does_not_have_is_not_taken(client: FlaskClient, cast: Cast, case: Engagement, query: str) -> None:
    sign_in(client, cast.verifier)
    assert client.get(f"/cases/{case.id}/photos/new?{query}").status_code == 404


def test_photos_are_decoded_while_others_may_write(
    client: FlaskClient, cast: Cast, case: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name != "sqlite":  # where writers do not exclude each other
        return
    path, free, run = str(db.engine.url.database), list[bool](), sandbox.run

    def reading(*given: Any, **limits: Any) -> bytes:
        with closing(sqlite3.connect(path, timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                free.append(True)
            except sqlite3.OperationalError:
                free.append(False)
        return run(*given, **limits)

    monkeypatch.setattr(sandbox, "run", reading)
    address, shown = f"/cases/{case.id}/photos/new", (BytesIO(jpeg("red")), "photo.jpg")
    sign_in(client, cast.lead)
    db.session.remove()
    assert client.post(address, data={"photos": shown}, content_type="multipart/form-data").status_code == 303
    assert free
    assert all(free)
