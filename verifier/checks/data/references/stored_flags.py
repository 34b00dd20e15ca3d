"""Data alerts of a case as a snapshot keeps them, and back."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from verifier.core.calculation.results import Flag


def flags_as_json(flags: Iterable[Flag]) -> list[dict[str, Any]]:
    """Every alert; tonnes as text."""
    return [{**asdict(flag), "tonnes": None if flag.tonnes is None else str(flag.tonnes)} for flag in flags]


def flags_from_json(content: Iterable[Mapping[str, Any]]) -> tuple[Flag, ...]:
    """The alerts that `flags_as_json` wrote."""
    return tuple(
        Flag(
            **{
                **row,
                "values": tuple((name, value) for name, value in row["values"]),
                "tonnes": None if row["tonnes"] is None else Decimal(row["tonnes"]),
            }
        )
        for row in content
    )
