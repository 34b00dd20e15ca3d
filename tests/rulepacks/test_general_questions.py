"""A pack without independence questions asks the general ones, marked as practice; one with its own keeps them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.people import Cast, sign_in
from tests.rulepacks.builders import own_pack
from verifier.core.independence import bars
from verifier.core.rulepack.extending import EXTENDS
from verifier.db import db
from verifier.rulepacks.contents import lines
from verifier.rulepacks.load import available, load, pinned, source_of

UNASKED = 'extends = "beijing/2021.3"\n[unstated]\nindependence_questions = { en = "Not stated by the bureau.", zh = "主管部门未载明。" }\n'


@pytest.fixture
def own(app: Flask) -> str:
    """A body's own rules that name no independence questions."""
    own_pack(app, "ourbody/1", UNASKED)
    return "ourbody/1"


def test_own_rules_without_questions_ask_the_general_ones_as_practice(own: str) -> None:
    questions = load(own).independence_questions
    assert {each.origin.basis for each in questions} == {"practice"}
    assert all("ISO/IEC 17029" in each.origin.source for each in questions)
    barring = bars({each.code: each.code == "prepared" for each in questions}, load(own))
    assert barring is not None
    assert barring.code == "prepared"


@pytest.mark.parametrize("pack_id", available())
def test_every_pack_asks_of_independence(pack_id: str) -> None:
    assert len(load(pack_id).independence_questions) >= 3


def test_the_general_questions_change_no_hash_of_a_pack(own: str) -> None:
    pack = load(own)
    assert pinned(own, pack.sha256).independence_questions == pack.independence_questions
    assert EXTENDS not in source_of(own).data


def test_rules_with_questions_of_their_own_keep_them() -> None:
    assert {each.code for each in load(make.PACK).independence_questions}.isdisjoint({"pressure", "persons"})


def test_pages_show_the_general_questions_as_practice(client: FlaskClient, cast: Cast, own: str) -> None:
    case = make.engagement(cast, declared=False)
    case.pack_id, case.pack_sha256 = own, load(own).sha256
    db.session.commit()
    page = sign_in(client, cast.verifier).get(f"/cases/{case.id}/declare").text
    assert "Does your or your body" in page
    assert "Practice" in page
    assert "ISO/IEC 17029" in page
    shown = [line for line in lines(source_of(own).data, "en") if line.section == "independence_questions"]
    assert {line.basis for line in shown} == {"practice"}
    assert "Not stated by the bureau." not in {line.name for line in shown}
