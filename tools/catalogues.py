"""The catalogues: `compile` them, `update` them from the code and the translations handed in, `check` that they are complete.

A message id (`data.sample.exists`) has its sentence in both languages; an English sentence is its own id and needs Chinese only.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "verifier" / "translations"
LANGUAGES = ("en", "zh")
IS_ID = re.compile(r"[a-z_0-9]+(\.[a-z_0-9]+)+")
KEYWORDS = dict.fromkeys(("_", "_l", "gettext", "lazy_gettext")) | dict.fromkeys(("ngettext", "lazy_ngettext", "_n", "_ln"), (1, 2))
SAYS_IDS = {"Refusal", "StatedReason", "MissingMember", "MissingStep", "WrongInstance", "WrongSetting"}
"""What takes a message id first."""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def main() -> int:
    """Do what was asked; the exit code is 1 when something is missing."""
    if sys.argv[1] == "compile":
        return compile_all()
    if sys.argv[1] == "update":
        return update([Path(path) for path in sys.argv[2:]])
    return check()


def wanted() -> Catalog:
    """Every sentence of the code and the templates, and every message id: those refused with, and those the catalogues know."""
    found = Catalog(fuzzy=False)
    methods = [("verifier/**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"silent": "false", "extensions": "jinja2.ext.do"}}
    for _path, _line, message, _comments, context in extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS):
        if not IS_ID.fullmatch(message if isinstance(message, str) else message[0]):
            found.add(message, context=context)
    for path in sorted((ROOT / "verifier").rglob("*.py")):
        tree = ast.parse(path.read_text())
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
            if getattr(call.func, "id", "") in SAYS_IDS:
                for text in spelt(call.args[0]):
                    found.add(text)
        for text in command_help(tree):
            found.add(text)
    for known in catalogue("en"):
        if known.id:
            found.add(known.id)
    return found


def command_help(tree: ast.Module) -> Iterator[str]:
    """The help of click commands and groups (their docstrings, by paragraphs) and of their options."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(called(each) in ("command", "group") for each in node.decorator_list):
            paragraphs = (ast.get_docstring(node) or "").split("\n\n")
            yield from (" ".join(each.split()) for each in paragraphs)
        if isinstance(node, ast.Call) and called(node) == "option":
            yield from (str(each.value.value) for each in node.keywords if each.arg == "help" and isinstance(each.value, ast.Constant))


def called(node: ast.AST) -> str:
    """The name of the method that an expression calls; empty where it calls none."""
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def spelt(node: ast.expr) -> list[str]:
    """The message ids an expression may come to, where it spells them out."""
    if isinstance(node, ast.IfExp):
        return spelt(node.body) + spelt(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) and IS_ID.fullmatch(node.value) else []


def catalogue(language: str) -> Catalog:
    """One language as it is kept."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compile_all() -> int:
    """Write the compiled catalogues where the text is newer."""
    for language in LANGUAGES:
        text = FOLDER / language / "LC_MESSAGES" / "messages.po"
        compiled = text.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < text.stat().st_mtime:
            with compiled.open("wb") as file:
                write_mo(file, catalogue(language))
    return 0


def needs(language: str, message: Message) -> bool:
    """Whether the language must translate it: Chinese always, English only what is an id."""
    return language == "zh" or (isinstance(message.id, str) and IS_ID.fullmatch(message.id) is not None)


def gaps() -> list[str]:
    """What is missing or wrong in the catalogues, a line each."""
    found = []
    for language in LANGUAGES:
        kept = catalogue(language)
        for message in wanted():
            if not message.id or not needs(language, message):
                continue
            have = kept.get(message.id)
            said = have.string if have else ""
            texts = said if isinstance(said, tuple | list) else (said,)
            first = message.id[0] if isinstance(message.id, tuple | list) else message.id
            if not all(texts):
                found.append(f"{language}: nothing for {first!r}")
            elif not IS_ID.fullmatch(first):
                asked = set(PLACEHOLDER.findall(" ".join(message.id) if isinstance(message.id, tuple | list) else str(first)))
                if any(not set(PLACEHOLDER.findall(text or "")) <= asked for text in texts):
                    found.append(f"{language}: other placeholders in {first!r}")
    return found


def check() -> int:
    """Say what is missing."""
    missing = gaps()
    for line in missing:
        print(line)
    print(f"catalogues: {len(missing)} gaps")
    return 1 if missing else 0


def update(handed_in: list[Path]) -> int:
    """Take in the messages of the code and the translations of JSON files; what the code no longer says is dropped."""
    english, chinese = {}, {}
    for path in handed_in:
        for key, value in json.loads(path.read_text()).items():
            if isinstance(value, dict) and "en" in value:
                english[key], chinese[key] = value["en"], value["zh"]
            else:
                chinese[key] = value["zh"] if isinstance(value, dict) else value
    FOLDER.mkdir(exist_ok=True)
    known_ids = set(english)
    for language, new in (("en", english), ("zh", chinese)):
        old, fresh = catalogue(language), Catalog(language, fuzzy=False, project="Verifier")
        messages = list(wanted()) + [Message(key) for key in sorted(known_ids)]
        for message in messages:
            if not message.id or not needs(language, message):
                continue
            first = message.id[0] if isinstance(message.id, tuple | list) else message.id
            kept = old.get(message.id)
            said = new.get(first) or (kept.string if kept else "")
            if isinstance(message.id, tuple | list) and isinstance(said, str):
                said = (said,) * fresh.num_plurals
            fresh.add(message.id, said)
        target = FOLDER / language / "LC_MESSAGES" / "messages.po"
        target.parent.mkdir(parents=True, exist_ok=True)
        out = BytesIO()
        write_po(out, fresh, width=140, omit_header=False, sort_output=True, no_location=True)
        text = re.sub(rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator)[^\n]*\n', b"", out.getvalue())
        target.write_bytes(text)
    subprocess.run([sys.executable, __file__, "compile"], check=True)  # noqa: S603
    return 0


if __name__ == "__main__":
    sys.exit(main())
