"""Pages of the case as a whole: the start page, the list of cases, one case, and its trail."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select

from verifier.accounts.models import User
from verifier.audit import queries as trails
from verifier.audit.actions import record
from verifier.audit.models import Effect, TrailRow
from verifier.audit.trail_actions import TrailAction
from verifier.casework import list_rows, queries, tasks, trail_wording
from verifier.casework.changed_values import before_and_after
from verifier.casework.due_dates import day_due, due
from verifier.casework.forms import CasesFilter, TrailFilter
from verifier.casework.list_rows import CaseRow
from verifier.casework.to_do import on_case, open_requests, waiting_for
from verifier.casework.waiting import SOON
from verifier.core.access import AUTHORITY, CASE_ROLES, UNIT, Permission, Role
from verifier.core.clocks import day_in, lateness
from verifier.core.errors import Refusal
from verifier.core.lifecycle import TURN, CaseAction, Stage, possible
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.queries import missing, openable_by
from verifier.programme.queries import UnitProgress, counts_of, progress_of_unit, with_people
from verifier.registry.queries import years_of
from verifier.reports.queries import latest_released
from verifier.rulepacks.load import later, load
from verifier.statement import queries as statements
from verifier.statement.models import Statement
from verifier.web.downloads.sizes import announce
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages import labels
from verifier.web.pages.filters import name_of
from verifier.web.pages.labels import label
from verifier.web.pages.lists import count_of, every_row, export_url, paged, paged_list, paged_rows, wants_spreadsheet
from verifier.web.permit import may, permit
from verifier.web.refusals import sentence
from verifier.web.signed_in import current_actor, signed_in_user, this_user
from verifier.web.subjects import Described, describe_all

bp = Blueprint("casework", __name__)
LABELS = labels.words(trail_wording.GROUPS, trail_wording.TASKS, trail_wording.WAITING, trail_wording.EFFECTS, trail_wording.FAULTS)
STATES = trail_wording.TASK_STATES


@bp.get("/")
@permit(Permission.PUBLIC)
def home() -> ResponseReturnValue:
    """Start page: about Verifier for visitors; tasks and cases for users."""
    user = signed_in_user()
    if user is None:
        return render_template("casework/landing.html")
    tasks_page = paged_list(waiting_for(user))
    cases = paged_rows(queries.open_cases(user), _case_rows, parameter="cases")
    return render_template(
        "casework/home.html",
        waiting=[(each, lateness(each.due, day_in(each.time_zone, utcnow()))) for each in tasks_page.items],
        about=list_rows.unit_years([each.unit_year for each in tasks_page.items]),
        tasks_page=tasks_page,
        cases=cases,
        next_actions=_next_actions(cases.items),
        years=_years(user),
        reports=_reports(user),
        soon=SOON,
        is_admin=Role.ADMINISTRATOR in user.roles,
        has_cases=user.organisation.kind != "installation",
    )


def _case_rows(query: Select[Engagement]) -> list[CaseRow]:
    return list_rows.cases(query, paged=True)


def _years(user: User) -> list[tuple[object, int, int]]:
    """The years an authority runs, each with how many units it has and how many of them are late."""
    if user.roles.isdisjoint(AUTHORITY):
        return []
    years = years_of(user.organisation)
    counts = counts_of(years, now=utcnow())
    return [(year, counts[year.id].total, counts[year.id].late) for year in years]


def _reports(user: User) -> list[tuple[UnitProgress, Statement | None]]:
    """Reports of the user's unit with their status and issued statement."""
    if user.roles.isdisjoint(UNIT):
        return []
    found = with_people(progress_of_unit(user.organisation, now=utcnow()))
    issued = statements.issued_of([each.case.id for each in found if each.case])
    return [(each, issued.get(each.case.id) if each.case else None) for each in found]


