"""Values that an action changed, before and after, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from verifier.core.boundary import BoundaryOutcome, BoundaryStatus
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.db import Base

CHANGED_COLUMNS = {
    "outcome": _l("Outcome"),
    "verified": _l("Verified value"),
    "note": _l("Remark"),
    "no_finding_reason": _l("Why no finding is needed"),
    "result": _l("Result of the test"),
    "found": _l("Value found"),
    "state": _l("Status"),
    "effect": _l("Effect, tCO₂"),
    "title": _l("Title"),
    "description": _l("Description"),
    "reason": _l("Reason"),
    "said_by": _l("According to"),
    "how": _l("How it was found"),
    "value": _l("Value"),
    "share": _l("Share"),
    "inherent": _l("Inherent risk"),
    "control": _l("Control risk"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "place": _l("Place"),
    "procedures": _l("Procedures"),
    "in_plan": _l("In the monitoring plan"),
}
"""Columns of which a trail row states the values before and after."""


SHOWN_AS: Mapping[Any, Any] = {SourceOutcome: OutcomeStatus, BoundaryOutcome: BoundaryStatus}
"""Decisions whose words are those of the status they lead to."""


def before_and_after(detail: Mapping[str, Any]) -> list[str]:
    """The values that an action changed, one line each."""
    changed = detail.get("changed") or ()
    lines = [
        _(
            "%(what)s: %(before)s → %(after)s",
            what=CHANGED_COLUMNS.get(column, column),
            before=_value(table, column, before),
            after=_value(table, column, after),
        )
        for table, column, before, after in changed
    ]
    more = detail.get("changed_in_all", 0) - len(changed)
    return [*lines, ngettext("and %(num)s further value", "and %(num)s further values", more)] if more > 0 else lines


def _value(table: str, column: str, value: str | None) -> str:
    """A stored value in words: an enum's label, a dash for none."""
    if value is None:
        return "–"
    columns: Mapping[str, Any] = dict(Base.metadata.tables[table].columns) if table in Base.metadata.tables else {}
    stored = getattr(columns[column].type, "enum_class", None) if column in columns else None
    words = SHOWN_AS.get(stored, stored)
    if words is not None and value in {each.value for each in words}:
        label: Callable[[object], str] = current_app.jinja_env.filters["label"]
        return label(words(value))
    return {"yes": _("yes"), "no": _("no")}.get(value, value)
