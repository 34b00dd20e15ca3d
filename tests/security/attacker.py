"""What an attacker has at hand: a browser of anyone's, the addresses of the app, and the fields that its forms ask for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.house import routes
from tests.house.routes import KEYS, PEOPLE, PLACE, World
from tests.people import Cast, sign_in


@dataclass
class FoundForm:
    """A form as a page shows it: where it goes, and what its fields hold."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    enctype: str = ""


class FormReader(HTMLParser):
    """The forms and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FoundForm] = []
        self.links: list[str] = []
        self._in: FoundForm | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down a form, a field or a link."""
        has = {name: value or "" for name, value in attrs}
        if tag == "a" and has.get("href"):
            self.links.append(has["href"])
        if tag == "form":
            self._in = FoundForm(has.get("action", ""), has.get("method", "get").lower(), enctype=has.get("enctype", ""))
            self.forms.append(self._in)
        elif self._in is not None and tag == "select":
            self._select = has.get("name", "")
        elif self._in is not None and tag == "option" and self._select:
            self._in.fields.append((self._select, has.get("value", "")))
        elif self._in is not None and tag in ("input", "textarea", "button") and has.get("name"):
            if has.get("type") == "file":
                self._in.files.append(has["name"])
            else:
                self._in.fields.append((has["name"], has.get("value", "x")))

    def handle_endtag(self, tag: str) -> None:
        """Leave the form or the choice."""
        if tag == "form":
            self._in = None
        if tag == "select":
            self._select = ""


def read(page: str) -> FormReader:
    """A page read for its forms and links."""
    reader = FormReader()
    reader.feed(page)
    return reader


class Browsers:
    """One signed-in browser a person; one whose session an action ended is replaced."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._kept: dict[str, FlaskClient] = {}

    def of(self, person: str) -> FlaskClient:
        """The person's browser."""
        if person not in self._kept:
            self._kept[person] = browser(self.world, person)
        return self._kept[person]

    def best(self, method: str, rule: Rule) -> FlaskClient:
        """The browser of whoever gets furthest at a route; a new one where the route ends sessions."""
        person = best_placed(method, rule)
        client = self.of(person)
        if ENDS_SESSIONS & set(rule.rule.split("/")):
            del self._kept[person]
        return client


ENDS_SESSIONS = {"sign-out", "sign-in", "end", "password", "link", "second-factor", "recovery-codes"}


def browser(world: World, person: str) -> FlaskClient:
    """A browser in which the person is signed in; nobody's is empty."""
    client: FlaskClient = world.app.test_client()
    return client if person == "nobody" else sign_in(client, getattr(Cast(), KEYS.get(person, person)))


def address(rule: Rule, values: dict[str, str]) -> str:
    """The address of a route, its places filled."""
    return PLACE.sub(lambda found: values[found[1]], rule.rule)


def allowed(method: str, rule: Rule) -> list[str]:
    """Who may, by the table of routes."""
    row = _table()[routes.name(method, rule)]
    return [person for person, sign in zip(PEOPLE, row, strict=True) if sign == "+"]


@cache
def _table() -> dict[str, str]:
    return routes.table()


def best_placed(method: str, rule: Rule) -> str:
    """The person who gets furthest: signed in and allowed where there is one, else the one who knows the case best."""
    signed_in = [person for person in allowed(method, rule) if person != "nobody"]
    first = [person for person in ("lead", "coordinator", "manager", "contact", "admin") if person in signed_in]
    return (first or signed_in or ["lead"])[0]


def posts(world: World) -> Iterator[Rule]:
    """Every route that takes a form."""
    yield from (rule for method, rule in routes.routes(world.app) if method == "POST")


def gets(world: World) -> Iterator[Rule]:
    """Every route that shows something."""
    yield from (rule for method, rule in routes.routes(world.app) if method == "GET")


def crashed(client: FlaskClient, method: str, path: str, **sent: object) -> str:
    """What went wrong on our side, or nothing."""
    try:
        answer: TestResponse = client.open(path, method=method, **sent)  # type: ignore[arg-type]
        answer.close()
    except Exception as error:
        client._context_stack.close()
        return f"{method} {path[:120]}: {type(error).__name__}: {str(error)[:160]}"
    return f"{method} {path[:120]}: {answer.status_code}" if answer.status_code >= 500 else ""
