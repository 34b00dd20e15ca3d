"""Check 3 as it is done: the visit, the items, their photos and findings."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.checks.site.builders import DAY, PLAN
from tests.findings.builders import finding, jpeg
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.site import actions, queries
from verifier.checks.site.models import ChecklistAnswer
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.core.site import ChecklistOutcome, Gap
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.models import Photo
from verifier.findings import actions as findings
from verifier.findings.models import Finding
from verifier.findings.queries import photos_of

FORM = {
    "starts_on-year": "2022",
    "starts_on-month": "3",
    "starts_on-day": "1",
    "ends_on-year": "2022",
    "ends_on-month": "3",
    "ends_on-day": "2",
    "place": "Park",
    "body_people": ["Lead", "Verifier"],
    "unit_people": "Mr Wang\n\n Ms Li ",
}


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case under checks, its visit planned."""
    made = make.engagement(cast)
    actions.plan_visit(made, PLAN, actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    return made


def answer(
    case: Engagement, cast: Cast, code: str, outcome: ChecklistOutcome | None, note: str = "", version: int | None = None
) -> ChecklistAnswer:
    return actions.answer_item(case, code, outcome, note, version, actor=actor(cast.verifier), now=utcnow())


def test_an_item_is_answered_on_a_visit_only(cast: Cast) -> None:
    with pytest.raises(Refusal, match=r"site\.item\.no_visit"):
        answer(make.engagement(cast), cast, "boundary", ChecklistOutcome.IN_ORDER)


def test_an_item_that_the_pack_does_not_have_is_refused(case: Engagement, cast: Cast) -> None:
    with pytest.raises(Refusal):
        answer(case, cast, "made_up", ChecklistOutcome.IN_ORDER)


def test_progress_counts_what_is_settled(case: Engagement, cast: Cast) -> None:
    assert (queries.progress(case).done, queries.progress(case).total) == (0, 11)
    answer(case, cast, "boundary", ChecklistOutcome.IN_ORDER)
    answer(case, cast, "method", None, "Ask again after lunch.")
    raised = finding(case, cast, subject=Subject("checklist_item", "data"))
    answer(case, cast, "data", ChecklistOutcome.FINDING)
    assert queries.progress(case) == queries.ChecklistProgress(done=2, total=11, findings=1)
    findings.withdraw(raised, "Not so.", actor=actor(cast.lead), now=utcnow())
    assert queries.progress(case) == queries.ChecklistProgress(done=1, total=11, findings=0)
    assert Gap.NO_FINDING in {missing.gap for missing in queries.still_missing(case)}


def test_an_item_with_a_finding_is_not_called_in_order(case: Engagement, cast: Cast) -> None:
    finding(case, cast, subject=Subject("checklist_item", "data"))
    with pytest.raises(Refusal, match=r"site\.item\.finding_exists"):
        answer(case, cast, "data", ChecklistOutcome.IN_ORDER)


def test_two_answers_on_the_same_state_are_one_and_a_refusal_with_both(case: Engagement, cast: Cast) -> None:
    answer(case, cast, "data", ChecklistOutcome.IN_ORDER, "First", 0)
    with pytest.raises(Refusal) as refused:
        answer(case, cast, "data", ChecklistOutcome.NOT_APPLICABLE, "Second", 0)
    assert refused.value.message == "site.item.stale"
    assert {"First", "Second"} <= set(refused.value.values.values())


def test_the_same_answer_again_leaves_no_second_row_in_the_trail(case: Engagement, cast: Cast) -> None:
    for _ in range(2):
        answer(case, cast, "data", ChecklistOutcome.IN_ORDER, "Seen")
    assert db.session.query(TrailRow).filter_by(action="site:item:answered").count() == 1


def test_a_visit_with_fewer_people_than_the_pack_asks_for_is_refused(cast: Cast) -> None:
    with pytest.raises(Refusal, match=r"site\.visit\.too_few_people"):
        actions.plan_visit(make.engagement(cast), replace(PLAN, body_people=("Lead",)), actor=actor(cast.lead), now=utcnow())


@pytest.mark.parametrize("stage", [Stage.ARRANGING, Stage.TO_SEAL, Stage.ISSUED])
def test_nothing_is_recorded_when_the_case_is_not_being_checked(cast: Cast, stage: Stage) -> None:
    with pytest.raises(Refusal, match=r"lifecycle\.check\.not_now"):
        actions.plan_visit(make.engagement(cast, stage), PLAN, actor=actor(cast.lead), now=utcnow())


def test_a_visit_is_planned_and_put_right_on_its_page(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    sign_in(client, cast.verifier)
    assert client.post(f"/cases/{case.id}/visits/new", data=FORM).status_code == 303
    visit = queries.visit(case)
    assert visit is not None
    assert (visit.starts_on, visit.ends_on, visit.unit_people) == (DAY, date(2022, 3, 2), "Mr Wang\nMs Li")
    address = f"/cases/{case.id}/visits/{visit.id}"
    assert "Mr Wang" in client.get(address).text
    assert client.post(address, data=FORM | {"version": "1", "place": "Park, north"}).status_code == 303
    stale = client.post(address, data=FORM | {"version": "1", "place": "Park, south"})
    assert stale.status_code == 409
    assert "Park, north" in stale.text
    assert "Park, south" in stale.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ends_on-day": "31", "ends_on-month": "2"}, "This must be a real date"),
        ({"ends_on-year": "2021"}, "The last day cannot be before the first"),
        ({"body_people": ["Lead", "Somebody Else"]}, "Choose team members only"),
        ({"place": " "}, "Enter the place visited"),
    ],
)
def test_a_visit_that_cannot_be_keeps_what_was_typed(client: FlaskClient, cast: Cast, typed: dict[str, object], said: str) -> None:
    case = make.engagement(cast)
    sign_in(client, cast.verifier)
    page = client.post(f"/cases/{case.id}/visits/new", data=FORM | typed)
    assert "There is a problem" in page.text
    assert "Mr Wang" in page.text
    assert said in page.text
    assert queries.visit(case) is None


