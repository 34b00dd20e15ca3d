"""The person who performs an action."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the installation itself when nobody is signed in (`id` is None)."""

    id: UUID | None
    name: str


INSTALLATION = Actor(None, "installation")
