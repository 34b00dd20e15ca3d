"""Documents name only what exists: files, links, commands of `verifier`, targets of make, settings."""

import re
from functools import cache
from pathlib import Path

import click
import pytest

from verifier.cli.online import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    str(path.relative_to(ROOT))
    for folder in (ROOT, ROOT / "docs", ROOT / ".github")
    for path in folder.glob("**/*.md" if folder != ROOT else "*.md")
)
PATH = re.compile(r"(?<![\w/.-])((?:verifier|tests|tools|docs|bench|deploy|static|templates|\.github)/[\w./-]*\w/?)")
"""A path from the top of the repository, wherever it stands in the text."""
QUOTED = re.compile(r"`([a-z_]+/[A-Za-z0-9_./-]+)`")
"""A path in code marks, from the top of the repository or of the package."""
MADE = ("deploy/.env", "deploy/tls/", "instance/", "evidence/", "heads/", "beijing/")
"""What running or deploying creates, and the names of rule packs."""


@cache
def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The addresses of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_document_names_exists(page: str) -> None:
    missing = [name for name in PATH.findall(text(page)) if not (ROOT / name).exists()]
    missing += [name for name in QUOTED.findall(text(page)) if not any((base / name).exists() for base in (ROOT, ROOT / "verifier"))]
    assert [name for name in missing if not name.startswith(MADE)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_document_leads_somewhere(page: str) -> None:
    broken = []
    for target, _, anchor in (link.partition("#") for link in re.findall(r"\]\(([^):]+)\)", text(page))):
        file = (ROOT / page).parent / target if target else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_document_exists(page: str) -> None:
    named = set(re.findall(r"(?:^|`|bin/)verifier ([a-z]+(?:-[a-z]+)?)(?: ([a-z][a-z-]*)\b)?", text(page), re.M))
    unknown = []
    for first, second in named:
        command = main.commands.get(first)
        if command is None or (second and isinstance(command, click.Group) and second not in command.commands):
            unknown.append(f"{first} {second}".strip())
    assert unknown == []


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_that_a_document_names_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`make ([a-z]+)", text(page))) - targets == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_a_document_names_exists(page: str) -> None:
    known = set(re.findall(r"VERIFIER_[A-Z_]+", "".join(path.read_text() for path in (ROOT / "verifier").rglob("*.py"))))
    assert set(re.findall(r"\bVERIFIER_[A-Z_]+\b", text(page))) - known == set()


def test_decisions_are_numbered_without_a_gap_and_carry_their_number() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert [path.name for path in files if not path.read_text().startswith(f"# {path.name[:4]} ")] == []
