"""Rule packs on their pages, and the content a case keeps to."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.people import Cast, sign_in
from verifier.core.errors import Refusal
from verifier.db import db
from verifier.rulepacks import load
from verifier.rulepacks.load import SHIPPED


def own(app: Flask, text: str) -> None:
    folder = app.extensions["verifier"].settings.instance / "rulepacks" / "mine"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1.toml").write_text(text, "utf-8")


def rules(name: str = "mine/1") -> str:
    text = (SHIPPED / "beijing" / "2021.toml").read_text("utf-8")
    programme, version = name.split("/")
    text = text.replace('id = "beijing/2021"', f'id = "{name}"').replace('programme = "beijing"', f'programme = "{programme}"')
    return text.replace('version = "2021"', f'version = "{version}"', 1)


def test_every_pack_is_listed_and_an_own_one_says_so(app: Flask, client: FlaskClient, cast: Cast) -> None:
    own(app, rules())
    sign_in(client, cast.manager)
    page = client.get("/rules").get_data(as_text=True)
    assert all(pack_id in page for pack_id in ("beijing/2021", "china-national/2021", "eu-ets/2018", "iso-14064-3/2019", "mine/1"))
    assert page.count("Supplied with the software") == 12
    assert "own" in page


def test_a_pack_shows_each_value_with_its_source_and_how_sure_it_is(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.manager)
    page = client.get("/rules/beijing/2021?q=purchased_electricity 0.604").get_data(as_text=True)
    assert "Beijing accounting guideline, 2013 (as generally quoted; check before use)" in page
    assert "Widely known" in page
    assert "DB11/T 1781" not in page
    unstated = client.get("/rules/eu-ets/2018?basis=unstated").get_data(as_text=True)
    assert "Not stated in what was read." in unstated
    assert client.get("/rules/eu-ets/1999").status_code == 404
    assert client.get("/rules/eu-ets/2018?export=xlsx").status_code == 200


def test_a_case_keeps_to_the_content_it_was_opened_under(app: Flask, client: FlaskClient, cast: Cast) -> None:
    own(app, rules())
    pack = load.load("mine/1")
    assert load.pinned("mine/1", pack.sha256).id == "mine/1"
    own(app, rules().replace('value = "0.604"', 'value = "0.605"'))
    with pytest.raises(Refusal, match=r"pack\.changed"):
        load.pinned("mine/1", pack.sha256)


def test_pages_of_a_year_whose_rules_were_changed_are_refused(client: FlaskClient, cast: Cast) -> None:
    year = make.year(cast)
    db.session.commit()
    sign_in(client, cast.manager)
    assert "/rules/beijing/2021" in client.get(f"/programme/years/{year.id}").get_data(as_text=True)
    year.pack_sha256 = "0" * 64
    db.session.commit()
    refused = client.get(f"/programme/years/{year.id}")
    assert "has changed since the case was opened under it" in refused.get_data(as_text=True)
