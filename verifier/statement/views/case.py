"""Pages of the last steps inside a case: conclusion, signatures."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from verifier.accounts.models import ChallengePurpose
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.casework.review.queries import reviews, unanswered
from verifier.casework.trail_wording import in_words
from verifier.core.access import Permission, Role
from verifier.core.errors import NotYours
from verifier.core.lifecycle import CaseAction, Stage, possible
from verifier.core.opinion.permitted import unresolved
from verifier.core.reason import StatedReason
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence import file_kinds
from verifier.evidence.queries import store
from verifier.reports.queries import calculation_of
from verifier.rulepacks.load import load
from verifier.rulepacks.wording import seals_of
from verifier.statement import actions, queries
from verifier.statement.facts import assessment
from verifier.statement.forms import ConclusionForm, SignForm
from verifier.statement.models import SignerRole
from verifier.statement.signing import issuing, keys
from verifier.statement.signing.signed_copy import carried_out
from verifier.statement.views.at_a_glance import at_a_glance
from verifier.statement.views.blueprint import barred as barred_from
from verifier.statement.views.blueprint import bp, sentence
from verifier.statement.views.reconciled import steps_of_figures
from verifier.web import factor
from verifier.web.downloads.spreadsheet import download, spreadsheet
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor, this_user
from verifier.web.transactions import prepared_from_rows

WHERE: dict[str, tuple[str, dict[str, str]]] = {
    "opinion.boundary_undecided": ("boundary.sources", {"state": "open"}),
    "opinion.data_undecided": ("data.sources", {"state": "open"}),
    "opinion.flags_open": ("flags.flags", {"state": "undisposed"}),
    "opinion.samples_open": ("samples.samples", {}),
    "opinion.changes_open": ("versions.latest", {}),
    "opinion.material": ("materiality.materiality", {}),
    "opinion.assurance_not_agreed": ("materiality.materiality", {}),
    "opinion.only_netted": ("materiality.materiality", {}),
    "opinion.material_nature": ("materiality.materiality", {}),
    "opinion.checklist_unanswered": ("site.visit", {}),
    "opinion.not_covered": ("coverage.numbers", {"state": "missing"}),
    "opinion.risk_not_assessed": ("samples.risk", {}),
    "statement.conclusion.unanswered": ("statement.review", {}),
    "opinion.plan_not_approved": ("coverage.coverage", {}),
    "opinion.plan_changed": ("coverage.coverage", {}),
    "opinion.plan_late": ("coverage.coverage", {}),
    "opinion.no_visit": ("site.visit", {}),
    "opinion.visit_not_over": ("site.visit", {}),
    "opinion.visit_incomplete": ("site.visit", {}),
    "opinion.differences_open": ("data.sources", {"state": "differs"}),
    "opinion.requests_open": ("vouchers.requests", {}),
    "opinion.sample_errors_open": ("samples.samples", {}),
    "opinion.samples_unsupported": ("samples.samples", {}),
    "opinion.findings_open": ("findings.findings", {}),
    "opinion.estimates_missing": ("findings.findings", {"state": "estimated"}),
    "opinion.not_corrected": ("findings.findings", {}),
    "opinion.cannot_confirm": ("data.sources", {"state": "cannot_confirm"}),
}
"""The page on which a reason can be seen to."""


def reasons(engagement: Engagement, stated: tuple[StatedReason, ...]) -> list[tuple[str, str | None]]:
    """Reasons in words, each with the page on which it can be seen to."""
    found = []
    for because in stated:
        where = WHERE.get(because.message)
        found.append((sentence(because), url_for(where[0], engagement_id=engagement.id, **where[1]) if where else None))
    return found


def _given(engagement: Engagement) -> dict[str, Any]:
    """What every page about a conclusion shows."""
    drawn = queries.conclusion(engagement)
    return {
        "engagement": engagement,
        "in_words": in_words,
        "pack": assessment.pack_of(engagement),
        "drawn": drawn,
        "approval": queries.current_approval(engagement),
        "reviews": reviews(engagement),
        "comparison": assessment.comparison(engagement),
    }


@bp.get("/cases/<uuid:engagement_id>/conclusion")
@permit(Permission.WORK_READ)
def conclusion(engagement: Engagement) -> ResponseReturnValue:
    """What is missing, which opinions are open, reported against verified."""
    return _conclusion(engagement, ConclusionForm())


@bp.route("/cases/<uuid:engagement_id>/conclusion/draw", methods=["GET", "POST"])
@permit(Permission.CONCLUSION_DRAW, on_report=True)
def draw(engagement: Engagement) -> ResponseReturnValue:
    """The lead verifier prepares the conclusion."""
    form = ConclusionForm()
    form.offer(assessment.choices(engagement))
    if form.validate_on_submit():
        actions.draw_conclusion(engagement, form.opinion.data, form.text.data or "", actor=current_actor(), now=utcnow())
        flash(_("The conclusion was submitted to the independent reviewer."), "success")
        return redirect(url_for(".conclusion", engagement_id=engagement.id), 303)
    return _conclusion(engagement, form)


def _conclusion(engagement: Engagement, form: ConclusionForm) -> ResponseReturnValue:
    choices = assessment.choices(engagement)
    form.offer(choices)
    to_answer = unanswered(engagement)
    comments = (StatedReason("statement.conclusion.unanswered", (("count", to_answer),)),) if to_answer else ()
    missing = reasons(engagement, (*comments, *unresolved(assessment.case_assessment(engagement))))
    offered = [(choice, reasons(engagement, choice.own)) for choice in choices]
    can = may(Permission.CONCLUSION_DRAW) and possible(engagement.stage, CaseAction.CONCLUDE) and any(choice.open for choice in choices)
    can = can and (not to_answer or form.is_submitted())
    return render_template(
        "statement/conclusion.html",
        form=form if can else None,
        missing=missing,
        offered=offered,
        wording=form.wording(choices),
        steps_of_figures=steps_of_figures(engagement),
        glance=at_a_glance(engagement),
        source_names={row.source_id: row.name for row in calculation_of(engagement.report_version).sources},
        **_given(engagement),
    )


@bp.get("/cases/<uuid:engagement_id>/conclusion/differences.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def differences(engagement: Engagement) -> ResponseReturnValue:
    """Every source whose verified tonnes differ, with the reason, as a workbook; without them where the rules withhold them."""
    own = assessment.pack_of(engagement).own_figure
    rows = [
        (
            each.source_key,
            each.name,
            each.category,
            each.reported,
            *((each.verified, each.difference) if own else (each.difference,)),
            each.reason,
        )
        for each in assessment.comparison(engagement).sources
    ]
    figures = [_("Verified, tCO₂"), _("Difference (reported − verified), tCO₂")] if own else [_("Misstated (reported − correct), tCO₂")]
    headers = [_("Ref"), _("Source"), _("Category"), _("Reported, tCO₂"), *figures, _("Reason")]
    subject = Subject("case", str(engagement.id))
    record(TrailAction.STATEMENT_DIFFERENCES_DOWNLOADED, current_actor(), subject, now=utcnow(), case=engagement.id, effect=Effect.LOOK)
    return spreadsheet(f"{engagement.number} {_('Differences')}", headers, rows)


@bp.get("/cases/<uuid:engagement_id>/signing")
@permit(Permission.STATEMENT_READ)
def signing(engagement: Engagement) -> ResponseReturnValue:
    """Who has signed, who signs next, and the statement to look at."""
    return _signing(engagement, SignForm())


@bp.route("/cases/<uuid:engagement_id>/signing/certify", methods=["GET", "POST"])
@permit(Permission.STATEMENT_CERTIFY, on_report=True)
def certify(engagement: Engagement) -> ResponseReturnValue:
    """The lead verifier's signature."""
    return _sign(engagement, SignerRole.LEAD)


