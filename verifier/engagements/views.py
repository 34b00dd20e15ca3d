"""Pages about a case as a whole: open it, its team, declaring independence, starting and reopening."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts.models import User
from verifier.core.access import Permission, Role
from verifier.core.lifecycle import CaseAction, possible
from verifier.db import db, utcnow
from verifier.engagements import actions, queries
from verifier.engagements.forms import MemberForm, OpenCaseForm, ReasonForm, declaration_form
from verifier.engagements.models import Engagement, TeamMember
from verifier.registry.models import UnitYear
from verifier.rulepacks.load import load
from verifier.statement.participants import work_done
from verifier.web.permit import permit
from verifier.web.refusals import in_words, sentence
from verifier.web.signed_in import current_actor, this_user
from verifier.web.subjects import SubjectKind, row_in_case, rows_in_case

bp = Blueprint("engagements", __name__)


@bp.route("/cases/new", methods=["GET", "POST"])
@permit(Permission.CASE_OPEN)
def new() -> ResponseReturnValue:
    """Open a case on a released report of a unit that named this body."""
    openable = list(db.session.scalars(queries.openable_by(this_user())).unique())
    form = OpenCaseForm()
    form.offer(openable)
    if form.validate_on_submit():
        chosen = db.session.get_one(UnitYear, UUID(form.unit_year.data))
        opened = actions.open_case(chosen, conflict_check=form.conflict_check.data, actor=current_actor(), now=utcnow())
        flash(_("Case %(number)s has been opened. Now assign the team.", number=opened.number), "success")
        return redirect(url_for(".team", engagement_id=opened.id), 303)
    return render_template("engagements/new.html", form=form, openable=openable)


@bp.route("/cases/<uuid:engagement_id>/team", methods=["GET", "POST"])
@permit(Permission.CASE_ARRANGE, on_report=False)
def team(engagement: Engagement) -> ResponseReturnValue:
    """Assign people to roles; shows who has declared independence."""
    form, done, pack = MemberForm(), work_done(engagement), load(engagement.pack_id)
    form.offer(queries.colleagues(engagement))
    if form.validate_on_submit():
        person_id, role = form.named()
        person = db.session.get_one(User, person_id)
        actions.name_member(engagement, person, role, done=done, actor=current_actor(), now=utcnow())
        flash(_("%(name)s has been assigned and will find the independence questions under Cases.", name=person.name), "success")
        return redirect(url_for(".team", engagement_id=engagement.id), 303)
    return render_template(
        "engagements/team.html",
        engagement=engagement,
        form=form,
        pack=pack,
        Role=Role,
        barred=[sentence(why.refusal(person.name, pack)) for person, why in queries.cannot_be(engagement, done)],
        no_keeper=queries.no_keeper(engagement, done),
        missing=[_(lack.message) % {name: in_words(value) for name, value in lack.values} for lack in queries.missing(engagement)],
        arranging=possible(engagement.stage, CaseAction.ARRANGE),
        starting=possible(engagement.stage, CaseAction.START),
    )


@bp.post("/cases/<uuid:engagement_id>/team/<uuid:member_id>/remove")
@permit(Permission.CASE_ARRANGE, on_report=False)
def remove(engagement: Engagement, member_id: UUID) -> ResponseReturnValue:
    """Take a person off the case."""
    member = next((each for each in engagement.team if each.id == member_id), None)
    if member is None:
        abort(404)
    actions.remove_member(member, actor=current_actor(), now=utcnow())
    flash(_("%(name)s has been removed from the case.", name=member.user.name), "success")
    return redirect(url_for(".team", engagement_id=engagement.id), 303)


@bp.post("/cases/<uuid:engagement_id>/start")
@permit(Permission.CASE_ARRANGE, on_report=False)
def start(engagement: Engagement) -> ResponseReturnValue:
    """Begin the checks."""
    actions.start(engagement, actor=current_actor(), now=utcnow())
    flash(_("The checks have started."), "success")
    return redirect(url_for("casework.case", engagement_id=engagement.id), 303)


@bp.route("/cases/<uuid:engagement_id>/declare", methods=["GET", "POST"])
@permit(Permission.CASE_DECLARE, on_report=False)
def declare(engagement: Engagement) -> ResponseReturnValue:
    """Answer the independence questions before seeing the case; a barred person reads why here."""
    pack, user = load(engagement.pack_id), this_user()
    memberships = [member for member in engagement.members if member.user_id == user.id]
    waiting = any(member.declared_at is None for member in memberships)
    form = declaration_form(pack)
    if waiting and form.validate_on_submit():
        member = actions.declare(engagement, form.answers(), actor=current_actor(), now=utcnow())
        if member.barred_by is None:
            flash(_("Thank you. You can now access the case."), "success")
            return redirect(url_for("casework.case", engagement_id=engagement.id), 303)
        return redirect(url_for(".declare", engagement_id=engagement.id), 303)
    barring = next((member.barred_by for member in memberships if member.barred_by), None)
    question = next((each for each in pack.independence_questions if each.code == barring), None)
    practice = next((each.origin.words for each in pack.independence_questions if each.origin.basis == "practice"), None)
    return render_template(
        "engagements/declare.html",
        engagement=engagement,
        form=form,
        mine=memberships,
        waiting=waiting,
        question=question,
        practice=practice,
        Role=Role,
    )


@bp.route("/cases/<uuid:engagement_id>/reopen", methods=["GET", "POST"])
@permit(Permission.CONCLUSION_DRAW, on_report=False)
def reopen(engagement: Engagement) -> ResponseReturnValue:
    """The lead verifier opens the checks again, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        actions.reopen(engagement, form.reason.data, actor=current_actor(), now=utcnow())
        flash(_("The checks have been reopened."), "success")
        return redirect(url_for("casework.case", engagement_id=engagement.id), 303)
    return render_template(
        "engagements/reopen.html", engagement=engagement, form=form, reopenable=possible(engagement.stage, CaseAction.REOPEN)
    )


@bp.route("/cases/<uuid:engagement_id>/correct", methods=["GET", "POST"])
@permit(Permission.STATEMENT_CORRECT, on_report=False)
def correct(engagement: Engagement) -> ResponseReturnValue:
    """The coordinator or the signatory opens an issued case again, with a reason; another statement will take the first one's place."""
    form = ReasonForm()
    if form.validate_on_submit():
        actions.correct(engagement, form.reason.data, actor=current_actor(), now=utcnow())
        flash(_("The checks have been reopened. The issued statement is shown as under correction."), "success")
        return redirect(url_for("casework.case", engagement_id=engagement.id), 303)
    return render_template(
        "engagements/correct.html", engagement=engagement, form=form, correctable=possible(engagement.stage, CaseAction.CORRECT)
    )


def _itself(engagement: Engagement, key: str) -> Engagement | None:
    return engagement if key == str(engagement.id) else None


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "member": SubjectKind[TeamMember](
        find=row_in_case(TeamMember), find_many=rows_in_case(TeamMember), title=lambda member: member.user.name
    ),
    "case": SubjectKind[Engagement](
        find=_itself,
        title=lambda engagement: engagement.number,
        url=lambda engagement, _itself: url_for("casework.case", engagement_id=engagement.id),
        guard=Permission.CASE_READ,
    ),
}
