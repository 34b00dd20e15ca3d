"""People at their browsers without a screen: pages over HTTP, forms filled in as they stand and sent with their token."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.people import Cast, sign_in

Sent = str | tuple[str, bytes] | list[str]
"""A field's value, a file by name and content, or several values of one field."""


@dataclass
class PageForm:
    """A form of a page: where it goes, and its fields as a browser would send them untouched."""

    action: str
    method: str
    defaults: list[tuple[str, str]] = field(default_factory=list)
    offered: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, values: Mapping[str, Sent]) -> MultiDict[str, Any]:
        """The defaults, with these values in their place; a field or choice that the form does not offer cannot be sent."""
        unknown = values.keys() - self.offered.keys()
        assert not unknown, f"{self.action} has no {sorted(unknown)}, only {sorted(self.offered)}"
        data: MultiDict[str, Any] = MultiDict([each for each in self.defaults if each[0] not in values])
        for name, value in values.items():
            for each in value if isinstance(value, list) else [value]:
                data.add(name, (BytesIO(each[1]), each[0]) if isinstance(each, tuple) else each)
        return data


class PageReader(HTMLParser):
    """The forms of a page, fields outside of their form included, and its visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self._by_id: dict[str, PageForm] = {}
        self._controls: list[tuple[str, PageForm | None, str, str, bool]] = []
        self._form: PageForm | None = None
        self._select: dict[str, str] = {}
        self._options: list[tuple[str, bool]] = []
        self._area: tuple[dict[str, str], list[str]] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down a form or a field."""
        has = {name: value or "" for name, value in attrs}
        if tag in ("script", "style"):
            self._silent += 1
        elif tag == "a":
            self.links.append(has.get("href", ""))
        elif tag == "form":
            self._form = PageForm(has.get("action", ""), has.get("method", "get").lower())
            self.forms.append(self._form)
            self._by_id[has.get("id", "")] = self._form
        elif tag == "select":
            self._select, self._options = has, []
        elif tag == "option":
            self._options.append((has.get("value", ""), "selected" in has))
        elif tag == "textarea":
            self._area = has, []
        elif tag in ("input", "button"):
            kind = has.get("type", "submit" if tag == "button" else "text")
            chosen = "checked" in has if kind in ("radio", "checkbox") else kind not in ("submit", "button", "file")
            self._control(has, has.get("value", "on" if kind == "checkbox" else ""), chosen=chosen)

    def handle_data(self, data: str) -> None:
        """Text of the page or of a box."""
        if self._area is not None:
            self._area[1].append(data)
        elif not self._silent and data.strip():
            self.words.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        """Leave a form, a choice or a box."""
        if tag in ("script", "style"):
            self._silent -= 1
        elif tag == "form":
            self._form = None
        elif tag == "select":
            first = not any(chosen for _value, chosen in self._options)
            for place, (value, chosen) in enumerate(self._options):
                self._control(self._select, value, chosen=chosen or (first and place == 0))
        elif tag == "textarea" and self._area is not None:
            has, text = self._area
            self._area = None
            self._control(has, "".join(text).removeprefix("\n"), chosen=True)

    def _control(self, has: dict[str, str], value: str, *, chosen: bool) -> None:
        if has.get("name") and "disabled" not in has:
            self._controls.append((has.get("form", ""), self._form, has["name"], value, chosen))

    def close(self) -> None:
        """Give each field to its form."""
        super().close()
        for identity, around, name, value, chosen in self._controls:
            owner = self._by_id.get(identity) if identity else around
            if owner is not None:
                owner.offered.setdefault(name, []).append(value)
                if chosen:
                    owner.defaults.append((name, value))


