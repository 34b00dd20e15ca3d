"""The administrator's page of background work: what gave up, what waits, and another try."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.audit.actions import Effect, record
from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.jobs import actions, queries
from verifier.jobs.forms import JobFilter
from verifier.jobs.models import Job, State
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.labels import label
from verifier.web.pages.lists import export_url, paged, wants_spreadsheet
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor

bp = Blueprint("jobs", __name__)

LABELS = {State.WAITING: _l("Waiting"), State.RUNNING: _l("Running"), State.GAVE_UP: _l("Failed"), State.DONE: _l("Done")}
STATES = {(State, "waiting"): "mute", (State, "running"): "info", (State, "gave_up"): "bad", (State, "done"): "ok"}
KINDS = {
    "mail.send": _l("Send a message"),
    "reminders.find": _l("Look for what to remind of"),
    "accounts.sweep": _l("Forget ended sessions and used links"),
    "jobs.sweep": _l("Forget old background work"),
    "evidence.sweep": _l("Remove left-over files"),
    "reports.hand_in": _l("Take in a large report"),
    "reports.recalculate": _l("Recalculate reports under changed rules"),
}


def kind_words(kind: str) -> str:
    """A kind of job in the reader's language; one that has no words is its plain name."""
    return str(KINDS.get(kind, kind))


@bp.get("/admin/jobs")
@permit(Permission.ACCOUNT_MANAGE, keeps_record="export")
def jobs() -> ResponseReturnValue:
    """Background work; when nothing is asked for, what gave up."""
    form = JobFilter(request.args, state=State.GAVE_UP.value, kinds={kind: str(words) for kind, words in KINDS.items()})
    if "state" not in request.args:
        form.state.data = State.GAVE_UP.value
    rows = queries.jobs(form.q.data or "", form.state.data or "", form.kind.data or "")
    if wants_spreadsheet():
        return _sheet(list(db.session.scalars(rows)))
    return render_template(
        "jobs/jobs.html", filter=form, page=paged(rows), export_url=export_url(), kind_words=kind_words, given_up=queries.given_up()
    )


@bp.post("/admin/jobs/<uuid:job_id>/again")
@permit(Permission.ACCOUNT_MANAGE)
def again(job_id: UUID) -> ResponseReturnValue:
    """Put one that gave up back in the queue."""
    job: Job = queries.job(job_id) or abort(404)
    actions.try_again(job, actor=current_actor(), now=utcnow())
    flash(_("%(kind)s: it is tried again now.", kind=kind_words(job.kind)), "success")
    return redirect(url_for(".jobs"), 303)


def _sheet(rows: list[Job]) -> ResponseReturnValue:
    record("jobs:list:taken", current_actor(), Subject("jobs", "all"), now=utcnow(), effect=Effect.LOOK, rows=len(rows))
    headers = [_("Kind"), _("Status"), _("Tries"), _("Asked for"), _("Next try"), _("Last error")]
    cells = [(kind_words(row.kind), label(row.state), row.attempts, row.enqueued_at, row.run_at, row.last_error) for row in rows]
    return spreadsheet(_("Background work"), headers, cells)
