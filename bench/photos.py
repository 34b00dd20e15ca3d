"""A photo of 12 megapixels taken in, beside Pillow doing the same bare."""

import os
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageFilter, ImageOps

from bench.stopwatch import Figure, in_turns, milliseconds
from verifier.evidence.photos import PREVIEW_SIDE, THUMBNAIL_SIDE, read_photo
from verifier.evidence.store import Store

TIMES = 1.5
SIZE = (4000, 3000)


def measured(rounds: int = 9) -> list[Figure]:
    """Read, checked, made smaller twice and kept three times, ours and bare."""
    picture, taken = _photo(), 0
    with TemporaryDirectory(prefix="verifier-bench-") as folder:
        store, beside = Store.at(Path(folder) / "evidence"), Path(folder) / "bare"
        beside.mkdir()

        def ours() -> None:
            nonlocal taken
            taken += 1
            data = picture + taken.to_bytes(8, "big")
            read = read_photo(data, "boiler.jpg")
            for copy in (data, read.preview, read.thumbnail):
                store.put(copy + taken.to_bytes(8, "big"))

        def bare() -> None:
            nonlocal taken
            taken += 1
            data = picture + taken.to_bytes(8, "big")
            for copy in (data, *_made_smaller(data)):
                _kept(beside, copy + taken.to_bytes(8, "big"))

        alone, whole = in_turns(bare, ours, rounds=rounds)
    return [Figure("photo of 12 megapixels beside bare Pillow", whole / alone, "×", TIMES, note=milliseconds(whole, alone))]


def _photo() -> bytes:
    """A photo with grain, as a camera's has, of about 4 MB."""
    grain = Image.effect_noise(SIZE, 40).convert("RGB").filter(ImageFilter.GaussianBlur(1))
    buffer = BytesIO()
    Image.blend(grain, Image.linear_gradient("L").resize(SIZE).convert("RGB"), 0.6).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _made_smaller(data: bytes) -> list[bytes]:
    file = Image.open(BytesIO(data))
    file.draft(None, (file.width // 2, file.height // 2))
    picture = ImageOps.exif_transpose(file)
    made = []
    for side, quality in ((PREVIEW_SIDE, 85), (THUMBNAIL_SIDE, 80)):
        picture.thumbnail((side, side))
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        made.append(buffer.getvalue())
    return made


def _kept(folder: Path, data: bytes) -> None:
    with open(folder / sha256(data).hexdigest(), "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
