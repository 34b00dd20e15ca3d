"""The documents of a programme, and the content of the forms that the program fills."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.core.report.reported_numbers import NumberKind
from verifier.core.rulepack.parts import NamedCode, Origin, Text

FORM_COLUMNS = ("item", "method", "reviewed", "findings", "result", "site", "who")
"""What a column of a form can hold: the item, how it is reviewed, what was, findings, result, what is planned on site, who and when."""
FORM_RECORDS = ("facilities", "sources", "tonnes")
"""Whole records of a case that a row of a form can rest on; in addition `numbers.<kind>` and `flags.<code>`."""

FLAGS = (
    "missing_period",
    "blank_quantity",
    "non_numeric",
    "duplicate_period",
    "metering_gap",
    "not_in_plan",
    "meter_unknown",
    "calibration_lapsed",
    "crosscheck_difference",
)
"""What looks wrong that a row of a form may rest on."""
SEALS = ("body", "unit", "legal_representative", "authorised_signatory")
"""Whose seal or signature a document may carry."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """A checklist item of a form, by its code, and the records of the case that tell how far it was reviewed."""

    code: str
    records: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class StatementForm:
    """A document the programme knows: which clauses it has as parts, and whose seal or signature it carries.

    `columns` and `rows` are there where the program fills the form itself; an item without a row is filled by hand.
    """

    code: str
    name: Text
    origin: Origin
    clauses: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    columns: tuple[NamedCode, ...] = ()
    rows: tuple[FormRow, ...] = ()


def known_records() -> frozenset[str]:
    """Every record of a case that a row of a form can name."""
    return frozenset({*FORM_RECORDS, *(f"numbers.{kind}" for kind in NumberKind), *(f"flags.{code}" for code in FLAGS)})


def loose_forms(forms: Collection[Mapping[str, Any]], items: Collection[str]) -> Iterator[tuple[str, str]]:
    """Every code of a form that is duplicate or that the program cannot fill in, as (key, reason)."""
    for form in forms:
        key = f"statement_forms.{form['code']}"
        for part, known, kind in (("columns", FORM_COLUMNS, "column"), ("rows", items, "checklist item")):
            codes = [row["code"] for row in form.get(part, ())]
            yield from ((f"{key}.{part}.{code}", f"no {kind} {code!r}") for code in codes if code not in known)
            yield from ((f"{key}.{part}.{code}", "the code stands twice") for code in sorted({c for c in codes if codes.count(c) > 1}))
        for row in form.get("rows", ()):
            unknown = [record for record in row["records"] if record not in known_records()]
            yield from ((f"{key}.rows.{row['code']}.records", f"no record {record!r}") for record in unknown)
        yield from ((f"{key}.seals", f"no seal {seal!r}") for seal in form.get("seals", ()) if seal not in SEALS)
