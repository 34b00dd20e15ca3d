"""Detects truncated image files, which decoders silently fill with grey."""

FEW_ZEROS = 64
PLAINEST = 0.05
"""Bits for a pixel: what has fewer is as good as one colour."""


def has_end(data: bytes, found: str, pixels: int) -> bool:
    """Whether the end marker is present; decoders silently fill a missing end with grey."""
    if found == "PNG":
        return b"IEND\xaeB`\x82" in data
    if found == "WEBP":
        return len(data) >= int.from_bytes(data[4:8], "little") + 8 and not _unfilled(data, pixels)
    if found == "HEIC":
        return _boxes_whole(data)
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        at += 1 if data[at + 1] == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return b"\xff\xd9" in data[at:]


def _unfilled(data: bytes, pixels: int) -> bool:
    """Whether a WebP ends in zeros: room set aside for a copy that never came. One of a single colour ends in some of its own."""
    zeros = len(data) - len(data.rstrip(b"\0"))
    return zeros > FEW_ZEROS and (len(data) * 8 > pixels * PLAINEST or zeros > len(data) // 8)


def _boxes_whole(data: bytes) -> bool:
    """Whether no outermost box of a HEIC file reaches past its end, and the one of the pixels, which never hold a run of zeros, is filled.

    What makers append after the last box is theirs.
    """
    at, filled = 0, False
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0 and kind == b"mdat":
            size = len(data) - at
        if kind == b"mdat":
            filled = bool(data[at : at + size][-128:].strip(b"\0"))
        if size < 8:
            break
        at += size
    return at <= len(data) and filled
