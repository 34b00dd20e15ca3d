"""What a finding, a photo or a trail row is about, named by value so that nothing has to import upward."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind ("source", "facility", "checklist_item", "case", …) and the id it has within its kind."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"
