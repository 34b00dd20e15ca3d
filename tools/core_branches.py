"""The share of core's branches that its tests take, against `core_branches` in pyproject.toml, which only rises."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Read what `coverage run` measured; 1 below the floor."""
    floor = float(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["verifier"]["core_branches"])
    report = [sys.executable, "-m", "coverage", "json", "--quiet", "--fail-under=0", "-o", "-"]
    written = subprocess.run(report, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    totals = json.loads(written.stdout)["totals"]
    share = 100 * totals["covered_branches"] / totals["num_branches"]
    print(f"core: {share:.1f} % of {totals['num_branches']} branches taken, at least {floor} % wanted")
    return 1 if share < floor else 0


if __name__ == "__main__":
    sys.exit(main())
