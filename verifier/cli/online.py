"""The command line: `verifier --help`. Exit codes: 0 success, 1 problems found, 2 input cannot be read."""

import json
import signal
import sys
from pathlib import Path
from threading import Event

import click

from verifier import config
from verifier.accounts import commands as accounts
from verifier.audit.comparison import NoCopy
from verifier.cli import statement_words
from verifier.cli.offline import FOUND, UNREADABLE, WORKBOOK, check, fail, sample
from verifier.cli.people import user
from verifier.cli.server import serve as run_server
from verifier.cli.setup import mail_test, setup
from verifier.db import utcnow
from verifier.jobs import worker
from verifier.maintenance import audit_verification, in_use
from verifier.maintenance import commands as maintenance
from verifier.rulepacks import load as rulepacks
from verifier.statement import commands as statements
from verifier.statement.signing import keys
from verifier.terminal.commands import Group
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import message_text, system_reason


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Verifier: from a reported number to a signed statement anyone can check."""


for command in maintenance.COMMANDS:
    main.add_command(command)


main.add_command(check)
main.add_command(sample)


@main.command()
@click.option("--workers", type=int, help="Number of server processes (default: VERIFIER_PROCESSES).")
def serve(workers: int | None) -> None:
    """Migrate the database and start the server; prints its address."""
    with maintenance.opened(newest=True) as app:
        keys.authority(utcnow())
        settings = app.extensions["verifier"].settings
        if settings.has_published_passwords and (settings.host not in config.LOOPBACK or settings.is_public):
            fail(
                _(
                    "This is the demo, whose passwords are published: it is served on this machine only. Unset VERIFIER_HOST and "
                    "VERIFIER_PUBLIC_URL, or make a demo with random passwords: VERIFIER_DEMO_OPEN=1 in an empty VERIFIER_INSTANCE."
                ),
                FOUND,
            )
    with in_use.shared(app.extensions["verifier"].settings.instance):
        maintenance.at_start(app)
        run_server(app, workers)


@main.command("worker")
@click.option("--until-empty", is_flag=True, help="Run all due jobs, then exit.")
def do_jobs(until_empty: bool) -> None:
    """Run queued jobs: mail, reminders, clean-up.

    Runs separately from `serve` where VERIFIER_WORKER=apart; several workers may run.
    """
    stop = Event()
    with maintenance.opened(newest=True) as app:
        pass
    if until_empty:
        worker.empty(app)
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo(_("Running jobs"))
    with in_use.shared(app.extensions["verifier"].settings.instance):
        worker.work(app, stop)


@main.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Do nothing if the installation already contains data.")
@click.pass_context
def demo(context: click.Context, once: bool) -> None:
    """Create demo data: people, a programme year, and a case at every stage."""
    if context.invoked_subcommand is not None:
        return
    from verifier.demo import build

    with maintenance.opened(newest=True) as app:
        if build.is_settled():
            if once:
                return
            fail(_("This installation already contains data; demo data can only be created in an empty one."), FOUND)
        is_open = config.is_demo_open()
        build.build(now=utcnow(), echo=click.echo, is_open=is_open)
        app.extensions["verifier"].settings.demo_marker.write_text(config.OPEN_DEMO if is_open else "")


@demo.command("code")
@click.argument("person")
def demo_code(person: str) -> None:
    """Print a demo person's current verification code; PERSON is the e-mail address or the part before its @."""
    with maintenance.opened():
        code = accounts.current_code(person if "@" in person else f"{person}@demo.example")
    if code is None:
        fail(_("%(person)s is not a demo person, or has not set up two-step verification.", person=person), FOUND)
    click.echo(code)


main.add_command(user)
main.add_command(setup)
main.add_command(mail_test)


@main.group()
def statement() -> None:
    """Issued statements."""


@statement.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def statement_list(as_json: bool) -> None:
    """List all issued statements."""
    with maintenance.opened():
        found = statements.statement_list()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for row in found:
        status = statement_words.STATUS[row["status"]]
        shown = {**row, "status": _(status)}
        click.echo("\t".join(str(shown[key]) for key in ("number", "unit", "year", "tonnes", "opinion", "status", "issued_at")))


@statement.command("export")
@click.argument("number")
@click.option("-o", "--output", type=WORKBOOK, required=True, help="File to write the PDF to.")
def statement_export(number: str, output: Path) -> None:
    """Write the PDF of an issued statement to a file."""
    with maintenance.opened():
        pdf = statements.export(number)
    if pdf is None:
        fail(_("There is no issued statement with the number %(number)s.", number=number), FOUND)
    output.write_bytes(pdf)
    click.echo(_("%(file)s: %(size)s bytes", file=output, size=len(pdf)))


@statement.command("verify")
@click.argument("file", type=WORKBOOK)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def statement_verify(file: Path, as_json: bool) -> None:
    """Check whether a PDF is an issued statement, unaltered, and show who signed it."""
    try:
        pdf = file.read_bytes()
    except OSError as error:
        fail(f"{file}: {system_reason(error)}")
    with maintenance.opened():
        result = statements.verify_file(pdf)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        verdict = statement_words.VERDICTS[result["verdict"]]
        click.echo(_(verdict))
        for reason in result["reasons"]:
            click.echo(f"  {message_text(reason['message'], reason['values'])}")
        for signer in result["signers"]:
            click.echo(f"  {statement_words.signer_line(signer)}")
    sys.exit({"genuine": 0, "unreadable": UNREADABLE}.get(result["verdict"], FOUND))


@main.group()
def audit() -> None:
    """Audit trails."""


@audit.command("verify")
@click.option("--evidence", is_flag=True, help="Also hash every stored evidence file again.")
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True),
    metavar="COPY",
    help="Also compare with an older copy: a backup, a folder of checkpoints or a witness folder.",
)
def audit_verify(evidence: bool, against: Path | None) -> None:
    """Verify every audit trail, every recorded row and every issued statement; one line for each problem."""
    broken = False
    with maintenance.opened() as app:
        try:
            for problem, line in audit_verification.verified(app.extensions["verifier"], evidence=evidence, against=against):
                broken = broken or problem
                click.echo(line)
        except NoCopy:
            fail(_("%(copy)s holds no checkpoints and no audit trails.", copy=against))
    sys.exit(FOUND if broken else 0)


@main.group()
def packs() -> None:
    """Rule packs."""


@packs.command("check")
def packs_check() -> None:
    """Check all rule packs; list errors with file, key and reason."""
    own = config.instance_folder() / "rulepacks"
    defects = rulepacks.check(own)
    for file, key, reason in defects:
        click.echo(f"{file}: {key}: {reason}")
    for pack_id in rulepacks.available(own):
        click.echo(pack_id)
    sys.exit(FOUND if defects else 0)
