"""The faces of our PDFs: two main faces, further ones for the characters that these lack, and a mark for what no face has."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFont

from verifier.config import FONTS

REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
FURTHER = (
    "NotoSans-Regular",
    "NotoSansSymbols2-Regular",
    "NotoEmoji-Regular",
    "NotoSansArabic-Regular",
    "NotoSansHebrew-Regular",
    "NotoSansThai-Regular",
    "NotoSansDevanagari-Regular",
    "NotoSansArmenian-Regular",
    "NotoSansGeorgian-Regular",
    "NotoSansSymbols-Regular",
    "NotoSansMath-Regular",
    "HanaMinB",
)
"""Asked in this order for a character that the main face lacks: letters, signs, pictographs, scripts, rare Chinese characters."""
_CHAINS = {REGULAR: (REGULAR, *FURTHER), BOLD: (BOLD, "NotoSans-Bold", *FURTHER)}
_FILES = {REGULAR: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf"}

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")
"""Marks that steer other programs' layout: joiners, directions, variants. They have no shape, and may not reorder what is signed."""
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_RESHAPER = ArabicReshaper({"delete_harakat": False, "support_ligatures": False})


def _to_unicode(fontname: str, codes: list[int]) -> str:
    """The map by which text is copied out of the PDF; reportlab writes those beyond U+FFFF with five digits, which are read as others."""
    cmap = _REPORTLABS_MAP(fontname, [])
    rows = "\n".join(f"<{index:02X}> <{_utf_16(code)}>" for index, code in enumerate(codes))
    cmap = cmap.replace("<00> <-1>", f"<00> <{len(codes) - 1:02X}>")
    return cmap.replace("0 beginbfchar\n", f"{len(codes)} beginbfchar\n{rows}\n")


def _utf_16(code: int) -> str:
    return chr(code).encode("utf-16-be", "surrogatepass").hex().upper()


_REPORTLABS_MAP = ttfonts.makeToUnicodeCMap
ttfonts.makeToUnicodeCMap = _to_unicode


@cache
def _face(name: str) -> TTFont:
    font = TTFont(name, str(FONTS / _FILES.get(name, f"{name}.ttf")))
    pdfmetrics.registerFont(font)
    return font


def load_fonts() -> None:
    """Registers the two main faces; a further one is read when the first character needs it. A document embeds only the glyphs it uses."""
    for name in (REGULAR, BOLD):
        _face(name)


@lru_cache(maxsize=1 << 16)
def face_with(character: str, font: str) -> str | None:
    """The first face of a main face's chain that has the character; None where no face has it, and for control characters."""
    if unicodedata.category(character) == "Cc":
        return None
    return next((name for name in _CHAINS[font] if ord(character) in _face(name).face.charToGlyph), None)


@lru_cache(maxsize=1 << 16)
def _width(character: str, font: str) -> float:
    return pdfmetrics.stringWidth(character, face_with(character, font) or font, 1000) / 1000


def width_at_one_point(text: str, font: str) -> float:
    """The width of printable text set at one point, in points."""
    return sum(_width(character, font) for character in text)


def runs(text: str, font: str) -> Iterator[tuple[str, str]]:
    """Printable text as (face, characters), cut where the face changes."""
    for name, characters in groupby(text, lambda character: face_with(character, font) or font):
        yield name, "".join(characters)


def printable(text: str) -> str:
    """The text with composed letters and joined Arabic forms, without invisible marks; a character in no face stands as 〔U+1F9FF〕."""
    shown = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    if _ARABIC.search(shown):
        shown = _RESHAPER.reshape(shown)
    return "".join(each if each == "\n" or face_with(each, REGULAR) else f"〔U+{ord(each):04X}〕" for each in shown)


def in_reading_order(line: str) -> str:
    """One line as it is painted from left to right: runs of Hebrew and Arabic are turned round."""
    return get_display(line) if _RIGHT_TO_LEFT.search(line) else line