@bp.route("/cases/<uuid:engagement_id>/signing/countersign", methods=["GET", "POST"])
@permit(Permission.STATEMENT_COUNTERSIGN, on_report=True)
def countersign(engagement: Engagement) -> ResponseReturnValue:
    """The authorised signatory's signature."""
    return _sign(engagement, SignerRole.SIGNATORY)


@bp.route("/cases/<uuid:engagement_id>/signing/seal", methods=["GET", "POST"])
@permit(Permission.STATEMENT_SEAL, on_report=True)
def seal(engagement: Engagement) -> ResponseReturnValue:
    """The seal of the body, with which the statement is issued."""
    return _sign(engagement, SignerRole.SEAL)


SIGNING = {
    SignerRole.LEAD: (Permission.STATEMENT_CERTIFY, Role.LEAD_VERIFIER),
    SignerRole.SIGNATORY: (Permission.STATEMENT_COUNTERSIGN, Role.SIGNATORY),
    SignerRole.SEAL: (Permission.STATEMENT_SEAL, Role.COORDINATOR),
}


def _sign(engagement: Engagement, place: SignerRole) -> ResponseReturnValue:
    """Laid out and signed before the transaction begins that checks it again and stores it."""
    form = SignForm()
    if form.validate_on_submit():
        passphrase, shown = form.passphrase.data or "", form.factor(ChallengePurpose.SIGN, str(engagement.id))
        gather = partial(issuing.order, engagement, place, this_user(), passphrase, now=utcnow())
        copy = prepared_from_rows("signature", gather, carried_out)
        issuing.enter(engagement, this_user(), copy, shown, actor=current_actor())
        return redirect(url_for(".signing", engagement_id=engagement.id), 303)
    return _signing(engagement, form)


