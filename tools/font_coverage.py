"""Writes static/fonts/coverage.txt: the code points that the faces of our PDFs have, as ranges, for the warning where text is typed."""

from itertools import pairwise

from verifier.config import FONTS
from verifier.statement.pdf.fonts import REGULAR, face_with


def ranges() -> list[str]:
    """Hexadecimal ranges, both ends included, in order."""
    codes = [code for code in range(0x20, 0x110000) if not 0xD800 <= code < 0xE000 and face_with.__wrapped__(chr(code), REGULAR)]
    cuts = [0, *(index for index, (one, two) in enumerate(pairwise(codes), 1) if two != one + 1), len(codes)]
    return [f"{codes[start]:X}-{codes[end - 1]:X}" for start, end in pairwise(cuts)]


if __name__ == "__main__":
    (FONTS / "coverage.txt").write_text("\n".join(ranges()) + "\n", encoding="ascii")