def test_outcome_note_and_photos_of_an_item_are_kept_together(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    page = client.post(
        f"/cases/{case.id}/site/boundary/answer",
        data={"version": "0", "outcome": "in_order", "note": "Walked round.", "photos": [(BytesIO(jpeg()), "gate.jpg")]},
    )
    assert page.status_code == 303
    line = next(line for line in queries.lines(case) if line.item.code == "boundary")
    assert (line.outcome, line.answer.note, [photo.filename for photo in line.photos]) == (
        ChecklistOutcome.IN_ORDER,
        "Walked round.",
        ["gate.jpg"],
    )


def test_an_item_opened_to_be_answered_again_shows_the_answer_it_has(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    answer(case, cast, "boundary", ChecklistOutcome.IN_ORDER, "Walked round.")
    page = sign_in(client, cast.verifier).get(f"/cases/{case.id}/site/boundary/answer").text
    assert "Walked round." in page
    assert re.search(r'<input checked[^>]*value="in_order"', page)


def test_a_photo_alone_leaves_the_item_open(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    data = {"version": "0", "outcome": "", "note": "", "taken": (BytesIO(jpeg()), "gate.jpg")}
    assert client.post(f"/cases/{case.id}/site/boundary/answer", data=data).status_code == 303
    assert db.session.query(Photo).count() == 1
    assert not queries.answers(case)


def test_an_item_refused_keeps_the_note_and_no_photo(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    data = {"version": "0", "outcome": "finding", "note": "Long note", "photos": [(BytesIO(jpeg()), "gate.jpg")]}
    page = client.post(f"/cases/{case.id}/site/boundary/answer", data=data)
    assert page.status_code == 409
    assert "Long note" in page.text
    assert "select the photos again" in page.text
    assert db.session.query(Photo).count() == 0


def test_after_a_finding_is_raised_on_it_an_item_starts_as_finding(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    finding(case, cast, subject=Subject("checklist_item", "boundary"))
    sign_in(client, cast.verifier)
    page = client.get(f"/cases/{case.id}/site/boundary").text
    chosen = next(tag for tag in page.split("<input") if " checked" in tag.split(">")[0])
    assert 'value="finding"' in chosen
    assert "F-001" in page


@pytest.mark.parametrize(
    ("person", "reads", "records"),
    [
        ("lead", 200, 200),
        ("expert", 200, 200),
        ("reviewer", 200, 403),
        ("assessor", 200, 403),
        ("contact", 403, 403),
        ("manager", 403, 403),
        ("other_coordinator", 404, 404),
    ],
)
def test_the_site_is_the_teams(client: FlaskClient, cast: Cast, case: Engagement, person: str, reads: int, records: int) -> None:
    sign_in(client, getattr(cast, person))
    assert {client.get(f"/cases/{case.id}/site{rest}").status_code for rest in ("", "/boundary")} == {reads}
    assert {client.get(f"/cases/{case.id}{rest}").status_code for rest in ("/site/boundary/answer", "/visits/new")} == {records}


def test_an_item_that_is_none_is_not_there(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.lead)
    assert client.get(f"/cases/{case.id}/site/made_up").status_code == 404


def test_one_order_is_shown_walked_and_counted(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    codes = [line.item.code for line in queries.lines(case)]
    open_ = next(missing for missing in queries.still_missing(case) if missing.gap is Gap.UNANSWERED)
    assert list(open_.items) == codes
    clauses = [line.item.clause for line in queries.lines(case)]
    assert len(set(clauses)) == sum(clause != before for before, clause in zip(["", *clauses], clauses, strict=False))
    sign_in(client, cast.verifier)
    shown = re.findall(rf'href="/cases/{case.id}/site/([^"/]+)"', client.get(f"/cases/{case.id}/site").text)
    assert shown[: len(codes)] == codes
    for place, code in enumerate(codes):
        page = client.get(f"/cases/{case.id}/site/{code}").text
        assert f"{place + 1} of {len(codes)}" in page
        following = re.search(r'rel="next" href="[^"]*/site/([^"/]+)"', page)
        assert (following.group(1) if following else None) == (codes[place + 1] if place + 1 < len(codes) else None)


@pytest.mark.parametrize("chosen", ["finding", "in_order", ""])
def test_saving_on_the_way_to_a_finding_keeps_note_and_photos_and_leaves_the_outcome_to_it(
    client: FlaskClient, cast: Cast, case: Engagement, chosen: str
) -> None:
    sign_in(client, cast.verifier)
    data = {"version": "0", "outcome": chosen, "note": "A second boiler", "then": "raise", "photos": [(BytesIO(jpeg()), "boiler.jpg")]}
    sent = client.post(f"/cases/{case.id}/site/boundary/answer", data=data)
    assert sent.status_code == 303
    assert "/findings/new" in sent.location
    assert "subject_id=boundary" in sent.location
    line = next(line for line in queries.lines(case) if line.item.code == "boundary")
    assert (line.outcome, line.answer.note, [photo.filename for photo in line.photos]) == (None, "A second boiler", ["boiler.jpg"])
    assert client.get(sent.location).status_code == 200


def test_a_finding_is_raised_from_an_item_on_which_nothing_is_noted_yet(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    sent = client.post(f"/cases/{case.id}/site/boundary/answer", data={"version": "0", "outcome": "finding", "note": "", "then": "raise"})
    assert "/findings/new" in sent.location
    assert not queries.answers(case)


def test_a_finding_raised_from_an_item_carries_its_note_and_photos_and_settles_the_item_in_one_save(
    client: FlaskClient, cast: Cast, case: Engagement
) -> None:
    sign_in(client, cast.verifier)
    data = {"version": "0", "note": "A second boiler", "then": "raise", "photos": [(BytesIO(jpeg()), "boiler.jpg")]}
    address = client.post(f"/cases/{case.id}/site/boundary/answer", data=data).location
    assert "A second boiler" in client.get(address).text.partition('name="description"')[2].partition("</textarea>")[0]
    (photo,) = next(line for line in queries.lines(case) if line.item.code == "boundary").photos
    typed = {"class_code": "non_conformity", "clause": "2", "title": "Boiler", "description": "A second boiler, not reported"}
    typed["photos"] = str(photo.id)
    assert client.post(address, data=typed).status_code == 303
    raised = db.session.scalars(select(Finding)).one()
    assert [photo.filename for photo in photos_of(raised)] == ["boiler.jpg"]
    line = next(line for line in queries.lines(case) if line.item.code == "boundary")
    assert (line.outcome, line.settled, line.answer.note) == (ChecklistOutcome.FINDING, True, "A second boiler")
    assert [row.action for row in db.session.scalars(select(TrailRow).order_by(TrailRow.number))][-3:] == [
        "finding:finding:raised",
        "finding:photo:added",
        "site:item:answered",
    ]


def test_a_photo_that_the_case_already_has_is_shown_with_the_item_as_well(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    picture = jpeg()
    client.post(f"/cases/{case.id}/photos/new", data={"photos": [(BytesIO(picture), "boiler.jpg")]})
    for _twice in range(2):
        data = {"version": "0", "note": "", "then": "raise", "photos": [(BytesIO(picture), "again.jpg")]}
        assert client.post(f"/cases/{case.id}/site/boundary/answer", data=data).status_code == 303
    line = next(line for line in queries.lines(case) if line.item.code == "boundary")
    assert [photo.filename for photo in line.photos] == ["boiler.jpg"]
    assert [row.action for row in db.session.scalars(select(TrailRow)) if "photo" in row.action] == [
        "evidence:photo:added",
        "evidence:photo:subject_added",
    ]


@pytest.mark.parametrize("ticked", [["boiler.jpg", "meter.jpg"], ["meter.jpg"], []])
def test_the_verifier_chooses_which_photos_of_the_item_go_to_the_finding(
    client: FlaskClient, cast: Cast, case: Engagement, ticked: list[str]
) -> None:
    sign_in(client, cast.verifier)
    photos = [(BytesIO(jpeg()), "boiler.jpg"), (BytesIO(jpeg("blue")), "meter.jpg")]
    address = client.post(f"/cases/{case.id}/site/boundary/answer", data={"version": "0", "then": "raise", "photos": photos}).location
    ids = {photo.filename: str(photo.id) for photo in next(x for x in queries.lines(case) if x.item.code == "boundary").photos}
    page = client.get(address).text
    assert all(re.search(rf'<input[^>]*checked[^>]*value="{each}"', page) for each in ids.values())
    typed = {"class_code": "non_conformity", "clause": "2", "title": "Boiler", "description": "Not reported"}
    assert client.post(address, data=typed | {"photos": [ids[name] for name in ticked]}).status_code == 303
    raised = db.session.scalars(select(Finding)).one()
    assert sorted(photo.filename for photo in photos_of(raised)) == ticked


def test_a_stale_answer_of_an_item_is_saved_when_it_is_sent_again(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    address, given = f"/cases/{case.id}/site/boundary/answer", {"version": "0", "outcome": "in_order", "note": "Seen."}
    assert sign_in(client, cast.verifier).post(address, data=given).status_code == 303
    refused = client.post(address, data=given | {"note": "Seen twice."})
    assert refused.status_code == 409
    version = re.search(r'name="version"[^>]*value="(\d+)"', refused.text)
    assert version is not None
    assert client.post(address, data=given | {"note": "Seen twice.", "version": version[1]}).status_code == 303
    assert queries.answers(case)["boundary"].note == "Seen twice."
