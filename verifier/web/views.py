"""Pages outside any package: language, the components page, health."""

from uuid import UUID

from flask import Blueprint, abort, current_app, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from verifier.core.access import Permission
from verifier.core.errors import Refusal
from verifier.web import sanity
from verifier.web.downloads import large
from verifier.web.pages.components import DemoFilter, DemoForm
from verifier.web.pages.language import LANGUAGES
from verifier.web.permit import permit
from verifier.web.sanity import local_path
from verifier.web.signed_in import signed_in_user, this_user

bp = Blueprint("web", __name__)
sanity.install(bp)


@bp.post("/language")
@permit(Permission.PUBLIC, before_factor=True)
def language() -> ResponseReturnValue:
    """Remember the language: with the person when signed in, else with this browser."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise Refusal("web.language.unknown")
    session["language"] = chosen
    user = signed_in_user()
    if user is not None:
        user.language = chosen
    return redirect(local_path(request.form.get("next")), 303)


@bp.get("/components")
@permit(Permission.PUBLIC)
def components() -> ResponseReturnValue:
    """One page that shows every component, for the tests of the look; it exists in the demo only."""
    if not current_app.extensions["verifier"].settings.is_demo:
        abort(404)
    form = DemoForm()
    form.validate()
    return render_template("web/components.html", demo_form=form, demo_filter=DemoFilter(prefix="q"))


@bp.get("/downloads/<uuid:download_id>")
@permit(Permission.SIGNED_IN)
def large_download(download_id: UUID) -> ResponseReturnValue:
    """Progress of a large spreadsheet, then the link to its file."""
    return render_template("web/download.html", found=large.download_of(download_id, this_user()), hours=large.KEPT.total_seconds() / 3600)


@bp.get("/downloads/<uuid:download_id>/state.json")
@permit(Permission.SIGNED_IN)
def large_download_state(download_id: UUID) -> ResponseReturnValue:
    """Progress of a large spreadsheet as JSON for polling."""
    found = large.download_of(download_id, this_user())
    return {"mark": found.mark, "ended": found.ended}


@bp.get("/downloads/<uuid:download_id>/file.xlsx")
@permit(Permission.SIGNED_IN)
def large_download_file(download_id: UUID) -> ResponseReturnValue:
    """The finished spreadsheet."""
    found = large.download_of(download_id, this_user())
    if not found.sha256:
        abort(404)
    return large.file_of(found)
