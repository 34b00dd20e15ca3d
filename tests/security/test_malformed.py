"""Whatever is sent, whoever sends it: never an error of ours."""

import os
from urllib.parse import quote, urljoin

import pytest
from werkzeug.routing import Rule

from tests.house import routes
from tests.house.routes import PLACE, World
from tests.security import malformed
from tests.security.attacker import Browsers, FoundForm, address, crashed, gets, posts, read

pytestmark = pytest.mark.hold

EVERY = 1 if os.environ.get("VERIFIER_ATTACK") == "all" else 12
"""Each value is tried on every twelfth route and each route with every twelfth value; with VERIFIER_ATTACK=all, all on all."""
PARTS = 6
"""In how many tests the routes are shared out, so that several processes try them at once."""
SHARED = frozenset({"once", "report", "version", "csrf_token", "passkey", "present", "current"})
"""Fields that one mechanism reads for all forms: every value is tried on some of them, and each of them with some values."""
FORM = "application/x-www-form-urlencoded"
KINDS = {"UUIDConverter": "uuid", "IntegerConverter": "number"}


def _encoded(fields: list[tuple[str, str]]) -> bytes:
    """A form as a browser sends it; what is percent-encoded already is sent as it is."""
    return "&".join(f"{quote(name)}={value if value.startswith('%FF') else quote(value)}" for name, value in fields).encode()


def _names(rule: Rule, forms: dict[str, FoundForm]) -> list[str]:
    """The names of the fields of a route's form."""
    found = forms.get(rule.endpoint)
    return list(dict.fromkeys(name for name, _value in found.fields)) if found else ["version", "name", "note"]


@pytest.fixture(scope="module")
def forms(world: World) -> dict[str, FoundForm]:
    """By endpoint, the form that leads to it: read from every page that somebody is shown."""
    found: dict[str, FoundForm] = {}
    adapter, browsers = world.app.url_map.bind("localhost"), Browsers(world)
    for rule in gets(world):
        here = address(rule, world.values)
        if here == "/components":
            continue
        answer = browsers.best("GET", rule).get(here)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            for form in read(answer.text).forms:
                path = urljoin(here, form.action).split("?")[0].split("#")[0]
                if form.method == "post":
                    assert adapter.test(path, "POST"), f"{here} shows a form that goes to {path}"
                    endpoint = adapter.match(path, "POST")[0]
                    if endpoint not in found or len(found[endpoint].fields) < len(form.fields):
                        found[endpoint] = form
        answer.close()
    return found


def test_the_forms_that_are_attacked_were_found_on_the_pages(forms: dict[str, FoundForm]) -> None:
    assert len(forms) >= 25, sorted(forms)
    assert sum(len(form.fields) for form in forms.values()) > 100


def test_no_value_in_any_field_of_any_form_is_an_error_of_ours(world: World, forms: dict[str, FoundForm]) -> None:
    wrong, browsers = [], Browsers(world)
    for place, rule in enumerate(posts(world)):
        names = _names(rule, forms)
        for turn, value in enumerate(malformed.VALUES.values()):
            if (place + turn) % EVERY == 0:
                sent = _encoded([(name, value) for name in names])
                wrong.append(crashed(browsers.best("POST", rule), "POST", address(rule, world.values), data=sent, content_type=FORM))
    assert [each for each in wrong if each] == []


@pytest.mark.parametrize("part", range(PARTS))
def test_one_bad_field_among_good_ones_is_no_error_of_ours(world: World, forms: dict[str, FoundForm], part: int) -> None:
    wrong, values, browsers = [], list(malformed.VALUES.values()), Browsers(world)
    for place, rule in list(enumerate(posts(world)))[part::PARTS]:
        good = dict(forms[rule.endpoint].fields) if rule.endpoint in forms else {}
        for turn, name in enumerate(good):
            some = (values[(place * 7 + turn * 3) % len(values)],)
            for value in values if EVERY == 1 and name not in SHARED else some:
                sent = _encoded([(other, value if other == name else kept) for other, kept in good.items()] + [(name, "again")])
                wrong.append(crashed(browsers.best("POST", rule), "POST", address(rule, world.values), data=sent, content_type=FORM))
    assert [each for each in wrong if each] == []


def test_no_body_is_an_error_of_ours(world: World) -> None:
    wrong, browsers = [], Browsers(world)
    for place, rule in enumerate(posts(world)):
        for turn, (_what, body, kind) in enumerate(malformed.bodies()):
            if (place + turn) % (2 * EVERY - 1) == 0:
                wrong.append(crashed(browsers.best("POST", rule), "POST", address(rule, world.values), data=body, content_type=kind))
    assert [each for each in wrong if each] == []


def test_no_query_behind_any_address_is_an_error_of_ours(world: World) -> None:
    wrong, browsers = [], Browsers(world)
    for place, rule in enumerate(gets(world)):
        for turn, query in enumerate(malformed.QUERIES):
            if (place + turn) % EVERY == 0 and rule.endpoint != "static":
                wrong.append(crashed(browsers.best("GET", rule), "GET", f"{address(rule, world.values)}?{query}"))
    assert [each for each in wrong if each] == []


def test_no_name_of_a_subject_in_an_address_is_an_error_of_ours(world: World) -> None:
    wrong, client = [], Browsers(world).of("lead")
    for page in ("photos/new", "findings/new"):
        for kind in malformed.SUBJECTS:
            here = f"/cases/{world.values['engagement_id']}/{page}?subject_kind={kind}&subject_id="
            wrong += [crashed(client, "GET", here + key) for key in malformed.KEYS]
    assert [each for each in wrong if each] == []


def test_no_name_in_an_address_is_an_error_of_ours(world: World) -> None:
    wrong, browsers = [], Browsers(world)
    for method, rule in routes.routes(world.app):
        for place in PLACE.findall(rule.rule):
            kind = KINDS.get(type(rule._converters[place]).__name__, "text")
            for value in malformed.PLACES[kind]:
                if place not in ("engagement_id", "unit_year_id") or "/" not in rule.rule.partition(">")[2]:
                    there = address(rule, {**world.values, place: value})
                    wrong.append(crashed(browsers.best(method, rule), method, there))
    assert [each for each in wrong if each] == []
