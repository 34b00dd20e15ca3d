"""`verifier user`: people of this installation, under the same rules as the pages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from verifier.accounts import commands
from verifier.cli.offline import FOUND, fail
from verifier.core.access import ORGANISATION_ROLES, Role
from verifier.core.errors import Refusal
from verifier.maintenance import commands as maintenance
from verifier.terminal.commands import Group
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import marked as _l
from verifier.terminal.sentences import message_text

STATUS = {"active": _l("active"), "invited": _l("invited"), "disabled": _l("disabled")}
"""What a list says of an account."""


@contextmanager
def refusals_told() -> Iterator[None]:
    """A refusal ends the command with its sentence."""
    try:
        yield
    except Refusal as refusal:
        fail(message_text(refusal.message, refusal.values), FOUND)


@click.group(cls=Group)
def user() -> None:
    """People of this installation."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--organisation", required=True, help="Name of the organisation; created if it does not exist.")
@click.option("--kind", type=click.Choice(sorted(ORGANISATION_ROLES)), required=True, help="Type of organisation.")
@click.option("--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), help="Role; may be repeated.")
def user_add(email: str, name: str, organisation: str, kind: str, roles: tuple[str, ...]) -> None:
    """Add a person and print the link for setting their password."""
    with maintenance.opened(newest=True):
        with refusals_told():
            link = commands.add_user(email, name, organisation, kind, [Role(role) for role in roles])
        click.echo(link)


@user.command("remove-factor")
@click.argument("email")
def user_remove_factor(email: str) -> None:
    """Request the removal of a person's second factor. An administrator confirms it signed in; otherwise it takes effect after 72 hours.

    The person is told by mail and can stop it. This is the way for an only administrator who lost app and recovery codes.
    """
    with maintenance.opened(newest=True):
        with refusals_told():
            due = commands.ask_factor_removal(email)
        click.echo(
            _(
                "Requested. Takes effect on %(moment)s UTC unless stopped; an administrator can confirm it earlier.",
                moment=f"{due:%Y-%m-%d %H:%M}",
            )
        )


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def user_list(as_json: bool) -> None:
    """List everyone: e-mail, name, organisation, roles, status, second factor."""
    with maintenance.opened():
        found = commands.people_list()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for row in found:
        status = STATUS[row["status"]]
        roles, factor = ",".join(map(str, row["roles"])) or "-", _("two-step") if row["second_factor"] else "-"
        shown = {**row, "roles": roles, "status": _(status), "second_factor": factor}
        click.echo("\t".join(str(shown[key]) for key in ("email", "name", "organisation", "roles", "status", "second_factor")))


@user.command("send-link")
@click.argument("email")
def user_send_link(email: str) -> None:
    """Send and print a link to set a password: an invitation for who has none yet, else a reset, which keeps the second factor."""
    with maintenance.opened(newest=True):
        with refusals_told():
            link = commands.send_link(email)
        click.echo(link)


@user.command("disable")
@click.argument("email")
def user_disable(email: str) -> None:
    """Disable an account: its sessions end and its links become invalid."""
    with maintenance.opened(newest=True):
        with refusals_told():
            commands.disable(email)
        click.echo(_("Disabled: %(email)s", email=email))
