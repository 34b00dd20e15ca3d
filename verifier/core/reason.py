"""A reason shown on pages in the reader's language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatedReason:
    """A reason as a message id with its values."""

    message: str
    values: tuple[tuple[str, object], ...] = ()
