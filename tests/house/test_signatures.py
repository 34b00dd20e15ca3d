"""A function takes few positional arguments; what belongs together is a value."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "verifier"
MOST = 6


def test_no_function_takes_more_than_six_positional_arguments() -> None:
    long = [
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}"
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(_positional(node)) > MOST
    ]
    assert long == []


def _positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The positional arguments without the instance or class a method is called on."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names
