"""Attachments: detects the real file type and derives a safe download name."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath
from re import compile as compile_pattern
from re import sub
from unicodedata import category, normalize
from zipfile import BadZipFile, ZipFile

from verifier.core.errors import Refusal
from verifier.evidence.file_kinds import ATTACHMENT, FILE_KINDS, FileUse
from verifier.evidence.text_encoding import decoded

LONGEST_NAME = 180
PDF_WITHIN = 1024
"""Bytes of a file within which a PDF may begin."""

_NOT_KEPT = {
    "MACROS": "evidence.file.macros",
    "ENCRYPTED": "evidence.file.encrypted",
    "BROKEN": "evidence.file.broken",
    "": "evidence.file.unknown_content",
}
_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"\x1f\x8b", "GZIP"),
    (b"ID3", "MP3"),
)
_ROOT = compile_pattern(r"\s*<([^\W\d][\w:.-]*)[\s>]")
"""The first element of an XML document without a declaration."""
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


@dataclass(frozen=True)
class ReadFile:
    """A file that may be kept: its true media type, a safe name for its download, and what identifies its bytes."""

    media_type: str
    safe_name: str
    sha256: str
    size: int


def read_attachment(data: bytes, filename: str, use: FileUse = ATTACHMENT) -> ReadFile:
    """A file of an accepted kind, recognised by content; its download name ends as its content says."""
    name = safe_name(filename)
    if not data:
        raise Refusal("evidence.file.empty", file=name)
    if len(data) > use.most_bytes:
        raise Refusal("evidence.file.too_large", file=name, megabytes=_megabytes(len(data)), most=_megabytes(use.most_bytes))
    found = kind(data)
    if found == "TXT" and name.lower().endswith(".csv"):
        found = "CSV"
    if found not in use.kinds:
        raise Refusal(_NOT_KEPT.get(found, use.refusal), file=name, found=found, kinds=use.words)
    file_kind = FILE_KINDS[found]
    return ReadFile(file_kind.media_type, safe_name(filename, file_kind.endings), sha256(data).hexdigest(), len(data))


def kind(data: bytes) -> str:
    """What the bytes are, whatever their name says: "PDF", "ZIP" …; "" if unknown; "MACROS", "ENCRYPTED" or "BROKEN" for office files."""
    if data[:4] == b"PK\x03\x04" or data[:4] == b"PK\x05\x06":
        return _zip_kind(data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _ole_kind(data)
    if data[:4] == b"RIFF":
        return {b"WEBP": "WEBP", b"WAVE": "WAV", b"AVI ": "AVI"}.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return _iso_kind(data)
    if _is_pdf(data):
        return "PDF"
    signature, name = next((each for each in _SIGNATURES if data.startswith(each[0])), (b"", ""))
    return name if name and not signature.isascii() else _text_kind(data) or name


def safe_name(filename: str, endings: tuple[str, ...] = ()) -> str:
    """The name without folders, control or direction characters and what a file system reserves; other scripts stay; ends as wanted."""
    last = normalize("NFC", filename).replace("\\", "/").rstrip("/").rpartition("/")[2]
    printable = "".join(" " if category(c) in ("Zs", "Zl", "Zp") else c for c in last if category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    name = sub(r" +", " ", sub(r'[<>:"|?*]', "_", printable)).strip(" .") or "file"
    if name.split(".")[0].strip().lower() in _RESERVED:
        name = f"_{name}"
    ending = PurePosixPath(name).suffix
    if endings and ending.lower() not in endings:
        ending = endings[0]
        name += ending
    stem = name.removesuffix(ending).encode()[: LONGEST_NAME - len(ending.encode()[:40])].decode(errors="ignore")
    return stem.rstrip(" .") + ending if len(ending.encode()) <= 40 else stem


def download_name(filename: str, media_type: str) -> str:
    """The name under which stored content is saved: its ending is one of its kind, whatever it was handed in as."""
    endings = next((each.endings for each in FILE_KINDS.values() if each.media_type == media_type), ())
    return safe_name(filename, endings)


def _is_pdf(data: bytes) -> bool:
    """`%PDF-` at the start, or within the first 1,024 bytes of a file that ends like a PDF: behind a line of a copier or printer language.

    Source: ISO 32000-1, Annex H, implementation note 13. Whatever begins as a file of another kind, or as markup, is that.
    """
    at = data.find(b"%PDF-", 0, PDF_WITHIN + 5)
    before = data[: max(at, 0)].removeprefix(b"\xef\xbb\xbf").strip()
    if at < 0 or not before:
        return at >= 0
    started = before.startswith((b"<", *(start for start, _ in _SIGNATURES)))
    return not started and b"startxref" in data[-PDF_WITHIN * 4 :]


def _zip_kind(data: bytes) -> str:
    """Office and OFD documents are ZIP files that hold a main part; an office document with a macro project is a kind of its own."""
    try:
        with ZipFile(BytesIO(data)) as package:
            names = {name.lower() for name in package.namelist()}
    except (BadZipFile, NotImplementedError, ValueError, EOFError):
        return "BROKEN"
    if "[content_types].xml" in names:
        if any(name.endswith("vbaproject.bin") for name in names):
            return "MACROS"
        if "xl/workbook.xml" in names:
            return "XLSX"
        if "word/document.xml" in names:
            return "DOCX"
    return "OFD" if "ofd.xml" in names else "ZIP"


def _ole_kind(data: bytes) -> str:
    """Older Office files name their streams in UTF-16 in their directory."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") + b"\0\0" in data

    if holds("EncryptedPackage"):
        return "ENCRYPTED"
    if holds("_VBA_PROJECT"):
        return "MACROS"
    if holds("Workbook") or holds("Book"):
        return "XLS"
    return "DOC" if holds("WordDocument") else "OLE"


def _iso_kind(data: bytes) -> str:
    """HEIC, AVIF and films share one container and name their brand in the first box."""
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, min(int.from_bytes(data[:4], "big"), 256), 4))}
    if data[8:12] in (b"avif", b"avis"):
        return "AVIF"
    return "HEIC" if brands & _HEIC_BRANDS else "MP4"


def _text_kind(data: bytes) -> str:
    """Text has no control characters beyond line and page breaks, in one of the encodings of `text_encoding`."""
    text = decoded(data)
    if text is None or any(category(c) == "Cc" and c not in "\t\r\n\f" for c in set(text)):
        return ""
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<script", "<svg", "<?xml", "<head", "<body")):
        return "XML" if start.startswith("<?xml") else "SVG" if start.startswith("<svg") else "HTML"
    root = _ROOT.match(text)
    return "XML" if root and text.rstrip().endswith(f"</{root[1]}>") else "TXT"


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}"
