"""Refusal: an action that a rule does not permit, as a message id with its values."""


class Refusal(Exception):
    """An action that is not permitted now; `web/` translates the message.

    `message` is a dotted id of the catalogue ("data.sample.exists"), `values` fill its placeholders.
    """

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.message}({shown})" if shown else self.message


class NotPermitted(Exception):
    """The actor may see the case but not do this: answered 403."""


class NotYours(Exception):
    """The actor may not even know that it exists: answered 404."""
