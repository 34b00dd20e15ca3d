"""The script of docs/reproducing-a-sample.md, run by another program than ours, draws the items of an exported sample again."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.checks.data.test_sampling import assessed_ladder, drawn, sites_plan, tonnes_plan
from tests.people import Cast, sign_in
from verifier.checks.data.sampling.models import Sample
from verifier.db import db
from verifier.engagements.models import Engagement

PAGE = Path(__file__).parents[3] / "docs" / "reproducing-a-sample.md"
PLANS: list[Callable[[Engagement, Cast], Sample]] = [assessed_ladder, tonnes_plan, sites_plan]


@pytest.mark.parametrize("planned", PLANS)
def test_whoever_has_the_export_draws_the_same_items(
    client: FlaskClient, cast: Cast, tmp_path: Path, planned: Callable[[Engagement, Cast], Sample]
) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    made = drawn(case, cast, planned(case, cast))
    db.session.commit()
    (tmp_path / "sample.xlsx").write_bytes(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/sampling/{made.number}.xlsx").data)
    script = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert script is not None
    (tmp_path / "redraw.py").write_text(script[1], "utf-8")
    command = [sys.executable, "-I", "redraw.py", "sample.xlsx"]
    again = subprocess.run([*command, str(made.seed)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stderr) == (0, "")
    assert f"population {made.checksum}:" in again.stdout
    assert again.stdout.endswith("the same\n")
    other = subprocess.run([*command, "dice-352"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (other.returncode, other.stderr) == (1, "")
    assert "NOT the same" in other.stdout
