"""What a photo shows: several things, changed on its page; and a date of taking that calls for a question."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests import make
from tests.checks.site.builders import PLAN
from tests.evidence.pictures import exif, saved
from tests.findings.builders import finding, jpeg, photo, sent
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.site import actions as site
from verifier.checks.site import queries as checklist
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence import photo_subjects
from verifier.evidence.actions import add_photos
from verifier.evidence.models import Photo, PhotoSubject
from verifier.findings import actions as findings
from verifier.reports import queries as reports

FIRST, SECOND = Subject("checklist_item", "boundary"), Subject("checklist_item", "data")


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case under checks."""
    made = make.engagement(cast)
    db.session.commit()
    return made


def address(case: Engagement, shown: Photo, rest: str = "") -> str:
    return f"/cases/{case.id}/photos/{shown.id}{rest}"


def subjects(shown: Photo) -> list[Subject]:
    db.session.refresh(shown)
    return [each.subject for each in shown.shows]


def trail(shown: Photo) -> list[tuple[str, str]]:
    of = select(TrailRow).where(TrailRow.subject_id == str(shown.id), TrailRow.action.contains("subject_")).order_by(TrailRow.number)
    return [(row.action.rpartition(":")[2], row.detail["shows"]) for row in db.session.scalars(of)]


def known_source(case: Engagement) -> str:
    """The number of some source of the report."""
    return str(db.session.scalars(reports.sources_of(case.report_version)).first().source_key)


def taken_on(moment: str) -> bytes:
    """A photo whose camera wrote this time."""
    return saved(Image.new("RGB", (64, 48), "red"), exif=exif(details={0x9003: moment, 0x9011: "+08:00"}))


