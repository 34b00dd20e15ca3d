"""The twelve steps of the path, each as the person whose turn it is does it in their browser."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.park import Park, press, send
from verifier.demo import people, workbooks
from verifier.statement.commands import statement_list

ROLES = {"lead": "lead_verifier", "verifier": "verifier", "expert": "technical_expert", "reviewer": "reviewer", "signatory": "signatory"}


def open_year(park: Park) -> None:
    """1: a manager opens a year under a rule pack and registers the unit; the unit names its body."""
    page = park.sit("manager")
    page.goto("/programme/years/new?pack=beijing/2021&emission_year=2021")
    page.fill("[name=name]", "Beijing pilot 2021")
    send(page)
    page.wait_for_url(re.compile(r"/programme/years/[0-9a-f-]{36}"))
    page.goto(re.sub(r"[?#].*", "", page.url).rstrip("/") + "/units/new")
    page.locator("label", has_text="Riverside Park Services").click()
    send(page)
    page.wait_for_url(re.compile(r"/programme/years/[0-9a-f-]{36}(/units)?/?(\?.*)?$"))
    page = park.sit("responsible")
    page.goto("/reports")
    page.locator("main a[href^='/reports/']").first.click()
    page.goto(re.sub(r"[?#].*", "", page.url) + "/body")
    page.select_option("[name=body]", label="Jingcheng Verification Co., Ltd.")
    send(page)


def hand_in(park: Park, workbook: Path) -> str:
    """2: the contact hands the workbook in, the responsible person releases it; returns the unit's address."""
    page = park.sit("contact")
    page.goto("/reports")
    page.locator("main a[href^='/reports/']").first.click()
    unit = "/reports/" + re.search(r"/reports/([0-9a-f-]{36})", page.url)[1]  # type: ignore[index]
    page.goto(f"{unit}/hand-in")
    page.set_input_files("[name=workbook]", workbook)
    send(page)
    page.wait_for_url(re.compile(r"/versions/\d+|/reports/[0-9a-f-]{36}$"))
    page = park.sit("responsible")
    page.goto(unit)
    page.locator("main a[href*='/versions/']").first.click()
    press(page, page.locator("form[action$='/release'] button[type=submit]").first)
    expect(page.locator("form[action$='/release']")).to_have_count(0)
    return unit


def open_case(park: Park) -> None:
    """3: the coordinator opens the case and names the team; each declares; the checks start."""
    page = park.sit("coordinator")
    page.goto("/cases/new")
    page.locator("[name=unit_year]").first.check()
    page.fill("[name=conflict_check]", "No consulting, no shared managers.")
    send(page)
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/team"))
    park.case = re.sub(r".*(/cases/[0-9a-f-]{36}).*", r"\1", page.url)
    for key, role in ROLES.items():
        page.select_option("[name=person]", label=people.PEOPLE[key][1])
        page.select_option("[name=role]", value=role)
        send(page)
        expect(page.locator("tbody tr", has_text=people.PEOPLE[key][1])).to_be_visible()
    for key in ROLES:
        mine = park.go(key, "")
        mine.wait_for_url(re.compile("/declare"))
        for radio in mine.locator("main input[type=radio][value=no]").all():
            radio.check()
        send(mine)
        mine.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}$"))
    page.goto(f"{park.case}/team")
    page.locator("form[action$='/start'] button").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}$"))


def raise_finding(park: Park, key: str, check: str) -> None:
    """A non-conformity on a source."""
    page = park.go("lead", f"/findings/new?check={check}&subject_kind=source&subject_id={key}")
    page.locator("[name=class_code][value=non_conformity]").check()
    page.select_option("[name=clause]", index=1)
    page.fill("[name=title]", f"{key} does not hold")
    page.fill("[name=description]", f"{key}: what is reported cannot be followed. Correct it.")
    page.fill("[name=internal_note]", "Ask for the invoice when on site.")
    send(page)
    page.wait_for_url(re.compile(r"/findings/\d+"))


def check_boundary(park: Park) -> None:
    """4: facilities and sources confirmed as a filtered set; what stands out becomes a finding."""
    for kind in ("facilities", "sources"):
        page = park.go("verifier", f"/boundary/{kind}")
        press(page, page.locator("form[action*='/boundary/confirm/'] button[name=all]"))
        expect(page.locator("form[action*='/boundary/confirm/'] button[name=all]")).to_have_count(0)
    raise_finding(park, "G-053", "boundary")


EXPLAINED = ("metering_gap", "rounded_data", "not_in_plan", "fixed_ratio")
"""Kinds of flags with no error behind them, or about which check 1 asks."""


def dismiss_alerts(park: Park, code: str) -> None:
    """All open alerts of a kind, for one reason."""
    page = park.go("verifier", f"/data/flags?code={code}&state=undisposed")
    page.check("[name=all]")
    page.locator(".bulk button[popovertarget=dismiss]").click()
    page.fill("dialog#dismiss [name=reason]", "The meter's record explains it.")
    page.locator("dialog#dismiss button[type=submit]").click()
    expect(page.locator("main tbody tr [name=keys]")).to_have_count(0)


