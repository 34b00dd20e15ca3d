"""Encoding and separator of text files: UTF-8, UTF-16, GB 18030 and Western European (Windows-1252)."""

from collections.abc import Iterable

SEPARATORS = "\t;|,"
"""In the order in which they are preferred where several would do: a comma may be a decimal one."""
LOOKED_AT = 50
"""Lines by which the separator is found."""
MOST_FOREIGN = 0.3
"""Share of two-byte characters outside GB 2312 above which a text is not Chinese: an accented letter with the letter after it."""


def decoded(data: bytes) -> str | None:
    """The text of a file, None where it is in none of these encodings."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _as(data, "utf-16")
    if b"\0" in data[:200]:
        wide = next((name for name, at in (("utf-16-le", 0), ("utf-16-be", 1)) if 0 not in data[at:200:2]), None)
        return _as(data, wide) if wide else None
    text = _as(data, "utf-8-sig")
    if text is None:
        text = _as(data, "gb18030")
        if text is None or _foreign(data) > MOST_FOREIGN:
            text = _as(data, "cp1252") or text
    return text


def separator(lines: Iterable[str]) -> str:
    """The separator that every line has most often; a comma where none is in every line."""
    counts: dict[str, list[int]] = {each: [] for each in SEPARATORS}
    for line in lines:
        if line.strip():
            plain = "".join(line.split('"')[::2])
            for each in SEPARATORS:
                counts[each].append(plain.count(each))
    fewest = {each: min(found, default=0) for each, found in counts.items()}
    best = max(SEPARATORS, key=lambda each: (fewest[each], -SEPARATORS.index(each)))
    return best if fewest[best] else ","


def _as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _foreign(data: bytes) -> float:
    """Of the characters of two bytes in GB 18030, the share whose second byte is an ASCII one."""
    pairs = foreign = at = 0
    while at + 1 < len(data):
        if data[at] < 0x80:
            at += 1
            continue
        pairs += 1
        foreign += data[at + 1] < 0x80
        at += 2
    return foreign / pairs if pairs else 0.0
