"""A refusal says what to do, in words of its reader, and Chinese is written with its own punctuation."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale

from verifier.web.pages.filters import spoken

ROOT = Path(__file__).resolve().parents[2]
TO_DO = re.compile(r"^(Write|Say|State|Give|Fill in|Name|Choose|Enter) |must be ")
"""A refusal of one clause is itself what to do."""
HALF_WIDTH = re.compile(r"[一-龥] ?[,;:?!]|[,;?!] ?[一-龥]|[一-龥]\.(\s|$)|[一-龥]\(|\)[一-龥]|\.\.\.")
INTERNAL = re.compile(r"\b(None|NULL|Traceback|Exception|SQL|UUID|uuid|enum|IntegrityError|foreign key)\b")


def catalogue(language: str) -> dict[str, list[str]]:
    with (ROOT / "verifier" / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        found = [(each.id, each.string) for each in read_po(file, language) if each.id]
    return {said if isinstance(said, str) else said[0]: [text] if isinstance(text, str) else list(text) for said, text in found}


def refusals() -> list[str]:
    """The message ids that refusals are raised with; one that is put together stands for each it can become."""
    known, found = catalogue("en"), set()
    for file in (ROOT / "verifier").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal" and node.args:
                match node.args[0]:
                    case ast.Constant(value=str(name)):
                        found.add(name)
                    case ast.JoinedStr(values=parts):
                        shape = "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[a-z_.]+" for part in parts)
                        found |= {name for name in known if re.fullmatch(shape, name)}
    return sorted(found)


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    known, ids = catalogue("en"), refusals()
    assert len(ids) > 250
    assert [name for name in ids if len(re.split(r"[.:;] ", known[name][0])) < 2 and not TO_DO.search(known[name][0])] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_refusal_can_be_said_with_its_values(language: str) -> None:
    """A percent sign of its own is written twice: the sentence is filled in like a pattern."""
    known, unsaid = catalogue(language), []
    for name in refusals():
        try:
            assert known[name][0] % defaultdict(int)
        except (TypeError, ValueError) as error:
            unsaid.append((name, str(error)))
    assert unsaid == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_names_what_only_a_programmer_knows(language: str) -> None:
    assert [
        text for name, texts in catalogue(language).items() if re.fullmatch(r"[a-z_.]+", name) for text in texts if INTERNAL.search(text)
    ] == []


def test_chinese_is_written_with_full_width_punctuation() -> None:
    formulas = re.compile(r"[=−]")
    found = [text for texts in catalogue("zh").values() for text in texts if HALF_WIDTH.search(text) and not formulas.search(text)]
    assert found == []


@pytest.mark.parametrize(("english", "chinese", "never"), [("releas", "报送", "放行|签发报告"), ("finding", "核查发现|发现", "调查结果")])
def test_one_thing_has_one_name_in_chinese(english: str, chinese: str, never: str) -> None:
    sentences, en = catalogue("zh"), catalogue("en")
    about = {name: texts for name, texts in sentences.items() if english in (en.get(name, [""])[0] or name).lower() and texts[0]}
    assert [texts[0] for texts in about.values() if re.search(never, texts[0])] == []
    assert sum(bool(re.search(chinese, texts[0])) for texts in about.values()) > 10


@pytest.mark.parametrize(
    ("language", "text", "marked"),
    [
        ("en", "京诚核查 & Co.", '<span lang="zh-Hans">京诚核查</span> &amp; Co.'),
        ("en", "<b>", "&lt;b&gt;"),
        ("zh", "京诚核查 & Co.", "京诚核查 &amp; Co."),
    ],
)
def test_chinese_on_an_english_page_is_marked_for_whoever_listens(app: Flask, language: str, text: str, marked: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert spoken(text) == marked


PLACEHOLDER = re.compile(r"%\((\w+)\)")


def calls() -> list[tuple[str, str, set[str]]]:
    """Where a sentence is filled in with named values: file and line, the sentence, the names; calls with ** are left out."""
    found = []
    for file in (ROOT / "verifier").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            name = getattr(node, "func", None)
            called = getattr(name, "id", "") or (getattr(name, "attr", "") if isinstance(name, ast.Attribute) else "")
            if not isinstance(node, ast.Call) or called not in ("Refusal", "_", "ngettext", "_l", "super().__init__", "__init__"):
                continue
            said = [argument.value for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
            if said and all(keyword.arg for keyword in node.keywords):
                names = {str(keyword.arg) for keyword in node.keywords}
                found += [(f"{file.relative_to(ROOT)}:{node.lineno}", text, names) for text in said]
    return found


def test_every_sentence_is_given_the_values_that_it_names() -> None:
    known, missing = catalogue("en"), []
    for where, text, names in calls():
        wanted = {name for shown in known.get(text, []) for name in PLACEHOLDER.findall(shown or text)}
        if unfilled := wanted - names - {"num"}:
            missing.append((where, text, sorted(unfilled)))
    assert missing == []
