"""create_app: settings, extensions, blueprints, subjects, start-up guards."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_app_context
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy import select
from werkzeug.middleware.proxy_fix import ProxyFix

from verifier import config
from verifier import db as database
from verifier.accounts import cleanup as _leavings  # noqa: F401 - so that its task is known
from verifier.accounts import views as accounts
from verifier.audit import before_after, cases, recording, trail_guard, written_rows
from verifier.audit import models as _trail  # noqa: F401 - so that migrations know its rows
from verifier.audit.checkpoints import Checkpoints, follow
from verifier.casework import derived_values as _derived_values  # noqa: F401 - so that its task is known
from verifier.casework import reminders as _reminders  # noqa: F401 - so that its task is known
from verifier.casework import views as casework
from verifier.casework.coverage import views as coverage
from verifier.casework.events import digest as _digest  # noqa: F401 - so that its task is known
from verifier.casework.events import notices as event_notices
from verifier.casework.events import views as events
from verifier.casework.handover import views as handover
from verifier.casework.materiality import views as materiality
from verifier.casework.rules import views as rules
from verifier.casework.workload import views as workload
from verifier.checks.boundary import views as boundary
from verifier.checks.boundary.plans import views as entered_plans
from verifier.checks.data import views as data
from verifier.checks.data.analysis import views as analysis
from verifier.checks.data.calculation_export import views as calculation_export
from verifier.checks.data.estimates import views as estimates
from verifier.checks.data.flags import views as flags
from verifier.checks.data.numbers import views as numbers
from verifier.checks.data.references import views as references
from verifier.checks.data.sampling import views as samples
from verifier.checks.data.versions import views as versions
from verifier.checks.data.vouchers import views as vouchers
from verifier.checks.site import views as site
from verifier.config import Settings
from verifier.core.access import Permission
from verifier.db import db
from verifier.engagements import models as engagement_rows
from verifier.engagements import queries as engagement_queries
from verifier.engagements import views as engagements
from verifier.evidence import views as evidence
from verifier.evidence.store import Store
from verifier.evidence.uploads import views as uploads
from verifier.findings import views as findings
from verifier.jobs import cleanup as _sweeping  # noqa: F401 - so that its task is known
from verifier.jobs import views as jobs
from verifier.maintenance import tasks as _tidying  # noqa: F401 - so that its task is known
from verifier.maintenance import witness
from verifier.programme import views as programme
from verifier.registry import views as registry
from verifier.registry.earlier_engagements import views as earlier_engagements
from verifier.reports import open_cases
from verifier.reports import views as reports
from verifier.rulepacks import load as packs
from verifier.rulepacks import views as rulepacks
from verifier.statement import notices as review_notices
from verifier.statement import tasks as _keys_due  # noqa: F401 - so that its task is known
from verifier.statement import views as statement
from verifier.web import compression, headers, idempotency, permit, redirects, refusals, signed_in, static_files, transactions, unsent
from verifier.web import views as web
from verifier.web.operations import health, request_log
from verifier.web.pages import filters, labels, language, navigation
from verifier.web.subjects import SubjectKind
from verifier.web.transactions import VerifierApp

PARTS = (
    web,
    accounts,
    rulepacks,
    registry,
    earlier_engagements,
    reports,
    engagements,
    casework,
    events,
    workload,
    coverage,
    handover,
    boundary,
    entered_plans,
    data,
    flags,
    samples,
    references,
    vouchers,
    numbers,
    calculation_export,
    estimates,
    site,
    findings,
    evidence,
    uploads,
    statement,
    programme,
    jobs,
    health,
    materiality,
    rules,
    versions,
    analysis,
)
csrf, babel, migrate = CSRFProtect(), Babel(), Migrate()


@dataclass
class Installation:
    """What actions reach through the app: settings, the store, the signed checkpoints outside the database, and the kinds of subject."""

    settings: Settings
    store: Store
    checkpoints: Checkpoints
    subjects: dict[str, SubjectKind[Any]] = field(default_factory=dict)


def _checkpoints_here() -> Checkpoints:
    """The checkpoint store of the app whose transaction was committed."""
    here: Installation = current_app.extensions["verifier"]
    return here.checkpoints


def _own_packs() -> Path | None:
    """Where the installation keeps rule packs of its own; None outside of one."""
    return current_app.extensions["verifier"].settings.instance / "rulepacks" if has_app_context() else None


written_rows.collect(db.session)
before_after.collect(db.session)
recording.watch(db.session)
review_notices.watch(db.session)
event_notices.watch(db.session)
trail_guard.watch(db.session, _checkpoints_here)
cases.found_by(select(engagement_rows.Engagement.id))
witness.watch(db.session)
follow(db.session, _checkpoints_here)
packs.found_by(_own_packs)
open_cases.cases_found_by(engagement_queries.open_case)


class Unguarded(RuntimeError):
    """A view names no permission: the app does not start."""


def create_app(settings: Settings | None = None, *, testing: bool = False) -> Flask:
    """The whole application; refuses to start when a view names no permission."""
    settings = settings or config.from_environment()
    app = VerifierApp("verifier", root_path=str(config.PACKAGE), template_folder=str(config.TEMPLATES), static_folder=None)
    app.testing, app.static_folder = testing, str(config.STATIC)
    _configure(app, settings)
    app.extensions["verifier"] = Installation(
        settings, Store.at(settings.store_url, settings.store_options), Checkpoints.at(settings.instance)
    )
    request_log.install(app)
    _extend(app)
    compression.install(app)
    headers.install(app)
    static_files.install(app)
    transactions.install(app)
    refusals.install(app)
    filters.install(app)
    for part in PARTS:
        app.register_blueprint(part.bp)
        app.extensions["verifier"].subjects.update(getattr(part, "SUBJECTS", {}))
        labels.register(getattr(part, "LABELS", {}), getattr(part, "STATES", {}))
    request_log.count_in(app)
    open_views = permit.unguarded(app)
    if open_views:
        raise Unguarded(f"views without a permission: {', '.join(open_views)}")
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True, "hide_parameters": True},
        MAX_CONTENT_LENGTH=settings.upload_mb * 1_048_576,
        MAX_FORM_MEMORY_SIZE=4_000_000,
        MAX_FORM_PARTS=5_000,
        SESSION_COOKIE_NAME="__Host-verifier" if settings.behind_tls else "verifier",
        SESSION_COOKIE_SECURE=settings.behind_tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        WTF_CSRF_TIME_LIMIT=settings.session_hours * 3600,
        BABEL_DEFAULT_LOCALE=settings.language,
        BABEL_TRANSLATION_DIRECTORIES=str(config.TRANSLATIONS),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.add_extension("jinja2.ext.do")
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _extend(app: Flask) -> None:
    db.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=language.select_locale, timezone_selector=language.select_timezone)
    language.speak(babel, app.jinja_env)
    signed_in.install(app)
    migrate.init_app(app, db, directory=str(config.MIGRATIONS), render_as_batch=True, compare_type=True)
    with app.app_context():
        database.prepare(db.engine)
    app.jinja_env.globals.update(once=idempotency.field, this_page=redirects.this_page, unsent=unsent)
    app.jinja_env.globals.update(may=permit.may, Permission=Permission, language=language.language)
    app.context_processor(lambda: {"locale": language.language(), "html_lang": "zh-Hans" if language.language() == "zh" else "en"})
    app.context_processor(lambda: {"is_demo": app.extensions["verifier"].settings.is_demo})
    app.context_processor(navigation.context)
