"""The administrator's page of background work: failed and waiting jobs, retry."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.jobs import actions, queries
from verifier.jobs.forms import JobFilter
from verifier.jobs.models import Job, State
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.labels import label
from verifier.web.pages.lists import every_row, export_url, paged, wants_spreadsheet
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor

bp = Blueprint("jobs", __name__)

LABELS = {State.WAITING: _l("Waiting"), State.RUNNING: _l("Running"), State.GAVE_UP: _l("Failed"), State.DONE: _l("Done")}
STATES = {(State, "waiting"): "mute", (State, "running"): "info", (State, "gave_up"): "bad", (State, "done"): "ok"}
KINDS = {
    "mail.send": _l("Send message"),
    "reminders.find": _l("Prepare reminders"),
    "events.digest": _l("Prepare messages about events"),
    "events.sweep": _l("Remove old notices of events"),
    "accounts.sweep": _l("Remove ended sessions and used links"),
    "jobs.sweep": _l("Remove old background work"),
    "evidence.sweep": _l("Remove orphaned files"),
    "reports.hand_in": _l("Import a large report"),
    "case.derived_values": _l("Calculate what the pages of a case show"),
    "downloads.spreadsheet": _l("Prepare a large spreadsheet"),
    "reports.recalculate": _l("Recalculate reports under changed rules"),
}


def kind_words(kind: str) -> str:
    """The translated name of a kind of job; its code if there is none."""
    return str(KINDS.get(kind, kind))


@bp.get("/admin/jobs")
@permit(Permission.ACCOUNT_MANAGE, keeps_record="export")
def jobs() -> ResponseReturnValue:
    """Background work; failed jobs by default."""
    form = JobFilter(request.args, state=State.GAVE_UP.value, kinds={kind: str(words) for kind, words in KINDS.items()})
    if "state" not in request.args:
        form.state.data = State.GAVE_UP.value
    rows = queries.jobs(form.q.data or "", form.state.data or "", form.kind.data or "")
    if wants_spreadsheet():
        return _sheet(every_row(rows))
    return render_template(
        "jobs/jobs.html", filter=form, page=paged(rows), export_url=export_url(), kind_words=kind_words, given_up=queries.given_up()
    )


@bp.post("/admin/jobs/<uuid:job_id>/again")
@permit(Permission.ACCOUNT_MANAGE)
def again(job_id: UUID) -> ResponseReturnValue:
    """Requeue a failed job."""
    job: Job = queries.job(job_id) or abort(404)
    actions.try_again(job, actor=current_actor(), now=utcnow())
    flash(_("%(kind)s: retrying now.", kind=kind_words(job.kind)), "success")
    return redirect(url_for(".jobs"), 303)


def _sheet(rows: list[Job]) -> ResponseReturnValue:
    record(TrailAction.JOBS_LIST_DOWNLOADED, current_actor(), Subject("jobs", "all"), now=utcnow(), effect=Effect.LOOK, rows=len(rows))
    headers = [_("Kind"), _("Status"), _("Attempts"), _("Requested"), _("Next attempt"), _("Last error")]
    cells = [(kind_words(row.kind), label(row.state), row.attempts, row.enqueued_at, row.run_at, row.last_error) for row in rows]
    return spreadsheet(_("Background work"), headers, cells)