def _signing(engagement: Engagement, form: SignForm) -> ResponseReturnValue:
    user, inside = this_user(), may(Permission.WORK_READ)
    statement, approval = queries.being_signed(engagement) or queries.issued(engagement), queries.current_approval(engagement)
    waiting = queries.WAITING.get(engagement.stage)
    if waiting is SignerRole.SEAL:
        form.passphrase.label.text = _("Passphrase of the seal")
    key = (queries.seal_of(engagement.body_id) if waiting is SignerRole.SEAL else queries.key_of(user.id)) if waiting else None
    called = waiting is not None and approval is not None and approval.is_valid
    barred = barred_from(engagement, SIGNING[waiting][1]) if waiting and may(SIGNING[waiting][0]) else None
    ready = called and waiting is not None and may(SIGNING[waiting][0]) and barred is None
    keepers, others = queries.keepers(engagement) if called and waiting is SignerRole.SEAL and inside else ([], [])
    return render_template(
        "statement/signing.html",
        engagement=engagement,
        statement=statement,
        inside=inside,
        approval=approval,
        waiting=waiting,
        key=key,
        key_waits=_key_waits(engagement, waiting),
        ready=ready,
        barred=barred if called else None,
        keepers=[each.name for each in keepers],
        no_keeper=bool(others) and not keepers,
        form=form if ready and key is not None else None,
        places=_places(statement),
        **factor.shown(user, form),
        in_words=in_words,
        earlier=queries.recalled(engagement) if inside else [],
        drawn=queries.conclusion(engagement) if inside else None,
        carried=seals_of(load(engagement.pack_id), "verification_report"),
        kept_until=queries.kept_until(statement) if statement else None,
        may_correct=may(Permission.STATEMENT_CORRECT) and possible(engagement.stage, CaseAction.CORRECT),
        may_reopen=may(Permission.CONCLUSION_DRAW) and possible(engagement.stage, CaseAction.REOPEN),
    )


def _key_waits(engagement: Engagement, waiting: SignerRole | None) -> bool:
    """Whether the key that would sign next was made and waits for approval."""
    if waiting is None:
        return False
    return bool(queries.waiting_seal_of(engagement.body_id) if waiting is SignerRole.SEAL else queries.waiting_key_of(this_user().id))


def _places(statement: Any) -> list[tuple[SignerRole, Any, str | None]]:
    """Each place with its signature and its certificate's fingerprint."""
    found = []
    for place in queries.ORDER:
        signature = queries.signature_at(statement, place) if statement else None
        found.append((place, signature, keys.fingerprint(queries.signing_key(signature.key_id)) if signature else None))
    return found


@bp.get("/cases/<uuid:engagement_id>/statement.pdf")
@permit(Permission.WORK_READ, keeps_record=True)
def pdf(engagement: Engagement) -> ResponseReturnValue:
    """The statement as the last signature left it, or a draft that says it is one."""
    correcting = engagement.stage is Stage.TO_CERTIFY
    statement = queries.being_signed(engagement) or (None if correcting else queries.issued(engagement))
    if statement is None and not possible(engagement.stage, CaseAction.CERTIFY):
        raise NotFound
    content = store().get(statement.pdf_sha256) if statement else issuing.draft(engagement, now=utcnow())
    name = statement.number if statement else f"{issuing.next_number(engagement)}-draft"
    subject = Subject("statement", str(statement.id)) if statement else Subject("case", str(engagement.id))
    record(TrailAction.STATEMENT_PDF_DOWNLOADED, current_actor(), subject, now=utcnow(), case=engagement.id, effect=Effect.LOOK)
    return download(content, f"{name}.pdf", file_kinds.PDF)


@bp.get("/cases/<uuid:engagement_id>/statements/<uuid:statement_id>.pdf")
@permit(Permission.STATEMENT_READ, keeps_record=True)
def issued_pdf(engagement: Engagement, statement_id: UUID) -> ResponseReturnValue:
    """The PDF of an issued statement, superseded ones included, byte for byte: for the unit, the body and the authority."""
    statement = next((each for each in queries.statements(engagement) if each.id == statement_id and each.issued_at is not None), None)
    if statement is None:
        raise NotYours
    subject = Subject("statement", str(statement.id))
    record(TrailAction.STATEMENT_PDF_DOWNLOADED, current_actor(), subject, now=utcnow(), case=engagement.id, effect=Effect.LOOK)
    return download(store().get(statement.pdf_sha256), f"{statement.number}.pdf", file_kinds.PDF)
