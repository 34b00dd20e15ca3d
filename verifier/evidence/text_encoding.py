"""Encoding and separator of text files: UTF-8, UTF-16, GB 18030 and Western European (Windows-1252)."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO
from operator import itemgetter

SEPARATORS = "\t;|,"
"""In the order in which they are preferred where several would do: a comma may be a decimal one."""
LOOKED_AT = 50
"""Lines by which the separator is found."""
SAMPLE = 65_536
"""Bytes of a file by which GB 18030 is told from Windows-1252."""
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
        if text is None or _foreign(data[:SAMPLE]) > MOST_FOREIGN:
            text = _as(data, "cp1252") or text
    return text


def separator(lines: Iterable[str]) -> str:
    """The separator that stands equally often in the most lines, so that a title above the table decides nothing; else a comma."""
    plain = ["".join(line.split('"')[::2]) for line in lines if line.strip()]

    def sharing(mark: str) -> tuple[int, int]:
        times, count = max(Counter(found for line in plain if (found := line.count(mark))).items(), key=itemgetter(1, 0), default=(0, 0))
        return count, times

    best = max(SEPARATORS, key=lambda mark: (*sharing(mark), -SEPARATORS.index(mark)))
    return best if sharing(best)[0] else ","


def table(text: str) -> Iterator[list[str]]:
    """The rows of a table in a text, cell by cell; a first line `sep=;` names the separator and is no row. Raises `csv.Error`."""
    lines = text.splitlines()
    first = lines[0] if lines else ""
    mark = first[4:] if first.casefold().startswith("sep=") and len(first) == 5 else ""
    return csv.reader(StringIO("\n".join(lines[bool(mark) :])), delimiter=mark or separator(lines[:LOOKED_AT]))


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
