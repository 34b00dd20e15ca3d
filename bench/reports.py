"""`verifier check` on a large workbook, beside only reading it with the spreadsheet library; time and memory of whole processes."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.stopwatch import Figure
from tests import big

SMALL, LARGE = 10_000, 100_000
READING = """
import sys
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
for name in book.sheet_names:
    book.get_sheet_by_name(name).to_python()
"""
CHECKING = "import sys; from verifier.cli.main import main; main()"
WAITING = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
print(os.wait4(child.pid, 0)[2].ru_maxrss)
"""
"""A small process between: a program counts as large as the process it was started from, and this one has made the workbooks."""
TIMES, MEMORY, GROWTH = 8, 3, 12


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of clock and the most memory of any one process in it, in bytes."""

    seconds: float
    memory: int


def measured(rounds: int = 3) -> list[Figure]:
    """Time and memory at 100,000 rows beside calamine, and the growth from 10,000."""
    with TemporaryDirectory(prefix="verifier-bench-") as folder:
        small, large = (_workbook(Path(folder), rows) for rows in (SMALL, LARGE))
        runs: dict[str, list[Run]] = {"read": [], "check": [], "small": []}
        for _ in range(rounds):
            runs["read"].append(_run(READING, large))
            runs["check"].append(_run(CHECKING, "check", large, "--pack", "beijing/2021", "--json"))
            runs["small"].append(_run(CHECKING, "check", small, "--pack", "beijing/2021", "--json"))
    time = {name: median(run.seconds for run in found) for name, found in runs.items()}
    memory = {name: median(run.memory for run in found) for name, found in runs.items()}
    seconds = f"{time['check']:.1f} s / {time['read']:.1f} s"
    megabytes = f"{memory['check'] / 1e6:.0f} MB / {memory['read'] / 1e6:.0f} MB"
    return [
        Figure(f"check of {LARGE:,} rows beside reading them: time", time["check"] / time["read"], "×", TIMES, note=seconds),
        Figure(f"check of {LARGE:,} rows beside reading them: memory", memory["check"] / memory["read"], "×", MEMORY, note=megabytes),
        Figure("check: growth from 10,000 rows to 100,000", time["check"] / time["small"], "×", GROWTH, note=f"{time['small']:.1f} s"),
    ]


def _workbook(folder: Path, rows: int) -> str:
    path = folder / f"{rows}.xlsx"
    path.write_bytes(big.workbook(big.park(rows)))
    return str(path)


def _run(program: str, *arguments: str) -> Run:
    """A process run to its end, its own children's memory counted one by one."""
    start = perf_counter()
    whole = [sys.executable, "-S", "-c", WAITING, sys.executable, "-c", program, *arguments]
    kilobytes = subprocess.run(whole, stdout=subprocess.PIPE, check=True, text=True).stdout
    return Run(perf_counter() - start, int(kilobytes) * 1024)
