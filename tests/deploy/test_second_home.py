"""Part of the suite lives on PostgreSQL and S3 in every run; `make second` has all of it live there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import homes

pytestmark = pytest.mark.hold

ROOT = Path(homes.__file__).parent.parent
CHOSEN = (
    "tests/jobs/test_queue.py",
    "tests/jobs/test_page.py",
    "tests/house/test_trail.py",
    "tests/house/test_health.py",
    "tests/evidence/test_store.py",
    "tests/reports/test_absurd_numbers.py",
)
"""What leans most on the database, its transactions, its types and its store."""


@pytest.mark.postgres
def test_a_part_of_the_suite_passes_on_postgresql_and_s3() -> None:
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-n", "0", *CHOSEN]
    done = subprocess.run(command, cwd=ROOT, env={**quiet, "VERIFIER_TEST_HOME": "second"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20_000:]


def test_what_only_the_first_home_has_is_there() -> None:
    for name in homes.FIRST_ONLY:
        file, _colons, function = name.partition("::")
        assert (ROOT / file).exists(), name
        assert f"def {function}" in (ROOT / file).read_text() if function else True, name
