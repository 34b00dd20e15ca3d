"""A small site that serves static/ and the pages a test writes, and a browser tab that runs modules on them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import served
from verifier.web.headers import CSP

STATIC = Path(__file__).parents[2] / "static"
KINDS = {"<": "text/html", "{": "application/json"}
CALL = "async ([module, name, given]) => (await import(`/static/js/${module}.js`))[name](...given)"
BIND = """async ([module, name, selector]) => {
  const root = selector ? document.querySelector(selector) : document;
  (await import(`/static/js/${module}.js`))[name](root);
}"""
WAIT = """async () => {
  for (const end = Date.now() + 15000; !(CONDITION) && Date.now() < end; ) await new Promise(requestAnimationFrame);
}"""
FILL = """() => {
  for (let size = 1 << 22; size >= 1; size >>= 1) {
    try {
      for (let n = 0; ; n += 1) sessionStorage.setItem(`fill ${size} ${n}`, "x".repeat(size));
    } catch {
      continue;
    }
  }
}"""
SUBMISSIONS = """() => {
  window.submissions = [];
  window.addEventListener("submit", (event) => {
    window.submissions.push(event.defaultPrevented ? "stopped" : (event.submitter?.textContent ?? "no button").trim());
    event.preventDefault();
  });
}"""
BLOCK = 'Object.defineProperty(window, "AREA", { get() { throw new DOMException("Access is denied", "SecurityError"); } });'


@dataclass
class Site:
    """What is answered at each address (`/page`, `POST /page`), and what was asked.

    An answer is a page, JSON, a script, or the path to redirect to.
    """

    answers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Forget the pages and requests of the test before."""
        self.answers.clear()
        self.asked.clear()

    def app(self) -> Flask:
        """Serve static/ and the answers with the headers that matter to scripts."""
        app = Flask(__name__, static_folder=str(STATIC))

        @app.route("/<path:name>", methods=["GET", "POST"])
        def answer(name: str) -> ResponseReturnValue:
            path = f"/{name}" if request.method == "GET" else f"{request.method} /{name}"
            self.asked.append(path)
            text = self.answers.get(path)
            if text is None:
                return Response(status=204 if name == "favicon.ico" else 404)
            if text.startswith("/"):
                return redirect(text, 303)
            return Response(text, mimetype=KINDS.get(text[0], "text/javascript"))

        @app.after_request
        def harden(response: Response) -> Response:
            response.headers["Content-Security-Policy"] = CSP
            response.headers["Cache-Control"] = "max-age=3600" if request.endpoint == "static" else "no-store"
            return response

        return app


@dataclass
class Tab:
    """A browser tab on the site."""

    page: Page
    site: Site
    address: str
    errors: list[str] = field(default_factory=list)

    def reset(self) -> None:
        """Leave the page and forget what the test before has put on the site and heard."""
        self.page.goto("about:blank")
        self.site.clear()
        self.errors.clear()

    def write(self, body: str, *, at: str = "/page", scripts: Sequence[str] = ()) -> None:
        """Put a page on the site; its scripts are modules of static/js."""
        head = "".join(f'<script type="module" src="/static/js/{name}.js"></script>' for name in scripts)
        self.site.answers[at] = f'<!doctype html><html lang="en"><head><title>Page</title>{head}</head><body>{body}</body></html>'

    def open(self, body: str, *, at: str = "/page", scripts: Sequence[str] = ()) -> None:
        """Put a page on the site and go there."""
        self.write(body, at=at, scripts=scripts)
        self.goto(at)

    def goto(self, path: str) -> None:
        """Go to an address of the site."""
        self.page.goto(self.address + path)

    def call(self, module: str, name: str, *given: Any) -> Any:
        """What an exported function returns for values."""
        return self.page.evaluate(CALL, [module, name, given])

    def bind(self, module: str, name: str, selector: str | None = None) -> None:
        """Call an exported function with an element, or with the document."""
        self.page.evaluate(BIND, [module, name, selector])

    def run(self, script: str, given: Any = None) -> Any:
        """What an expression or function gives in the page."""
        return self.page.evaluate(script, given)

    def wait_until(self, condition: str) -> None:
        """Ask at every frame; Playwright's own waiting evaluates strings, which the policy of the page forbids."""
        self.run(WAIT.replace("CONDITION", condition))
        assert self.run(f"Boolean({condition})"), condition

    def hold_submissions(self) -> None:
        """Let submissions go nowhere, after everything on the page has seen them, and note them."""
        self.run(SUBMISSIONS)

    def submissions(self) -> list[str]:
        """The submissions so far: the label of the button, or that the page stopped it."""
        noted: list[str] = self.run("window.submissions")
        return noted

    def block_storage(self) -> None:
        """Let every page from now on live in a browser whose settings block storage."""
        for area in ("sessionStorage", "localStorage"):
            self.page.add_init_script(BLOCK.replace("AREA", area))

    def fill_storage(self) -> None:
        """Leave no room in the storage of the tab."""
        self.run(FILL)

    def come_back(self) -> None:
        """What the browser tells a page that it shows again from the back/forward cache."""
        self.run("() => { window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })); }")


@contextmanager
def tab_of(browser: Browser, site: Site, address: str, **settings: Any) -> Iterator[Tab]:
    """A tab in a browser context of its own; `errors` gathers exceptions and what the console calls an error."""
    context: BrowserContext = browser.new_context(**settings)
    tab = Tab(context.new_page(), site, address)
    tab.page.set_default_timeout(15_000)
    tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.page.on("console", lambda message: tab.errors.append(message.text) if message.type == "error" else None)
    try:
        yield tab
    finally:
        context.close()


@contextmanager
def site_and_address() -> Iterator[tuple[Site, str]]:
    """A site and where it is."""
    site = Site()
    with served(site.app()) as address:
        yield site, address
