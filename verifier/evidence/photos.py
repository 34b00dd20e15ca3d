"""Photos: integrity of the image, its time and place, and reduced copies without metadata."""

import warnings
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

from verifier.core.errors import Refusal
from verifier.evidence.camera_metadata import orientation as orientation_of
from verifier.evidence.camera_metadata import shot
from verifier.evidence.file_kinds import FILE_KINDS, PHOTO
from verifier.evidence.files import kind, safe_name
from verifier.evidence.integrity import has_end
from verifier.evidence.jpeg_integrity import is_whole

PREVIEW_SIDE = 2048
THUMBNAIL_SIDE = 480
UNSCALED = 24_000_000
"""Pixels of a WebP, which its decoder lays out several times over."""

register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

_UPRIGHT = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}


@dataclass(frozen=True)
class PhotoLimits:
    """How large a photo may be, as a file and in pixels; Pillow itself stops at 89 million pixels."""

    most_bytes: int = PHOTO.most_bytes
    most_pixels: int = 64_000_000


@dataclass(frozen=True)
class ReadPhoto:
    """A whole picture: width and height are those of the upright picture, `orientation` is what the file said (1 to 8).

    `taken_at` is the camera's own clock ("2021-06-03T14:05:09"), `utc_offset` ("+08:00") only where the file has one. The smaller copies
    are empty where they were not asked for.
    """

    format: str
    media_type: str
    sha256: str
    width: int
    height: int
    orientation: int
    taken_at: str | None
    utc_offset: str | None
    latitude: Decimal | None
    longitude: Decimal | None
    altitude: Decimal | None
    camera: str | None
    preview: bytes = b""
    thumbnail: bytes = b""


def read_photo(data: bytes, filename: str, limits: PhotoLimits | None = None, *, copies: bool = True) -> ReadPhoto:
    """The picture read to its last row, or a refusal that names the file and what is wrong with it."""
    limits, name = limits or PhotoLimits(), safe_name(filename)
    found = _accepted_kind(data, name, limits)
    picture = _opened(data, name, found, limits)
    full = picture.size
    side = PREVIEW_SIDE * 3 // 4 if copies else 1
    _decode(picture, data, name, found, side)
    orientation = orientation_of(picture)
    preview = upright_preview(picture, orientation if found != "HEIC" else 1) if copies else None
    turned = orientation >= 5 and found != "HEIC"
    return ReadPhoto(
        format=found,
        media_type=FILE_KINDS[found].media_type,
        sha256=sha256(data).hexdigest(),
        width=full[1] if turned else full[0],
        height=full[0] if turned else full[1],
        orientation=orientation,
        **vars(shot(picture)),
        preview=jpeg(preview, 85) if preview else b"",
        thumbnail=jpeg(within(preview, THUMBNAIL_SIDE), 80) if preview else b"",
    )


def _accepted_kind(data: bytes, name: str, limits: PhotoLimits) -> str:
    if not data:
        raise Refusal("evidence.photo.empty", file=name)
    if len(data) > limits.most_bytes:
        size, most = (f"{count / 1024 / 1024:.1f}" for count in (len(data), limits.most_bytes))
        raise Refusal("evidence.photo.too_large", file=name, megabytes=size, most=most)
    found = kind(data)
    if not found:
        raise Refusal("evidence.photo.unknown_content", file=name, kinds=PHOTO.words)
    if found not in PHOTO.kinds:
        raise Refusal(PHOTO.refusal, file=name, found=found, kinds=PHOTO.words)
    return found


