"""A photo is read whole or refused with the reason, and its copies tell nothing but the picture."""

from decimal import Decimal
from io import BytesIO
from struct import pack
from time import process_time
from zlib import crc32

import pytest
from PIL import Image, ImageCms

from tests.evidence.pictures import BLUE, NOON, RED, SHOUGANG, exif, grain, saved, shot, sky_and_ground
from verifier.core.errors import Refusal
from verifier.evidence.file_kinds import PHOTO
from verifier.evidence.photos import PhotoLimits, read_photo

FORMATS = [("JPEG", "JPEG", "image/jpeg"), ("PNG", "PNG", "image/png"), ("WEBP", "WEBP", "image/webp"), ("HEIF", "HEIC", "image/heic")]


@pytest.mark.parametrize(("written", "format", "media_type"), FORMATS)
def test_each_format_is_read_with_its_time_place_and_camera(written: str, format: str, media_type: str) -> None:
    photo = shot(written)
    assert (photo.format, photo.media_type, photo.width, photo.height, photo.orientation) == (format, media_type, 320, 240, 1)
    assert (photo.taken_at, photo.utc_offset, photo.camera) == ("2021-06-03T14:05:09", "+08:00", "HUAWEI P40")
    assert (photo.latitude, photo.longitude, photo.altitude) == (Decimal("39.9085000"), Decimal("116.1475000"), Decimal("81.2"))


