"""The people of the journey, each at a browser of their own."""

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.journeys.server import Installation
from verifier.demo import people

CHINESE = ("contact", "expert")
"""Who works in Chinese: the same pages, met by their fields' names."""


class Park:
    """The people of the case, each at a browser of their own."""

    def __init__(self, browser: Browser, house: Installation, folder: Path) -> None:
        self.browser, self.house, self.folder = browser, house, folder
        self.contexts: dict[str, BrowserContext] = {}
        self.complaints: list[str] = []
        self.case = ""

    def sit(self, person: str) -> Page:
        """The person's page; the first time they sign in, with the second factor where they have one."""
        if person in self.contexts:
            return self.contexts[person].pages[0]
        context = self.browser.new_context(
            base_url=self.house.address, locale="zh-CN" if person in CHINESE else "en-GB", viewport={"width": 1180, "height": 820}
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.goto("/sign-in")
        page.fill("[name=email]", people.email(person))
        page.fill("[name=password]", people.PASSWORD)
        send(page)
        if people.PEOPLE[person][3]:
            page.fill("[name=code]", self.house.code(person))
            send(page)
        expect(page.locator("form[action='/sign-out']").first).to_be_attached()
        self.contexts[person] = context
        return page

    def go(self, person: str, path: str) -> Page:
        """The person's page at an address within the case."""
        page = self.sit(person)
        page.goto(f"{self.case}{path}")
        return page


def send(page: Page) -> None:
    """Send the form of the page by its own button."""
    page.locator("main form[method=post] button[type=submit]:not([name])").last.click()


def press(page: Page, button: Locator) -> None:
    """Press a button that asks first, and say yes."""
    page.wait_for_load_state("load")
    button.click()
    page.locator("dialog[open] [data-yes]").click()
