"""Scans (TIFF): how many pages one has, and its first pages as pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from verifier.core.errors import Refusal
from verifier.evidence.camera_metadata import orientation
from verifier.evidence.photos import PhotoLimits, jpeg, upright_preview, within

QUALITY = 80


@dataclass(frozen=True, slots=True)
class ReadScan:
    """How many pages a scan has, and the first of them as JPEG."""

    pages: int
    pictures: tuple[bytes, ...]


def read_scan(data: bytes, filename: str, pages: int, side: int, limits: PhotoLimits | None = None) -> ReadScan:
    """The first pages decoded to their last row; `side` pixels at most, 0: without pictures. Refused with the page that cannot be read."""
    limits = limits or PhotoLimits()
    try:
        scan = Image.open(BytesIO(data), formats=["TIFF"])
        count = int(getattr(scan, "n_frames", 1))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal("evidence.scan.too_many_pixels", file=filename, page=1, most=limits.most_pixels // 1_000_000) from None
    except Exception as error:  # decoders raise whatever a broken head leads them to
        raise Refusal("evidence.scan.broken", file=filename, page=1) from error
    return ReadScan(count, tuple(_drawn(scan, filename, min(count, pages), side, limits)))


def _drawn(scan: Image.Image, filename: str, pages: int, side: int, limits: PhotoLimits) -> Iterator[bytes]:
    for page in range(pages):
        try:
            scan.seek(page)
            if scan.width * scan.height > limits.most_pixels:
                raise Image.DecompressionBombError
            scan.load()
            picture = upright_preview(scan, orientation(scan)) if side else None
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Refusal("evidence.scan.too_many_pixels", file=filename, page=page + 1, most=limits.most_pixels // 1_000_000) from None
        except MemoryError:
            raise
        except Exception as error:  # decoders raise whatever broken data leads them to
            raise Refusal("evidence.scan.broken", file=filename, page=page + 1) from error
        if picture is not None:
            yield jpeg(within(picture, side), QUALITY)
