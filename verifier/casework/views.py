"""Pages of the case as a whole: the start page, the list of cases, one case, and its trail."""

from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts.models import User
from verifier.audit import queries as trails
from verifier.audit.actions import Effect, record
from verifier.audit.models import TrailRow
from verifier.casework import queries, tasks, trail_wording
from verifier.casework.due_dates import day_due
from verifier.casework.forms import CasesFilter, TrailFilter
from verifier.casework.to_do import asked_of, on_case, waiting_for
from verifier.core.access import AUTHORITY, CASE_ROLES, UNIT, Permission, Role
from verifier.core.clocks import day_in, lateness
from verifier.core.errors import Refusal
from verifier.core.lifecycle import TURN, Deed, Stage, possible
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.queries import missing, openable_by
from verifier.programme.queries import Progress, progress_of
from verifier.programme.queries import progress as year_progress
from verifier.registry.queries import years_of, years_of_unit
from verifier.reports.queries import latest_released
from verifier.rulepacks.load import later, load
from verifier.statement import queries as statements
from verifier.statement.models import Statement
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages import labels
from verifier.web.pages.filters import name_of
from verifier.web.pages.labels import label
from verifier.web.pages.lists import export_url, paged, wants_spreadsheet
from verifier.web.permit import may, permit
from verifier.web.refusals import sentence
from verifier.web.signed_in import current_actor, signed_in_user, this_user
from verifier.web.subjects import Describe, Described, describe, describe_at_large

bp = Blueprint("casework", __name__)
LABELS = labels.words(trail_wording.GROUPS, trail_wording.TASKS, trail_wording.WAITING, trail_wording.EFFECTS, trail_wording.FAULTS)
STATES = trail_wording.TASK_STATES
SUBJECTS: dict[str, Describe] = {}
SOON = 7
"""Days before a due day from which the page says so."""


@bp.get("/")
@permit(Permission.PUBLIC)
def home() -> ResponseReturnValue:
    """What Verifier is, for a visitor; what waits and whose cases, for a person."""
    user = signed_in_user()
    if user is None:
        return render_template("casework/landing.html")
    cases = queries.open_cases(user)
    waiting = [(each, lateness(each.due, day_in(each.unit_year.year.time_zone, utcnow()))) for each in waiting_for(user)]
    return render_template(
        "casework/home.html",
        waiting=waiting,
        cases=cases,
        stands=_stands(cases),
        years=_years(user),
        reports=_reports(user),
        soon=SOON,
        is_admin=Role.ADMINISTRATOR in user.roles,
        has_cases=user.organisation.kind != "installation",
    )


def _years(user: User) -> list[tuple[object, int, int]]:
    """The years an authority runs, each with how many units it has and how many of them are late."""
    if user.roles.isdisjoint(AUTHORITY):
        return []
    found = [(year, year_progress(year, now=utcnow())) for year in years_of(user.organisation)]
    return [(year, len(units), sum(unit.is_late for unit in units)) for year, units in found]


def _reports(user: User) -> list[tuple[Progress, Statement | None]]:
    """Where the reports of a person's unit stand, each with its issued statement."""
    if user.roles.isdisjoint(UNIT):
        return []
    found = progress_of(years_of_unit(user.organisation), now=utcnow())
    return [(each, statements.issued(each.case) if each.case else None) for each in found]


@bp.get("/cases")
@permit(Permission.SIGNED_IN)
def cases() -> ResponseReturnValue:
    """The cases the person may know of."""
    form, user = CasesFilter(request.args), this_user()
    form.offer(queries.years(user))
    found = queries.cases(user, **form.wanted())
    if wants_spreadsheet():
        return _cases_sheet(list(paged(found, per_page=100_000).items))
    page = paged(found)
    return render_template(
        "casework/cases.html",
        form=form,
        page=page,
        stands=_stands(page.items),
        export=export_url(),
        filtered=any(form.wanted().values()),
        of_authority=not user.roles.isdisjoint(AUTHORITY),
        may_open=may(Permission.CASE_OPEN),
        to_open=len(openable_by(user)) if may(Permission.CASE_OPEN) else 0,
    )


def _stands(cases: Iterable[Engagement]) -> dict[UUID, dict[str, object]]:
    """For each case the role it waits for and its due day; an issued one waits for nobody."""
    found = {}
    for case in cases:
        turn, today = TURN[case.at], day_in(case.unit_year.year.time_zone, utcnow())
        found[case.id] = {"names": label(turn) if turn else "", "lateness": lateness(day_due(case), today) if turn else None}
    return found


def _cases_sheet(found: list[Engagement]) -> ResponseReturnValue:
    headers = [
        _("Case"),
        _("Reporting unit"),
        _("Emission year"),
        _("Verification body"),
        _("Where it stands"),
        _("Since"),
        _("Waits for"),
        _("Due"),
        _("Statement due"),
    ]
    stands = _stands(found)
    rows = [
        (
            each.number,
            name_of(each.unit),
            each.unit_year.year.emission_year,
            name_of(each.body),
            label(each.at),
            each.stage_since,
            stands[each.id]["names"],
            day_due(each) if TURN[each.at] else None,
            each.unit_year.year.verified_due,
        )
        for each in found
    ]
    return spreadsheet(_("Cases"), headers, rows)


