"""A case opened, a finding answered, a sampled item tested, a conclusion drawn and approved, by keyboard alone."""

import re
from fractions import Fraction

from flask import Flask
from playwright.sync_api import Page, expect

from tests import make
from tests.findings.builders import finding, sent
from tests.house.test_keyboard import at_the_keys, press, tab_to
from tests.people import Cast, actor
from tests.statement import builders
from verifier.checks.data.sampling import actions as sampling
from verifier.checks.data.sampling import queries
from verifier.core.lifecycle import Stage
from verifier.core.sampling.plan import Method, Plan
from verifier.core.sampling.tonneunit import TonneUnitPlan
from verifier.db import db, utcnow


def chosen_and_sent(page: Page, choice: str, button: str, said: str) -> None:
    """Choose by keys, send by keys, and read what is said of it."""
    tab_to(page, choice, most=200)
    press(page, "Space")
    tab_to(page, button, most=200)
    press(page, "Enter")
    expect(page.locator(".flash")).to_contain_text(said)


def test_a_case_is_opened(app: Flask, cast: Cast) -> None:
    make.report(cast, make.unit_year(cast))
    db.session.commit()
    with at_the_keys(app, cast.coordinator) as page:
        page.goto("/cases")
        tab_to(page, "Open a case")
        press(page, "Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Open a case")
        tab_to(page, "Riverside Park Services")
        press(page, "Space")
        tab_to(page, "Conflict-of-interest check of the body")
        page.keyboard.type("No consulting, no shared managers.")
        tab_to(page, "Open case")
        press(page, "Enter")
        expect(page).to_have_url(re.compile(r"/cases/[0-9a-f-]{36}/team"))


def test_a_finding_is_answered(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    sent(case, cast, finding(case, cast, title="Late"))
    path = f"/cases/{case.id}"
    db.session.commit()
    with at_the_keys(app, cast.contact) as page:
        page.goto(f"{path}/findings")
        tab_to(page, "Late")
        press(page, "Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Late")
        tab_to(page, "Response")
        press(page, "Enter")
        tab_to(page, "Response")
        page.keyboard.type("The meter was read late.")
        tab_to(page, "Submit response")
        press(page, "Enter")
        expect(page.locator(".flash")).to_contain_text("Response submitted.")


def test_a_sampled_item_is_tested(app: Flask, cast: Cast) -> None:
    case, lead = make.engagement(cast), actor(cast.lead)
    asked = Plan(Method.TONNE_UNIT, "added", tonnes=TonneUnitPlan(Fraction(1, 20), Fraction(10_000)))
    things = queries.population(case, "added")
    sample = sampling.plan_sample(case, asked, things, sampling.SampleRequest(basis="Many small meters."), actor=lead, now=utcnow())
    sampling.draw_sample(case, sample, "keys", actor=lead, now=utcnow())
    path = f"/cases/{case.id}/data/sampling"
    db.session.commit()
    with at_the_keys(app, cast.verifier) as page:
        page.goto(f"{path}/1/items/1")
        chosen_and_sent(page, "Agrees with the evidence", "Save and continue", "was saved.")
    db.session.expire_all()
    assert [item.result for item in queries.items(sample) if item.result] == ["agreed"]


def test_the_conclusion_is_drawn_and_approved(app: Flask, cast: Cast) -> None:
    case = builders.worked_case(cast)
    path = f"/cases/{case.id}"
    db.session.commit()
    with at_the_keys(app, cast.lead) as page:
        page.goto(f"{path}/conclusion")
        chosen_and_sent(page, "Verified: pass", "Submit the conclusion for review", "submitted to the independent reviewer.")
    builders.reperform(cast, case)
    db.session.commit()
    with at_the_keys(app, cast.reviewer) as page:
        page.goto(f"{path}/review")
        chosen_and_sent(page, "Approve", "Save the decision", "The lead verifier may now sign.")
    db.session.expire_all()
    assert case.stage is Stage.TO_CERTIFY
