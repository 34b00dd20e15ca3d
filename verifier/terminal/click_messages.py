"""Sentences of click that a command of this program can show: click asks gettext for them, so the catalogues must have them."""

from verifier.terminal.sentences import marked as _l
from verifier.terminal.sentences import marked_forms as _ln

HELP_OPTION = _l("Show this message and exit.")
MESSAGES = (
    _l("Usage:"),
    _l("Options"),
    _l("Commands"),
    _l("Positional arguments"),
    _l("required"),
    _l("default: {default}"),
    _l("Aborted!"),
    _l("Error: {message}"),
    _l("Error: The two entered values do not match."),
    _l("Repeat for confirmation"),
    _l("Try '{command} {option}' for help."),
    _l("Missing command."),
    _l("Missing argument"),
    _l("Missing option"),
    _l("Missing parameter"),
    _l("No such command {name!r}."),
    _l("No such option {name!r}."),
    _l("Option {name!r} does not take a value."),
    _l("Invalid value: {message}"),
    _l("Invalid value for {param_hint}: {message}"),
    _l("Choose from:\n\t{choices}"),
    _l("{value!r} is not a valid {number_type}."),
    _l("{value!r} is not in the range {range}."),
    _l("{name} {filename!r} does not exist."),
    _l("{name} {filename!r} is a file."),
    _l("{name} {filename!r} is a directory."),
    _l("{name} {filename!r} is not readable."),
    _l("file"),
    _l("directory"),
    _l("path"),
    _ln("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    _ln("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    _ln("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    _ln("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
)