@bp.get("/cases")
@permit(Permission.SIGNED_IN)
def cases() -> ResponseReturnValue:
    """The cases the person may know of."""
    form, user = CasesFilter(request.args), this_user()
    form.offer(queries.years(user))
    found = queries.cases(user, **form.criteria())
    if wants_spreadsheet():
        announce(count_of(found))
        return _cases_sheet(list_rows.cases(found))
    page = paged_rows(found, _case_rows)
    return render_template(
        "casework/cases.html",
        form=form,
        page=page,
        next_actions=_next_actions(page.items),
        export=export_url(),
        filtered=any(form.criteria().values()),
        of_authority=not user.roles.isdisjoint(AUTHORITY),
        may_open=may(Permission.CASE_OPEN),
        to_open=count_of(openable_by(user)) if may(Permission.CASE_OPEN) else 0,
    )


def _next_actions(cases: Iterable[CaseRow]) -> dict[UUID, dict[str, Any]]:
    """For each case the responsible role and due date; none once issued."""
    found: dict[UUID, dict[str, Any]] = {}
    for case in cases:
        turn, today = TURN[case.stage], day_in(case.unit_year.year.time_zone, utcnow())
        day = due(case.due_facts) if turn else None
        found[case.id] = {"names": label(turn) if turn else "", "due": day, "lateness": lateness(day, today) if day else None}
    return found


def _cases_sheet(found: list[CaseRow]) -> ResponseReturnValue:
    headers = [
        _("Case"),
        _("Reporting unit"),
        _("Emission year"),
        _("Verification body"),
        _("Status"),
        _("Since"),
        _("Next action by"),
        _("Due date"),
        _("Statement due"),
    ]
    next_actions = _next_actions(found)
    rows = [
        (
            each.number,
            name_of(each.unit),
            each.unit_year.year.emission_year,
            name_of(each.body),
            label(each.stage),
            each.stage_since,
            next_actions[each.id]["names"],
            next_actions[each.id]["due"],
            each.unit_year.year.verified_due,
        )
        for each in found
    ]
    return spreadsheet(_("Cases"), headers, rows)


@bp.get("/cases/<uuid:engagement_id>")
@permit(Permission.SIGNED_IN)
def case(engagement: Engagement) -> ResponseReturnValue:
    """The case page; members who have not declared independence are redirected to the declaration."""
    if g.roles == {Role.INVITED}:
        return redirect(url_for("engagements.declare", engagement_id=engagement.id), 303)
    year, inside = engagement.unit_year.year, may(Permission.WORK_READ)
    stage_due = None if engagement.stage is Stage.ISSUED else day_due(engagement)
    turn = TURN[engagement.stage]
    shown = {
        "engagement": engagement,
        "year": year,
        "turn": turn,
        "soon": SOON,
        "stages": list(Stage),
        "people": [member.user.name for member in engagement.members if member.role == turn] if turn in CASE_ROLES else [],
        "waits_for_unit": turn in UNIT,
        "lateness": lateness(stage_due, day_in(year.time_zone, utcnow())) if stage_due else None,
        "statement": statements.issued(engagement),
        "released": latest_released(engagement.unit_year),
        "my_roles": sorted(g.roles),
        "mine": on_case(this_user(), engagement),
        "newer_rules": may(Permission.CASE_RULES) and possible(engagement.stage, CaseAction.CHANGE_RULES) and later(engagement.pack_id),
        "may_reopen": may(Permission.CONCLUSION_DRAW) and possible(engagement.stage, CaseAction.REOPEN),
    }
    if not inside:
        counted = queries.finding_counts(engagement, inside=False)
        requests = open_requests(this_user(), engagement, utcnow())
        return render_template(
            "casework/outside.html", **shown, findings=counted, evidence_requests=requests, is_unit=not g.roles.isdisjoint(UNIT)
        )
    approval, overview = statements.current_approval(engagement), queries.overview(engagement)
    grouped = tasks.tasks(engagement.stage, overview, voided=bool(approval and not approval.is_valid))
    lacks = missing(engagement) if engagement.stage is Stage.ARRANGING else ()
    return render_template(
        "casework/case.html",
        **shown,
        overview=overview,
        grouped=grouped,
        progress=tasks.progress(grouped),
        How=tasks.TaskState,
        Name=tasks.Name,
        Reason=tasks.TaskReason,
        conclusion=statements.conclusion(engagement),
        own_figure=load(engagement.pack_id).own_figure,
        approval=approval,
        starting=engagement.stage is Stage.ARRANGING,
        others={name: trail_wording.WITH[role] for name, (needed, role) in tasks.RESPONSIBLE.items() if not may(needed)},
        missing=[sentence(Refusal(lack.message, **dict(lack.values))) for lack in lacks],
    )


