"""Every act that is recorded anywhere is a member of `TrailAction` and has its words; rows written earlier keep theirs readable."""

import ast
from itertools import product
from pathlib import Path

from verifier.audit.trail_actions import FORMER, TrailAction
from verifier.casework.materiality.models import MarkKind
from verifier.casework.review.models import ReviewOutcome
from verifier.casework.trail_wording import ACTIONS, in_words
from verifier.core.boundary import Kind
from verifier.statement.models import SignerRole

SOURCE = Path(__file__).resolve().parents[2] / "verifier"
FILLED = {"kind": list(Kind), "place": list(SignerRole), "outcome": list(ReviewOutcome), "manner": list(MarkKind)}
"""What a computed action is put together from: every value of the variable of that name."""


def recorded() -> dict[TrailAction, str]:
    """Every action that `record` is called with → where; an action that cannot be read from the source is a failure here."""
    found: dict[TrailAction, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                found.update(dict.fromkeys(spelt(node.args[0]), f"{path.relative_to(SOURCE)}:{node.lineno}"))
    return found


def spelt(action: ast.expr) -> list[TrailAction]:
    """The actions a first argument stands for: `TrailAction.NAME`, or `TrailAction(f"…")` over the values of an enum."""
    if isinstance(action, ast.Attribute):
        assert ast.unparse(action.value) == "TrailAction"
        return [TrailAction[action.attr]]
    assert isinstance(action, ast.Call), f"not an action: {ast.unparse(action)}"
    assert ast.unparse(action.func) == "TrailAction"
    assert isinstance(action.args[0], ast.JoinedStr)
    values = action.args[0].values
    parts = [[str(part.value)] if isinstance(part, ast.Constant) else FILLED[ast.unparse(part.value)] for part in values]  # type: ignore[attr-defined]
    return [TrailAction("".join(map(str, each))) for each in product(*parts)]


def test_every_action_is_recorded_somewhere() -> None:
    assert sorted(set(TrailAction) - recorded().keys()) == []


def test_every_action_has_its_words_and_no_others_are_kept() -> None:
    assert set(ACTIONS) == set(TrailAction)


def test_one_verb_stands_for_one_act() -> None:
    verbs = {action.rpartition(":")[2] for action in TrailAction}
    assert verbs & {"exported", "taken", "taken_away", "taken_back", "read", "put", "disposed"} == set()


def test_rows_written_earlier_are_read_in_the_same_words() -> None:
    assert FORMER.keys() & set(TrailAction) == set()
    assert in_words("finding:findings:exported") == str(ACTIONS["finding:findings:downloaded"])
    assert in_words("evidence:photo:taken_away") == str(ACTIONS["evidence:photo:downloaded"])
