"""`verifier setup` begins an installation of one's own; `verifier mail-test` sends a test message."""

import smtplib
from dataclasses import dataclass

import click

from verifier import config
from verifier.accounts import commands, mail
from verifier.cli.offline import FOUND, fail
from verifier.cli.people import refusals_told
from verifier.core.access import Role
from verifier.db import utcnow
from verifier.maintenance import commands as maintenance
from verifier.statement.signing import keys


@dataclass(frozen=True, slots=True)
class Question:
    """A setting that the command asks for unless an option gives it."""

    variable: str
    text: str
    default: str


PERSON = {
    "email": "E-mail address of the first administrator",
    "name": "Their name",
    "organisation": "Name of the organisation that runs this installation",
}
"""What the first administrator is asked, by option."""
QUESTIONS = {
    "language": Question("VERIFIER_LANGUAGE", "Language of the command line and of pages for visitors (en, zh)", "en"),
    "public_url": Question(
        "VERIFIER_PUBLIC_URL", "Address that people type, such as https://verifier.example.org; empty for this machine only", ""
    ),
    "mail_host": Question("VERIFIER_MAIL_HOST", "SMTP host; empty to write messages to a folder", ""),
}
MAIL_QUESTIONS = (
    Question("VERIFIER_MAIL_PORT", "SMTP port (587 with STARTTLS, 465 with TLS from the start)", "587"),
    Question("VERIFIER_MAIL_USER", "SMTP user; empty for none", ""),
    Question("VERIFIER_MAIL_PASSWORD", "SMTP password; empty for none", ""),
    Question("VERIFIER_MAIL_FROM", "Sender of messages, such as verifier@example.org", "verifier@localhost"),
)


@click.command()
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
            fail("This installation has people already. `verifier user --help` lists the commands for them.", FOUND)
    asks = not all(told[each] for each in PERSON)
    values = {question.variable: _answer(question, told.get(option), asks) for option, question in QUESTIONS.items()}
    if values["VERIFIER_MAIL_HOST"]:
        values |= {question.variable: _answer(question, None, asks) for question in MAIL_QUESTIONS}
    email, name, organisation = (told[each] or click.prompt(text) for each, text in PERSON.items())
    config.write_settings(instance, values)
    with maintenance.opened(newest=True), refusals_told():
        keys.authority(utcnow())
        link = commands.add_user(email, name, organisation, "installation", [Role.ADMINISTRATOR])
    click.echo(f"Settings: {instance / config.SETTINGS_FILE}")
    click.echo(f"{name} sets a password and a second factor within 7 days at:\n{link}")
    click.echo("Next: `verifier serve`, then `verifier doctor` names what is missing.")


def _answer(question: Question, given: str | None, asks: bool) -> str:
    """An option, else the environment's setting, else the answer typed, else the default."""
    told = given if given is not None else config.setting(question.variable)
    if told is not None or not asks:
        return told if told is not None else question.default
    hidden = question.variable.endswith("PASSWORD")
    typed: str = click.prompt(question.text, default=question.default, show_default=bool(question.default), hide_input=hidden)
    return typed.strip()


@click.command("mail-test")
@click.argument("email")
def mail_test(email: str) -> None:
    """Send a test message at once and say what the mail server answered."""
    with maintenance.opened() as app:
        settings = app.extensions["verifier"].settings
        if not settings.mail_host:
            fail(f"No mail host is set: messages are written to {settings.mail_folder}. Set VERIFIER_MAIL_HOST.", FOUND)
        try:
            mail.send_test(settings, email, now=utcnow())
        except (OSError, smtplib.SMTPException) as error:
            fail(f"{settings.mail_host}:{settings.mail_port} did not take the message: {error}", FOUND)
    click.echo(f"Sent to {email} by {settings.mail_host}:{settings.mail_port}.")
