"""With keys alone: everything that is pressed is reached, is seen to be reached, and hands the focus on to where the work goes on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import FileChooser, FilePayload, Page, expect

from tests import make
from tests.accounts.builders import GOOD, with_second_factor
from tests.browser import DESK, chromium, served, sitting
from tests.checks.site.test_visit import FORM as VISIT
from tests.findings.builders import finding, jpeg
from tests.people import Cast, sign_in
from verifier.accounts.authentication import secondfactor
from verifier.accounts.models import User
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow

pytestmark = pytest.mark.browser

FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const name = at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText || at.value || "";
  const ring = ["", "::after"].some((part) => {
    const style = getComputedStyle(at, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const box = at.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + Math.min(12, box.width / 2), box.top + box.height / 2);
  const covered = over !== null && !at.contains(over) && !over.contains(at) && !over.closest("label")?.contains(at);
  const inside = box.width > 1 && box.top >= 0 && box.bottom <= innerHeight + 1;
  return { name: name.trim().replace(/\\s+/g, " "), seen: ring && inside && !covered };
}"""
"""What holds the focus: its name, and whether a reader sees that it does."""


@contextmanager
def at_the_keys(app: Flask, person: User | None) -> Iterator[Page]:
    """The person's browser; the test itself asks the database nothing meanwhile, for that would keep the server's writers waiting."""
    viewport = {"width": DESK[0], "height": DESK[1]}
    with served(app) as address, chromium() as browser, sitting(browser, app, address, person, locale="en-GB", viewport=viewport) as page:
        db.session.rollback()
        yield page


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until this holds the focus; every stop on the way must be seen, once the page and its styles are there."""
    page.wait_for_load_state("load")
    passed = []
    for _stop in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        assert here is None or here["seen"], f"focus is not seen on {here['name']!r}"
        passed.append(here and here["name"])
        if here and here["name"].startswith(name):
            return
    raise AssertionError(f"{name!r} is not reached: {passed}")


def focus(page: Page) -> str:
    here = page.evaluate(FOCUS)
    return str(here["name"]) if here else ""


def focus_is(page: Page, name: str) -> None:
    """The focus comes to rest on this: where a script hands it on, that takes a moment."""
    for _moment in range(50):
        if focus(page) == name:
            return
        page.wait_for_timeout(100)
    assert focus(page) == name


def choose(page: Page, file: FilePayload) -> None:
    """Space on the box in focus opens the chooser of files; the browser needs a moment before it lets us answer in its place."""
    opened: list[FileChooser] = []
    page.on("filechooser", lambda chooser: opened.append(chooser))
    for _press in range(5):
        page.wait_for_timeout(300)
        page.keyboard.press("Space")
        page.wait_for_timeout(700)
        if opened:
            break
    opened[0].set_files(file)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_signing_in_with_the_second_factor_and_the_frame_of_every_page(app: Flask, cast: Cast) -> None:
    make.engagement(cast)
    person, secret, _codes = with_second_factor(cast.lead)
    address, name = person.email, person.name
    with at_the_keys(app, None) as page:
        page.goto("/sign-in")
        press(page, "Tab")
        focus_is(page, "Skip to the content")
        press(page, "Enter", "Tab")
        focus_is(page, "E-mail address")
        page.keyboard.type(address)
        press(page, "Tab")
        page.keyboard.type("wrong wrong wrong")
        press(page, "Enter")
        expect(page.locator(".errsum")).to_be_focused()
        tab_to(page, "Password")
        page.keyboard.type(GOOD)
        press(page, "Enter")
        expect(page).to_have_url(re.compile("/sign-in/code"))
        tab_to(page, "Code")
        page.keyboard.type(secondfactor.code(secret, utcnow()))
        press(page, "Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("My tasks")
        tab_to(page, name)
        press(page, "Enter", "Tab")
        focus_is(page, "My account")
        press(page, "Escape")
        focus_is(page, name)
        assert page.locator("details.menu[open]").count() == 0


def test_a_question_before_a_action_holds_the_focus_and_gives_it_back(app: Flask, cast: Cast) -> None:
    path, take_off = f"/cases/{make.engagement(cast, stage=Stage.ARRANGING).id}/team", f"Remove from case {cast.lead.name}"
    db.session.commit()
    with at_the_keys(app, cast.coordinator) as page:
        page.goto(path)
        members = page.get_by_role("button", name="Remove from case").count()
        tab_to(page, take_off)
        press(page, "Enter")
        focus_is(page, "Cancel")
        press(page, "Tab", "Tab", "Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
        press(page, "Escape")
        focus_is(page, take_off)
        press(page, "Enter", "Enter")
        focus_is(page, take_off)
        press(page, "Enter", "Shift+Tab")
        assert focus(page).startswith("Remove from case")
        press(page, "Enter")
        expect(page.locator(".flash")).to_be_visible()
        assert page.get_by_role("button", name="Remove from case").count() == members - 1


def test_a_list_is_ticked_confirmed_and_dismissed_from_with_keys(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    path = f"/cases/{case.id}"
    db.session.commit()
    with at_the_keys(app, cast.verifier) as page:
        page.goto(f"{path}/boundary/sources")
        tab_to(page, "Select all rows")
        press(page, "Tab", "Space", "Tab")
        expect(page.locator("[data-part=count]")).to_have_text("1 row selected")
        tab_to(page, "Confirm the selected", most=250)
        press(page, "Enter")
        expect(page.locator(".flash")).to_have_text("1 row is confirmed.")
        page.goto(f"{path}/data/flags")
        page.locator("tbody .tick input").first.focus()
        press(page, "Space")
        tab_to(page, "Dismiss…", most=200)
        press(page, "Enter")
        expect(page.locator("#dismiss")).to_be_visible()
        page.wait_for_function("!!document.activeElement.closest('#dismiss')")
        press(page, "Escape")
        focus_is(page, "Dismiss…")
        press(page, "Enter")
        expect(page.locator("#dismiss textarea")).to_be_focused()
        page.keyboard.type("Read on the meter as well.")
        tab_to(page, "Dismiss")
        press(page, "Enter")
        expect(page.locator(".flash")).to_have_text("1 alert dismissed.")


def test_a_checklist_item_is_answered_with_a_photo_and_a_finding_written(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    path = f"/cases/{case.id}"
    db.session.commit()
    assert sign_in(app.test_client(), cast.lead).post(f"{path}/visits/new", data=VISIT).status_code == 303
    with at_the_keys(app, cast.verifier) as page:
        page.goto(f"{path}/site")
        tab_to(page, page.locator(".tasks a").first.inner_text())
        press(page, "Enter")
        expect(page.get_by_role("radio").first).to_be_attached()
        tab_to(page, "Not checked yet")
        press(page, "ArrowDown")
        focus_is(page, "Conforming")
        while page.evaluate("document.activeElement.type") != "file":
            press(page, "Tab")
            assert page.evaluate(FOCUS) is not None
        choose(page, {"name": "gate.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
        tab_to(page, "Save")
        press(page, "Enter")
        expect(page.locator(".flash").first).to_have_text("1 photo has been saved.")
        page.goto(f"{path}/findings/new?check=data")
        tab_to(page, "Non-conformity")
        press(page, "Space")
        tab_to(page, "Save the draft")
        press(page, "Enter")
        expect(page.locator(".errsum")).to_be_focused()
        press(page, "Tab", "Enter")
        assert page.evaluate("document.activeElement.matches('input, select, textarea')")


def test_findings_are_sent_and_the_register_is_walked(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    path = f"/cases/{case.id}"
    finding(case, cast, title="Late")
    db.session.commit()
    with at_the_keys(app, cast.lead) as page:
        page.goto(f"{path}/data/register")
        tab_to(page, "Keyboard shortcuts")
        press(page, "Enter")
        expect(page.locator("#keys")).to_be_visible()
        press(page, "Escape")
        focus_is(page, "Keyboard shortcuts")
        press(page, "j", "j", "x")
        expect(page.locator("[data-part=count]")).to_have_text("1 row selected")
        press(page, "x")
        press(page, "/")
        assert page.evaluate("document.activeElement.name") == "q"
        page.goto(f"{path}/findings")
        tab_to(page, "Send")
        press(page, "Enter")
        if page.locator("dialog[open]").count():
            press(page, "Shift+Tab", "Enter")
        expect(page.locator(".flash")).to_have_text("1 finding was sent to the unit.")


def test_vouchers_are_asked_for_from_the_register_and_a_file_is_checked_in_public(app: Flask, cast: Cast) -> None:
    path = f"/cases/{make.engagement(cast).id}"
    db.session.commit()
    with at_the_keys(app, cast.verifier) as page:
        page.goto(f"{path}/data/register")
        tab_to(page, "Select all rows", most=80)
        press(page, "Tab", "Space")
        tab_to(page, "Request evidence", most=400)
        press(page, "Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Request evidence")
        tab_to(page, "Evidence requested")
        page.keyboard.type("Invoices")
        for box, typed in (("Day", "5"), ("Month", "12"), ("Year", "2199")):
            tab_to(page, box)
            press(page, "ControlOrMeta+a")
            page.keyboard.type(typed)
        tab_to(page, "Send to the unit")
        press(page, "Enter")
        expect(page.locator(".flash")).to_be_visible()
        page.goto("/check")
        tab_to(page, "The statement as a PDF")
        choose(page, {"name": "own.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
        tab_to(page, "Verify file")
        press(page, "Enter")
        expect(page.locator("[data-verdict], .errsum")).to_be_visible()
