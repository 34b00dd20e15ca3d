"""The pages of findings: who sees what, and what the unit must never see."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.findings.builders import SECRET, VOUCHER, finding, jpeg, photo, sent
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.core.findings import FindingState
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings import actions, queries
from verifier.findings.models import Finding

OUTSIDE = ("contact", "contributor", "responsible", "manager")
INSIDE = ("lead", "verifier", "expert", "reviewer", "signatory", "coordinator", "assessor")


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case with one finding sent and one still a draft, each with a note for the team."""
    made = make.engagement(cast)
    finding(made, cast, title="Sent one")
    sent(made, cast)
    finding(made, cast, title="Draft one")
    db.session.commit()
    return made


def test_the_question_before_sending_names_the_first_twenty_and_counts_the_rest(client: FlaskClient, cast: Cast) -> None:
    made = make.engagement(cast)
    for number in range(23):
        finding(made, cast, title=f"No. {number}")
    db.session.commit()
    page = sign_in(client, cast.lead).get(f"/cases/{made.id}/findings").text
    assert "Send 23 findings to the unit" in page
    assert "F-019, F-020, 3 more." in page


def everything(client: FlaskClient, case: Engagement) -> str:
    """The text of every page about findings, and of the spreadsheet."""
    pages = [client.get(f"/cases/{case.id}/findings{rest}") for rest in ("", "/1", "/2", "?search=ledger", "?state=draft")]
    book = client.get(f"/cases/{case.id}/findings?export=xlsx")
    assert book.status_code == 200
    with ZipFile(BytesIO(book.data)) as package:
        sheets = [package.read(name).decode() for name in package.namelist()]
    return "\n".join([page.text for page in pages] + sheets)


@pytest.mark.parametrize("person", OUTSIDE)
def test_whoever_is_outside_the_verification_never_reads_a_draft_or_a_note_for_the_team(
    client: FlaskClient, cast: Cast, case: Engagement, person: str
) -> None:
    sign_in(client, getattr(cast, person))
    text = everything(client, case)
    assert "Sent one" in text
    assert "Draft one" not in text
    assert "F-002" not in text
    assert SECRET not in text
    assert client.get(f"/cases/{case.id}/findings/2").status_code == 404


@pytest.mark.parametrize("person", INSIDE)
def test_whoever_is_inside_reads_drafts_and_notes(client: FlaskClient, cast: Cast, case: Engagement, person: str) -> None:
    sign_in(client, getattr(cast, person))
    text = everything(client, case)
    assert "Draft one" in text
    assert SECRET in text


def test_a_finding_withdrawn_before_it_was_sent_never_reaches_the_unit(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    actions.withdraw(queries.drafts(case)[0], "A mistake of ours.", actor=actor(cast.lead), now=utcnow())
    sign_in(client, cast.contact)
    text = everything(client, case)
    assert "Draft one" not in text
    assert "A mistake of ours." not in text


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"Sent one", "Draft one"}),
        ("search=sent", {"Sent one"}),
        ("search=F-002", {"Draft one"}),
        ("search=100%25", set()),
        ("search=%C2%B2", set()),
        ("state=sent", {"Sent one"}),
        ("finding_class=clarification", set()),
        ("check=data", {"Sent one", "Draft one"}),
        ("check=site", set()),
    ],
)
def test_the_list_is_searched_and_filtered(client: FlaskClient, cast: Cast, case: Engagement, query: str, titles: set[str]) -> None:
    sign_in(client, cast.lead)
    text = client.get(f"/cases/{case.id}/findings?{query}").text
    assert {title for title in ("Sent one", "Draft one") if title in text} == titles
    assert ("No findings" in text) == (not titles)


def test_taking_the_list_away_is_in_the_trail_and_reading_it_is_not(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.contact)
    client.get(f"/cases/{case.id}/findings")
    client.get(f"/cases/{case.id}/findings?export=xlsx")
    looks = [row.action for row in db.session.query(TrailRow).filter_by(trail=str(case.id), effect="look")]
    assert looks == ["finding:findings:downloaded"]


