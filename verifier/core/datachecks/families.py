"""One error is one main flag: what follows from it hangs below it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from verifier.core.results import Flag


@dataclass(frozen=True, slots=True)
class Family:
    """A main flag with its consequences."""

    main: Flag
    consequences: tuple[Flag, ...] = ()


def linked(flags: Iterable[Flag]) -> list[Flag]:
    """The same flags, but one whose cause is not among them stands for itself."""
    every = list(dict.fromkeys(flags))
    mains = {(flag.code, flag.source) for flag in every if flag.caused_by is None}
    return [flag if flag.caused_by is None or (flag.caused_by, flag.source) in mains else replace(flag, caused_by=None) for flag in every]


def families(flags: Iterable[Flag]) -> list[Family]:
    """Main flags in their order, each with what it explains: of the same source, of its period where one main flag has that."""
    every = linked(flags)
    mains = [flag for flag in every if flag.caused_by is None]
    by_cause: dict[tuple[str, str | None], list[Flag]] = {}
    for flag in mains:
        by_cause.setdefault((flag.code, flag.source), []).append(flag)
    hung: dict[Flag, list[Flag]] = {}
    for flag in every:
        if flag.caused_by is not None:
            causes = by_cause[flag.caused_by, flag.source]
            hung.setdefault(next((cause for cause in causes if cause.period == flag.period), causes[0]), []).append(flag)
    return [Family(flag, tuple(hung.get(flag, ()))) for flag in mains]
