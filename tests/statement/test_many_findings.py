"""Documents of a case with very many findings, and with every text at its longest in every script."""

from dataclasses import fields, is_dataclass, replace
from io import BytesIO
from time import perf_counter

import pytest
from pypdf import PdfReader

from tests import make
from tests.findings.builders import finding
from tests.people import Cast
from tests.statement.specimen import a_statement
from tests.statement.test_review_form import NOW
from verifier.core.lifecycle import Stage
from verifier.statement.documents.review_form import review_form
from verifier.statement.documents.review_form_pdf import render_review
from verifier.statement.facts.model import StatementFacts
from verifier.statement.pdf.document import render


@pytest.mark.parametrize("count", [120, pytest.param(600, marks=pytest.mark.hold)])
def test_the_review_form_lists_every_finding_however_many_there_are(cast: Cast, count: int) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    labels = [finding(case, cast).label for _ in range(count)]
    pages = PdfReader(BytesIO(render_review(review_form(case, now=NOW)))).pages
    text = "".join(page.extract_text() for page in pages).replace("\n", "")
    assert [label for label in labels if label not in text] == []


CODES = {"category", "sha256", "public_url", "code", "verdict", "nature", "netting", "zone", "credit_code", "boundary"}
"""Fields of the facts that hold codes, not words that somebody typed."""
TYPED = {
    "description": 20_000,
    "answer": 20_000,
    "remark": 20_000,
    "wording": 4_000,
    "zh": 4_000,
    "en": 4_000,
    "note": 2_000,
    "caption": 2_000,
}
"""The most characters that the forms take in a field; 200 in any other."""
LONGEST = {
    "a word without a break": "W" * 20_000,
    "Chinese": "长" * 20_000,
    "English": "The meter was read on site. " * 700,
    "Arabic": "قراءة العداد " * 1_500,
    "Thai": "มาตรวัดไฟฟ้า" * 1_600,
    "emoji": "😀👍🏽✔" * 3_000,
    "rare Chinese": "𠮷𡊊" * 8_000,
    "in no face": "\U0001f7ff" * 3_000,
    "lines": "a\n" * 8_000,
}


def filled(thing: object, text: str, name: str = "") -> object:
    """The facts with every typed text replaced."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{each.name: filled(getattr(thing, each.name), text, each.name) for each in fields(thing) if each.init})
    if isinstance(thing, tuple):
        return tuple(filled(each, text, name) for each in thing)
    return text[: TYPED.get(name, 200)] if type(thing) is str and name not in CODES else thing


def one_of_each(facts: StatementFacts) -> StatementFacts:
    """The facts with a single row in each of their lists: 20,000 characters in each field are enough."""
    lists = {each.name: getattr(facts, each.name)[:1] for each in fields(facts) if isinstance(getattr(facts, each.name), tuple)}
    return replace(facts, **{name: rows for name, rows in lists.items() if rows and is_dataclass(rows[0])})


@pytest.mark.hold
@pytest.mark.parametrize("text", LONGEST.values(), ids=LONGEST)
def test_a_statement_whose_every_text_is_as_long_as_may_be_is_printed_within_a_minute(text: str) -> None:
    start = perf_counter()
    pdf = render(filled(one_of_each(a_statement()), text))
    assert perf_counter() - start < 60
    assert len(PdfReader(BytesIO(pdf)).pages) > 10