def test_a_verifier_raises_a_finding_on_what_the_address_names(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    page = client.post(
        f"/cases/{case.id}/findings/new?check=site&subject_kind=checklist_item&subject_id=boundary",
        data={
            "class_code": "non_conformity",
            "clause": "2",
            "title": "A boiler nobody listed",
            "description": "Behind the hall.",
            "effect": "−1,200.5",
            "internal_note": "",
        },
    )
    assert page.status_code == 303
    assert page.location == f"/cases/{case.id}/site/boundary"
    raised = db.session.query(Finding).filter_by(number=3).one()
    assert (str(raised.subject), raised.arose_in, raised.state) == ("checklist_item:boundary", "site", FindingState.DRAFT)
    assert str(raised.effect) == "-1200.5"


@pytest.mark.parametrize(
    "query", ["subject_kind=checklist_item&subject_id=none_such", "subject_kind=planet&subject_id=mars", "check=fourth"]
)
def test_a_finding_on_what_the_case_does_not_have_is_not_there(client: FlaskClient, cast: Cast, case: Engagement, query: str) -> None:
    sign_in(client, cast.verifier)
    assert client.get(f"/cases/{case.id}/findings/new?{query}").status_code == 404


def test_a_refused_finding_keeps_what_was_typed(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    page = client.post(
        f"/cases/{case.id}/findings/new",
        data={"class_code": "clarification", "clause": "2", "title": "Typed title", "description": "Typed text", "effect": "12"},
    )
    assert page.status_code == 409
    assert "Typed title" in page.text
    assert "Typed text" in page.text
    assert db.session.query(Finding).count() == 2


def test_the_lead_verifier_sends_and_a_verifier_may_not(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    assert "Send 1 finding to the unit" not in client.get(f"/cases/{case.id}/findings").text
    assert client.post(f"/cases/{case.id}/findings/send").status_code == 403
    sign_in(client, cast.lead)
    assert "Send 1 finding to the unit" in client.get(f"/cases/{case.id}/findings").text
    assert client.post(f"/cases/{case.id}/findings/send").status_code == 303
    assert not queries.drafts(case)


def test_a_stale_edit_shows_both_texts(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    typed = {"version": "1", "class_code": "non_conformity", "clause": "4a", "description": "D"}
    assert client.post(f"/cases/{case.id}/findings/2/edit", data=typed | {"title": "First writer"}).status_code == 303
    page = client.post(f"/cases/{case.id}/findings/2/edit", data=typed | {"title": "Second writer"})
    assert page.status_code == 409
    assert "First writer" in page.text
    assert "Second writer" in page.text


def test_the_unit_answers_with_several_files_which_both_sides_can_download(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.contact)
    files = [(BytesIO(VOUCHER[1]), VOUCHER[0]), (BytesIO(jpeg()), "meter.jpg")]
    page = client.post(f"/cases/{case.id}/findings/1/answer", data={"text": "Corrected.", "report_version": "", "files": files})
    assert page.status_code == 303
    sent_one = queries.numbered(case, 1, inside=True)
    kept = [file for of in queries.files_of(case, sent_one.exchanges).values() for file in of]
    assert [file.filename for file in kept] == ["voucher.txt", "meter.jpg"]
    for person in (cast.contact, cast.lead):
        sign_in(client, person)
        got = client.get(f"/cases/{case.id}/files/{kept[0].id}")
        assert got.data == VOUCHER[1]
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in got.headers["Content-Security-Policy"]
    sign_in(client, cast.other_contact)
    assert client.get(f"/cases/{case.id}/files/{kept[0].id}").status_code == 404


def test_an_answer_with_a_bad_file_keeps_its_text_and_asks_for_the_files_again(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.contact)
    page = client.post(
        f"/cases/{case.id}/findings/1/answer", data={"text": "My long answer", "files": [(BytesIO(b"MZ\x90\0" * 99), "run.exe")]}
    )
    assert page.status_code == 409
    assert "My long answer" in page.text
    assert "Please select the files again" in page.text
    assert case.stage is Stage.ANSWERING


@pytest.mark.parametrize("version", ["²", "٣²௧", "9" * 30, "one"])
def test_an_answer_with_a_version_that_was_not_offered_keeps_its_text(
    client: FlaskClient, cast: Cast, case: Engagement, version: str
) -> None:
    sign_in(client, cast.contact)
    page = client.post(f"/cases/{case.id}/findings/1/answer", data={"text": "My long answer", "report_version": version})
    assert page.status_code == 409
    assert "My long answer" in page.text
    assert not queries.numbered(case, 1, inside=True).exchanges[1:]


def test_a_verifier_returns_an_answer_with_a_reason_the_unit_reads(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    actions.answer(queries.numbered(case, 1, inside=True), "Done.", actor=actor(cast.contact), now=utcnow())
    sign_in(client, cast.verifier)
    page = client.post(f"/cases/{case.id}/findings/1/judge", data={"decision": "return", "text": ""})
    assert page.status_code == 200
    assert "State the reason" in page.text
    assert client.post(f"/cases/{case.id}/findings/1/judge", data={"decision": "return", "text": "Wrong month."}).status_code == 303
    sign_in(client, cast.contact)
    assert "Wrong month." in client.get(f"/cases/{case.id}/findings/1").text


def test_the_second_of_two_judgements_is_refused(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    actions.answer(queries.numbered(case, 1, inside=True), "Done.", actor=actor(cast.contact), now=utcnow())
    sign_in(client, cast.verifier)
    assert client.post(f"/cases/{case.id}/findings/1/judge", data={"decision": "accept"}).status_code == 303
    assert client.post(f"/cases/{case.id}/findings/1/judge", data={"decision": "return", "text": "No."}).status_code == 409


def test_nobody_judges_a_action_that_is_none(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier)
    assert client.post(f"/cases/{case.id}/findings/1/judge", data={"decision": "send"}).status_code == 400


def test_a_photo_is_put_to_a_finding_from_its_own_page(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    shown = photo(case, cast, Subject("checklist_item", "boundary"))
    sign_in(client, cast.verifier)
    assert "F-001" in client.get(f"/cases/{case.id}/photos/{shown.id}").text
    assert client.post(f"/cases/{case.id}/photos/{shown.id}/finding", data={"number": "1"}).status_code == 303
    unchosen = client.post(f"/cases/{case.id}/photos/{shown.id}/finding", data={"number": ""}, follow_redirects=True)
    assert "Choose the finding that the photo belongs to." in unchosen.text
    for number in ("nonsense", "0", "-1", "9" * 30, "１"):
        assert client.post(f"/cases/{case.id}/photos/{shown.id}/finding", data={"number": number}).status_code == 404
    sign_in(client, cast.contact)
    assert str(shown.id) in client.get(f"/cases/{case.id}/findings/1").text


def test_the_unit_is_told_what_waits_for_its_answer_and_the_lead_that_the_unit_is_waited_for(
    client: FlaskClient, cast: Cast, case: Engagement
) -> None:
    list_, one = f"/cases/{case.id}/findings", f"/cases/{case.id}/findings/1"
    sign_in(client, cast.contact)
    assert "1 finding requires your response" in client.get(list_).text
    assert "Your response is required" in client.get(one).text
    sign_in(client, cast.lead)
    assert "Your response is required" not in client.get(list_).text
    page = client.get(one).text
    assert "Awaiting response from the unit" in page
    assert "Decide without a response" in page
    assert "every decision except acceptance" not in page
    actions.answer(queries.awaiting_answer(case)[0], "Corrected.", actor=actor(cast.contact), now=utcnow())
    db.session.commit()
    page = client.get(one).text
    assert "Awaiting response from the unit" not in page
    assert "every decision except acceptance" in page
