"""Web storage that may be blocked or full."""

import pytest

from tests.js.site import Tab

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(fresh_tab: Tab) -> Tab:
    """Each test has a browser of its own, with nothing stored."""
    return fresh_tab


AREAS = pytest.mark.parametrize(("name", "area"), [("session", "sessionStorage"), ("local", "localStorage")])
USE = """async ([name, steps]) => {
  const area = (await import("/static/js/storage.js"))[name];
  const results = steps.map(([method, ...given]) => [method, area[method](...given)]);
  return results.filter(([method]) => ["read", "take"].includes(method)).map(([, result]) => (result === undefined ? "undefined" : result));
}"""
"""What the steps read."""


@AREAS
def test_what_is_written_is_read_until_it_is_removed(tab: Tab, name: str, area: str) -> None:
    tab.open("")
    steps = [["write", "k", "v"], ["read", "k"], ["read", "k"], ["remove", "k"], ["read", "k"]]
    assert tab.run(USE, [name, steps]) == ["v", "v", None]


@AREAS
def test_what_is_taken_is_there_once(tab: Tab, name: str, area: str) -> None:
    tab.open("")
    assert tab.run(USE, [name, [["write", "k", "v"], ["take", "k"], ["take", "k"]]]) == ["v", None]


@AREAS
def test_values_are_in_the_area_of_that_name(tab: Tab, name: str, area: str) -> None:
    tab.open("")
    tab.run(USE, [name, [["write", "k", "v"]]])
    assert tab.run("area => window[area].getItem('k')", area) == "v"


@AREAS
def test_blocked_storage_reads_as_null_and_writing_does_nothing(tab: Tab, name: str, area: str) -> None:
    tab.block_storage()
    tab.open("")
    assert tab.run(USE, [name, [["write", "k", "v"], ["read", "k"], ["take", "k"], ["remove", "k"]]]) == [None, None]


def test_a_write_to_full_storage_does_nothing(tab: Tab) -> None:
    tab.open("")
    tab.fill_storage()
    assert tab.run(USE, ["session", [["write", "k", "v" * 100], ["read", "k"]]]) == [None]


def test_a_failed_write_leaves_no_outdated_value(tab: Tab) -> None:
    tab.open("")
    tab.run(USE, ["session", [["write", "k", "old"]]])
    tab.fill_storage()
    assert tab.run(USE, ["session", [["write", "k", "new" * 100], ["read", "k"]]]) == [None]


@AREAS
def test_names_are_listed_by_their_beginning(tab: Tab, name: str, area: str) -> None:
    tab.open("")
    use = "async (name) => { const area = (await import('/static/js/storage.js'))[name]; area.write('a.1', 'v'); area.write('b', 'v'); \
return area.names('a.'); }"
    assert tab.run(use, name) == ["a.1"]


def test_writing_reports_whether_the_value_is_stored(tab: Tab) -> None:
    tab.open("")
    write = "async (text) => (await import('/static/js/storage.js')).session.write('k', text)"
    assert tab.run(write, "v") is True
    tab.fill_storage()
    assert tab.run(write, "v" * 100) is False
