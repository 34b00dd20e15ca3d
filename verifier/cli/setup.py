"""`verifier setup` begins an installation of one's own; `verifier mail-test` sends a test message."""

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from verifier import config
from verifier.accounts import commands, mail
from verifier.cli.offline import FOUND, fail
from verifier.cli.people import refusals_told
from verifier.core.access import Role
from verifier.db import utcnow
from verifier.maintenance import commands as maintenance
from verifier.statement.signing import keys
from verifier.terminal.commands import Command
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import in_language, language, system_reason
from verifier.terminal.sentences import marked as _l


@dataclass(frozen=True, slots=True)
class Question:
    """A setting that the command asks for unless an option gives it."""

    variable: str
    text: str
    default: str


PERSON = {
    "email": _l("E-mail address of the first administrator"),
    "name": _l("Their name"),
    "organisation": _l("Name of the organisation that runs this installation"),
}
"""What the first administrator is asked, by option."""
LANGUAGE = _l("Language of the command line and of pages for visitors (en, zh)")
QUESTIONS = {
    "public_url": Question(
        "VERIFIER_PUBLIC_URL", _l("Address that people type, such as https://verifier.example.org; empty for this machine only"), ""
    ),
    "mail_host": Question("VERIFIER_MAIL_HOST", _l("SMTP host; empty to write messages to a folder"), ""),
}
MAIL_QUESTIONS = (
    Question("VERIFIER_MAIL_PORT", _l("SMTP port (587 with STARTTLS, 465 with TLS from the start)"), "587"),
    Question("VERIFIER_MAIL_USER", _l("SMTP user; empty for none"), ""),
    Question("VERIFIER_MAIL_PASSWORD", _l("SMTP password; empty for none"), ""),
    Question("VERIFIER_MAIL_FROM", _l("Sender of messages, such as verifier@example.org"), "verifier@localhost"),
)


@click.command(cls=Command)
@click.option("--email", help="E-mail address of the first administrator.")
@click.option("--name", help="Their name.")
@click.option("--organisation", help="Name of the organisation that runs the installation.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Language of the command line and of pages for visitors.")
@click.option("--public-url", help="Address that people type.")
@click.option("--mail-host", help="SMTP host; further mail settings by VERIFIER_MAIL_* or asked for.")
@click.option("--once", is_flag=True, help="Do nothing if somebody has an account already.")
def setup(once: bool, **told: str | None) -> None:
    """Begin an empty installation: language, address, mail and the first administrator, by options or asked for."""
    with maintenance.opened(newest=True) as app:
        instance = app.extensions["verifier"].settings.instance
        if commands.people_list():
            if once:
                return
            fail(_("This installation has people already. `verifier user --help` lists the commands for them."), FOUND)
    asks = not all(told[each] for each in PERSON)
    chosen = _answer(Question("VERIFIER_LANGUAGE", LANGUAGE, language()), told["language"], asks)
    with in_language(chosen):
        _begin(instance, {"VERIFIER_LANGUAGE": chosen}, told, asks)


def _begin(instance: Path, values: dict[str, str], told: Mapping[str, str | None], asks: bool) -> None:
    """Ask for what is not told, in the language that was chosen; write the settings and invite the first administrator."""
    values |= {question.variable: _answer(question, told.get(option), asks) for option, question in QUESTIONS.items()}
    if values["VERIFIER_MAIL_HOST"]:
        values |= {question.variable: _answer(question, None, asks) for question in MAIL_QUESTIONS}
    email, name, organisation = (told[each] or click.prompt(_(text)) for each, text in PERSON.items())
    config.write_settings(instance, values)
    with maintenance.opened(newest=True), refusals_told():
        keys.authority(utcnow())
        link = commands.add_user(email, name, organisation, "installation", [Role.ADMINISTRATOR])
    click.echo(_("Settings: %(file)s", file=instance / config.SETTINGS_FILE))
    click.echo(_("%(name)s sets a password and a second factor within 7 days at:", name=name))
    click.echo(link)
    click.echo(_("Next: `verifier serve`, then `verifier doctor` names what is missing."))


def _answer(question: Question, given: str | None, asks: bool) -> str:
    """An option, else the environment's setting, else the answer typed, else the default."""
    told = given if given is not None else config.setting(question.variable)
    if told is not None or not asks:
        return told if told is not None else question.default
    hidden = question.variable.endswith("PASSWORD")
    typed: str = click.prompt(_(question.text), default=question.default, show_default=bool(question.default), hide_input=hidden)
    return typed.strip()


@click.command("mail-test", cls=Command)
@click.argument("email")
def mail_test(email: str) -> None:
    """Send a test message at once and say what the mail server answered."""
    with maintenance.opened() as app:
        settings = app.extensions["verifier"].settings
        server = f"{settings.mail_host}:{settings.mail_port}"
        if not settings.mail_host:
            fail(_("No mail host is set: messages are written to %(folder)s. Set VERIFIER_MAIL_HOST.", folder=settings.mail_folder), FOUND)
        try:
            mail.send_test(settings, email, now=utcnow())
        except (OSError, smtplib.SMTPException) as error:
            reason = system_reason(error) if isinstance(error, OSError) else str(error)
            fail(_("%(server)s did not take the message: %(reason)s", server=server, reason=reason), FOUND)
    click.echo(_("Sent to %(email)s by %(server)s.", email=email, server=server))
