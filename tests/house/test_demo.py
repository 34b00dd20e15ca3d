"""The demo, as `make run` makes it: a case at every stage, a statement that holds, trails that hold."""

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import homes
from verifier import config
from verifier.app import create_app
from verifier.audit.models import TrailRow
from verifier.audit.queries import verify
from verifier.audit.row_verification import verify_rows
from verifier.cli.online import main
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.statement import commands


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in homes.environ(tmp_path / "instance").items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["demo", "--once"])
    assert done.exit_code == 0, done.output
    return tmp_path / "instance"


def test_the_demo_shows_every_stage_and_one_statement_that_holds(made: Path) -> None:
    app = create_app(config.from_environment(homes.environ(made)), testing=True)
    with app.app_context():
        assert Counter(case.stage for case in db.session.query(Engagement)) == Counter(stage.value for stage in Stage)
        assert all(verdict.broken is None for verdict in verify(app.extensions["verifier"].checkpoints))
        assert list(verify_rows()) == []
        assert db.session.query(TrailRow).filter_by(action="audit:rows:recorded").count() == 0
        (listed,) = commands.statement_list()
        pdf = commands.export(listed["number"])
        assert pdf is not None
        assert commands.verify_file(pdf)["verdict"] == "genuine"
        assert app.test_client().get("/components").status_code == 200
        db.session.remove()
        db.engine.dispose()
    again = CliRunner().invoke(main, ["demo", "--once"])
    assert (again.exit_code, again.output) == (0, "")
    refused = CliRunner().invoke(main, ["demo"])
    assert refused.exit_code == 1
    code = CliRunner().invoke(main, ["demo", "code", "lead"])
    assert code.exit_code == 0
    assert code.output.strip().isdigit()
    assert CliRunner().invoke(main, ["demo", "code", "contact"]).exit_code == 1
