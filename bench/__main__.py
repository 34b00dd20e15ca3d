"""`make bench`: every figure in one table, and as JSON; exit 1 where one misses its bound. Names of parts as arguments run only those."""

import json
import logging
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

import structlog

from bench import background, cold, creating, growth, memory, pages, photos, register, reports, statements, weight
from bench.stopwatch import Figure

PARTS: dict[str, Callable[[], Iterable[Figure]]] = {
    "pages": pages.measured,
    "creating": creating.measured,
    "upload": creating.measured_uploads,
    "weight": weight.measured,
    "background": background.measured,
    "growth": growth.measured,
    "growth-postgresql": growth.measured_on_postgresql,
    "cold": cold.measured,
    "photos": photos.measured,
    "statements": statements.measured,
    "memory": memory.measured,
    "register": register.measured,
    "reports": reports.measured,
}
RESULTS = Path("bench-results.json")


def main(asked: list[str]) -> int:
    """Measure the parts asked for, all by default."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    found: list[Figure] = []
    for name in asked or PARTS:
        for figure in PARTS[name]():
            print(_line(figure), flush=True)
            found.append(figure)
    RESULTS.write_text(json.dumps([{**asdict(figure), "met": figure.met} for figure in found], indent=1, ensure_ascii=False) + "\n")
    print(f"also in {RESULTS}")
    return int(not all(figure.met for figure in found))


def _line(figure: Figure) -> str:
    bound = f"{'≤' if figure.at_most else '≥'} {figure.bound:g}"
    return f"{'met   ' if figure.met else 'MISSED'}  {figure.name:<62} {figure.value:8.2f} {figure.unit:<2} {bound:<7} {figure.note}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
