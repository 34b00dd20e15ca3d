"""The type errors that are still allowed, file by file: mypy runs over verifier/, bench/, tools/; `tools/mypy-ratchet.txt` may only shrink.

`python tools/mypy_ratchet.py` fails where a file has more errors than listed, or fewer (then the list is to be tightened).
`python tools/mypy_ratchet.py tighten` writes the list anew, also after files were moved; it refuses where errors were added.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tools" / "mypy-ratchet.txt"
TIGHTEN = "; run tools/mypy_ratchet.py tighten"
ERROR = re.compile(r"^(?P<file>[^:]+\.py):\d+: error: ")


def found() -> tuple[Counter[str], list[str]]:
    """How many errors mypy finds in each file, and its lines; a run that did not finish ends here."""
    done = subprocess.run([sys.executable, "-m", "mypy", "--no-pretty"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or done.stderr:
        sys.exit(f"mypy did not finish:\n{done.stdout[-4000:]}{done.stderr}")
    lines = done.stdout.splitlines()
    return Counter(match["file"] for line in lines if (match := ERROR.match(line))), lines


def listed() -> Counter[str]:
    """How many errors each file may have."""
    lines = LIST.read_text().splitlines() if LIST.exists() else []
    return Counter({file: int(count) for count, file in (line.split() for line in lines)})


def compare(now: Counter[str], allowed: Counter[str]) -> list[str]:
    """What differs: errors that were added, and entries that can be tightened."""
    return [
        f"{file}: {now[file]} errors, {allowed[file]} allowed" + ("" if now[file] > allowed[file] else TIGHTEN)
        for file in sorted(now | allowed)
        if now[file] != allowed[file]
    ]


def main(arguments: list[str]) -> int:
    """Check, or tighten the list."""
    (now, lines), allowed = found(), listed()
    if arguments == ["tighten"]:
        if LIST.exists() and now.total() > allowed.total():
            print(*lines, f"{now.total()} errors, {allowed.total()} allowed: the list only shrinks", sep="\n")
            return 1
        LIST.write_text("".join(f"{count} {file}\n" for file, count in sorted(now.items())))
        print(f"mypy: {now.total()} errors listed")
        return 0
    differing = compare(now, allowed)
    more = {file for file in now if now[file] > allowed[file]}
    print(*(line for line in lines if line.partition(":")[0] in more), *differing, sep="\n", end="\n" if differing else "")
    print(f"mypy: {now.total()} errors in {len(now)} files, {allowed.total()} allowed")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
