"""A bad photo is refused with the reason, or kept with what is wrong in it left out; quickly, and within memory."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.files.measuring import measured
from tests.files.photos import CASES, Case
from verifier.core.errors import Refusal
from verifier.evidence.photos import read_photo

pytestmark = pytest.mark.hold

SECONDS, MEGABYTES = 10, 512


def answer(data: bytes) -> tuple[str, dict[str, Any]]:
    """The reason of a refusal; else the facts of the photo, its copies decoded to the last row."""
    try:
        photo = read_photo(data, "现场.jpg")
    except Refusal as refusal:
        return refusal.message.removeprefix("evidence.photo."), dict(refusal.values)
    for copy, side in ((photo.preview, 2048), (photo.thumbnail, 480)):
        shown = Image.open(BytesIO(copy))
        shown.load()
        assert shown.mode == "RGB"
        assert max(shown.size) <= side
        assert not {"exif", "icc_profile", "comment"} & shown.info.keys()
    return "", {name: value for name, value in vars(photo).items() if not isinstance(value, bytes)}


def test_there_are_a_hundred() -> None:
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_bad_photo_is_answered(case: Case) -> None:
    data = case.make()
    done = measured(answer, data)
    reason, facts = done.result
    assert reason == case.refused
    assert not case.refused or facts["file"] == "现场.jpg"
    assert {name: facts[name] for name in case.kept} == case.kept
    assert done.processor < SECONDS
    assert done.megabytes < MEGABYTES
