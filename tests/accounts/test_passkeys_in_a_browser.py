"""Passkeys in Chromium with its virtual authenticator: made on the account page, used to sign in, to sign a statement, and removed."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.accounts.builders import GOOD, with_password, without_factor
from tests.browser import DESK, TABLET, chromium, complaints, faults, overflow, served, sitting, unsaid
from tests.people import Cast
from tests.statement.builders import PASSPHRASE, approved, give_key
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement

VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
pytestmark = pytest.mark.browser


@contextmanager
def with_authenticator(app: Flask, **settings: object) -> Iterator[Page]:
    """A browser with an authenticator, nobody signed in, at the name localhost, which is the public address of the installation."""
    app.config["WTF_CSRF_ENABLED"] = True
    with served(app) as numbered, chromium() as browser:
        address = numbered.replace("127.0.0.1", "localhost")
        here = app.extensions["verifier"]
        here.settings = replace(here.settings, public_url=address)
        with sitting(browser, app, address, None, **settings) as page:
            devices = page.context.new_cdp_session(page)
            devices.send("WebAuthn.enable")
            devices.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})
            db.session.rollback()
            yield page


def first_step(page: Page, email: str) -> None:
    """Sign in with the password."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(GOOD)
    page.get_by_role("button", name="Sign in").click()


def add_passkey(page: Page, name: str) -> None:
    """Fill the form of the page, and let the browser make the passkey."""
    page.goto("/account/passkeys")
    page.get_by_label("Name of the passkey").fill(name)
    page.get_by_label("Your password").fill(GOOD)


def look_at(page: Page, name: str) -> None:
    """Axe, the console and the page's width find nothing, lying and standing; where asked for, a picture is kept to be looked at."""
    for word, (width, height) in (("tablet", TABLET), ("desk", DESK)):
        page.set_viewport_size({"width": width, "height": height})
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/{name}-{word}.png", full_page=True)
        assert faults(page) == []
        assert unsaid(page) == []
        assert overflow(page) <= 0
    assert complaints(page) == []


def test_a_passkey_is_made_signs_in_signs_a_statement_and_is_removed(app: Flask, cast: Cast) -> None:
    case = approved(cast)
    give_key(without_factor(with_password(cast.lead)))
    db.session.commit()
    case_id = case.id
    with with_authenticator(app, locale="en-GB") as page:
        first_step(page, "lead@example.org")
        look_at(page, "second-factor-missing")
        add_passkey(page, "Work tablet")
        look_at(page, "passkeys-none")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")

        page.goto("/account")
        look_at(page, "account")
        page.get_by_text("Lead", exact=True).first.click()
        page.get_by_role("button", name="Sign out").click()

        first_step(page, "lead@example.org")
        expect(page).to_have_url(re.compile("/sign-in/code"))
        look_at(page, "sign-in")
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("My tasks")

        page.goto(f"/cases/{case_id}/signing")
        look_at(page, "signing")
        page.get_by_role("button", name="Certify with a passkey").click()
        expect(page.get_by_label("Signing passphrase")).to_be_focused()
        page.get_by_label("Signing passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Certify with a passkey").click()
        expect(page.get_by_text("Waiting")).to_be_visible(timeout=30_000)

        page.goto("/account/passkeys")
        look_at(page, "passkeys")
        page.get_by_role("link", name="Remove passkey Work tablet").click()
        look_at(page, "remove")
        page.get_by_role("button", name="Confirm with a passkey and remove").click()
        expect(page.locator(".errsum")).to_contain_text("your only second factor")
    db.session.expire_all()
    assert db.session.get_one(Engagement, case_id).stage is Stage.TO_COUNTERSIGN


def test_the_pages_of_passkeys_in_chinese(app: Flask, cast: Cast) -> None:
    with_password(cast.contact)
    with with_authenticator(app, locale="zh-CN") as page:
        page.goto("/sign-in")
        page.locator("[name=email]").fill("contact@example.org")
        page.locator("[name=password]").fill(GOOD)
        page.locator("main button").click()
        page.goto("/account/passkeys")
        page.locator("[name=name]").fill("工作平板")
        page.locator("[name=current]").fill(GOOD)
        page.get_by_role("button", name="添加通行密钥").click()
        expect(page.locator("main")).to_contain_text("恢复码")
        page.goto("/account/passkeys")
        look_at(page, "zh-passkeys")
        page.get_by_role("link", name="删除通行密钥 工作平板").click()
        look_at(page, "zh-remove")
        page.get_by_role("button", name="用通行密钥确认并删除").click()
        expect(page.locator(".flash")).to_contain_text("已删除")
