"""A site whose page `/finding` has a form, on which static/js/typed.js runs, and what people do there."""

import json
from typing import Any

from tests.js.site import Tab

BIND_TYPED = 'import { typed } from "/static/js/typed.js";\ntyped(document.getElementById("main"));'
# What the browser itself would restore is switched off in these forms.
FORM = '<form method="post" action="/finding" autocomplete="off"><input name="title" value="{title}"><button>Save</button></form>'


def prepare(tab: Tab) -> Tab:
    """Put the page and the script that starts the module on the site."""
    tab.site.answers["/bind.js"] = BIND_TYPED
    write(tab, "/finding")
    return tab


def write(tab: Tab, at: str, content: str = FORM.format(title=""), *, reader: str = "ann", posted: str = "") -> None:
    """Put a page on the site that is shown to a person, perhaps as the answer to a form of the page `posted`."""
    tab.write(
        f"""<script type="module" src="/bind.js"></script>
<main id="main" data-reader="{reader}"{f' data-posted="{posted}"' if posted else ""}><div role="status" data-typed></div>
<template id="typed-again"><p>Here again.</p><p data-files>Choose files again.</p></template>{content}</main>""",
        at=at,
    )


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
    """The last submission as it is stored in the tab."""
    return json.loads(tab.run("sessionStorage.getItem('verifier.sent')") or "null")
