"""The one table of accepted files: kinds by content, and for each use of files which kinds and how many bytes it takes.

Forms take the accept attribute and the hint from it, the actions that read a file take the refusal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file, recognised by content: its media type and the endings its name may have."""

    word: str
    """How people call it, in every language."""
    media_type: str
    endings: tuple[str, ...]
    is_picture: bool = False


FILE_KINDS: Mapping[str, FileKind] = MappingProxyType(
    {
        "PDF": FileKind("PDF", "application/pdf", (".pdf",)),
        "JPEG": FileKind("JPEG", "image/jpeg", (".jpg", ".jpeg"), is_picture=True),
        "PNG": FileKind("PNG", "image/png", (".png",), is_picture=True),
        "WEBP": FileKind("WebP", "image/webp", (".webp",), is_picture=True),
        "HEIC": FileKind("HEIC", "image/heic", (".heic", ".heif"), is_picture=True),
        "TIFF": FileKind("TIFF", "image/tiff", (".tif", ".tiff")),
        "OFD": FileKind("OFD", "application/ofd", (".ofd",)),
        "XML": FileKind("XML", "application/xml", (".xml",)),
        "XLSX": FileKind("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",)),
        "XLS": FileKind("XLS", "application/vnd.ms-excel", (".xls",)),
        "CSV": FileKind("CSV", "text/csv", (".csv",)),
        "DOCX": FileKind("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",)),
        "TXT": FileKind("TXT", "text/plain", (".txt",)),
    }
)
"""By the name that `files.kind` gives to content."""
PICTURES = tuple(name for name, kind in FILE_KINDS.items() if kind.is_picture)
PDF, JPEG, XLSX, TIFF = (FILE_KINDS[name].media_type for name in ("PDF", "JPEG", "XLSX", "TIFF"))
PHOTO_COPIES = "photo"
"""Name under which the smaller copies of photos are made and kept: `pictures`."""


@dataclass(frozen=True, slots=True)
class FileUse:
    """What one use of files takes, and the message id that refuses any other kind (with `file`, `found` and `kinds`)."""

    kinds: tuple[str, ...]
    most_bytes: int
    refusal: str

    @property
    def accept(self) -> str:
        """The accept attribute: endings, which every desktop knows, and media types, by which a phone offers its photos."""
        listed = [FILE_KINDS[name] for name in self.kinds]
        return ",".join((*(ending for kind in listed for ending in kind.endings), *(kind.media_type for kind in listed)))

    @property
    def media_types(self) -> str:
        """The accept attribute for a camera, which opens only where nothing but media types is asked for."""
        return ",".join(FILE_KINDS[name].media_type for name in self.kinds)

    @property
    def words(self) -> tuple[str, ...]:
        """The kinds as people call them."""
        return tuple(FILE_KINDS[name].word for name in self.kinds)


PHOTO = FileUse(PICTURES, 40 * MEGABYTE, "evidence.photo.not_a_picture")
ATTACHMENT = FileUse(tuple(FILE_KINDS), 50 * MEGABYTE, "evidence.file.not_allowed")
VOUCHER = FileUse(("PDF", *PICTURES, "TIFF", "OFD", "XML", "XLSX", "CSV", "TXT"), 50 * MEGABYTE, "voucher.file.kind")
SAMPLE_LIST = FileUse(("XLSX", "CSV", "TXT"), 50 * MEGABYTE, "data.sample.list_unreadable")
REPORT = FileUse(("XLSX",), 60 * MEGABYTE, "reports.workbook.not_a_workbook")
STATEMENT = FileUse(("PDF",), 50 * MEGABYTE, "statement.inspect.no_pdf")
USES: Mapping[str, FileUse] = MappingProxyType(
    {"photo": PHOTO, "attachment": ATTACHMENT, "voucher": VOUCHER, "sample_list": SAMPLE_LIST, "report": REPORT, "statement": STATEMENT}
)