@bp.get("/cases/<uuid:engagement_id>/trail")
@permit(Permission.CASE_TRAIL, keeps_record="export")
def trail(engagement: Engagement) -> ResponseReturnValue:
    """Audit trail of the case, newest first, with its verification; working papers are named only to those who may read them."""
    return _trail(engagement)


@bp.get("/admin/trail")
@permit(Permission.ACCOUNT_MANAGE, keeps_record="export")
def installation_trail() -> ResponseReturnValue:
    """Audit trail outside any case (sign-ins, accounts, organisations, programmes), with its verification."""
    return _trail(None)


def _trail(engagement: Engagement | None) -> ResponseReturnValue:
    """A trail of a case or of the installation: search, paging, download."""
    form, case = TrailFilter(request.args), engagement.id if engagement else None
    form.offer()
    search = (form.q.data or "").strip()
    found = trails.trail(
        case,
        search=search,
        effect=form.effect.data or "",
        actions=trail_wording.actions_called(search),
        subjects=_sees_subjects(engagement),
    )
    if wants_spreadsheet():
        rows = every_row(found)
        subject = Subject("case", str(case)) if case else Subject("installation", "trail")
        record(TrailAction.CASE_TRAIL_DOWNLOADED, current_actor(), subject, now=utcnow(), case=case, effect=Effect.LOOK, rows=len(rows))
        return _trail_sheet(engagement, rows)
    page = paged(found)
    return render_template(
        "casework/trail.html",
        engagement=engagement,
        form=form,
        page=page,
        export=export_url(),
        filtered=bool(search or form.effect.data),
        rows=[
            (row, trail_wording.in_words(row.action), *shown) for row, shown in zip(page.items, _shown(engagement, page.items), strict=True)
        ],
        look=Effect.LOOK,
        verdict=trails.verify_one(current_app.extensions["verifier"].checkpoints, case),
    )


def _sees_subjects(engagement: Engagement | None) -> bool:
    """Whether the reader is shown what rows are about; in a case, only those inside the verification are."""
    return engagement is None or may(Permission.WORK_READ)


def _shown(engagement: Engagement | None, rows: Sequence[TrailRow]) -> list[tuple[Described | None, str | None]]:
    """What each row is about and what was said; nothing of it to those outside the verification."""
    if not _sees_subjects(engagement):
        return [(None, None)] * len(rows)
    described = describe_all(engagement, (Subject(row.subject_kind, row.subject_id) for row in rows))
    found = []
    for row in rows:
        about = described[Subject(row.subject_kind, row.subject_id)]
        about = (about or Described(row.subject_id)) if engagement is not None else _outside_cases(row, about)
        said = [trail_wording.detail_text(row.detail), *(before_and_after(row.detail) if engagement is not None else ())]
        found.append((about, "; ".join(text for text in said if text) or None))
    return found


@bp.app_template_filter("before_and_after")
def changed_values(row: TrailRow) -> str:
    """The values that a row of a case's trail changed, in one line."""
    return "; ".join(before_and_after(row.detail))


def _outside_cases(row: TrailRow, about: Described | None) -> Described | None:
    """Whom or what a row outside any case is about; a report's action names its version."""
    number = row.detail.get("number")
    if about is None or number is None or not row.action.startswith("report:version:"):
        return about
    return Described(f"{about.title} · {_('version %(number)s', number=number)}", about.url)


def _trail_sheet(engagement: Engagement | None, rows: list[TrailRow]) -> ResponseReturnValue:
    headers = [_("Row"), _("When"), _("Who"), _("Action"), _("About"), _("Details"), _("Kind of action"), _("Hash")]
    lines = []
    for row, (about, detail) in zip(rows, _shown(engagement, rows), strict=True):
        lines.append(
            (
                row.number,
                row.recorded_at,
                row.actor_name,
                trail_wording.in_words(row.action),
                about.title if about else None,
                detail,
                label(row.effect),
                row.hash,
            )
        )
    title = _("Audit trail %(number)s", number=engagement.number) if engagement else _("System audit trail")
    return spreadsheet(title, headers, lines)
