"""The text of a digest: what happened and how often, what there is to do by when, and whom to call; never the content."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _

from verifier.accounts import mail
from verifier.casework.events.table import Event
from verifier.casework.events.wording import EVENTS
from verifier.casework.list_rows import CaseRow, UnitYearRow
from verifier.casework.trail_wording import WAITING
from verifier.casework.waiting import Waiting
from verifier.core.access import Role
from verifier.core.clocks import day_in, lateness
from verifier.rulepacks.calendars import working_days_between
from verifier.rulepacks.load import load

NAMED = 10
"""How many things a line names."""
LISTED = 20
"""How many tasks a message lists."""


@dataclass(frozen=True, slots=True)
class News:
    """Events of one kind: the displayed numbers of what they are about, and how many things that are."""

    event: Event
    about: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call."""

    name: str
    role: Role
    email: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What one message tells one person about a unit's year or its case."""

    name: str
    unit_year: UnitYearRow
    case: CaseRow | None
    news: Sequence[News]
    tasks: Sequence[Waiting]
    call: Sequence[Contact]
    now: datetime


def words(of: Digest) -> mail.Words:
    """Subject and text in the language of the message."""
    place = _("Case %(case)s: %(unit)s, %(year)s", case=of.case.number, **_unit(of)) if of.case else _("%(unit)s, %(year)s", **_unit(of))
    parts = [_("Hello %(name)s,", name=of.name), place, "\n".join(f"- {_line(each)}" for each in of.news)]
    if of.tasks:
        parts.append("\n".join([_("Your tasks:"), *(f"- {_task(each, of.now)}" for each in of.tasks[:LISTED])]))
    if len(of.tasks) > LISTED:
        parts.append(_("and %(count)s more", count=len(of.tasks) - LISTED))
    if of.call:
        parts.append(_("Questions: %(people)s", people="; ".join(map(_contact, of.call))))
    parts += [mail.page_address(_address(of)), _("This message states no content. Sign in to Verifier to read it.")]
    first = EVENTS[of.news[0].event]
    return f"{place}: {first}", "\n\n".join(parts) + "\n"


def _unit(of: Digest) -> dict[str, object]:
    unit = of.unit_year.unit
    name = unit.name_zh if unit.name_zh and str(get_locale() or "").startswith("zh") else unit.name
    return {"unit": name, "year": of.unit_year.year.emission_year}


def _line(each: News) -> str:
    what = str(EVENTS[each.event])
    if each.about and each.count == len(each.about):
        return _("%(what)s: %(which)s", what=what, which=_named(each.about))
    return _("%(what)s (%(count)s)", what=what, count=each.count) if each.count > 1 else what


def _task(each: Waiting, now: datetime) -> str:
    what = str(WAITING[each.what])
    if each.things:
        which = (_("%(label)s (returned)", label=one.label) if one.returned else one.label for one in each.things)
        what = _("%(what)s: %(which)s", what=what, which=_named(which))
    day = format_date(each.due, "long")
    return _("%(task)s – by %(day)s (inclusive), %(left)s", task=what, day=day, left=_left(each, now))


def _named(labels: Iterable[str]) -> str:
    found = list(labels)
    more = [_("%(count)s more", count=len(found) - NAMED)] if len(found) > NAMED else []
    return _(", ").join([*found[:NAMED], *more])


def _left(each: Waiting, now: datetime) -> str:
    today = day_in(each.time_zone, now)
    left = lateness(each.due, today)
    if left.is_late:
        return ngettext("%(num)s day overdue", "%(num)s days overdue", left.late)
    if left.left == 0:
        return _("due today")
    days = working_days_between(today, each.due, load(each.pack_id).calendar)
    return ngettext("%(num)s working day left", "%(num)s working days left", days)


def _contact(each: Contact) -> str:
    label = current_app.jinja_env.filters["label"]
    return _("%(name)s (%(role)s), %(email)s", name=each.name, role=label(each.role), email=each.email)


def _address(of: Digest) -> str:
    """The page of the case, else of the unit's year; where there is one task only, the page where it is done."""
    urls = current_app.url_map.bind("")
    if len(of.tasks) == 1:
        return urls.build(of.tasks[0].endpoint, of.tasks[0].address)
    if of.case is not None:
        return urls.build("casework.case", {"engagement_id": of.case.id})
    return urls.build("reports.unit_year", {"unit_year_id": of.unit_year.id})
