"""core imports the standard library and itself."""

import ast
import sys
from pathlib import Path

from verifier import core

CORE = Path(core.__file__).parent


def imported(file: Path) -> set[str]:
    """The absolute names of the modules that a file imports, wherever in the file it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def test_core_imports_the_standard_library_and_itself() -> None:
    foreign = {
        (str(file.relative_to(CORE)), name)
        for file in CORE.rglob("*.py")
        for name in imported(file)
        if name.partition(".")[0] not in sys.stdlib_module_names and name != "verifier.core" and not name.startswith("verifier.core.")
    }
    assert not foreign
