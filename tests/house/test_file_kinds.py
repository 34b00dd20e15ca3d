"""What files may be handed in stands in one table: every field of files and every refusal of one takes it from there."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wtforms import FileField, MultipleFileField
from wtforms.form import Form

from tests import make
from tests.people import Cast, sign_in
from verifier.core.errors import Refusal
from verifier.evidence.file_kinds import ATTACHMENT, FILE_KINDS, PHOTO, SAMPLE_LIST, USES, VOUCHER, FileUse
from verifier.evidence.files import kind, read_attachment
from verifier.evidence.photos import read_photo
from verifier.web.forms import FileBox, FilesBox

HOUSE = Path(__file__).resolve().parents[2]
PDF = b"%PDF-1.7\n%%EOF\n"
LISTED = re.compile(r"(JPEG|PNG|WebP|HEIC|DOCX|CSV|\.csv|\.docx)\W+(or |and |、|或 ?)?(JPEG|PNG|WebP|HEIC|DOCX|CSV|TXT|\.csv|\.docx)")


def fields() -> dict[str, Any]:
    """Every field of files of every form."""
    found, forms = {}, [Form]
    while forms:
        form = forms.pop()
        forms += form.__subclasses__()
        for name, field in vars(form).items():
            of = getattr(field, "field_class", None)
            if isinstance(of, type) and issubclass(of, FileField | MultipleFileField):
                found[f"{form.__module__}.{form.__name__}.{name}"] = field
    return found


def test_every_field_of_files_takes_what_the_table_says(app: Flask) -> None:
    assert len(fields()) >= 6
    assert [name for name, field in fields().items() if field.field_class not in (FileBox, FilesBox)] == []
    used = [next((each for each in field.args if isinstance(each, FileUse)), None) for field in fields().values()]
    assert [use for use in used if use not in USES.values()] == []


def test_no_template_names_kinds_of_files_itself() -> None:
    pages = (HOUSE / "templates").rglob("*.html")
    assert [str(path) for path in pages if re.search(r"\baccept=|\bcapture=", path.read_text())] == []


def test_no_sentence_lists_kinds_of_files_itself() -> None:
    for path in (HOUSE / "verifier" / "translations").rglob("messages.po"):
        text = path.read_text().replace('"\n"', "")
        assert [found.group() for found in LISTED.finditer(text) if "macros" not in text[max(0, found.start() - 200) : found.start()]] == []


@pytest.mark.parametrize("use", USES)
def test_what_a_use_takes_is_asked_for_by_ending_and_by_media_type(use: str) -> None:
    asked = USES[use].accept.split(",")
    for name in USES[use].kinds:
        assert FILE_KINDS[name].media_type in asked
        assert set(FILE_KINDS[name].endings) <= set(asked)


def test_content_is_known_by_the_names_of_the_table() -> None:
    assert kind(PDF) in FILE_KINDS
    assert kind(b"\xff\xd8\xff") in PHOTO.kinds
    assert kind(b"month,quantity\n1,2\n") in FILE_KINDS


@pytest.mark.parametrize(
    ("read", "data", "use"),
    [
        (lambda data: read_attachment(data, "a"), b"BM" + b"\0" * 40, ATTACHMENT),
        (lambda data: read_attachment(data, "a.docx", SAMPLE_LIST), PDF, SAMPLE_LIST),
        (lambda data: read_attachment(data, "a", VOUCHER), b"<html>", VOUCHER),
        (lambda data: read_photo(data, "a"), PDF, PHOTO),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_kinds_of_the_table(read: Any, data: bytes, use: FileUse) -> None:
    with pytest.raises(Refusal) as raised:
        read(data)
    assert raised.value.message in (use.refusal, "evidence.file.unknown_content")
    assert raised.value.values["kinds"] == use.words


def test_a_field_says_which_kinds_and_how_large(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    page = sign_in(client, cast.verifier).get(f"/cases/{case.id}/photos/new").text
    assert "Accepted: JPEG, PNG, WebP, HEIC; up to 40 MB per file." in page
    assert f'accept="{PHOTO.accept}"' in page
    assert re.search(rf'accept="{PHOTO.media_types}"[^>]*capture="environment"|capture="environment"[^>]*', page)
