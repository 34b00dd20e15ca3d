"""The page on which the lead verifier moves an open case to a newer version of its rule pack."""

from fractions import Fraction
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from verifier.casework.rules import actions, queries
from verifier.casework.rules.forms import ChangeRulesForm
from verifier.casework.rules.queries import Concluded, Lacking
from verifier.core.access import Permission
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.rulepack.pack import RulePack
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.reports import recalculation
from verifier.rulepacks.contents import lines
from verifier.rulepacks.differences import differences
from verifier.rulepacks.forms import LaterVersionFilter
from verifier.rulepacks.load import later, load, newer, source_of
from verifier.rulepacks.wording import section_name
from verifier.statement import queries as statements
from verifier.web.pages.lists import paged_list
from verifier.web.pages.rule_lines import IN_WORDS
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor
from verifier.web.transactions import released

bp = Blueprint("rules", __name__)
PER_PAGE = 60


@bp.route("/cases/<uuid:engagement_id>/rules", methods=["GET", "POST"])
@permit(Permission.CASE_RULES, on_report=False)
def rules(engagement: Engagement) -> ResponseReturnValue:
    """What changes from the case's rule pack to a newer version, and the move to it."""
    to = later(engagement.pack_id, request.values.get("pack", ""))
    if to is None:
        if request.method == "POST":
            raise Refusal("rules.change.not_newer", pack=request.form.get("pack", ""), current=engagement.pack_id)
        return render_template("casework/rules/no_newer.html", engagement=engagement)
    before, pack = load(engagement.pack_id), load(to)
    form = ChangeRulesForm(pack=pack.id, seen=pack.sha256)
    if form.validate_on_submit():
        already = _recalculated(engagement, before, pack)
        actions.change_rules(
            engagement,
            form.pack.data,
            form.reason.data,
            seen_sha256=form.seen.data,
            concluded=_concluded(engagement),
            already=already,
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("The case is worked under %(pack)s from now on.", pack=pack.id), "success")
        return redirect(url_for("casework.case", engagement_id=engagement.id), 303)
    form.pack.data, form.seen.data = pack.id, pack.sha256
    concluded, changes = _concluded(engagement), differences(source_of(before.id).data, source_of(to).data, str(get_locale()))
    return render_template(
        "casework/rules/rules.html",
        engagement=engagement,
        form=form,
        versions=LaterVersionFilter.of(newer(before.id), to),
        before=before,
        pack=pack,
        page=paged_list(changes, PER_PAGE),
        totals=None if pack.calculates_like(before) else [_total(engagement, each) for each in (before, pack)],
        issued=concluded.issued,
        changeable=possible(engagement.stage, CaseAction.CHANGE_RULES),
        lacking=_named(before, queries.lacking(engagement, pack, concluded)),
        **IN_WORDS,
    )


def _recalculated(engagement: Engagement, before: RulePack, pack: RulePack) -> dict[UUID, recalculation.Recalculated]:
    """The report's versions under the newer rules, calculated while nobody waits; none where they come to the same."""
    if pack.calculates_like(before):
        return {}
    contents = recalculation.contents_of(engagement.unit_year)
    with released():
        return {version: recalculation.recalculated(content, pack) for version, content in contents.items()}


def _concluded(engagement: Engagement) -> Concluded:
    every, drawn = statements.statements(engagement), statements.conclusion(engagement)
    opinions = {each.opinion for each in every} | ({drawn.opinion} if drawn else set())
    return Concluded(any(each.issued_at is not None for each in every), frozenset(opinions))


def _named(before: RulePack, lacking: list[Lacking]) -> list[tuple[str, str]]:
    """Section and name of codes, as the pack has them under which they were used."""
    names = {(line.section, line.code): line.name for line in lines(source_of(before.id).data, str(get_locale()))}
    return [(section_name(each.section), names.get((each.section, each.code), each.code)) for each in lacking]


def _total(engagement: Engagement, pack: RulePack) -> Fraction:
    """Result of the report under a pack, as far as it can be calculated."""
    return reports.calculation_under(engagement.report_version, pack).recalculated_known
