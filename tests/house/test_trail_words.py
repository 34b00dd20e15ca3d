"""Every action that is recorded anywhere has its words, found in the source itself."""

import ast
from itertools import product
from pathlib import Path

from verifier.casework.materiality.queries import NATURE, NETTING
from verifier.casework.trail_wording import ACTIONS
from verifier.core.boundary import Kind
from verifier.statement.models import ReviewOutcome, SignerRole

SOURCE = Path(__file__).resolve().parents[2] / "verifier"
FILLED = {"kind": list(Kind), "place": list(SignerRole), "outcome": list(ReviewOutcome), "manner": [NATURE, NETTING]}
"""What an action's name is put together from: every value of the variable of that name."""


def recorded() -> dict[str, str]:
    """Every action that `record` is called with → where; a name that cannot be read from the source is a failure here."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                found.update(dict.fromkeys(spelt(node.args[0]), f"{path.relative_to(SOURCE)}:{node.lineno}"))
    return found


def spelt(name: ast.expr) -> list[str]:
    """The actions a first argument stands for."""
    if isinstance(name, ast.Constant):
        return [str(name.value)]
    assert isinstance(name, ast.JoinedStr), f"an action must be spelt where it is recorded: {ast.unparse(name)}"
    parts = [[str(part.value)] if isinstance(part, ast.Constant) else FILLED[ast.unparse(part.value)] for part in name.values]  # type: ignore[attr-defined]
    return ["".join(map(str, each)) for each in product(*parts)]


def test_every_recorded_action_has_its_words() -> None:
    assert {action: where for action, where in recorded().items() if action not in ACTIONS} == {}


def test_no_words_are_kept_for_what_nobody_records() -> None:
    assert sorted(ACTIONS.keys() - recorded().keys()) == []
