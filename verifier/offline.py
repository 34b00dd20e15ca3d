"""The commands that need no database: they start without the app."""

import json
import sys
from collections.abc import Mapping
from gettext import translation
from pathlib import Path

import click

from verifier import config
from verifier.core.calculation import calculate
from verifier.core.errors import Refusal
from verifier.reports import summary
from verifier.reports.workbook import Unreadable, read
from verifier.rulepacks import load as rulepacks

FOUND, UNREADABLE = 1, 2
WORKBOOK = click.Path(path_type=Path)


def say(message: str, values: Mapping[str, object]) -> str:
    """A message id in the language of the installation."""
    folder = Path(__file__).parent / "translations"
    language = config.language()
    sentence = translation("messages", folder, languages=[language], fallback=True).gettext(message)
    return sentence % values if values else sentence


def fail(text: str, code: int = UNREADABLE) -> None:
    """Say what is wrong and end."""
    click.echo(text, err=True)
    sys.exit(code)


@click.command()
@click.argument("workbook", type=WORKBOOK)
@click.option("--pack", "pack_id", required=True, help="Rule pack, such as beijing/2021.")
@click.option("--previous", type=WORKBOOK, help="Last year's report, to be compared with.")
@click.option("--plan", type=WORKBOOK, help="The monitoring plan, a workbook of its own.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(workbook: Path, pack_id: str, previous: Path | None, plan: Path | None, as_json: bool) -> None:
    """Recalculate a report and say what looks wrong with it; needs no database.

    Exit code 1 says that something is wrong; what is only worth a look is listed and leaves 0.
    """
    reading = workbook
    try:
        pack = rulepacks.load(pack_id, config.from_environment().instance / "rulepacks")
        report = read(workbook)
        reading = previous or plan or workbook
        before = read(previous) if previous else None
        reading = plan or workbook
        planned = read(plan, kind="plan") if plan else None
    except Unreadable as unreadable:
        click.echo(f"{reading}:", err=True)
        for problem in unreadable.problems:
            click.echo(say(problem.message_id, problem.values), err=True)
        sys.exit(UNREADABLE)
    except Refusal as refusal:
        fail(say(refusal.message, refusal.values))
    except OSError as error:
        fail(f"{reading}: {error.strerror}")
    calculation = calculate(report, pack, previous=before, plan=planned)
    if as_json:
        click.echo(json.dumps(summary.check_json(report, calculation, pack, say), ensure_ascii=False, indent=1))
    else:
        click.echo(summary.check_text(report, calculation, pack, say))
    sys.exit(FOUND if summary.wrong(calculation) else 0)