@dataclass
class Page:
    """A page as it came: its text, and its forms."""

    path: str
    html: str

    def __post_init__(self) -> None:
        self._read = PageReader()
        self._read.feed(self.html)
        self._read.close()
        self.text = " ".join(" ".join(self._read.words).split())

    def form(self, action: str, names: Collection[str] = ()) -> PageForm:
        """The form that posts to an address with this ending, and has these fields where several do."""
        found = [each for each in self._posting() if each.action.partition("?")[0].endswith(action)]
        assert found, f"{self.path} has no form for {action}, only {[each.action for each in self._posting()]}"
        return next((each for each in found if set(names) <= each.offered.keys()), found[0])

    def offered(self, name: str) -> list[str]:
        """The values that the forms of the page offer for a field; none where no form has it."""
        return next((each.offered[name] for each in self._posting() if name in each.offered), [])

    def links(self, part: str) -> list[str]:
        """The addresses of the page with this in them, each once."""
        return [each for each in dict.fromkeys(self._read.links) if part in each]

    def has_form(self, action: str) -> bool:
        """Whether there is such a form."""
        return any(each.action.partition("?")[0].endswith(action) for each in self._posting())

    def _posting(self) -> Iterator[PageForm]:
        for each in self._read.forms:
            each.action = each.action or self.path
            if each.method == "post":
                yield each


class Desk:
    """The cast at work on one case: each person reads pages and sends forms with a browser of their own."""

    def __init__(self, app: Flask, cast: Cast) -> None:
        self.app, self.cast = app, cast
        self.case = self.pack = self.version = ""
        self._browsers: dict[str, FlaskClient] = {}

    def sit_again(self) -> None:
        """Everybody signs in anew: time has passed."""
        self._browsers.clear()

    def browser(self, person: str) -> FlaskClient:
        """The person's browser, signed in; what a request before left in the test's application context is taken away."""
        for name in list(g):
            g.pop(name)
        if person not in self._browsers:
            self._browsers[person] = sign_in(self.app.test_client(), getattr(self.cast, person))
        return self._browsers[person]

    def get(self, person: str, path: str) -> Page:
        """A page; `path` within the case where it does not begin with a slash."""
        address = self._address(path)
        answer = self.browser(person).get(address)
        assert answer.status_code == 200, (person, address, answer.status_code)
        return Page(address, answer.get_data(as_text=True))

    def file(self, person: str, path: str) -> bytes:
        """A download."""
        answer = self.browser(person).get(self._address(path))
        assert answer.status_code == 200, (person, path, answer.status_code)
        return answer.data

    def send(self, person: str, path: str, values: Mapping[str, Sent] | None = None, *, to: str = "") -> str:
        """Fill in a form of a page and send it; the address it leads to. `to`: the ending of the form's address."""
        answer = self.answer(person, path, values, to=to)
        assert answer.status_code == 303, (person, path, to, answer.status_code, Page(path, answer.get_data(as_text=True)).text[:3000])
        refused = self._errors(person)
        assert not refused, (person, path, to, refused)
        return answer.headers["Location"]

    def refused(self, person: str, path: str, values: Mapping[str, Sent] | None = None, *, to: str = "") -> str:
        """The same, refused; the text of the page that says why."""
        answer = self.answer(person, path, values, to=to)
        if answer.status_code == 303:
            said = self._errors(person)
            assert said, (person, path, to, answer.headers["Location"])
            return " ".join(map(str, said))
        assert answer.status_code in (200, 403, 409, 422), (person, path, to, answer.status_code)
        return Page(path, answer.get_data(as_text=True)).text

    def _errors(self, person: str) -> list[Any]:
        """What the next page will say went wrong."""
        with self.browser(person).session_transaction() as session:
            return [words for kind, words in session.get("_flashes", ()) if kind == "error"]

    def answer(self, person: str, path: str, values: Mapping[str, Sent] | None = None, *, to: str = "") -> TestResponse:
        """What comes back for a form that was filled in and sent."""
        address = self._address(path)
        form = self.get(person, path).form(to or address.partition("?")[0], values or ())
        return self.browser(person).post(
            form.action,
            data=form.filled(values or {}),
            headers={"Referer": f"http://localhost{address}", "Origin": "http://localhost"},
            content_type="multipart/form-data",
        )

    def _address(self, path: str) -> str:
        return path if path.startswith("/") else f"{self.case}/{path}".rstrip("/")
