"""Commands that need no database and start without the app."""

import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from verifier import config
from verifier.core.calculation.recalculation import calculate
from verifier.core.errors import Refusal
from verifier.core.monitoring_plan import of_workbook
from verifier.core.sampling.plan import Method
from verifier.reports import sample_command, summary
from verifier.reports.workbook.reader import Unreadable, read
from verifier.rulepacks import load as rulepacks
from verifier.terminal.commands import Command
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import message_text, system_reason

FOUND, UNREADABLE = 1, 2
WORKBOOK = click.Path(path_type=Path)
_kept_alive: list[object] = []
"""References kept until the process ends: freeing a large report row by row would take longer than exiting."""


def fail(text: str, code: int = UNREADABLE) -> NoReturn:
    """Say what is wrong and end."""
    click.echo(text, err=True)
    sys.exit(code)


@click.command(cls=Command)
@click.argument("workbook", type=WORKBOOK)
@click.option("--pack", "pack_id", required=True, help="Rule pack, such as beijing/2021.")
@click.option("--previous", type=WORKBOOK, help="Last year's report, for comparison.")
@click.option("--plan", type=WORKBOOK, help="The monitoring plan, as a separate workbook.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(workbook: Path, pack_id: str, previous: Path | None, plan: Path | None, as_json: bool) -> None:
    """Recalculate a report and list data alerts; needs no database.

    Exit code 1 means that errors were found; alerts that only need review are listed and leave exit code 0.
    """
    reading = workbook
    try:
        pack = rulepacks.load(pack_id, config.instance_folder() / "rulepacks")
        report = read(workbook)
        reading = previous or plan or workbook
        before = read(previous) if previous else None
        reading = plan or workbook
        planned = of_workbook(read(plan, kind="plan")) if plan else None
    except Unreadable as unreadable:
        click.echo(f"{reading}:", err=True)
        for problem in unreadable.problems:
            click.echo(message_text(problem.message_id, problem.values), err=True)
        sys.exit(UNREADABLE)
    except Refusal as refusal:
        fail(message_text(refusal.message, refusal.values))
    except OSError as error:
        fail(f"{reading}: {system_reason(error)}")
    calculation = calculate(report, pack, previous=before, plan=planned)
    _kept_alive.extend((report, calculation))
    if as_json:
        click.echo(json.dumps(summary.check_json(report, calculation, pack, message_text), ensure_ascii=False, indent=1))
    else:
        click.echo(summary.check_text(report, calculation, pack, message_text))
    sys.exit(FOUND if summary.wrong(calculation) else 0)


@click.command(cls=Command)
@click.argument("workbook", type=WORKBOOK)
@click.option("--pack", "pack_id", required=True, help="Rule pack, such as beijing/2021.")
@click.option("--method", type=click.Choice([each.value for each in Method]), required=True, help="Sampling method.")
@click.option("--seed", required=True, help="The recorded seed (printable ASCII characters).")
@click.option("--kind", type=click.Choice(["data", "sites", "added", "deducted"]), help="Population (default: the first of the method).")
@click.option("--reading", help="Interpretation of the step share (default: the pack's first).")
@click.option("--step", "steps", multiple=True, help="KEY=STEP: sample this source (or `sites`) up to this step; may be repeated.")
@click.option("--among", multiple=True, help="Site eligible for sampling; with --step sites=…")
@click.option("--risk", help="Sampling risk (default: the pack's smallest).")
@click.option("--tolerable", help="Tolerable error, t CO2 (default: the pack's threshold).")
@click.option("--expected", default="0", help="Expected error, t CO2.")
@click.option("--expansion", help="Factor on the expected error.")
@click.option(
    "--extended", type=click.IntRange(1, 64), default=1, help="How often the selection points of an extended sample are multiplied."
)
@click.option("--list", type=WORKBOOK, help="External list (.xlsx or .csv).")
@click.option("--name", help="Name of the list (default: its file name).")
@click.option("--count", type=int, help="Number of rows to draw (default: as required by --share).")
@click.option("--share", default="1/20", help="Smallest share of missing rows that must be detected.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sample(
    workbook: Path,
    pack_id: str,
    method: str,
    seed: str,
    steps: tuple[str, ...],
    among: tuple[str, ...],
    *,
    as_json: bool,
    **options: object,
) -> None:
    """Draw the same sample as the sampling page, from the workbook, a seed and the plan; needs no database."""
    try:
        pack = rulepacks.load(pack_id, config.instance_folder() / "rulepacks")
        found = sample_command.sample_json(workbook, pack, Method(method), seed, options, steps=steps, among=among)
    except Unreadable as unreadable:
        fail("\n".join([f"{workbook}:", *(message_text(problem.message_id, problem.values) for problem in unreadable.problems)]))
    except Refusal as refusal:
        fail(message_text(refusal.message, refusal.values))
    except OSError as error:
        fail(f"{error.filename or workbook}: {system_reason(error)}")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    click.echo(_("%(items)s items, %(tonnes)s t CO2, checksum %(checksum)s", **found["population"]))
    for each in found["items"]:
        click.echo("\t".join((each["stratum"], each["step"] or "", each["tonnes"] or "", *each["item"])))
