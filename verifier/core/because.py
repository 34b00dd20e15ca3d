"""A reason that pages say in the reader's language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Because:
    """A reason as a message id with its values."""

    message: str
    values: tuple[tuple[str, object], ...] = ()
