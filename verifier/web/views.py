"""Pages outside any package: language, the components page, health."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from verifier.core.access import Permission
from verifier.core.errors import Refusal
from verifier.web import sanity
from verifier.web.pages.components import DemoFilter, DemoForm
from verifier.web.pages.language import LANGUAGES
from verifier.web.permit import permit
from verifier.web.sanity import local_path
from verifier.web.signed_in import signed_in_user

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
