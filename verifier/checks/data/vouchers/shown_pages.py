"""Which pictures a voucher has, by its media type: pages of a PDF or a scan, or the photo itself."""

from verifier.evidence.file_kinds import FILE_KINDS, PDF, PHOTO_COPIES, TIFF

PDF_PAGES, SCAN_PAGES = "pdf", "scan"
DRAWN = 5
"""Most pages of a voucher shown next to a number; the rest is in the original."""
_PAGED = {PDF: PDF_PAGES, TIFF: SCAN_PAGES}


def pictured_as(media_type: str) -> str | None:
    """The kind of pictures that are made of a voucher; None for what is shown as rows."""
    if media_type in _PAGED:
        return _PAGED[media_type]
    return PHOTO_COPIES if any(each.media_type == media_type and each.is_picture for each in FILE_KINDS.values()) else None


def pictured_pages(media_type: str, pages: int | None) -> int:
    """How many pages of a voucher are shown as pictures."""
    if media_type in _PAGED:
        return min(pages or 0, DRAWN)
    return int(pictured_as(media_type) is not None)
