"""Digits as people type them: full-width forms and the decimal digits of any script; superscripts and fractions are no digits."""

import unicodedata

FULL_WIDTH, FROM_ASCII = ("\uff01", "\uff5e"), 0xFEE0


def plain_digits(text: str) -> str:
    """The text with decimal digits and full-width forms in ASCII, any blank as a space; `²` and `½` stay as they are."""
    return text if text.isascii() else "".join(_plain(character) for character in text)


def whole_number(text: object, *, longest: int = 9) -> int | None:
    """A whole number without a sign, of at most `longest` digits; None for anything else, blanks around it aside."""
    digits = plain_digits(str(text if text is not None else "")).strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= longest else None


def _plain(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if FULL_WIDTH[0] <= character <= FULL_WIDTH[1]:
        return chr(ord(character) - FROM_ASCII)
    if character.isspace():
        return " "
    return "-" if character == "\u2212" else character
