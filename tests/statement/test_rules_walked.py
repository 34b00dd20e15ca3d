"""Cases under the European rules and under ISO 14064-3, worked to a sealed statement: every pack is walked, not only read."""

import json
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader

from tests import make
from tests.people import Cast, actor, sign_in
from tests.statement.builders import approve, signer, worked
from tests.statement.test_pdf import text_of
from tests.statement.test_workflow import sign
from verifier.checks.data import queries as data
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.queries import store
from verifier.programme import queries as programme
from verifier.rulepacks.load import load
from verifier.statement import actions, commands
from verifier.statement.facts import assessment
from verifier.statement.inspection.inspect import Verdict
from verifier.statement.models import Statement
from verifier.statement.pdf.document import ATTACHMENT

EU, ISO = "eu-ets/2018", "iso-14064-3/2019"


def under(pack_id: str, cast: Cast) -> Engagement:
    """A case pinned to other rules, worked through."""
    case = make.engagement(cast, Stage.CHECKING, make.PARK)
    case.pack_id, case.pack_sha256 = pack_id, load(pack_id).sha256
    case.unit_year.year.pack_id, case.unit_year.year.pack_sha256 = pack_id, load(pack_id).sha256
    db.session.flush()
    return worked(case, cast)


@dataclass(frozen=True)
class Walk:
    """What a statement under a rule pack must say, and must not."""

    pack: str
    opinion: str
    number: str
    said: tuple[str, ...]
    unsaid: tuple[str, ...]
    own_figure: bool


WALKS = [
    Walk(
        EU,
        "verified_with_comments",
        "EU-ETS-2021-0001-V1",
        ("52,915", "eu-ets/2018", "核查机构不出具自己的排放量", "Thethresholdis5%", "−12.00", "Notmaterial"),
        ("52,927", "Verifiedemissions", "经核查的排放量"),
        False,
    ),
    Walk(
        ISO,
        "unmodified",
        "ISO-14064-3-2021-0001-V1",
        ("52,927", "52,915", "iso-14064-3/2019", "Verifiedemissions", "inallmaterialrespects", "在所有重要方面符合约定准则", "−12"),
        ("核查机构不出具自己的排放量",),
        True,
    ),
]


def misstated(case: Engagement) -> str:
    """One source is found to be 12 t more than was reported; nobody corrected it. Its number."""
    key = next(
        each.source.source_key
        for each in data.source_reviews(case)
        if each.source.counts and each.source.category == "purchased_electricity"
    )
    outcome = data.outcome_on(case, key)
    assert outcome is not None
    outcome.outcome, outcome.note = "differs", "The meter read more."
    outcome.no_finding_reason = "The unit was told on site."
    outcome.verified = (outcome.reported or Decimal()) + 12
    db.session.flush()
    return key


def sealed(case: Engagement, cast: Cast, opinion: str) -> Statement:
    """Concluded, reviewed by someone else, signed three times."""
    actions.draw_conclusion(case, opinion, "", actor=actor(cast.lead), now=utcnow())
    approve(cast, case)
    sign(case, signer(cast.lead), "certify")
    sign(case, signer(cast.signatory), "countersign")
    return sign(case, signer(cast.coordinator, seal=True), "seal")


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.pack)
def test_a_case_under_other_rules_comes_to_a_statement_that_says_what_they_ask_for(client: FlaskClient, cast: Cast, walk: Walk) -> None:
    case = under(walk.pack, cast)
    misstated(case)
    assert [choice.opinion.code for choice in assessment.choices(case) if choice.opinion.positive and not choice.open] == []
    statement = sealed(case, cast, walk.opinion)
    db.session.commit()
    assert (case.stage, statement.status, statement.number) == (Stage.ISSUED, "issued", walk.number)
    pdf = store().get(statement.pdf_sha256)
    assert commands.inspected(pdf).verdict is Verdict.GENUINE
    text = text_of(pdf)
    assert [words for words in walk.said if words not in text] == []
    assert [words for words in walk.unsaid if words in text] == []
    held = json.loads(PdfReader(BytesIO(pdf)).attachments[ATTACHMENT][0])
    assert (held["own_figure"], held["opinion"]["code"], held["criteria"]["pack_id"]) == (walk.own_figure, walk.opinion, walk.pack)
    figure = Decimal(52927 if walk.own_figure else 52915)
    assert (statement.own_figure, statement.stated_total) == (walk.own_figure, figure)
    row = programme.progress_of(case.unit_year, now=utcnow())
    assert (row.issued, row.verified, row.as_reported) == (True, figure, not walk.own_figure)


PAGES = [
    ("lead", "/cases/{id}"),
    ("lead", "/cases/{id}/conclusion"),
    ("lead", "/cases/{id}/review"),
    ("lead", "/cases/{id}/signing"),
    ("manager", "/cases/{id}"),
    ("manager", "/programme/years/{year}/progress"),
    ("contact", "/cases/{id}"),
    ("contact", "/s/{token}"),
]


def test_no_page_shows_a_figure_of_the_verifiers_where_the_rules_give_none(client: FlaskClient, cast: Cast) -> None:
    case = under(EU, cast)
    misstated(case)
    statement = sealed(case, cast, "verified")
    db.session.commit()
    for person, path in PAGES:
        sign_in(client, getattr(cast, person))
        page = client.get(path.format(id=case.id, year=case.unit_year.year_id, token=statement.token)).get_data(as_text=True)
        assert "52,915" in page, path
        assert "52,927" not in page, path
        assert "confirmed by verification" in page or "as reported" in page, path


@pytest.mark.parametrize(
    ("pack", "figures"),
    [(EU, ["Misstated (reported − correct), tCO₂"]), (ISO, ["Verified, tCO₂", "Difference (reported − verified), tCO₂"])],
)
def test_the_workbook_of_differences_has_the_figures_the_rules_give(client: FlaskClient, cast: Cast, pack: str, figures: list[str]) -> None:
    case = under(pack, cast)
    key = misstated(case)
    db.session.commit()
    answer = sign_in(client, cast.lead).get(f"/cases/{case.id}/conclusion/differences.xlsx")
    head, row = load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True)
    assert head == ("Ref", "Source", "Category", "Reported, tCO₂", *figures, "Reason")
    line = dict(zip(head, row, strict=True))
    assert line["Ref"] == key
    assert line[figures[-1]] == -12


def test_the_public_list_names_the_reported_total_where_the_rules_give_no_other(cast: Cast) -> None:
    case = under(EU, cast)
    sealed(case, cast, "verified")
    assert [(row["tonnes"], row["opinion"]) for row in commands.statement_list()] == [("52915", "verified")]