def test_the_same_photo_handed_in_for_a_second_item_is_kept_once_and_shows_both(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    site.plan_visit(case, PLAN, actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    sign_in(client, cast.verifier)
    for item in ("boundary", "data"):
        sent_form = {"note": "Seen.", "version": "0", "photos": (BytesIO(jpeg()), "meter.jpg")}
        text = client.post(f"/cases/{case.id}/site/{item}/answer", data=sent_form, follow_redirects=True).text
    assert "now shows this subject as well" in text
    only = db.session.scalars(select(Photo)).one()
    assert subjects(only) == [FIRST, SECOND]
    assert {line.item.code for line in checklist.lines(case) if line.photos} == {"boundary", "data"}
    assert trail(only) == [("subject_added", str(SECOND))]


def test_a_photo_is_moved_from_the_wrong_subject_to_the_right_one(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, FIRST)
    db.session.commit()
    sign_in(client, cast.verifier)
    wrong = shown.shows[0]
    form = {"subject": str(SECOND), "instead_of": str(wrong.id)}
    assert client.post(address(case, shown, "/subjects"), data=form).status_code == 303
    assert subjects(shown) == [SECOND]
    assert trail(shown) == [("subject_added", str(SECOND)), ("subject_removed", str(FIRST))]


def test_the_page_of_a_photo_adds_a_source_by_its_number_and_removes_it(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    shown, source = photo(case, cast, FIRST), known_source(case)
    db.session.commit()
    sign_in(client, cast.verifier)
    client.post(address(case, shown, "/subjects"), data={"number": f" {source} "})
    assert subjects(shown) == [FIRST, Subject("source", source)]
    page = client.get(address(case, shown)).text
    assert source in page
    client.post(address(case, shown, f"/subjects/{shown.shows[1].id}/remove"))
    assert subjects(shown) == [FIRST]


def test_what_the_case_does_not_have_is_no_subject_of_a_photo(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, FIRST)
    db.session.commit()
    sign_in(client, cast.verifier)
    for form, said in (
        ({"number": "no such source"}, "no source and no facility"),
        ({"subject": "checklist_item:made_up"}, "Choose a subject, or enter"),
        ({}, "Choose a subject, or enter"),
    ):
        answer = client.post(address(case, shown, "/subjects"), data=form)
        assert (answer.status_code, said in answer.text) == (200, True)
    assert subjects(shown) == [FIRST]


def test_the_last_subject_of_a_photo_stays(cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, FIRST)
    with pytest.raises(Refusal, match=r"last_subject"):
        photo_subjects.remove_subject(shown, case.stage, FIRST, is_evidence=False, actor=actor(cast.verifier), now=utcnow())


@pytest.mark.parametrize("stage", [Stage.TO_COUNTERSIGN, Stage.TO_SEAL, Stage.ISSUED])
def test_what_a_photo_shows_is_fixed_once_the_case_is_certified(cast: Cast, case: Engagement, stage: Stage) -> None:
    shown, who = photo(case, cast, FIRST), actor(cast.verifier)
    photo_subjects.add_subject(shown, case.stage, SECOND, actor=who, now=utcnow())
    with pytest.raises(Refusal, match=r"lifecycle\.check\.not_now"):
        photo_subjects.add_subject(shown, stage, Subject("case", str(case.id)), actor=who, now=utcnow())
    with pytest.raises(Refusal, match=r"lifecycle\.check\.not_now"):
        photo_subjects.remove_subject(shown, stage, SECOND, is_evidence=False, actor=who, now=utcnow())


def test_evidence_of_a_sent_finding_keeps_its_subjects_and_may_be_given_more(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, FIRST)
    findings.put_photo(finding(case, cast), shown, actor=actor(cast.lead), now=utcnow())
    sent(case, cast)
    db.session.commit()
    sign_in(client, cast.verifier)
    before = subjects(shown)
    answer = client.post(address(case, shown, f"/subjects/{shown.shows[0].id}/remove"), follow_redirects=True)
    assert "evidence of a finding that has been sent" in answer.text
    client.post(address(case, shown, "/subjects"), data={"subject": str(SECOND), "instead_of": str(shown.shows[0].id)})
    assert subjects(shown) == before
    client.post(address(case, shown, "/subjects"), data={"subject": str(SECOND)})
    assert subjects(shown) == [*before, SECOND]


def test_a_subject_removed_by_someone_else_is_not_removed_again(cast: Cast, case: Engagement) -> None:
    shown, who = photo(case, cast, FIRST), actor(cast.verifier)
    photo_subjects.add_subject(shown, case.stage, SECOND, actor=who, now=utcnow())
    photo_subjects.remove_subject(shown, case.stage, FIRST, is_evidence=False, actor=who, now=utcnow())
    with pytest.raises(Refusal, match=r"not_shown"):
        photo_subjects.remove_subject(shown, case.stage, FIRST, is_evidence=False, actor=who, now=utcnow())
    assert db.session.scalars(select(PhotoSubject)).one().subject == SECOND


@pytest.mark.parametrize(
    ("taken", "visited", "said"),
    [
        ("2022:03:01 09:30:00", True, None),
        ("2022:02:20 09:30:00", True, "outside the visit days"),
        ("2016:05:04 09:30:00", False, "long before it was uploaded"),
        ("2099:01:01 00:00:00", False, "dated after it was uploaded"),
    ],
)
def test_a_date_of_taking_far_from_visit_and_upload_is_pointed_out_on_the_photo_and_its_lists(
    client: FlaskClient, cast: Cast, case: Engagement, taken: str, visited: bool, said: str | None
) -> None:
    if visited:
        site.plan_visit(case, PLAN, actor=actor(cast.lead), now=utcnow())
    raised = finding(case, cast)
    added = add_photos(case.id, case.stage, FIRST, [("meter.jpg", taken_on(taken))], actor=actor(cast.verifier), now=utcnow())
    findings.put_photo(raised, added.stored[0], actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    sign_in(client, cast.verifier)
    lists = [f"/cases/{case.id}/photos", f"/cases/{case.id}/site/boundary", f"/cases/{case.id}/findings/{raised.number}"]
    for page in (address(case, added.stored[0]), *lists):
        text = client.get(page).text
        marked = [each for each in ("outside the visit days", "long before it was uploaded", "dated after it was uploaded") if each in text]
        assert marked == ([said] if said else []), page


def test_the_unit_is_not_told_what_is_asked_of_a_photos_date(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    raised = finding(case, cast)
    added = add_photos(case.id, case.stage, FIRST, [("a.jpg", taken_on("2016:05:04 09:30:00"))], actor=actor(cast.verifier), now=utcnow())
    findings.put_photo(raised, added.stored[0], actor=actor(cast.lead), now=utcnow())
    sent(case, cast)
    db.session.commit()
    sign_in(client, cast.contact)
    for page in (f"/cases/{case.id}/photos", address(case, added.stored[0]), f"/cases/{case.id}/findings/{raised.number}"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "long before it was uploaded" not in answer.text
