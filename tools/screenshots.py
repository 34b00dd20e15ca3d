"""Takes the screenshots of the user guide: makes a demo in a temporary folder, serves it, and photographs its pages in both languages.

    .venv/bin/python tools/screenshots.py [NAME …]

Without names, all of them. They are written to docs/guide/images/{en,zh}/ as PNG with 128 colours, about 50 kB each.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from verifier.demo import people

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "guide" / "images"
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
DESK, TABLET = (1180, 820), (820, 1180)
COLOURS = 128


@dataclass(frozen=True)
class Shot:
    """One picture: whose page, at which address, in which window, scrolled to which element.

    An address may begin with what is looked up first: `{2021-0007}`, a case by its number, or a key of `LISTS`.
    """

    name: str
    person: str | None
    path: str
    window: tuple[int, int] = DESK
    scroll_to: str = ""


SHOTS = (
    Shot("sign-in", None, "/sign-in"),
    Shot("check", None, "/check"),
    Shot("verifier-home", "lead", "/"),
    Shot("open-case-team", "coordinator", "{2021-0008}/team"),
    Shot("declare", "lead", "{declaration}"),
    Shot("case", "lead", "{2021-0007}"),
    Shot("boundary", "lead", "{2021-0007}/boundary/sources"),
    Shot("data-alerts", "lead", "{2021-0007}/data/flags", scroll_to="main h2"),
    Shot("source", "lead", "{2021-0007}/data/E-095"),
    Shot("register", "lead", "{2021-0007}/data/register"),
    Shot("sampling", "lead", "{2021-0007}/data/sampling"),
    Shot("site-item", "verifier", "{2021-0007}/site/basic_facts/answer", TABLET),
    Shot("findings", "lead", "{2021-0007}/findings"),
    Shot("conclusion", "lead", "{2021-0004}/conclusion"),
    Shot("review", "reviewer", "{2021-0005}/review", scroll_to="#decide"),
    Shot("signing", "lead", "{2021-0004}/signing"),
    Shot("contact-home", "group-contact-6", "/"),
    Shot("report", "contact", "{report}"),
    Shot("report-version", "responsible", "{report}/versions/1"),
    Shot("unit-case", "group-contact-6", "{2021-0006}"),
    Shot("answer", "group-contact-6", "{2021-0006}/findings/2", scroll_to="#answer"),
    Shot("years", "manager", "{year}"),
    Shot("new-year", "manager", "/programme/years/new?pack=beijing/2021&emission_year=2022"),
    Shot("progress", "manager", "{year}/progress"),
    Shot("rules", "manager", "/rules/beijing/2021"),
    Shot("people", "admin", "/admin/people"),
    Shot("invite", "admin", "/admin/people/invite"),
    Shot("audit-trail", "admin", "/admin/trail"),
    Shot("background-jobs", "admin", "/admin/jobs?state="),
)


@dataclass(frozen=True)
class Demo:
    """The served demo: its address, and the command line that knows the second factors."""

    address: str
    environment: dict[str, str]

    def code(self, person: str) -> str:
        """The person's current second factor."""
        return verifier(self.environment, "demo", "code", person).strip()


def verifier(environment: dict[str, str], *arguments: str) -> str:
    """What a `verifier` command prints."""
    command = [str(Path(sys.executable).with_name("verifier")), *arguments]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


@contextmanager
def demo() -> Iterator[Demo]:
    """A new demo on a free port, gone afterwards."""
    with socket.socket() as free, TemporaryDirectory(prefix="verifier-screenshots-") as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        settings = {"VERIFIER_INSTANCE": f"{folder}/instance", "VERIFIER_PORT": str(port), "VERIFIER_PROCESSES": "1"}
        environment = {"PATH": os.environ["PATH"], **settings}
        verifier(environment, "demo")
        server = subprocess.Popen([str(Path(sys.executable).with_name("verifier")), "serve"], env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            yield Demo(_answering(f"http://127.0.0.1:{port}"), environment)
        finally:
            server.terminate()
            server.wait()


def _answering(address: str) -> str:
    """The address, once the server answers there."""
    until = monotonic() + 60
    while monotonic() < until:
        try:
            with urlopen(f"{address}/health/live"):  # noqa: S310 - an address of this machine
                return address
        except URLError:
            sleep(0.2)
    raise TimeoutError(f"nothing answers at {address}")


def sign_in(browser: Browser, served: Demo, person: str | None) -> dict[str, BrowserContext]:
    """The person's browser in each language; signed in once, since a code is accepted once."""
    first = browser.new_context(base_url=served.address)
    if person is not None:
        page = first.new_page()
        page.goto("/sign-in")
        page.fill("[name=email]", people.email(person))
        page.fill("[name=password]", people.PASSWORD)
        page.click("main button[type=submit]")
        if people.PEOPLE.get(person, ("", "", (), False))[3]:
            page.fill("[name=code]", served.code(person))
            page.click("main button[type=submit]")
        page.wait_for_url(re.compile(f"{served.address}/$"))
    state = first.storage_state()
    first.close()
    return {
        language: browser.new_context(base_url=served.address, locale=locale, storage_state=state, reduced_motion="reduce")
        for language, locale in LOCALES.items()
    }


LISTS = {
    "report": ("/reports", "main tbody a[href^='/reports/']"),
    "year": ("/programme/years", "main tbody a[href^='/programme/years/']:not([href$='/progress'])"),
    "declaration": ("/", "main a[href$='/declare']"),
}
"""Where an address is looked up, and its link there; a case by its number in the list of cases."""


def address_of(page: Page, path: str) -> str:
    """The path with its first part looked up in a list."""
    found = re.match(r"\{([^}]+)\}(.*)", path)
    if found is None:
        return path
    where, link = LISTS.get(found[1], ("/cases", f"main tbody tr:has-text('{found[1]}') a[href^='/cases/']"))
    page.goto(where)
    return f"{page.locator(link).first.get_attribute('href')}{found[2]}"


def take(page: Page, shot: Shot, file: Path) -> None:
    """Photograph a page and keep it with few colours, without dithering, which would make text grainy and files large."""
    page.set_viewport_size({"width": shot.window[0], "height": shot.window[1]})
    page.goto(address_of(page, shot.path), wait_until="networkidle")
    if shot.scroll_to:
        page.locator(shot.scroll_to).first.evaluate("element => element.scrollIntoView({block: 'start'})")
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def main(names: list[str]) -> int:
    """Take the pictures that were asked for; exit code 2 where one is not known."""
    if unknown := set(names) - {shot.name for shot in SHOTS}:
        print(f"not a screenshot: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    wanted = [shot for shot in SHOTS if shot.name in names or not names]
    with demo() as served, sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox", "--disable-gpu"])
        for person in dict.fromkeys(shot.person for shot in wanted):
            for language, context in sign_in(browser, served, person).items():
                page = context.new_page()
                for shot in (shot for shot in wanted if shot.person == person):
                    take(page, shot, IMAGES / language / f"{shot.name}.png")
                context.close()
        browser.close()
    total = sum(file.stat().st_size for file in IMAGES.rglob("*.png"))
    print(f"{len(wanted) * len(LOCALES)} screenshots, all together {total / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
