"""Which typed characters no face of our PDFs has: they will stand there as a mark with their code point."""

import re
import unicodedata
from bisect import bisect_right
from functools import cache

from verifier.config import FONTS

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")
"""Marks that steer other programs' layout: joiners, directions, variants. They have no shape and are left out of the PDF."""


@cache
def _ranges() -> tuple[list[int], list[int]]:
    """First and last code points of the ranges that `tools/font_coverage.py` wrote."""
    pairs = [line.split("-") for line in (FONTS / "coverage.txt").read_text(encoding="ascii").split()]
    return [int(first, 16) for first, _ in pairs], [int(last, 16) for _, last in pairs]


def unprintable(text: str) -> str:
    """The characters, each once and in order of appearance, that the PDF shows as 〔U+1F9FF〕."""
    shown = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return "".join(dict.fromkeys(each for each in shown if each not in "\r\n\t" and not _is_covered(ord(each))))


def _is_covered(code: int) -> bool:
    firsts, lasts = _ranges()
    index = bisect_right(firsts, code) - 1
    return index >= 0 and code <= lasts[index]