@pytest.mark.parametrize("written", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_copies_hold_no_metadata(written: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    told = {"comment": b"secret"} if written == "JPEG" else {}
    data = saved(grain(), written, exif=exif(SHOUGANG, NOON, Make="HUAWEI"), icc_profile=profile, dpi=(72, 72), xmp=b"<x:secret/>", **told)
    photo = read_photo(data, "a")
    for copy in (photo.preview, photo.thumbnail):
        shown = Image.open(BytesIO(copy))
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not shown.getexif()
        assert not any(word in copy for word in (b"Exif", b"HUAWEI", b"secret", b"2021", b"ICC_PROFILE"))


@pytest.mark.parametrize("written", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_copies_stand_upright_whatever_way_the_camera_was_held(written: str, orientation: int) -> None:
    held = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    upright = sky_and_ground()
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(held[orientation]))
    photo = read_photo(saved(stored, written, exif=exif(Orientation=orientation)), "a")
    shown = Image.open(BytesIO(photo.preview))
    assert shown.size == (photo.width, photo.height) == (64, 48)
    for at, colour in (((32, 6), RED), ((32, 42), BLUE)):
        assert all(abs(one - other) < 25 for one, other in zip(shown.getpixel(at), colour, strict=True))
    assert photo.orientation == orientation


@pytest.mark.parametrize(
    ("width", "height", "preview", "thumbnail"),
    [
        (4032, 3024, (2016, 1512), (480, 360)),
        (3000, 2250, (2048, 1536), (480, 360)),
        (1200, 5000, (492, 2048), (115, 480)),
        (300, 200, (300, 200), (300, 200)),
        (5000, 1, (2048, 1), (480, 1)),
    ],
)
def test_copies_are_as_small_as_pages_need(width: int, height: int, preview: tuple[int, int], thumbnail: tuple[int, int]) -> None:
    photo = read_photo(saved(Image.new("RGB", (width, height), RED)), "a")
    assert (photo.width, photo.height) == (width, height)
    assert [Image.open(BytesIO(copy)).size for copy in (photo.preview, photo.thumbnail)] == [preview, thumbnail]


def refusal(data: bytes, filename: str = "现场.jpg", limits: PhotoLimits | None = None) -> tuple[str, dict[str, object]]:
    with pytest.raises(Refusal) as refused:
        read_photo(data, filename, limits)
    return refused.value.message, refused.value.values


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize(
    ("written", "settings"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("WEBP", {"lossless": True}), ("HEIF", {})],
)
def test_a_photo_cut_short_is_refused(written: str, settings: dict[str, object], share: float) -> None:
    data = saved(grain(), written, exif=exif(SHOUGANG, NOON), **settings)
    assert refusal(data[: int(len(data) * share)])[0] == "evidence.photo.truncated"


@pytest.mark.parametrize("written", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_filled_up_with_zeros_is_refused(written: str) -> None:
    data = saved(grain(), written)
    assert refusal(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))[0] == "evidence.photo.truncated"


def closed(data: bytes, share: float, filling: bytes = b"") -> bytes:
    """A JPEG cut at a share of its length, filled up to it and closed with an end marker."""
    kept = data[: int(len(data) * share)]
    return kept + (filling * len(data))[: len(data) - len(kept) - 2] + b"\xff\xd9"


@pytest.mark.parametrize(
    "settings", [{}, {"optimize": True}, {"progressive": True}, {"restart_marker_blocks": 10}, {"subsampling": 0}, {"quality": 95}]
)
@pytest.mark.parametrize(("share", "filling"), [(0.5, b""), (0.95, b""), (0.6, b"\0"), (0.6, b"\xff")])
def test_a_jpeg_cut_short_and_closed_or_filled_up_is_refused(settings: dict[str, object], share: float, filling: bytes) -> None:
    data = closed(saved(grain(), **settings), share, filling)
    with pytest.raises(Refusal, match=r"^evidence\.photo\.truncated\("):
        read_photo(data, "half.jpg")


@pytest.mark.parametrize(
    "settings", [{}, {"optimize": True}, {"progressive": True}, {"restart_marker_blocks": 7}, {"subsampling": 0}, {"quality": 100}]
)
@pytest.mark.parametrize("colour", ["black", "white", (128, 128, 128)])
def test_a_jpeg_that_ends_in_one_colour_is_whole(settings: dict[str, object], colour: object) -> None:
    picture = grain().copy()
    picture.paste(colour, (0, 60, 320, 240))
    assert read_photo(saved(picture, **settings), "a").width == 320


@pytest.mark.parametrize("written", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_picture_of_one_colour_is_not_taken_for_a_cut_one(written: str) -> None:
    assert read_photo(saved(Image.new("RGB", (1600, 1200), "white"), written), "a").width == 1600


@pytest.mark.parametrize(
    ("data", "message", "found"),
    [
        (b"%PDF-1.7\n1 0 obj", "evidence.photo.not_a_picture", "PDF"),
        (b"<html><script>alert(1)</script>", "evidence.photo.not_a_picture", "HTML"),
        (b"MZ\x90\0\3\0\0\0", "evidence.photo.not_a_picture", "EXE"),
        ("电表读数".encode(), "evidence.photo.not_a_picture", "TXT"),
        (saved(Image.new("RGB", (9, 9)), "GIF"), "evidence.photo.not_a_picture", "GIF"),
        (saved(Image.new("RGB", (9, 9)), "TIFF"), "evidence.photo.not_a_picture", "TIFF"),
        (saved(Image.new("RGB", (9, 9)), "AVIF"), "evidence.photo.not_a_picture", "AVIF"),
        (b"\1\2\3\4", "evidence.photo.unknown_content", None),
        (b"", "evidence.photo.empty", None),
    ],
    ids=lambda value: "data" if isinstance(value, bytes) else None,
)
def test_a_disguised_file_is_refused_as_what_it_is(data: bytes, message: str, found: str | None) -> None:
    kinds = {"kinds": PHOTO.words} if data else {}
    assert refusal(data) == (message, {"file": "现场.jpg", **kinds} | ({"found": found} if found else {}))


def test_a_picture_with_another_ending_is_the_picture_it_is() -> None:
    assert read_photo(saved(grain(), "PNG"), "photo.pdf").format == "PNG"


def png_head(width: int, height: int) -> bytes:
    head = b"IHDR" + pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + pack(">I", 13) + head + pack(">I", crc32(head)) + pack(">I", 0) + b"IDAT" + pack(">I", crc32(b"IDAT"))


@pytest.mark.parametrize("side", [8_001, 9_800, 50_000, 2**31 - 1])
def test_a_pixel_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    assert refusal(png_head(side, side)) == ("evidence.photo.too_many_pixels", {"file": "现场.jpg", "most": 64})


def test_the_pixel_limit_itself_is_allowed() -> None:
    data, limits = saved(grain()), PhotoLimits(most_pixels=320 * 240)
    assert read_photo(data, "a", limits).width == 320
    assert refusal(data, limits=PhotoLimits(most_pixels=320 * 240 - 1))[0] == "evidence.photo.too_many_pixels"


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    data = saved(grain())
    assert read_photo(data, "a", PhotoLimits(most_bytes=len(data))).width == 320
    message, values = refusal(data, limits=PhotoLimits(most_bytes=len(data) - 1))
    assert (message, set(values)) == ("evidence.photo.too_large", {"file", "megabytes", "most"})


@pytest.mark.parametrize("written", ["PNG", "WEBP"])
def test_moving_pictures_are_refused(written: str) -> None:
    data = saved(sky_and_ground(), written, save_all=True, append_images=[Image.new("RGB", (64, 48), "green")], duration=100)
    assert refusal(data) == ("evidence.photo.animated", {"file": "现场.jpg", "frames": 2})


def test_a_phone_jpeg_with_a_second_picture_inside_shows_its_first() -> None:
    data = saved(sky_and_ground(), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48), "green")])
    photo = read_photo(data, "a.jpg")
    assert photo.format == "JPEG"
    assert Image.open(BytesIO(photo.preview)).getpixel((32, 6))[0] > 150


