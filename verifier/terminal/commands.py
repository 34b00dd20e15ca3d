"""click's commands and groups with help, usage and errors in the installation's language; `click_messages` holds click's own sentences."""

import inspect
from typing import Any

import click

from verifier.config import language
from verifier.terminal.click_messages import HELP_OPTION
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import in_language


class Command(click.Command):
    """A command whose docstring and options are translated where they are shown; the catalogues take them in from the code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run in the installation's language."""
        with in_language(language()):
            return super().main(*args, **extra)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first paragraph of the help, whole: lists of commands are wrapped."""
        return next(iter(_paragraphs(self.help)), "")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help text by paragraphs."""
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text("\n\n".join(_paragraphs(self.help)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options with their help."""
        rows = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is None or not isinstance(param, click.Option) or not param.help:
                continue
            text = _(HELP_OPTION if param is self.get_help_option(ctx) else param.help)
            rows.append((record[0], text + record[1].removeprefix(param.help)))
        with formatter.section(_("Options")):
            formatter.write_dl(rows)


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def _paragraphs(help_text: str | None) -> list[str]:
    """The paragraphs of a docstring, each on one line as the catalogues have it, translated."""
    paragraphs = [" ".join(each.split()) for each in inspect.cleandoc(help_text or "").split("\n\n")]
    return [_(each) for each in paragraphs if each]
