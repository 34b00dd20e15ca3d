"""Debian's Chromium at an app served in this process, each person at a browser of their own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.people import sign_in
from verifier.accounts.models import User

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
UNSAID = """() => {
  const found = [], shown = (what) => [...document.querySelectorAll(what)].filter((one) => one.checkVisibility());
  const said = (one) => ((one.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.innerText || "")
    .join(" ").trim() || one.getAttribute("aria-label") || [...(one.labels || [])].map((label) => label.innerText).join(" ")
    || one.innerText || one.querySelector("img")?.alt || "").trim().replace(/\\s+/g, " ");
  const told = (kind, list) => { if (list.length) found.push(`${kind}: ${list.slice(0, 5).join(" | ")}`); };
  const effect = (one) => one.href || [one.form?.getAttribute("action"), one.name, one.value, one.id, JSON.stringify(one.dataset),
    ...[...(one.form?.querySelectorAll("input[type=hidden]") || [])].filter((each) => !["csrf_token", "once"].includes(each.name))
      .map((each) => each.value)].join();
  const pressed = shown("a[href]:not(.brand), button, summary"), typed = shown("input:not([type=hidden]), select, textarea");
  told("no name", [...pressed, ...typed].filter((one) => !said(one)).map((one) => one.outerHTML.slice(0, 90)));
  const leads = new Map();
  for (const one of pressed.filter((each) => each.tagName !== "SUMMARY")) {
    leads.set(said(one), (leads.get(said(one)) || new Set()).add(effect(one)));
  }
  told("one name, several effects", [...leads].filter(([, to]) => to.size > 1).map(([name]) => name));
  const boxes = typed.filter((one) => one.type === "checkbox").map((one) => said(one) + (one.closest("fieldset")?.innerText || ""));
  told("one name, several boxes", boxes.filter((name, at) => boxes.indexOf(name) !== at));
  const levels = shown("h1, h2, h3, h4, h5, h6").map((one) => Number(one.tagName[1]));
  if (levels.filter((one) => one === 1).length !== 1 || levels.some((one, at) => one > (levels[at - 1] || 0) + 1)) told("headings", levels);
  for (const table of shown("table")) {
    if (!table.caption?.textContent.trim()) told("no caption", [table.outerHTML.slice(0, 90)]);
    if (!table.querySelector("th[scope=col], thead th") || [...table.querySelectorAll("thead th")].some((one) => !one.textContent.trim()
      && !one.querySelector("input"))) told("heads of columns", [table.caption?.textContent.trim()]);
  }
  told("no alt", shown("img:not([alt])").map((one) => one.outerHTML.slice(0, 90)));
  told("picture without a word", shown("svg:not([aria-hidden=true] *):not([aria-hidden=true])")
    .filter((one) => one.getAttribute("role") !== "img" || !said(one)).map((one) => one.outerHTML.slice(0, 90)));
  for (const mark of ["main", "body > header, [role=banner]", "body > footer, [role=contentinfo]"]) {
    if (shown(mark).length > 1) told("landmark", [mark]);
  }
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), foreign = new Set();
  while (words.nextNode()) {
    const { parentElement: home, textContent: text } = words.currentNode;
    const silent = home.closest("script, style, template, option, textarea");
    const ours = silent || !home.checkVisibility() || home.closest("[lang]").lang.startsWith("zh");
    if (!ours && /[\\u4e00-\\u9fff]/.test(text)) foreign.add(text.trim());
  }
  told("Chinese not marked", [...foreign].map((one) => one.slice(0, 40)));
  return found;
}"""
"""What a reader who hears the page is not told, or told twice alike."""
_HEARD: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()
DESK, TABLET, PHONE = (1180, 820), (820, 1180), (390, 844)


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Requests are not worth a line here."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address at which the app answers, in threads of this process."""

    def whole(environ: Any, start_response: Any) -> list[bytes]:
        """An answer read and closed before it is sent: werkzeug leaves its file open when a browser hangs up early."""
        answer: Any = app(environ, start_response)
        with closing(answer):
            return [b"".join(answer)]

    server = make_server("127.0.0.1", 0, whole, threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without its window frame, which a page is looked at in for a third less; its absence is an error.

    The journey drives the whole browser.
    """
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def sitting(browser: Browser, app: Flask, address: str, person: User | None, **settings: Any) -> Iterator[Page]:
    """A page in a fresh browser context, the person signed in; `complaints` gathers what its console says is wrong."""
    context = browser.new_context(base_url=address, **settings)
    if person is not None:
        client = app.test_client()
        sign_in(client, person)
        cookie = client.get_cookie("verifier")
        assert cookie is not None
        context.add_cookies([{"name": "verifier", "value": cookie.value, "url": address}])
    page = context.new_page()
    heard = _HEARD[page] = []
    page.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    try:
        yield page
    finally:
        context.close()


@contextmanager
def seats(browser: Browser, app: Flask, address: str, who: Callable[[str], User]) -> Iterator[Callable[..., Page]]:
    """Browsers people already sit at, by person and settings: opening one takes longer than looking at a page.

    Who a person is (`who`) is read once and committed: a transaction left open here would keep the server from writing.
    """
    taken: dict[str, Page] = {}
    with ExitStack() as open_ones:

        def seat(person: str | None, **settings: Any) -> Page:
            key = repr((person, sorted(settings.items())))
            if key not in taken:
                taken[key] = open_ones.enter_context(sitting(browser, app, address, who(person) if person else None, **settings))
            return taken[key]

        yield seat


def complaints(page: Page) -> list[str]:
    """What the console of a page has called an error or warned of since this was last asked."""
    told = _HEARD[page][:]
    _HEARD[page].clear()
    return told


def faults(page: Page, *rules: str) -> list[str]:
    """What axe finds, in one line each; by these of its rules, or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    wanted = {"resultTypes": ["violations"], "preload": False} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("wanted => axe.run(document, wanted)", wanted)
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


def unsaid(page: Page) -> list[str]:
    """What a screen reader leaves out or confounds, in one line each: names, headings, tables, pictures, landmarks, languages."""
    found: list[str] = page.evaluate(UNSAID)
    return found


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def sideways(page: Page, *windows: tuple[int, int]) -> list[str]:
    """By how much the page that is open is wider than each window."""
    found = []
    for width, height in windows:
        page.set_viewport_size({"width": width, "height": height})
        if (much := overflow(page)) > 0:
            found.append(f"{much} px wider than a window of {width} px")
    return found
