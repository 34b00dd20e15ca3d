"""Vouchers: handed in once, linked to many numbers, asked for and judged; a unit never sees working papers."""

import re
from datetime import timedelta
from io import BytesIO
from time import process_time

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from tests import make
from tests.people import Cast, actor, sign_in
from verifier.audit.models import TrailRow
from verifier.casework.events.table import Duty
from verifier.casework.to_do import waiting_for
from verifier.checks.data.vouchers import actions, queries, request_actions
from verifier.checks.data.vouchers.file_kinds import read
from verifier.core.errors import Refusal
from verifier.core.evidence_requests import NumberKey, RequestAction, RequestState
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.text_encoding import decoded

KEYS = [NumberKey.of("E-061", "2021-01"), NumberKey.of("E-061", "2021年2月"), NumberKey.of("E-062")]


def pdf(pages: int = 2) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, initialFontName="Courier")
    for page in range(1, pages + 1):
        canvas.drawString(72, 700, f"Electricity invoice, page {page}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def give(case: Engagement, cast: Cast, data: bytes, keys: list[NumberKey] = KEYS, name: str = "invoice.pdf"):  # type: ignore[no-untyped-def]
    return actions.submit(
        case, actions.GivenVoucher(name, data, "Invoice"), keys=keys, by_unit=True, actor=actor(cast.contributor), now=utcnow()
    )


def asked(case: Engagement, cast: Cast, *, each: bool = False):  # type: ignore[no-untyped-def]
    due = utcnow().date() + timedelta(days=5)
    return request_actions.request_evidence(
        case, KEYS, "", "The invoices of these months.", "Energy", due, each=each, actor=actor(cast.verifier), now=utcnow()
    )


def test_a_pdf_is_kept_once_and_linked_to_many_numbers(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    voucher, new = give(case, cast, pdf())
    again, second = give(case, cast, pdf(), [NumberKey.of("E-095", "2021-03")])
    assert (new, second, again.id) == (True, False, voucher.id)
    assert (voucher.label, voucher.pages, list(voucher.shown_pages)) == ("V-1", 2, [1, 2])
    assert [link.voucher.label for link in queries.vouchers_of(case, "E-061", "2021-02")] == ["V-1"]
    assert len(queries.vouchers_of(case, "E-061")) == 2
    assert queries.vouchers_of(case, "E-061", "2021-05") == []
    assert len(queries.vouchers_of(case, "E-062", "2021-05", "ef")) == 1
    assert len(queries.vouchers_of(case, "E-095")) == 1


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, "JPEG")
    return out.getvalue()


def sheet() -> bytes:
    book, out = Workbook(), BytesIO()
    book.active.append(["month", "kWh"])
    book.active.append(["2021-01", 1234.5])
    book.save(out)
    return out.getvalue()


def test_spreadsheets_are_read_to_what_is_shown_of_them() -> None:
    rows = read(sheet(), "book.xlsx").first_rows
    assert rows is not None
    assert rows[0]["rows"] == [["month", "kWh"], ["2021-01", "1234.5"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_csv_is_a_table_whatever_its_encoding_and_separator(encoding: str, mark: str) -> None:
    text = f'month{mark}度{mark}"a{mark}b"\n1{mark}2{mark}3\n'
    rows = read(text.encode(encoding), "a.csv").first_rows
    assert rows == [{"name": "", "rows": [["month", "度", f"a{mark}b"], ["1", "2", "3"]], "row_count": 2, "column_count": 3}]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"Readings of 2021\nmonth;kWh\n1;2\n2;3\n", "with a title.csv"),
        (b"sep=\t\nReadings of 2021\nmonth\tkWh\n1\t2\n2\t3\n", "named.csv"),
        (b"Readings of 2021\nmonth\tkWh\n1\t2\n2\t3\n", "by its ending.tsv"),
    ],
)
def test_a_table_below_a_title_has_its_columns(data: bytes, name: str) -> None:
    rows = read(data, name).first_rows
    assert rows is not None
    assert rows[0]["rows"] == [["Readings of 2021"], ["month", "kWh"], ["1", "2"], ["2", "3"]]


def test_the_encoding_of_a_large_table_is_found_in_a_moment() -> None:
    text = ("一月，二月，用电量；" * 500_000).encode("gb18030")
    begun = process_time()
    assert decoded(text) is not None
    assert process_time() - begun < 1


def test_a_long_table_is_shown_in_part_and_says_how_long_it_is() -> None:
    rows = read(b"sep=;\n" + b"1;2,5\n" * 5000, "long.csv").first_rows
    assert rows is not None
    assert (rows[0]["rows"][0], len(rows[0]["rows"]), rows[0]["row_count"], rows[0]["column_count"]) == (["1", "2,5"], 40, 5000, 2)


