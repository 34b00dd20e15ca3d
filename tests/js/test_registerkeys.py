"""What the keys of the register mean and where they lead."""

import pytest

from tests.js.site import Tab

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("key", "in_row", "any_selected", "command"),
    [
        ("j", False, False, "next"),
        ("j", True, False, "next"),
        ("k", False, False, "previous"),
        ("k", True, True, "previous"),
        ("ArrowDown", True, False, "next"),
        ("ArrowUp", True, False, "previous"),
        ("ArrowDown", False, False, None),
        ("ArrowUp", False, True, None),
        ("x", True, False, "select"),
        ("x", False, True, None),
        ("a", True, False, "agree"),
        ("a", False, True, "agree"),
        ("a", False, False, None),
        ("/", False, False, "search"),
        ("?", True, False, "help"),
        ("Enter", True, True, None),
        ("toString", True, True, None),
    ],
)
def test_a_key_stands_for_a_command(functions: Tab, key: str, in_row: bool, any_selected: bool, command: str | None) -> None:
    assert functions.call("registerkeys", "command", key, {"inRow": in_row, "anySelected": any_selected}) == command


@pytest.mark.parametrize(
    ("name", "at", "count", "expected"),
    [
        ("next", -1, 3, 0),
        ("next", 0, 3, 1),
        ("next", 2, 3, 2),
        ("previous", -1, 3, 0),
        ("previous", 0, 3, 0),
        ("previous", 2, 3, 1),
        ("next", -1, 0, 0),
    ],
)
def test_next_and_previous_stay_in_the_table(functions: Tab, name: str, at: int, count: int, expected: int) -> None:
    assert functions.call("registerkeys", "neighbour", name, at, count) == expected


@pytest.mark.parametrize(
    ("at", "boxes", "expected"),
    [
        (0, [True, True, False], 2),
        (1, [False, False, True], 1),
        (1, [False, True, True], 1),
        (-1, [True, False], 1),
        (-1, [True, True], -1),
        (-1, [], -1),
    ],
)
def test_a_submission_returns_to_the_next_row_that_was_not_selected(functions: Tab, at: int, boxes: list[bool], expected: int) -> None:
    assert functions.call("registerkeys", "rowToReturnTo", at, boxes) == expected
