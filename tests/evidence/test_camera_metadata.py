"""What the camera wrote is read as it is meant, and nothing is invented."""

from decimal import Decimal

import pytest
from PIL.TiffImagePlugin import IFDRational

from tests.evidence.pictures import GPS, NOON, SHOUGANG, TAGS, degrees, exif, saved, sky_and_ground
from verifier.evidence.photos import read_photo


@pytest.mark.parametrize(
    ("details", "said", "taken_at", "offset"),
    [
        (NOON, {}, "2021-06-03T14:05:09", "+08:00"),
        ({TAGS.DateTimeOriginal: "2021:06:03 14:05:09"}, {}, "2021-06-03T14:05:09", None),
        ({**NOON, TAGS.OffsetTimeOriginal: "Beijing"}, {}, "2021-06-03T14:05:09", None),
        ({**NOON, TAGS.OffsetTimeOriginal: "+8:00"}, {}, "2021-06-03T14:05:09", "+08:00"),
        ({**NOON, TAGS.OffsetTimeOriginal: "-0330"}, {}, "2021-06-03T14:05:09", "-03:30"),
        ({**NOON, TAGS.OffsetTimeOriginal: "Z"}, {}, "2021-06-03T14:05:09", "+00:00"),
        ({**NOON, TAGS.OffsetTimeOriginal: "+19:00"}, {}, "2021-06-03T14:05:09", None),
        ({TAGS.DateTimeOriginal: "2021:06:03 14:05:09+08:00"}, {}, "2021-06-03T14:05:09", "+08:00"),
        (
            {TAGS.DateTimeOriginal: "2021:06:03 14:05:09", TAGS.OffsetTime: "+08:00"},
            {"DateTime": "2021:06:03 14:05:09"},
            "2021-06-03T14:05:09",
            "+08:00",
        ),
        (
            {TAGS.DateTimeOriginal: "2021:06:03 14:05:09", TAGS.OffsetTime: "+01:00"},
            {"DateTime": "2023:01:02 03:04:05"},
            "2021-06-03T14:05:09",
            None,
        ),
        ({TAGS.DateTimeOriginal: "2021:06:03 24:05:09"}, {}, "2021-06-03T00:05:09", None),
        ({TAGS.DateTimeOriginal: "2021:06:03 25:05:09"}, {}, None, None),
        ({TAGS.DateTimeOriginal: "2021-06-03 14:05"}, {}, "2021-06-03T14:05:00", None),
        ({TAGS.DateTimeDigitized: "2021:06:04 01:00:00"}, {"DateTime": "2022:01:01 00:00:00"}, "2021-06-04T01:00:00", None),
        ({}, {"DateTime": "2022:01:01 00:00:00"}, None, None),
        ({TAGS.DateTimeOriginal: "0000:00:00 00:00:00"}, {"DateTime": "2022:01:01 00:00:00"}, None, None),
        ({TAGS.DateTimeOriginal: "2021:02:30 00:00:00"}, {}, None, None),
        ({}, {}, None, None),
    ],
)
def test_the_time_is_the_one_of_the_shot_and_no_zone_is_invented(
    details: dict[int, object], said: dict[str, object], taken_at: str | None, offset: str | None
) -> None:
    photo = read_photo(saved(sky_and_ground(), exif=exif(None, details, **said)), "a")
    assert (photo.taken_at, photo.utc_offset) == (taken_at, offset)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({}, ("39.9085000", "116.1475000", "81.2")),
        ({GPS.GPSLatitudeRef: "S", GPS.GPSLongitudeRef: "W"}, ("-39.9085000", "-116.1475000", "81.2")),
        ({GPS.GPSAltitudeRef: b"\x01"}, ("39.9085000", "116.1475000", "-81.2")),
        ({GPS.GPSAltitude: IFDRational(0, 0)}, ("39.9085000", "116.1475000", None)),
        ({GPS.GPSLatitude: degrees(39.5, 0, 0)}, ("39.5000000", "116.1475000", "81.2")),
        ({GPS.GPSLatitude: degrees(0, 0, 0), GPS.GPSLongitude: degrees(0, 0, 0)}, (None, None, None)),
        ({GPS.GPSLatitude: (IFDRational(0, 0),) * 3}, (None, None, None)),
        ({GPS.GPSLatitude: degrees(91, 0, 0)}, (None, None, None)),
        ({GPS.GPSLongitudeRef: "X"}, (None, None, None)),
        ({GPS.GPSLongitude: degrees(116, 8.85)}, ("39.9085000", "116.1475000", "81.2")),
        ({GPS.GPSLongitude: (*degrees(116, 8.85), IFDRational(0, 0))}, ("39.9085000", "116.1475000", "81.2")),
        ({GPS.GPSLongitude: degrees(116.25)}, ("39.9085000", "116.2500000", "81.2")),
        ({GPS.GPSLongitude: degrees(116)}, (None, None, None)),
        ({GPS.GPSLongitude: (*degrees(116), IFDRational(0, 0), IFDRational(0, 0))}, (None, None, None)),
        ({GPS.GPSLongitude: (IFDRational(116), IFDRational(0, 0), IFDRational(5))}, (None, None, None)),
    ],
)
def test_a_place_is_read_with_or_without_seconds_or_not_at_all(change: dict[int, object], place: tuple[str | None, ...]) -> None:
    photo = read_photo(saved(sky_and_ground(), exif=exif({**SHOUGANG, **change})), "a")
    assert (photo.latitude, photo.longitude, photo.altitude) == tuple(None if part is None else Decimal(part) for part in place)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("broken", [b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0nonsense", exif(SHOUGANG, NOON).tobytes()[:60]])
def test_broken_metadata_does_not_make_a_whole_picture_unreadable(broken: bytes) -> None:
    photo = read_photo(saved(sky_and_ground(), exif=broken), "a")
    assert (photo.width, photo.orientation, photo.latitude) == (64, 1, None)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Apple", "iPhone 13", "Apple iPhone 13"),
        ("HUAWEI", "HUAWEI P40", "HUAWEI P40"),
        ("NIKON\0\0", "D\x07850 ", "NIKON D850"),
        ("", "", None),
        ("x" * 300, "y", "x" * 100),
    ],
)
def test_a_camera_is_named_once_and_plainly(make: str, model: str, camera: str | None) -> None:
    assert read_photo(saved(sky_and_ground(), exif=exif(Make=make, Model=model)), "a").camera == camera
