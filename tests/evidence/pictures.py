"""Pictures as cameras write them, and as they do not: in every format, with the metadata asked for."""

from functools import cache
from io import BytesIO

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from verifier.evidence.photos import ReadPhoto, read_photo

RED, BLUE = (200, 30, 30), (30, 30, 200)
TAGS, GPS = ExifTags.Base, ExifTags.GPS


def saved(picture: Image.Image, format: str = "JPEG", **settings: object) -> bytes:
    """The picture as a file; metadata as bytes, for only so does a HEIC get its turn as its own container says it."""
    if isinstance(settings.get("exif"), Image.Exif):
        settings["exif"] = settings["exif"].tobytes()
    target = BytesIO()
    picture.save(target, format, **settings)
    return target.getvalue()


def sky_and_ground(width: int = 64, height: int = 48) -> Image.Image:
    """Red above blue: what is up can be told."""
    picture = Image.new("RGB", (width, height), BLUE)
    picture.paste(RED, (0, 0, width, height // 2))
    return picture


@cache
def grain(width: int = 320, height: int = 240) -> Image.Image:
    noise = Image.effect_noise((width, height), 80)
    return Image.merge("RGB", (noise, noise.rotate(180), noise))


def degrees(*parts: float) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(round(part * 100), 100) for part in parts)


def exif(place: dict[int, object] | None = None, details: dict[int, object] | None = None, **said: object) -> Image.Exif:
    written = Image.Exif()
    for name, value in said.items():
        written[TAGS[name]] = value
    written.get_ifd(ExifTags.IFD.Exif).update(details or {})
    written.get_ifd(ExifTags.IFD.GPSInfo).update(place or {})
    return written


SHOUGANG = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: degrees(39, 54, 30.6),
    GPS.GPSLongitudeRef: "E",
    GPS.GPSLongitude: degrees(116, 8, 51),
    GPS.GPSAltitudeRef: b"\0",
    GPS.GPSAltitude: IFDRational(812, 10),
}
NOON = {TAGS.DateTimeOriginal: "2021:06:03 14:05:09", TAGS.OffsetTimeOriginal: "+08:00"}


def shot(format: str) -> ReadPhoto:
    return read_photo(saved(grain(), format, exif=exif(SHOUGANG, NOON, Make="HUAWEI", Model="HUAWEI P40")), "锅炉.jpg")
