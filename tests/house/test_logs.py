"""The log tells what happened to the operator, and nothing about who it was."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask, request

from tests import homes, make
from tests.accounts.builders import GOOD, try_password, with_password
from tests.conftest import settings_in
from tests.people import Cast
from verifier.app import create_app
from verifier.core.access import Permission
from verifier.db import db, write_transaction
from verifier.demo import workbooks
from verifier.web.permit import permit


@pytest.fixture
def served(migrated: Path, tmp_path: Path) -> Iterator[Flask]:
    """An app as it is served, with one view that breaks on what was typed."""
    home = tmp_path / "served"
    homes.copied(migrated, home)
    app = create_app(settings_in(home))
    app.config["WTF_CSRF_ENABLED"] = False

    @permit(Permission.PUBLIC)
    def broken() -> str:
        raise ValueError(f"cannot make sense of {request.args['who']}")

    app.add_url_rule("/broken", "broken", broken)
    with app.app_context():
        write_transaction.set(True)
        yield app
        db.session.remove()
        db.engine.dispose()


def test_a_sign_in_an_upload_and_an_error_leave_no_trace_of_the_person(served: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    cast, client = Cast.present(), served.test_client()
    case = make.engagement(cast)
    with_password(cast.verifier)
    address = {"REMOTE_ADDR": "198.51.100.7"}
    try_password(client, "verifier@example.org", "otter-seldom-brick-9", environ_base=address)
    try_password(client, "verifier@example.org", environ_base=address)
    token = client.get_cookie("verifier").value  # type: ignore[union-attr]
    name, photo = workbooks.photos()[0]
    sent = client.post(
        f"/cases/{case.id}/photos/new?subject_kind=checklist_item&subject_id=boundary",
        environ_base=address,
        data={"caption": "Mr. Zhang at boiler 2", "photos": [(BytesIO(photo), name)]},
    )
    client.get("/link/a-token-out-of-a-mail", environ_base=address)
    crashed = client.get("/broken?who=zhang@example.org", environ_base=address)
    assert (sent.status_code, crashed.status_code) == (302 if sent.status_code == 302 else 303, 500)

    text = capsys.readouterr().out
    lines = [json.loads(line) for line in text.splitlines()]
    requests = {line["route"]: line["status"] for line in lines if line["event"] == "request"}
    assert requests["POST /cases/<uuid:engagement_id>/photos/new"] == sent.status_code
    assert requests["GET /link/<token>"] == 410
    (crash,) = [line for line in lines if line["event"] == "crash"]
    assert crash["error"] == ["ValueError"]
    assert "broken" in crash["frames"][-1]
    assert crash["request"] == crashed.headers["X-Request-ID"]
    assert crash["request"] in crashed.text, "the page shows what the log can be searched for"
    personal = [
        "example.org",
        "verifier@",
        "Zhang",
        "zhang",
        "198.51.100",
        GOOD,
        "otter",
        token,
        "a-token-out",
        name,
        str(case.id),
        str(cast.verifier.id),
        cast.verifier.name + " ",
        "who=",
    ]
    assert [word for word in personal if word in text] == []


def test_every_answer_carries_an_id_of_our_own(served: Flask) -> None:
    client = served.test_client()
    ids = {client.get("/check", headers={"X-Request-ID": "forged\u00e9"}).headers["X-Request-ID"] for _ask in range(3)}
    assert len(ids) == 3
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in ids)
