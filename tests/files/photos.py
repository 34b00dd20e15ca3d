"""Bad photos: how each is made from the good ones, and what is to come of it.

`refused(…)` is the end of the message; `kept(…)` are facts of the photo that was read, and its copies are whole pictures all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from io import BytesIO
from struct import pack
from typing import Any
from zlib import compress, crc32

from PIL import ExifTags, Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

from tests.files import good

TAGS, GPS = ExifTags.Base, ExifTags.GPS
RATIO = IFDRational


@dataclass(frozen=True)
class Case:
    """A bad photo and its answer."""

    name: str
    make: Callable[[], bytes]
    refused: str = ""
    kept: dict[str, Any] = field(default_factory=dict)


def refused(name: str, make: Callable[[], bytes], message: str = "truncated") -> Case:
    """Refused, with this reason."""
    return Case(name, make, refused=message)


def kept(name: str, make: Callable[[], bytes], **facts: Any) -> Case:
    """Kept, with these facts."""
    return Case(name, make, kept=facts)


@cache
def file(name: str = "boiler") -> bytes:
    return (good.DEMO / f"photos/{name}.jpg").read_bytes()


@cache
def picture(side: int = 640) -> Image.Image:
    """The boiler, small enough to be spoiled a hundred times."""
    shown = Image.open(BytesIO(file())).convert("RGB")
    shown.thumbnail((side, side))
    return shown


@cache
def saved(format: str, mode: str = "RGB", **settings: Any) -> bytes:
    out = BytesIO()
    picture().convert(mode).save(out, format, **settings)
    return out.getvalue()


def written(shown: Image.Image, format: str = "JPEG", **settings: Any) -> bytes:
    out = BytesIO()
    shown.save(out, format, **settings)
    return out.getvalue()


def with_exif(orientation: int | None = None, place: dict[int, Any] | None = None, said: dict[int, Any] | None = None) -> bytes:
    """The boiler's JPEG with what a camera writes."""
    exif = Image.Exif()
    if orientation is not None:
        exif[TAGS.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.Exif).update(said or {})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(place or {})
    return written(picture(), exif=exif.tobytes(), quality=80)


def raw_exif(data: bytes) -> bytes:
    """The boiler's JPEG with these bytes where its metadata belong."""
    plain = saved("JPEG")
    return plain[:2] + b"\xff\xe1" + pack(">H", len(data) + 8) + b"Exif\0\0" + data + plain[2:]


def at(latitude: tuple[Any, ...], longitude: tuple[Any, ...], north: str = "N", east: str = "E") -> dict[int, Any]:
    return {GPS.GPSLatitudeRef: north, GPS.GPSLatitude: latitude, GPS.GPSLongitudeRef: east, GPS.GPSLongitude: longitude}


def cut(format: str, share: float, **settings: Any) -> Callable[[], bytes]:
    return lambda: saved(format, **settings)[: int(len(saved(format, **settings)) * share)]


def zero_tail(format: str, share: float, **settings: Any) -> Callable[[], bytes]:
    """A copy that stopped: room was set aside, and only the first part of the bytes came."""

    def make() -> bytes:
        data = saved(format, **settings)
        came = int(len(data) * share)
        return data[:came] + bytes(len(data) - came)

    return make