@bp.get("/cases/<uuid:engagement_id>")
@permit(Permission.SIGNED_IN)
def case(engagement: Engagement) -> ResponseReturnValue:
    """Where the case stands; who was named and has not declared is led to the declaration first."""
    if g.roles == {Role.INVITED}:
        return redirect(url_for("engagements.declare", engagement_id=engagement.id), 303)
    year, inside = engagement.unit_year.year, may(Permission.WORK_READ)
    due = None if engagement.at is Stage.ISSUED else day_due(engagement)
    turn = TURN[engagement.at]
    shown = {
        "engagement": engagement,
        "year": year,
        "turn": turn,
        "soon": SOON,
        "stages": list(Stage),
        "people": [member.user.name for member in engagement.members if member.role == turn] if turn in CASE_ROLES else [],
        "waits_for_unit": turn in UNIT,
        "lateness": lateness(due, day_in(year.time_zone, utcnow())) if due else None,
        "statement": statements.issued(engagement),
        "released": latest_released(engagement.unit_year),
        "my_roles": sorted(g.roles),
        "mine": on_case(this_user(), engagement),
        "newer_rules": may(Permission.CASE_RULES) and possible(engagement.at, Deed.CHANGE_RULES) and later(engagement.pack_id),
        "may_reopen": may(Permission.CONCLUSION_DRAW) and possible(engagement.at, Deed.REOPEN),
    }
    if not inside:
        counted = queries.finding_counts(engagement, inside=False)
        asked = asked_of(this_user(), engagement, utcnow())
        return render_template("casework/outside.html", **shown, findings=counted, asked=asked, is_unit=not g.roles.isdisjoint(UNIT))
    approval, seen = statements.current_approval(engagement), queries.overview(engagement)
    grouped = tasks.tasks(engagement.at, seen, voided=bool(approval and not approval.stands))
    lacks = missing(engagement) if engagement.at is Stage.ARRANGING else ()
    return render_template(
        "casework/case.html",
        **shown,
        seen=seen,
        grouped=grouped,
        progress=tasks.progress(grouped),
        How=tasks.How,
        Name=tasks.Name,
        Reason=tasks.Reason,
        conclusion=statements.conclusion(engagement),
        own_figure=load(engagement.pack_id).own_figure,
        approval=approval,
        starting=engagement.at is Stage.ARRANGING,
        others={name: trail_wording.WITH[role] for name, (needed, role) in tasks.WHOSE.items() if not may(needed)},
        missing=[sentence(Refusal(lack.message, **dict(lack.values))) for lack in lacks],
    )


@bp.get("/cases/<uuid:engagement_id>/trail")
@permit(Permission.CASE_TRAIL, keeps_record="export")
def trail(engagement: Engagement) -> ResponseReturnValue:
    """Who did what in the case, newest first, and whether the trail holds; working papers are named only to those who may read them."""
    return _trail(engagement)


@bp.get("/admin/trail")
@permit(Permission.ACCOUNT_MANAGE, keeps_record="export")
def installation_trail() -> ResponseReturnValue:
    """What was done outside any case (signing in, accounts, organisations, programmes), and whether that trail holds."""
    return _trail(None)


def _trail(engagement: Engagement | None) -> ResponseReturnValue:
    """A trail, of a case or of the installation: found in, paged, taken away."""
    form, case = TrailFilter(request.args), engagement.id if engagement else None
    form.offer()
    search = (form.q.data or "").strip()
    found = trails.trail(case, search=search, effect=form.effect.data or "", deeds=trail_wording.deeds_called(search))
    if wants_spreadsheet():
        rows = list(paged(found, per_page=100_000).items)
        subject = Subject("case", str(case)) if case else Subject("installation", "trail")
        record("case:trail:taken_away", current_actor(), subject, now=utcnow(), case=case, effect=Effect.LOOK, rows=len(rows))
        return _trail_sheet(engagement, rows)
    page = paged(found)
    return render_template(
        "casework/trail.html",
        engagement=engagement,
        form=form,
        page=page,
        export=export_url(),
        filtered=bool(search or form.effect.data),
        rows=[(row, trail_wording.in_words(row.deed), *_shown(engagement, row)) for row in page.items],
        look=Effect.LOOK,
        verdict=trails.verify_one(current_app.extensions["verifier"].heads, case),
    )


def _shown(engagement: Engagement | None, row: TrailRow) -> tuple[Described | None, str | None]:
    """What a row is about and what was said; nothing of it to those outside the verification."""
    if engagement is None:
        return _at_large(row), trail_wording.told(row.detail)
    if not may(Permission.WORK_READ):
        return None, None
    return describe(engagement, Subject(row.subject_kind, row.subject_id)), trail_wording.told(row.detail)


def _at_large(row: TrailRow) -> Described | None:
    """Whom or what a row outside any case is about, asked once a page or file; a report's deed names its version."""
    asked: dict[Subject, Described | None] = g.setdefault("at_large", {})
    subject = Subject(row.subject_kind, row.subject_id)
    if subject not in asked:
        asked[subject] = describe_at_large(subject)
    about, number = asked[subject], row.detail.get("number")
    if about is None or number is None or not row.deed.startswith("report:version:"):
        return about
    return Described(f"{about.title} · {_('version %(number)s', number=number)}", about.url)


def _trail_sheet(engagement: Engagement | None, rows: list[TrailRow]) -> ResponseReturnValue:
    headers = [_("Row"), _("When"), _("Who"), _("What was done"), _("About"), _("Words"), _("Kind of deed"), _("Hash")]
    lines = []
    for row in rows:
        about, said = _shown(engagement, row)
        lines.append(
            (
                row.number,
                row.at,
                row.actor_name,
                trail_wording.in_words(row.deed),
                about.title if about else None,
                said,
                label(Effect(row.effect)),
                row.hash,
            )
        )
    title = _("Trail %(number)s", number=engagement.number) if engagement else _("Trail of the installation")
    return spreadsheet(title, headers, lines)