BAD = [
    (pdf()[:300], "cut.pdf", "voucher.pdf.broken"),
    (b"%PDF-1.7 nothing", "none.pdf", "voucher.pdf.broken"),
    (b"PK\x03\x04 no zip", "a.xlsx", "evidence.file.broken"),
    (b"MZ\x90\0\x03", "a.pdf", "voucher.file.kind"),
]


@pytest.mark.parametrize(("data", "name", "refusal"), BAD, ids=[each[1] for each in BAD])
def test_what_is_no_voucher_is_refused_with_the_reason(data: bytes, name: str, refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal):
        read(data, name)


def test_a_request_goes_from_the_verifier_to_the_unit_and_back(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    (request,) = asked(case, cast)
    assert Duty.SHOW in {each.what for each in waiting_for(cast.contact)}
    assert Duty.SHOW not in {each.what for each in waiting_for(cast.contributor)}
    request_actions.assign(case, request, cast.contributor, request.version, actor=actor(cast.contact), now=utcnow())
    assert Duty.SHOW in {each.what for each in waiting_for(cast.contributor)}
    with pytest.raises(Refusal, match=r"voucher.request.stale"):
        request_actions.assign(case, request, None, 1, actor=actor(cast.contact), now=utcnow())
    voucher, _ = actions.submit(
        case, actions.GivenVoucher("invoice.pdf", pdf(), ""), request=request, by_unit=True, actor=actor(cast.contributor), now=utcnow()
    )
    assert (request.state, {link.key for link in voucher.links}) == (RequestState.ANSWERED, set(KEYS))
    with pytest.raises(Refusal, match=r"voucher.request.no_reason"):
        request_actions.judge(case, request, RequestAction.RETURN, actor=actor(cast.verifier), now=utcnow())
    request_actions.judge(case, request, RequestAction.RETURN, "February is missing.", actor=actor(cast.verifier), now=utcnow())
    assert Duty.SHOW in {each.what for each in waiting_for(cast.contributor)}
    request_actions.answer_in_words(case, request, "It is on page 2.", actor=actor(cast.contributor), now=utcnow())
    request_actions.judge(case, request, RequestAction.ACCEPT, actor=actor(cast.verifier), now=utcnow())
    assert Duty.SHOW not in {each.what for each in waiting_for(cast.contributor)}
    with pytest.raises(Refusal, match=r"voucher.withdraw.relied_on"):
        actions.withdraw(case, voucher, "Wrong file", by_unit=True, actor=actor(cast.contact), now=utcnow())
    with pytest.raises(Refusal, match=r"voucher.request.not_now"):
        request_actions.answer_in_words(case, request, "More.", actor=actor(cast.contributor), now=utcnow())


def test_many_numbers_are_asked_for_at_once_each_by_a_request_of_its_own(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    assert [(row.label, row.keys) for row in asked(case, cast, each=True)] == [(f"R-{n}", (key,)) for n, key in enumerate(KEYS, 1)]


def test_a_voucher_is_withdrawn_with_a_reason_only_until_a_verifier_links_it(cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    voucher, _ = give(case, cast, pdf())
    actions.withdraw(case, voucher, "Another year's.", by_unit=True, actor=actor(cast.contact), now=utcnow())
    assert queries.vouchers_of(case, "E-061") == []
    assert give(case, cast, pdf())[0].withdrawn_at is None
    actions.link(case, voucher, KEYS[0], 2, by_unit=False, actor=actor(cast.verifier), now=utcnow())
    with pytest.raises(Refusal, match=r"voucher.withdraw.relied_on"):
        actions.withdraw(case, voucher, "Wrong.", by_unit=True, actor=actor(cast.contact), now=utcnow())
    with pytest.raises(Refusal, match=r"voucher.link.no_page"):
        actions.link(case, voucher, KEYS[0], 3, by_unit=False, actor=actor(cast.verifier), now=utcnow())


def test_the_unit_sees_requests_and_its_own_vouchers_and_no_working_paper(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    mine, _ = give(case, cast, pdf())
    theirs, _ = actions.submit(
        case, actions.GivenVoucher("seen.jpg", picture(), "Seen on site"), keys=KEYS, by_unit=False, actor=actor(cast.lead), now=utcnow()
    )
    actions.link(case, mine, NumberKey.of("E-099"), by_unit=False, actor=actor(cast.lead), now=utcnow())
    asked(case, cast)
    db.session.commit()
    browser, at = sign_in(client, cast.contact), f"/cases/{case.id}"
    page = browser.get(f"{at}/requests").text + browser.get(f"{at}/vouchers").text
    assert "The invoices of these months." in page
    assert "Seen on site" not in page
    assert browser.get(f"{at}/vouchers/{theirs.id}").status_code == 404
    assert browser.get(f"{at}/vouchers/{theirs.id}/pages/1").status_code == 404
    assert "E-099" not in browser.get(f"{at}/vouchers/{mine.id}").text
    assert browser.get(f"{at}/vouchers/{mine.id}/pages/1").data.startswith(b"\xff\xd8")
    assert browser.get(f"{at}/requests/1").status_code == 200
    sign_in(client, cast.verifier)
    assert "E-099" in client.get(f"{at}/vouchers/{mine.id}").text


def test_a_link_is_taken_away_and_stays_in_the_trail(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    voucher, _new = give(case, cast, pdf())
    mine = actions.link(case, voucher, NumberKey.of("E-095", "2021-03"), 2, by_unit=False, actor=actor(cast.verifier), now=utcnow())
    db.session.commit()
    browser, base = sign_in(client, cast.verifier), f"/cases/{case.id}/vouchers/{voucher.id}"
    page = browser.get(base).text
    assert f"{base}/links/{mine.id}/undo" in page
    assert page.count("/undo") == 1, "the unit's own links are not a verifier's to take away"
    assert "data-confirm" in page
    assert browser.post(f"{base}/links/{mine.id}/undo").status_code == 303
    assert queries.vouchers_of(case, "E-095") == []
    assert "1 link removed" in browser.get(base).text
    row = db.session.scalars(select(TrailRow).where(TrailRow.action == "data:voucher:unlinked")).one()
    assert (row.detail["voucher"], row.detail["period"], row.detail["page"]) == ("V-1", "2021-03", 2)
    actions.link(case, voucher, NumberKey.of("E-095", "2021-03"), by_unit=False, actor=actor(cast.verifier), now=utcnow())
    assert len(queries.vouchers_of(case, "E-095")) == 1


@pytest.mark.parametrize(
    ("by_unit", "relied", "twice", "message"),
    [
        (False, False, False, "voucher.unlink.not_yours"),
        (True, True, False, "voucher.unlink.relied_on"),
        (True, False, True, "voucher.unlink.already"),
    ],
)
def test_a_link_of_the_other_side_or_one_relied_on_stays(cast: Cast, by_unit: bool, relied: bool, twice: bool, message: str) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    voucher, _new = give(case, cast, pdf())
    if relied:
        actions.link(case, voucher, NumberKey.of("E-095"), by_unit=False, actor=actor(cast.verifier), now=utcnow())
    row = next(each for each in voucher.links if each.by_unit)
    if twice:
        actions.unlink(case, row, by_unit=True, actor=actor(cast.contributor), now=utcnow())
    with pytest.raises(Refusal) as raised:
        actions.unlink(case, row, by_unit=by_unit, actor=actor(cast.contributor if by_unit else cast.verifier), now=utcnow())
    assert raised.value.message == message


def test_ticked_numbers_become_one_request_for_the_unit(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    db.session.commit()
    browser = sign_in(client, cast.verifier)
    ticked = {"keys": ["activity/E-002/2021-03"], "also": ["activity/E-095/2021-01"]}
    page = browser.get(f"/cases/{case.id}/data/register?source=E-095").text
    assert 'name="also" value="activity/E-095/2021-01"' in page
    answer = browser.post(f"/cases/{case.id}/ask-numbers", data=ticked)
    assert answer.status_code == 303
    form = browser.get(answer.headers["Location"]).text
    assert "E-002 2021-03" in form
    assert "E-095 2021-01" in form
    due = utcnow().date() + timedelta(days=5)
    sent = {
        "numbers": "E-002 2021-03 quantity\nE-095 2021-01 quantity",
        "asked": "The invoices.",
        "department": "Energy",
        "due-year": due.year,
        "due-month": due.month,
        "due-day": due.day,
    }
    assert browser.post(answer.headers["Location"], data=sent).status_code == 303
    (made,) = queries.requests(case)
    assert made.keys == (NumberKey("E-002", "2021-03", "quantity"), NumberKey("E-095", "2021-01", "quantity"))
    assert browser.post(f"/cases/{case.id}/ask-numbers", data={}).status_code == 303


LISTED = [
    ("requests", "", {"R-1", "R-2", "R-3"}),
    ("requests", "q=r-2", {"R-2"}),
    ("requests", "q=E-062", {"R-3"}),
    ("requests", "q=nothing", set()),
    ("requests", "state=accepted", {"R-1"}),
    ("requests", "state=unit", {"R-2", "R-3"}),
    ("requests", "state=late", {"R-3"}),
    ("requests", "state=nonsense", {"R-1", "R-2", "R-3"}),
    ("vouchers", "", {"V-1", "V-2", "W-1"}),
    ("vouchers", "q=METER", {"V-2"}),
    ("vouchers", "q=E-099", {"W-1"}),
    ("vouchers", "kind=unit", {"V-1", "V-2"}),
    ("vouchers", "kind=ours", {"W-1"}),
    ("vouchers", "kind=loose", set()),
    ("vouchers", "kind=withdrawn", {"V-2"}),
]


def test_requests_and_vouchers_are_searched_filtered_and_taken_away_alike(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    first, _second, third = asked(case, cast, each=True)
    third.due = utcnow().date() - timedelta(days=1)
    request_actions.answer_in_words(case, first, "Here.", actor=actor(cast.contact), now=utcnow())
    request_actions.judge(case, first, RequestAction.ACCEPT, actor=actor(cast.verifier), now=utcnow())
    give(case, cast, pdf())
    gone, _new = give(case, cast, picture(), name="meter.jpg")
    actions.withdraw(case, gone, "Another meter's.", by_unit=True, actor=actor(cast.contact), now=utcnow())
    actions.submit(
        case,
        actions.GivenVoucher("own.pdf", pdf(3), "Seen on site"),
        keys=[NumberKey.of("E-099")],
        by_unit=False,
        actor=actor(cast.lead),
        now=utcnow(),
    )
    db.session.commit()
    browser = sign_in(client, cast.verifier)
    for path, query, labels in LISTED:
        page = browser.get(f"/cases/{case.id}/{path}?{query}")
        assert set(re.findall(r'<td class="ref">(\S+)</td>', page.text)) == labels, (path, query)
        book = load_workbook(BytesIO(browser.get(f"/cases/{case.id}/{path}?{query}&export=xlsx").data)).active
        assert {row[0] for row in book.iter_rows(min_row=2, values_only=True)} - {None} == labels, (path, query)
    recorded = list(db.session.scalars(select(TrailRow.action).where(TrailRow.action.like("%:downloaded"))))
    assert (recorded.count("data:requests:downloaded"), recorded.count("data:vouchers:downloaded")) == (8, 7)


def test_a_unit_takes_no_working_paper_away_and_is_told_of_its_own_turn(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    mine, _new = give(case, cast, pdf())
    actions.link(case, mine, NumberKey.of("E-099"), by_unit=False, actor=actor(cast.lead), now=utcnow())
    actions.submit(
        case, actions.GivenVoucher("own.pdf", pdf(3), "Seen on site"), keys=KEYS, by_unit=False, actor=actor(cast.lead), now=utcnow()
    )
    asked(case, cast)
    db.session.commit()
    browser = sign_in(client, cast.contact)
    book = load_workbook(BytesIO(browser.get(f"/cases/{case.id}/vouchers?kind=ours&export=xlsx").data)).active
    rows = list(book.iter_rows(min_row=2, values_only=True))
    assert rows == []
    rows = list(
        load_workbook(BytesIO(browser.get(f"/cases/{case.id}/vouchers?export=xlsx").data)).active.iter_rows(min_row=2, values_only=True)
    )
    assert [row[0] for row in rows] == ["V-1"]
    assert not any("E-099" in str(cell) for row in rows for cell in row)
    assert "1 evidence request requires your response." in browser.get(f"/cases/{case.id}/requests").text
    assert "Awaiting your response" in browser.get(f"/cases/{case.id}/requests/1").text
    assert "1 evidence request is awaiting response from the unit." in sign_in(client, cast.verifier).get(f"/cases/{case.id}/requests").text
    assert f"/cases/{case.id}/requests?page=1" not in client.get(f"/cases/{case.id}/requests").text


def test_a_long_list_of_requests_is_paged_and_keeps_its_filter(client: FlaskClient, cast: Cast) -> None:
    case, day = make.engagement(cast, Stage.CHECKING), utcnow().date()
    many = [NumberKey.of(source, f"2021-{month:02}") for source in ("E-061", "E-062", "E-095") for month in range(1, 11)]
    request_actions.request_evidence(case, many, "", "Invoices.", "", day, each=True, actor=actor(cast.verifier), now=utcnow())
    db.session.commit()
    page = sign_in(client, cast.verifier).get(f"/cases/{case.id}/requests?state=unit&page=2").text
    assert set(re.findall(r'<td class="ref">(\S+)</td>', page)) == {f"R-{n}" for n in range(26, 31)}
    assert "state=unit&amp;page=1" in page


def test_a_request_is_judged_only_once_something_was_given(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    (request,) = asked(case, cast)
    db.session.commit()
    page = f"/cases/{case.id}/requests/{request.number}"
    before = sign_in(client, cast.verifier).get(page).text
    assert "Is the evidence sufficient?" not in before
    assert "Withdraw request" in before
    request_actions.answer_in_words(case, request, "It is on page 2.", actor=actor(cast.contact), now=utcnow())
    db.session.commit()
    after = client.get(page).text
    assert all(words in after for words in ("Is the evidence sufficient?", "Accept: sufficient", "Withdraw request"))
