"""Polling the state of background work, and reading JSON from the server."""

import pytest

from tests.js.site import Tab

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(fresh_tab: Tab) -> Tab:
    """The tests move the clock and take the network away: each has a browser of its own."""
    return fresh_tab


PAGE = '<div data-state="/state" data-mark="running rows 10"></div>'
AS_SHOWN = '{"mark": "running rows 10", "ended": false}'


def wait(tab: Tab) -> None:
    """Open the page that waits, with a clock that the test moves."""
    tab.page.clock.install()
    tab.open(PAGE)
    tab.page.clock.pause_at(tab.run("Date.now() + 1000"))
    tab.bind("waiting", "waiting", "div")


def poll(tab: Tab) -> None:
    """Let the page ask once."""
    with tab.page.expect_request("**/state"):
        tab.page.clock.run_for(1600)
    tab.run("new Promise((done) => { fetch('/state').catch(() => null).then(done); })")


def times(tab: Tab, path: str) -> int:
    return tab.site.asked.count(path)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"mark": "running rows 10", "ended": False}, False),
        ({"mark": "running rows 20", "ended": False}, True),
        ({"mark": "running rows 10", "ended": True}, True),
        (None, False),
    ],
    ids=["as shown", "another mark", "ended", "unknown"],
)
def test_work_has_advanced_when_its_mark_differs_or_it_ended(functions: Tab, state: object, expected: bool) -> None:
    assert functions.call("waiting", "advanced", state, "running rows 10") is expected


@pytest.mark.parametrize(
    "state", ['{"mark": "running rows 20", "ended": false}', '{"mark": "running rows 10", "ended": true}'], ids=["advanced", "ended"]
)
def test_the_page_is_reloaded_when_the_work_has_advanced(tab: Tab, state: str) -> None:
    wait(tab)
    tab.site.answers["/state"] = state
    with tab.page.expect_navigation():
        tab.page.clock.run_for(1600)
    assert times(tab, "/page") == 2


def test_the_page_stays_while_nothing_has_changed_and_goes_on_asking(tab: Tab) -> None:
    wait(tab)
    tab.site.answers["/state"] = AS_SHOWN
    poll(tab)
    poll(tab)
    assert times(tab, "/page") == 1


def test_the_server_is_not_asked_at_once(tab: Tab) -> None:
    wait(tab)
    tab.page.clock.run_for(1400)
    tab.run("fetch('/after').then(() => null)")
    assert times(tab, "/state") == 0
    tab.errors.clear()  # what the console says of /after


def test_the_page_goes_on_asking_when_the_server_refuses(tab: Tab) -> None:
    wait(tab)
    poll(tab)
    tab.site.answers["/state"] = AS_SHOWN
    poll(tab)
    assert times(tab, "/page") == 1
    tab.errors.clear()  # what the console says of the refusal


def test_the_page_goes_on_asking_after_the_network_was_away(tab: Tab) -> None:
    wait(tab)
    tab.page.context.set_offline(True)
    poll(tab)
    tab.page.context.set_offline(False)
    tab.errors.clear()  # what the console says of the network
    tab.site.answers["/state"] = '{"mark": "done", "ended": true}'
    with tab.page.expect_navigation():
        tab.page.clock.run_for(1600)
    assert times(tab, "/page") == 2


def test_json_is_read_from_an_address(tab: Tab) -> None:
    tab.open("")
    tab.site.answers["/state"] = AS_SHOWN
    assert tab.call("network", "readJson", "/state") == {"mark": "running rows 10", "ended": False}


def test_json_is_asked_for(tab: Tab) -> None:
    tab.open("")
    tab.site.answers["/state"] = AS_SHOWN
    with tab.page.expect_request("**/state") as asked:
        tab.call("network", "readJson", "/state")
    assert asked.value.headers["accept"] == "application/json"


@pytest.mark.parametrize("answer", [None, "<p>Sign in</p>"], ids=["refused", "a page"])
def test_anything_but_json_reads_as_null(tab: Tab, answer: str | None) -> None:
    tab.open("")
    if answer:
        tab.site.answers["/state"] = answer
    assert tab.call("network", "readJson", "/state") is None
    tab.errors.clear()  # what the console says of the refusal


def test_json_that_comes_with_a_refusal_reads_as_null(tab: Tab) -> None:
    tab.open("")
    tab.page.route("**/state", lambda route: route.fulfill(status=500, json={"ended": True}))
    assert tab.call("network", "readJson", "/state") is None
    tab.errors.clear()  # what the console says of the refusal


def test_an_unreachable_server_reads_as_null(tab: Tab) -> None:
    tab.open("")
    tab.run("() => import('/static/js/network.js').then(() => null)")
    tab.page.context.set_offline(True)
    assert tab.call("network", "readJson", "/state") is None
    tab.errors.clear()  # what the console says of the network
