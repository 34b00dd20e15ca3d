"""The user guide: a page for each kind of person in both languages, built alike, with the screenshots that tools/screenshots.py takes."""

import re
import runpy
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from verifier.config import TRANSLATIONS

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide"
PAGES = ("verifier", "contact", "manager", "administrator")
LANGUAGES = ("en", "zh")


def text(language: str, page: str) -> str:
    return (GUIDE / language / f"{page}.md").read_text(encoding="utf-8")


def shown(language: str, page: str) -> list[str]:
    """The screenshots of a page, in order."""
    return re.findall(rf"!\[[^\]]+\]\(\.\./images/{language}/([\w-]+)\.png\)", text(language, page))


def test_the_guide_has_the_same_pages_in_both_languages() -> None:
    assert {language: sorted(path.stem for path in (GUIDE / language).iterdir()) for language in LANGUAGES} == dict.fromkeys(
        LANGUAGES, sorted(PAGES)
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_built_alike_in_both_languages(page: str) -> None:
    english, chinese = (re.findall(r"^(#+ |\| |!\[|```|\*)", text(language, page), re.M) for language in LANGUAGES)
    assert english == chinese
    assert shown("en", page) == shown("zh", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screenshot_is_taken_by_the_script_and_shown_in_the_guide(language: str) -> None:
    taken = {shot.name for shot in runpy.run_path(str(ROOT / "tools" / "screenshots.py"))["SHOTS"]}
    kept = {path.stem for path in (GUIDE / "images" / language).iterdir()}
    assert kept == taken
    assert {name for page in PAGES for name in shown(language, page)} == taken


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_that_the_guide_quotes_is_on_a_page(language: str) -> None:
    with (TRANSLATIONS / "zh" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known = {message.id if language == "en" else message.string for message in read_po(file) if isinstance(message.id, str)}
    quoted = {label for page in PAGES for label in re.findall(r"(?<!\*)\*([^*\n]+[^*.。])\*(?!\*)", text(language, page))}
    assert quoted - known == set()
    assert len(quoted) > 1


def test_every_picture_has_a_description() -> None:
    assert [(page, language) for page in PAGES for language in LANGUAGES if "![](" in text(language, page)] == []


def test_the_screenshots_are_small_enough_to_be_kept() -> None:
    assert sum(path.stat().st_size for path in (GUIDE / "images").rglob("*.png")) < 4_000_000
