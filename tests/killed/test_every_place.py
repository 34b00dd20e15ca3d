"""A process killed by SIGKILL before and after every write of an action leaves the old state or the new one, and nothing between."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from tests.killed import operations
from verifier.db import db

pytestmark = pytest.mark.hold


@pytest.mark.parametrize("action", operations.ACTIONS)
def test_a_action_killed_at_any_place_is_done_or_not_done(app: Flask, tmp_path: Path, action: str) -> None:
    folder = tmp_path / "killed"
    folder.mkdir()
    operations.settle(action, folder)
    db.session.remove()
    db.engine.dispose()
    shutil.copytree(app.extensions["verifier"].settings.instance, folder / "before")
    ran = subprocess.run([sys.executable, "-m", "tests.killed.zygote", str(folder)], capture_output=True, text=True, env={**os.environ})
    assert ran.returncode == 0, ran.stderr[-3000:]
    first, *places = (json.loads(line) for line in (folder / "found").read_text().splitlines())
    assert first["code"] == 0, first
    old, new = first["whole"]["old"], first["whole"]["new"]
    assert old != new
    assert first["whole"]["status"] in (302, 303)
    outcomes = set()
    for place in places:
        at, found = place["place"], place["found"]
        assert place["killed"], at
        assert place["code"] == 0, (at, found)
        assert found["state"] in (old, new), at
        outcomes.add("old" if found["state"] == old else "new")
        assert (found["left"], found["missing"], found["broken"], found["unsigned"]) == ([], [], [], []), at
        assert found["public"] == [200 if status in ("issued", "superseded") else 404 for status in found["state"]["statements"]], at
        if "again" in found:
            assert found["again"] in (302, 303, 409), at
            assert found["in_the_end"] == new, at
    assert outcomes == {"old", "new"}
    assert any(place["found"]["swept"] for place in places) == any("store." in place["place"] for place in places)
