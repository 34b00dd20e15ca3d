"""What the camera wrote into a photo (EXIF): time of taking, place, camera, orientation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from re import compile as pattern

from PIL import ExifTags, Image

_MOMENT = pattern(r"(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)[ T](\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d?:?\d\d)?")
_OFFSET = pattern(r"([+-])(\d\d?):?([0-5]\d)")
_FARTHEST_OFFSET = 14


@dataclass(frozen=True)
class Shot:
    """What the camera wrote into the file, a claim and not a proof: the place in degrees (north, east), the height in metres."""

    taken_at: str | None = None
    utc_offset: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    altitude: Decimal | None = None
    camera: str | None = None


def orientation(picture: Image.Image) -> int:
    """What the file says, 1 where it says nothing valid; HEIC pictures come upright from their decoder."""
    try:
        tag = picture.info.get("original_orientation") or picture.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # broken metadata does not make the picture less whole
        return 1
    return tag if isinstance(tag, int) and 1 <= tag <= 8 else 1


def shot(picture: Image.Image) -> Shot:
    """Time, place and camera as far as they can be read."""
    try:
        exif = picture.getexif()
        details, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
        taken_at, offset = _time(exif, details)
        latitude, longitude, altitude = _place(place)
        return Shot(taken_at, offset, latitude, longitude, altitude, _camera(exif))
    except Exception:  # broken metadata does not make the picture less whole
        return Shot()


def _time(exif: Mapping[int, object], details: Mapping[int, object]) -> tuple[str | None, str | None]:
    """When it was taken, else digitised, each with its own offset; the date of the last change is an editing program's and never taken.

    The offset written for the last change holds where both times are the same: then the camera wrote both.
    """
    tags = ExifTags.Base
    changed = _moment(_text(exif.get(tags.DateTime)))[0]
    for moment, offset in ((tags.DateTimeOriginal, tags.OffsetTimeOriginal), (tags.DateTimeDigitized, tags.OffsetTimeDigitized)):
        local, appended = _moment(_text(details.get(moment)))
        if local is not None:
            shared = details.get(tags.OffsetTime) if local == changed else None
            return local, _offset(_text(details.get(offset))) or appended or _offset(_text(shared))
    return None, None


def _moment(text: str) -> tuple[str | None, str | None]:
    """A date and time of day in ISO, and the offset appended to it; `24:05` is five past midnight of the same day.

    Cameras that count the hours from 1 to 24 write so (`kk` in the date patterns of Java).
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None, None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        return datetime(year, month, day, 0 if hour == 24 else hour, minute, second).isoformat(), _offset(found[7] or "")  # noqa: DTZ001 (the camera's own clock)
    except ValueError:
        return None, None


def _offset(text: str) -> str | None:
    """An offset from UTC as `+08:00`; also written `+8:00`, `+0800` and `Z`."""
    if text.upper() in ("Z", "UTC"):
        return "+00:00"
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[2]) > _FARTHEST_OFFSET:
        return None
    return f"{found[1]}{int(found[2]):02d}:{found[3]}"


def _place(gps: Mapping[int, object]) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Degrees to seven places (a centimetre) and metres above the sea; 0° 0° is what cameras write when they do not know."""
    tags = ExifTags.GPS
    latitude = _degrees(gps.get(tags.GPSLatitude), gps.get(tags.GPSLatitudeRef), "NS", 90)
    longitude = _degrees(gps.get(tags.GPSLongitude), gps.get(tags.GPSLongitudeRef), "EW", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None, None
    height = _number(gps.get(tags.GPSAltitude))
    below = gps.get(tags.GPSAltitudeRef) in (1, b"\x01")
    return latitude, longitude, None if height is None else (-height if below else height).quantize(Decimal("0.1"))


def _degrees(parts: object, side: object, sides: str, most: int) -> Decimal | None:
    """Degrees, minutes and seconds; seconds may be missing or unknown (0/0), minutes only where the degrees have decimals."""
    numbers = [_number(part) for part in (parts if isinstance(parts, tuple) else (parts,))][:4]
    hemisphere = _text(side).upper()
    while len(numbers) > 1 and numbers[-1] is None:
        numbers.pop()
    if not 1 <= len(numbers) <= 3 or None in numbers or len(hemisphere) != 1 or hemisphere not in sides:
        return None
    if len(numbers) == 1 and numbers[0] == int(numbers[0] or 0):
        return None
    degrees = sum((number / 60**power for power, number in enumerate(numbers) if number is not None), Decimal(0))
    if not 0 <= degrees <= most:
        return None
    return (degrees if hemisphere == sides[0] else -degrees).quantize(Decimal("0.0000001"))


def _number(value: object) -> Decimal | None:
    """An EXIF rational; a denominator of zero is no number."""
    top, bottom = getattr(value, "numerator", None), getattr(value, "denominator", None)
    return Decimal(int(top)) / Decimal(int(bottom)) if top is not None and bottom and top == top else None


def _camera(exif: Mapping[int, object]) -> str | None:
    make, model = _text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model))
    return (model if model.lower().startswith(make.lower()) else f"{make} {model}").strip()[:100] or None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return "".join(c for c in value.partition("\0")[0] if c.isprintable()).strip() if isinstance(value, str) else ""