def png(width: int, height: int, depth: int = 8, colour: int = 2, body: bytes = b"") -> bytes:
    """A PNG from its chunks: whatever size its head claims."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))

    head = pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def large_png(width: int, height: int, depth: int, colour: int) -> bytes:
    """A whole PNG of one grey in a few kilobytes."""
    samples = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    row = b"\0" + b"\x80" * (width * samples * depth // 8)
    return png(width, height, depth, colour, compress(row * height, 1))


@cache
def large(width: int, height: int, format: str, mode: str = "RGB", **settings: Any) -> bytes:
    """A photo of a great many pixels: the boiler, scaled."""
    return written(picture().convert(mode).resize((width, height), Image.Resampling.NEAREST), format, **settings)


@cache
def plain_heic() -> bytes:
    """Fifty megapixels of one grey: the encoder is in no hurry otherwise."""
    return written(Image.new("RGB", (8160, 6120), (120, 130, 140)), "HEIF", quality=10, enc_params={"preset": "ultrafast"})


def frames(format: str, count: int = 3) -> bytes:
    return written(picture(), format, save_all=True, append_images=[picture().rotate(90 * each) for each in range(1, count)])


def text_bomb() -> bytes:
    """A PNG whose compressed comment unfolds to a gigabyte."""
    plain = saved("PNG")
    text = b"Comment\0\0" + compress(bytes(200_000_000), 9)
    return plain[:33] + pack(">I", len(text)) + b"zTXt" + text + pack(">I", crc32(b"zTXt" + text)) + plain[33:]


def spoiled_profile() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return written(picture(), icc_profile=profile[:200] + b"\xff" * (len(profile) - 200))


PLACE = at((RATIO(39), RATIO(54), RATIO(30)), (RATIO(116), RATIO(8), RATIO(51)))
NOWHERE = {"latitude": None, "longitude": None}
KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("PNG", {}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("HEIF", {}),
)
NO_PICTURE = [
    refused("nothing at all", lambda: b"", "empty"),
    refused("a PDF called .jpg", lambda: b"%PDF-1.7\n1 0 obj\n", "not_a_picture"),
    refused("a page called .jpg", lambda: b"<html><script>alert(1)</script></html>", "not_a_picture"),
    refused("a drawing with script called .png", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "not_a_picture"),
    refused("a program called .jpg", lambda: b"MZ\x90\0" + bytes(300), "not_a_picture"),
    refused("a program for Linux called .jpg", lambda: b"\x7fELF" + bytes(300), "not_a_picture"),
    refused("a workbook called .jpg", good.small, "not_a_picture"),
    refused("a film called .jpg", lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(300), "not_a_picture"),
    refused("a text called .jpg", lambda: "锅炉房".encode(), "not_a_picture"),
    refused("noise", lambda: bytes(range(1, 256)) * 20, "unknown_content"),
    refused("zeros", lambda: bytes(5000), "unknown_content"),
    *(
        refused(f"a {format} called .jpg", lambda format=format: saved(format), "not_a_picture")
        for format in ("GIF", "BMP", "TIFF", "AVIF")
    ),
    refused("only the first bytes of a JPEG", lambda: b"\xff\xd8\xff", "truncated"),
    refused("the head of a JPEG and then a page", lambda: file()[:300] + b"<html></html>", "truncated"),
    refused("the head of a PNG and nothing else", lambda: png(640, 480)[:33], "truncated"),
    refused("the head of a WebP and nothing else", lambda: b"RIFF\x24\0\0\0WEBPVP8 ", "truncated"),
    refused("the head of a HEIC and nothing else", lambda: saved("HEIF")[:24], "truncated"),
]
HALF = [
    *(
        refused(f"{format} {' '.join(settings)} cut after {share:.0%}", cut(format, share, **settings))
        for format, settings in KINDS
        for share in (0.1, 0.6, 0.98)
    ),
    *(
        refused(f"{format} {' '.join(settings)} with zeros after {share:.0%}", zero_tail(format, share, **settings))
        for format, settings in KINDS
        for share in (0.3, 0.7, 0.95)
    ),
    refused("a PNG with a wrong checksum", lambda: saved("PNG").replace(b"IDAT", b"IDAU", 1)),
    refused("a JPEG with its tables gone", lambda: file().replace(b"\xff\xdb", b"\xff\xfe")),
]
LARGE = [
    *(
        refused(f"a PNG that claims {side} pixels a side", lambda side=side: png(side, side), "too_many_pixels")
        for side in (8_001, 30_000, 2**31 - 1)
    ),
    refused("a PNG one pixel high and two thousand million wide", lambda: png(2**31 - 1, 1), "too_many_pixels"),
    refused(
        "a JPEG that claims 65,535 pixels a side",
        lambda: (data := saved("JPEG"))[: (at := data.find(b"\xff\xc0")) + 5] + b"\xff\xff\xff\xff" + data[at + 9 :],
        "too_many_pixels",
    ),
    refused("a file of 41 megabytes", lambda: file() + bytes(41 * 2**20), "too_large"),
    refused("a comment that unfolds to a bomb", text_bomb),
    kept("50 megapixels in JPEG", lambda: large(8160, 6120, "JPEG", quality=50), width=8160, height=6120),
    kept("50 megapixels in progressive JPEG", lambda: large(8160, 6120, "JPEG", quality=30, progressive=True), width=8160),
    kept("50 megapixels in CMYK", lambda: large(8160, 6120, "JPEG", mode="CMYK", quality=30), width=8160),
    kept("50 megapixels in PNG", lambda: large_png(8160, 6120, 8, 2), width=8160),
    kept("50 megapixels of 16 bit grey", lambda: large_png(8160, 6120, 16, 0), width=8160),
    kept("50 megapixels of 16 bit colour", lambda: large_png(8160, 6120, 16, 2), width=8160),
    kept("50 megapixels with transparency", lambda: large_png(8160, 6120, 8, 6), width=8160),
    refused("50 megapixels in WebP", lambda: large(8160, 6120, "WEBP", quality=5, method=0), "too_many_pixels"),
    kept("23 megapixels in WebP", lambda: large(5760, 4000, "WEBP", quality=5, method=0), width=5760),
    kept("50 megapixels in HEIC", plain_heic, width=8160, height=6120),
    kept("a strip of 60,000 by 3 pixels", lambda: large(60_000, 3, "PNG"), width=60_000, height=3),
    kept("one pixel", lambda: written(Image.new("RGB", (1, 1), "red")), width=1, height=1),
]
ODD = [
    kept("CMYK", lambda: saved("JPEG", mode="CMYK"), format="JPEG"),
    kept("grey", lambda: saved("JPEG", mode="L")),
    kept("black and white", lambda: saved("PNG", mode="1")),
    kept("a palette", lambda: saved("PNG", mode="P")),
    kept("16 bit grey", lambda: large_png(640, 480, 16, 0), width=640),
    kept("16 bit colour with transparency", lambda: large_png(640, 480, 16, 6), width=640),
    kept("transparency", lambda: saved("PNG", mode="RGBA")),
    kept("a JPEG called .png", lambda: saved("JPEG"), format="JPEG", media_type="image/jpeg"),
    kept("a HEIC called .jpg", lambda: saved("HEIF"), format="HEIC", media_type="image/heic"),
    kept("an MPO with a second picture inside", lambda: frames("MPO", 2), format="JPEG"),
    refused("a moving PNG", lambda: frames("PNG"), "animated"),
    refused("a moving WebP", lambda: frames("WEBP"), "animated"),
    kept("bytes after the end of a JPEG", lambda: file() + b"secret" * 400, format="JPEG"),
    kept("a page after the end of a JPEG", lambda: file() + b"<script>alert(1)</script>", format="JPEG"),
    kept("an archive after the end of a JPEG", lambda: file() + good.small(), format="JPEG"),
    kept("a spoiled colour profile", spoiled_profile),
    *(
        kept(
            f"turned as {orientation} says",
            lambda orientation=orientation: with_exif(orientation),
            orientation=orientation,
            width=picture().width if orientation < 5 else picture().height,
        )
        for orientation in range(1, 9)
    ),
    *(kept(f"an orientation of {wrong}", lambda wrong=wrong: with_exif(wrong), orientation=1) for wrong in (0, 9, 65_535)),
    kept("metadata cut short", lambda: raw_exif(b"II*\0\x08\0\0\0\xff\xff"), orientation=1, **NOWHERE),
    kept("metadata that point past their end", lambda: raw_exif(b"MM\0*\xff\xff\xff\xff"), orientation=1, **NOWHERE),
    kept("metadata that point at themselves", lambda: raw_exif(b"II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\x08\0\0\0"), **NOWHERE),
    kept("metadata of noise", lambda: raw_exif(bytes(range(256)) * 20), orientation=1, **NOWHERE),
    kept("a good place", lambda: with_exif(place=PLACE), latitude=Decimal("39.9083333")),
    kept("0/0 for a place", lambda: with_exif(place=at((RATIO(0, 0),) * 3, (RATIO(0, 0),) * 3)), **NOWHERE),
    kept("0° 0°", lambda: with_exif(place=at((RATIO(0),) * 3, (RATIO(0),) * 3)), **NOWHERE),
    kept("91° north", lambda: with_exif(place=at((RATIO(91), RATIO(0), RATIO(0)), (RATIO(1),) * 3)), **NOWHERE),
    kept("a place of two numbers", lambda: with_exif(place=at((RATIO(39), RATIO(30)), (RATIO(116), RATIO(15)))), latitude=Decimal("39.5")),
    kept("a place of one whole number", lambda: with_exif(place=at((RATIO(39),), (RATIO(116),))), **NOWHERE),
    kept(
        "a latitude without a longitude", lambda: with_exif(place={GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (RATIO(39),) * 3}), **NOWHERE
    ),
    kept("a hemisphere that is none", lambda: with_exif(place={**PLACE, GPS.GPSLatitudeRef: "X"}), **NOWHERE),
    *(
        kept(f"taken on {when}", lambda when=when: with_exif(said={TAGS.DateTimeOriginal: when}), taken_at=None)
        for when in ("0000:00:00 00:00:00", "2021:02:30 10:00:00", "    :  :     :  :  ", "yesterday", "2021-06 10:00")
    ),
]
CASES = [*NO_PICTURE, *HALF, *LARGE, *ODD]
