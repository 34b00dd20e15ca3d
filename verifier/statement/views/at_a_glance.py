"""What the reader of an opinion asks first: samples, visits, findings, dismissed alerts, accepted changes, each with its page."""

from collections import Counter
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from verifier.casework.materiality import version_errors
from verifier.checks.data.models import FlagDisposition
from verifier.checks.data.sampling import item_errors
from verifier.checks.data.sampling import queries as sampling
from verifier.checks.site import queries as site
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.statement.facts import assessment
from verifier.web.pages.filters import day, listed
from verifier.web.pages.labels import label


@dataclass(frozen=True, slots=True)
class Glance:
    """One line: what it is about, what there is, and the page that shows it."""

    name: str
    text: str
    url: str


def at_a_glance(engagement: Engagement) -> list[Glance]:
    """The lines in the order of the checks; each says as well where there is nothing."""
    return [
        Glance(_("Samples"), _samples(engagement), url_for("samples.samples", engagement_id=engagement.id)),
        Glance(_("Site visits"), _visits(engagement), url_for("site.visit", engagement_id=engagement.id)),
        Glance(_("Findings"), _findings(engagement), url_for("findings.findings", engagement_id=engagement.id)),
        Glance(_("Data alerts dismissed"), str(_dismissed(engagement)), url_for("flags.flags", engagement_id=engagement.id)),
        Glance(_("Unrequested changes accepted"), _accepted(engagement), url_for("versions.latest", engagement_id=engagement.id)),
    ]


def _samples(engagement: Engagement) -> str:
    drawn, wrong = sampling.live(engagement), len(item_errors.wrong_items(engagement))
    if not drawn:
        return _("none drawn")
    text = ngettext("%(num)s drawn, items with errors: %(wrong)s", "%(num)s drawn, items with errors: %(wrong)s", len(drawn), wrong=wrong)
    without = item_errors.uncovered(engagement)
    return f"{text}; {_('not supporting the figure: %(samples)s', samples=listed(without))}" if without else text


def _visits(engagement: Engagement) -> str:
    waived = site.waiver(engagement)
    if waived is not None:
        return _("waived by the authority on %(day)s (%(reference)s)", day=day(waived.decided_on), reference=waived.reference)
    made = [f"{label(each.kind)} {day(each.starts_on)}" for each in site.visits(engagement)]
    return listed(made) if made else _("none")


def _findings(engagement: Engagement) -> str:
    states = Counter(each.state for each in assessment.findings_of(engagement))
    return listed(f"{label(state)} {count}" for state, count in sorted(states.items())) if states else _("none")


def _dismissed(engagement: Engagement) -> int:
    of = select(func.count()).select_from(FlagDisposition)
    return db.session.scalar(of.where(FlagDisposition.engagement_id == engagement.id, FlagDisposition.finding_id.is_(None))) or 0


def _accepted(engagement: Engagement) -> str:
    rows = [row for at in version_errors.step_movements(engagement) for row in at.rows if not row.judged.requested]
    accepted = sum(row.disposition is not None and row.disposition.finding_id is None for row in rows)
    return _("%(accepted)s of %(count)s", accepted=accepted, count=len(rows)) if rows else _("none")
