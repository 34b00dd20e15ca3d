"""A site whose page `/finding` has a form, on which static/js/typed.js runs, and what people do there."""

import json
from typing import Any

from playwright.sync_api import expect

from tests.js.site import Tab

BIND_TYPED = 'import { typed } from "/static/js/typed.js";\ntyped(document.getElementById("main"));'
# What the browser itself would restore is switched off in these forms.
ONCE = '<input type="hidden" name="once" value="token-1">'
FORM = f'<form method="post" action="/finding" autocomplete="off">{ONCE}<input name="title" value="{{title}}"><button>Save</button></form>'
FRAME = """<div role="status" data-typed></div>
<template id="typed-again"><div><p>Here again.</p><p data-outdated>Changed meanwhile.</p><p data-files>Choose files again.</p>
<button type="button" data-discard>Discard all</button></div></template>
<template id="typed-kept"><p class="unsent">Kept here. <button type="button">Discard</button></p></template>"""


def prepare(tab: Tab) -> Tab:
    """Put the page and the script that starts the module on the site."""
    tab.site.answers["/bind.js"] = BIND_TYPED
    write(tab, "/finding")
    return tab


def write(tab: Tab, at: str, content: str = FORM.format(title=""), *, reader: str = "ann", posted: str = "", accepted: str = "") -> None:
    """Put a page on the site that is shown to a person, perhaps as the answer to a form of the page `posted`."""
    data = "".join(f' data-{name}="{value}"' for name, value in (("posted", posted), ("accepted", accepted)) if value)
    tab.write(
        f"""<script type="module" src="/bind.js"></script>
<main id="main" data-reader="{reader}"{data}>{FRAME}{content}</main>""",
        at=at,
    )


def accept(tab: Tab, token: str = "token-1") -> None:
    """Let the form be accepted: the answer leads to a page that says so."""
    write(tab, "/done", "Done", accepted=token)
    tab.site.answers["POST /finding"] = "/done"


def type_title(tab: Tab, title: str = "Late") -> None:
    """Type a title, and wait until the page says that it is kept."""
    tab.page.fill("[name=title]", title)
    expect(tab.page.locator(".unsent")).to_be_visible()


def send(tab: Tab, title: str | None = "Late", button: str = "Save") -> None:
    """Type a title, submit, and wait for the page that comes of it."""
    if title is not None:
        tab.page.fill("[name=title]", title)
    with tab.page.expect_event("load"):
        tab.page.click(f"text={button}")


def refuse(tab: Tab, title: str = "Late") -> None:
    """Send the form and have it shown again with what was typed."""
    write(tab, "POST /finding", FORM.format(title=title), posted="/finding")
    tab.goto("/finding")
    send(tab, title)


def lose(tab: Tab, title: str = "Late") -> None:
    """Send the form after the session ended: the answer is the page for signing in."""
    write(tab, "/sign-in", "Sign in", reader="")
    tab.site.answers["POST /finding"] = "/sign-in"
    tab.goto("/finding")
    send(tab, title)
    assert tab.page.url.endswith("/sign-in")


def title(tab: Tab) -> str:
    return tab.page.input_value("[name=title]")


def announced(tab: Tab) -> str:
    return tab.page.inner_text("[data-typed]")


def stored(tab: Tab) -> Any:
    """The entries on the device, by person and page."""
    items = tab.run("Object.entries(localStorage)")
    return {name.removeprefix("verifier.unsent."): json.loads(text) for name, text in items}


def values(tab: Tab) -> Any:
    """The values kept on the device, of all forms."""
    return [entry["values"] for forms in stored(tab).values() for entry in forms.values()]
