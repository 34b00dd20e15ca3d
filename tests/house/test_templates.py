"""Templates import what they use and no more, every macro has a caller, and a cell's label is not typed beside its column's heading."""

import ast
from pathlib import Path

from jinja2 import Environment, nodes

from tests import homes

ROOT = Path(homes.__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
PARSER = Environment(extensions=["jinja2.ext.do"], autoescape=True)


def templates() -> dict[str, nodes.Template]:
    """Every template by its name, parsed."""
    return {str(file.relative_to(TEMPLATES)): PARSER.parse(file.read_text()) for file in sorted(TEMPLATES.rglob("*.html"))}


def names_read(tree: nodes.Template) -> set[str]:
    """The names that a template reads."""
    return {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}


def imported(tree: nodes.Template) -> list[tuple[str, str, str]]:
    """What a template imports, as (from where, the name there, the name here); a whole template is named by `*`."""
    found = []
    for node in tree.find_all((nodes.FromImport, nodes.Import)):
        if not isinstance(node.template, nodes.Const):
            continue
        if isinstance(node, nodes.Import):
            found.append((node.template.value, "*", node.target))
        else:
            found += [(node.template.value, *((name, name) if isinstance(name, str) else name)) for name in node.names]
    return found


def attributes(tree: nodes.Template, name: str) -> set[str]:
    """What is read of a name: `parts.row` reads `row` of `parts`."""
    return {node.attr for node in tree.find_all(nodes.Getattr) if isinstance(node.node, nodes.Name) and node.node.name == name}


def rendered_by_code() -> set[tuple[str, str]]:
    """Macros that code asks a template for: `get_template_attribute("x.html", "name")`."""
    asked = set()
    for file in (*(ROOT / "verifier").rglob("*.py"), *(ROOT / "tests").rglob("*.py")):
        if "get_template_attribute" not in (text := file.read_text()):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "get_template_attribute":
                asked.add(tuple(each.value for each in node.args[:2] if isinstance(each, ast.Constant)))
    return asked  # type: ignore[return-value]


def test_every_import_of_a_template_is_used() -> None:
    unused = [
        f"{name}: {here} of {where}"
        for name, tree in templates().items()
        for where, _there, here in imported(tree)
        if here not in names_read(tree)
    ]
    assert unused == []


def test_every_macro_has_a_caller() -> None:
    every = templates()
    called = rendered_by_code()
    for tree in every.values():
        for where, there, here in imported(tree):
            called |= {(where, each) for each in attributes(tree, here)} if there == "*" else {(where, there)}
    unused = [
        f"{name}: {macro.name}"
        for name, tree in every.items()
        for macro in tree.find_all(nodes.Macro)
        if (name, macro.name) not in called and macro.name not in names_read(tree)
    ]
    assert unused == []