def check_data(park: Park) -> None:
    """5: what looks wrong is dismissed with a reason or raised as findings, in bulk; what recalculates exactly is agreed to at once."""
    for code in EXPLAINED:
        dismiss_alerts(park, code)
    page = park.go("lead", "/data/flags?state=undisposed")
    keys = set(page.locator("main tbody tr [name=keys]").evaluate_all("all => all.map(box => box.value.split('|')[1])"))
    assert {"E-095", "G-035", "E-101", "G-120", "E-052", "E-047", "E-103", "G-068"} <= keys
    page.check("[name=all]")
    page.locator(".bulk button[popovertarget=raise]").click()
    page.select_option("dialog#raise [name=class_code]", value="non_conformity")
    page.locator("dialog#raise button[type=submit]").click()
    expect(page.locator("main tbody tr [name=keys]")).to_have_count(0)
    page = park.go("verifier", "/data")
    press(page, page.locator("form[action*='/agree-data'] button[name=all]"))
    expect(page.locator("form[action*='/agree-data'] button[name=all]")).to_have_count(0)
    page.goto(f"{park.case}/data?state=open")
    expect(page.locator("main tbody th a")).to_have_count(0)


def check_site(park: Park) -> None:
    """6: a visit with date and people; every item of the checklist, with photos of meter and boiler."""
    page = park.go("lead", "/visits/new")
    page.fill("[name=place]", "Boiler house and substation")
    for box in page.locator("[name=body_people]").all():
        box.check()
    page.fill("[name=unit_people]", "Li Na")
    yesterday = page.evaluate("(day => [day.getFullYear(), day.getMonth() + 1, day.getDate()])(new Date(Date.now() - 86400000))")
    for date in ("starts_on", "ends_on"):
        for part, value in zip(("year", "month", "day"), yesterday, strict=True):
            page.fill(f"[name='{date}-{part}']", str(value))
    send(page)
    page.wait_for_url(re.compile("/site"))
    page = park.go("expert", "/site")
    paths = page.locator("main a[href*='/site/']").evaluate_all("all => [...new Set(all.map(a => a.pathname))]")
    photos = sorted((workbooks.HERE / "photos").glob("*.jpg"))
    for place, path in enumerate(paths):
        page.goto(path)
        page.locator("[name=outcome][value=in_order]").check()
        page.fill("[name=note]", "现场查看，记录一致。")
        if place < len(photos):
            page.set_input_files("main form[action$='/answer'] input[type=file]", photos[place])
        with page.expect_navigation():
            send(page)
        expect(page.locator("[name=outcome][value=in_order]").first).to_be_checked()
    page = park.go("verifier", "/photos")
    expect(page.locator("main figure")).to_have_count(min(len(paths), len(photos)))


def settle_findings(park: Park) -> None:
    """7: sent together; the unit corrects its report and answers each; the verifier accepts, and decides on changes and new alerts."""
    page = park.go("lead", "/findings")
    press(page, page.locator("form[action$='/findings/send'] button"))
    expect(page.locator("form[action$='/findings/send']")).to_have_count(0)
    hand_in(park, workbooks.PARK)
    page = park.go("contact", "/findings")
    assert "Ask for the invoice" not in page.content()
    numbers = page.locator("main tbody a[href*='/findings/']").evaluate_all("all => [...new Set(all.map(a => a.pathname))]")
    for path in numbers:
        page.goto(path)
        assert "Ask for the invoice" not in page.content()
        page.goto(f"{path}/answer")
        page.fill("[name=text]", "已更正，凭证见附件。")
        page.locator("[name=report_version]").last.check()
        page.set_input_files("[name=files]", {"name": "凭证.csv", "mimeType": "text/csv", "buffer": path.encode()})
        send(page)
        page.wait_for_url(re.compile(r"/findings/\d+$"))
    for path in numbers:
        page = park.sit("lead")
        page.goto(f"{path}/judge")
        page.locator("[name=decision][value=accept]").check()
        send(page)
        page.wait_for_url(re.compile(r"/findings/\d+$"))
    page = park.go("lead", "/versions")
    while page.locator("main tbody tr [name=keys]").count():
        for box in page.locator("main tbody tr [name=keys]").all():
            box.check()
        page.locator(".bulk button[popovertarget=accept]").click()
        page.fill("dialog#accept [name=reason]", "Follows from what was corrected.")
        with page.expect_navigation():
            page.locator("dialog#accept button[type=submit]").click()
    dismiss_alerts(park, "fixed_ratio")
    for path, form in (
        ("/boundary/facilities", "/boundary/confirm/"),
        ("/boundary/sources", "/boundary/confirm/"),
        ("/data", "/agree-data"),
    ):
        page = park.go("lead", path)
        button = page.locator(f"form[action*='{form}'] button[name=all]")
        if button.count():
            press(page, button)
            expect(button).to_have_count(0)
    page = park.go("lead", "/data?state=open")
    for href in page.locator("main tbody th a").evaluate_all("all => all.map(a => a.pathname)"):
        page.goto(href)
        page.locator("[name=outcome][value=agreed]").check()
        page.fill("[name=note]", "Agrees after the correction.")
        send(page)
        expect(page.locator("[role=status], .flash").first).to_be_visible()