def _opened(data: bytes, name: str, found: str, limits: PhotoLimits) -> Image.Image:
    """The picture's head, before any memory is taken for its pixels."""
    try:
        picture = Image.open(BytesIO(data), formats=["HEIF" if found == "HEIC" else found])
        frames = 1 if picture.format in ("MPO", "HEIF") else getattr(picture, "n_frames", 1)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal("evidence.photo.too_many_pixels", file=name, most=limits.most_pixels // 1_000_000) from None
    except Exception as error:  # decoders raise whatever a broken head leads them to
        raise Refusal("evidence.photo.truncated", file=name, format=found) from error
    most_pixels = min(limits.most_pixels, UNSCALED) if found == "WEBP" else limits.most_pixels
    if picture.width * picture.height > most_pixels:
        raise Refusal("evidence.photo.too_many_pixels", file=name, most=most_pixels // 1_000_000)
    if frames > 1:
        raise Refusal("evidence.photo.animated", file=name, frames=frames)
    return picture


def _decode(picture: Image.Image, data: bytes, name: str, found: str, side: int) -> None:
    """Every row decoded, a JPEG at the smallest scale with so many pixels a side: it is the decoding that finds a cut file."""
    try:
        _loaded(picture, found, side)
        whole = has_end(data, found, picture.width * picture.height) and (
            found != "JPEG" or is_whole(data, picture, lambda longer: _jpeg_of(longer, side))
        )
    except Exception as error:  # decoders raise whatever broken data leads them to
        raise Refusal("evidence.photo.truncated", file=name, format=found) from error
    if not whole:
        raise Refusal("evidence.photo.truncated", file=name, format=found)


def _loaded(picture: Image.Image, found: str, side: int) -> Image.Image:
    if found == "JPEG":
        scale = next(scale for scale in (8, 4, 2, 1) if scale == 1 or max(picture.size) // scale >= side)
        picture.draft(None, (max(1, picture.width // scale), max(1, picture.height // scale)))
    picture.load()
    return picture


def _jpeg_of(data: bytes, side: int) -> Image.Image:
    return _loaded(Image.open(BytesIO(data), formats=["JPEG"]), "JPEG", side)


def upright_preview(picture: Image.Image, orientation: int) -> Image.Image:
    """At most 2048 pixels a side, upright, in sRGB, on white where it was transparent."""
    profile = picture.info.get("icc_profile")
    small = within(_reduced(picture), PREVIEW_SIDE)
    for turn in _UPRIGHT.get(orientation, ()):
        small = small.transpose(turn)
    if small.mode in ("RGBA", "LA", "PA"):
        white = Image.new("RGBA", small.size, "white")
        white.alpha_composite(small.convert("RGBA"))
        small = white.convert("RGB")
    return _in_srgb(small, profile) if profile else small.convert("RGB")


def _reduced(picture: Image.Image) -> Image.Image:
    """Not much larger than the preview, made strip by strip: a second copy of fifty million pixels would be too much."""
    times = max(picture.size) * 2 // (PREVIEW_SIDE * 3)
    if times < 2:
        return _eight_bits(picture)
    strips = range(0, picture.height, times * 64)
    reduced = (_eight_bits(picture.crop((0, top, picture.width, min(top + times * 64, picture.height)))).reduce(times) for top in strips)
    first = next(reduced)
    small = Image.new(first.mode, (first.width, -(-picture.height // times)))
    for number, strip in enumerate((first, *reduced)):
        small.paste(strip, (0, number * 64))
    return small


def _eight_bits(picture: Image.Image) -> Image.Image:
    """A mode that can be scaled: 16-bit greys keep their upper byte, palettes become colours."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode == "P" or "transparency" in picture.info:
        return picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    return picture


def within(picture: Image.Image, side: int) -> Image.Image:
    """Scaled down to so many pixels a side; a smaller picture stays as it is."""
    if max(picture.size) <= side:
        return picture
    width, height = (max(1, round(length * side / max(picture.size))) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The colours as the profile means them: the copies carry none."""
    try:
        shown = ImageCms.profileToProfile(picture, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, ValueError, OSError):
        shown = None
    return shown or picture.convert("RGB")


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """A JPEG that holds pixels only: comments and profiles would travel along in `info`."""
    picture = picture.copy()
    picture.info = {}
    target = BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()