MIDDLE = (128, 128, 128)


@pytest.mark.parametrize(
    ("picture", "format", "colour"),
    [
        (Image.new("CMYK", (40, 40), (0, 0, 0, 127)), "JPEG", MIDDLE),
        (Image.new("L", (40, 40), 128), "JPEG", MIDDLE),
        (Image.new("I;16", (40, 40), 128 * 256), "PNG", MIDDLE),
        (Image.new("1", (40, 40), 1), "PNG", (255, 255, 255)),
        (Image.new("RGB", (40, 40), RED).quantize(4), "PNG", RED),
        (Image.new("RGBA", (40, 40), (*RED, 0)), "PNG", (255, 255, 255)),
        (Image.new("LA", (40, 40), (128, 255)), "PNG", MIDDLE),
        (Image.new("RGBA", (40, 40), (*RED, 255)), "WEBP", RED),
    ],
)
def test_every_colour_model_becomes_the_colours_one_sees(picture: Image.Image, format: str, colour: tuple[int, int, int]) -> None:
    shown = Image.open(BytesIO(read_photo(saved(picture, format), "a").preview))
    assert shown.mode == "RGB"
    assert all(abs(one - other) <= 4 for one, other in zip(shown.getpixel((20, 20)), colour, strict=True))


@pytest.mark.parametrize("transparency", [0, (200, 30, 30)])
def test_a_colour_declared_transparent_shows_white(transparency: object) -> None:
    picture = Image.new("RGB", (40, 40), RED)
    data = saved(picture.quantize(2) if transparency == 0 else picture, "PNG", transparency=transparency)
    assert Image.open(BytesIO(read_photo(data, "a").preview)).getpixel((20, 20)) == (255, 255, 255)


def test_colours_are_kept_when_the_profile_is_dropped() -> None:
    """A profile with red and blue exchanged: without it the copy would show the other colour."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.find(b"rXYZ"), profile.find(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    photo = read_photo(saved(Image.new("RGB", (40, 40), (255, 0, 0)), "PNG", icc_profile=bytes(profile)), "a")
    shown = Image.open(BytesIO(photo.preview)).getpixel((20, 20))
    assert shown[2] > 200 > 60 > shown[0]


def test_a_photo_of_twelve_million_pixels_costs_no_more_than_a_blink() -> None:
    data = saved(grain(504, 378).resize((4032, 3024), Image.Resampling.BICUBIC), quality=90)
    start = process_time()
    read_photo(data, "a.jpg")
    assert process_time() - start < 1
