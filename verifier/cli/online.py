"""The command line: `verifier --help`. Exit codes: 0 good, 1 something found, 2 cannot be read."""

import json
import signal
import sys
from pathlib import Path
from threading import Event

import click

from verifier import config
from verifier.accounts import commands as accounts
from verifier.audit import queries as trails
from verifier.cli.offline import FOUND, UNREADABLE, WORKBOOK, check, fail, sample, say
from verifier.cli.server import serve as run_server
from verifier.core.access import ORGANISATION_ROLES, Role
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.jobs import worker
from verifier.maintenance import commands as maintenance
from verifier.rulepacks import load as rulepacks
from verifier.statement import commands as statements
from verifier.statement.signing import keys


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Verifier: from a reported number to a signed statement anyone can check."""


for command in maintenance.COMMANDS:
    main.add_command(command)


main.add_command(check)
main.add_command(sample)


@main.command()
@click.option("--workers", type=int, help="Processes that answer; else VERIFIER_PROCESSES.")
def serve(workers: int | None) -> None:
    """Bring the database to its newest shape and serve the app; prints its address."""
    with maintenance.opened(newest=True) as app:
        keys.authority(utcnow())
    maintenance.at_start(app)
    run_server(app, workers)


@main.command("worker")
@click.option("--until-empty", is_flag=True, help="Do what is due and end.")
def do_jobs(until_empty: bool) -> None:
    """Do the jobs of the queue: mail, reminders, sweeping. Apart from `serve` where VERIFIER_WORKER=apart; several may run."""
    stop = Event()
    with maintenance.opened(newest=True) as app:
        pass
    if until_empty:
        worker.empty(app)
        return
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: stop.set())
    click.echo("Doing jobs")
    worker.work(app, stop)


@main.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Do nothing when the demo, or anything else, is already there.")
@click.pass_context
def demo(context: click.Context, once: bool) -> None:
    """Make the demo: people, a programme year, and a case at every stage."""
    if context.invoked_subcommand is not None:
        return
    from verifier.demo import build

    with maintenance.opened(newest=True) as app:
        if build.is_settled():
            if once:
                return
            fail("This installation already holds data; the demo is only made in an empty one.", FOUND)
        build.build(now=utcnow(), say=click.echo)
        app.extensions["verifier"].settings.demo_marker.touch()


@demo.command("code")
@click.argument("person")
def demo_code(person: str) -> None:
    """Print a demo person's current second factor; PERSON is the e-mail address, or what stands before its @."""
    with maintenance.opened():
        code = accounts.current_code(person if "@" in person else f"{person}@demo.example")
    if code is None:
        fail(f"{person} is not a demo person, or has no second factor.", FOUND)
    click.echo(code)


@main.group()
def user() -> None:
    """People of this installation."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--organisation", required=True, help="Name of the organisation; made when it is new.")
@click.option("--kind", type=click.Choice(sorted(ORGANISATION_ROLES)), required=True, help="What the organisation is.")
@click.option("--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), help="May be given more than once.")
def user_add(email: str, name: str, organisation: str, kind: str, roles: tuple[str, ...]) -> None:
    """Add a person and print the link with which they choose their password."""
    with maintenance.opened(newest=True):
        try:
            link = accounts.add_user(email, name, organisation, kind, [Role(role) for role in roles])
            db.session.commit()
        except Refusal as refusal:
            fail(say(refusal.message, refusal.values), FOUND)
        click.echo(link)


@main.group()
def statement() -> None:
    """Issued statements."""


@statement.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def statement_list(as_json: bool) -> None:
    """Every issued statement."""
    with maintenance.opened():
        found = statements.statement_list()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for row in found:
        click.echo("\t".join(str(row[key]) for key in ("number", "unit", "year", "tonnes", "opinion", "status", "issued_at")))


@statement.command("export")
@click.argument("number")
@click.option("-o", "--output", type=WORKBOOK, required=True, help="Where the PDF is written.")
def statement_export(number: str, output: Path) -> None:
    """Write the PDF of an issued statement to a file."""
    with maintenance.opened():
        pdf = statements.export(number)
    if pdf is None:
        fail(f"No issued statement has the number {number}.", FOUND)
    output.write_bytes(pdf)
    click.echo(f"{output}: {len(pdf)} bytes")


@statement.command("verify")
@click.argument("file", type=WORKBOOK)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def statement_verify(file: Path, as_json: bool) -> None:
    """Say whether a PDF is the issued statement, untouched, and by whom it is signed."""
    try:
        pdf = file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    with maintenance.opened():
        result = statements.verify_file(pdf)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        click.echo(result["verdict"])
        for reason in result["reasons"]:
            click.echo(f"  {say(reason['message'], reason['values'])}")
        for signer in result["signers"]:
            click.echo("  " + ", ".join(f"{key}: {value}" for key, value in signer.items()))
    sys.exit({"genuine": 0, "unreadable": UNREADABLE}.get(result["verdict"], FOUND))


@main.group()
def audit() -> None:
    """The append-only trails."""


@audit.command("verify")
def audit_verify() -> None:
    """Recompute every trail and name the first row that is broken or missing."""
    broken = 0
    with maintenance.opened() as app:
        for verdict in trails.verify(app.extensions["verifier"].heads):
            if verdict.broken:
                broken += 1
                click.echo(f"{verdict.trail}: row {verdict.broken.number}: {verdict.broken.fault}")
            else:
                click.echo(f"{verdict.trail}: {verdict.rows} rows hold")
    sys.exit(FOUND if broken else 0)


@main.group()
def packs() -> None:
    """Rule packs."""


@packs.command("check")
def packs_check() -> None:
    """Say what is wrong with any rule pack: file, key and reason."""
    own = config.from_environment().instance / "rulepacks"
    defects = rulepacks.check(own)
    for file, key, reason in defects:
        click.echo(f"{file}: {key}: {reason}")
    for pack_id in rulepacks.available(own):
        click.echo(pack_id)
    sys.exit(FOUND if defects else 0)