def record_procedures(park: Park) -> None:
    """Every number that counts is seen against its records, many at once; default factors equal to their table are found by the program."""
    page = park.go("verifier", "/coverage")
    expect(page.locator(".notice[data-s=warn]")).to_have_count(1)
    for kind, method in (("activity", "original_record"), ("factor", "factor_traced")):
        page = park.go("verifier", f"/coverage/numbers?state=missing&kind={kind}")
        if page.locator("[name=scope]").count():
            page.locator("[name=scope][value=filtered]").check()
            page.select_option("[name=method]", method)
            page.fill("[name=document]", "Reading logs and exports of the metering system, seen on site")
            send(page)
            expect(page.locator("[role=status], .flash").first).to_be_visible()
    page = park.go("verifier", "/coverage")
    expect(page.locator(".notice[data-s=ok]")).to_have_count(1)


def conclude(park: Park) -> None:
    """8: only the opinion that nothing speaks against is offered."""
    page = park.go("lead", "/conclusion/draw")
    assert page.locator("[name=opinion]").count() == 1, page.locator("main").inner_text()
    page.locator("[name=opinion]").check()
    page.fill("[name=text]", "Every finding was answered and corrected in the report.")
    send(page)
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}(/conclusion|/review)?$"))


def review(park: Park) -> None:
    """9: someone outside the team approves."""
    page = park.go("reviewer", "/review")
    for number in page.locator("#reperformed select").all():
        number.select_option("confirmed")
    page.get_by_role("button", name="Save the results").click()
    page.wait_for_url(re.compile(r"/review#reperformed$"))
    page = park.go("reviewer", "/review/decide")
    page.locator("[name=outcome][value=approved]").check()
    page.fill("[name=comments]", "The working papers carry the conclusion.")
    send(page)
    page.wait_for_url(re.compile(r"/(review|signing)$|/cases/[0-9a-f-]{36}$"))


def sign(park: Park, person: str, action: str) -> None:
    """10: one signature, with passphrase and second factor."""
    page = park.go(person, f"/signing/{action}")
    page.fill("[name=passphrase]", people.PASSPHRASE)
    page.fill("[name=code]", park.house.code(person))
    send(page)
    page.wait_for_url(re.compile(r"/signing$"), timeout=60_000)


def download(park: Park) -> tuple[Path, str]:
    """The issued PDF, as the authority gets it, and the public page behind the QR code, as a stranger sees it; returns its address too."""
    with park.house.app.app_context():
        assert [(row["tonnes"], row["status"]) for row in statement_list()] == [("52915", "issued")]
    page = park.go("manager", "/signing")
    public = page.locator("a[href*='/s/']").first.get_attribute("href")
    assert public is not None
    with page.expect_download() as got:
        page.locator("a[href*='/statements/'][href$='.pdf']").first.click()
    path = park.folder / "statement.pdf"
    got.value.save_as(path)
    stranger = park.browser.new_context(base_url=park.house.address, locale="en-GB")
    page = stranger.new_page()
    page.goto(public)
    expect(page.locator("main")).to_contain_text("52,915")
    expect(page.locator("a[href$='.pdf']")).to_have_count(0)
    stranger.close()
    return path, public


def check_publicly(park: Park, pdf: Path) -> None:
    """11: a stranger drops the PDF and learns that it is the issued one; an edited copy is called so."""
    edited = park.folder / "edited.pdf"
    content = pdf.read_bytes()
    edited.write_bytes(content + b"\n% one more line\n")
    stranger = park.browser.new_context(base_url=park.house.address, locale="en-GB")
    page = stranger.new_page()
    for file, verdict in ((pdf, "genuine"), (edited, "edited")):
        page.goto("/check")
        page.set_input_files("[name=pdf]", file)
        send(page)
        expect(page.locator(f"main [data-verdict={verdict}]")).to_be_visible()
    stranger.close()


def see_progress(park: Park) -> None:
    """12: the programme manager sees the case as issued."""
    page = park.sit("manager")
    page.goto("/programme/years")
    page.locator("main tbody a").first.click()
    page.goto(re.sub(r"[?#].*", "", page.url) + "/progress")
    expect(page.locator("main tbody tr", has_text="Riverside Park Services")).to_contain_text("Statement issued")
