"""Health, readiness and metrics endpoints."""

import os
from collections.abc import Callable
from hmac import compare_digest

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from structlog import get_logger

from verifier.core.access import Permission
from verifier.db import db
from verifier.jobs import queries as jobs
from verifier.web.permit import permit

bp = Blueprint("health", __name__)

log = get_logger()

NOTHING = "0" * 64
PROXIED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


@bp.get("/health/live")
@permit(Permission.PUBLIC)
def live() -> ResponseReturnValue:
    """This process answers."""
    return jsonify(live="ok")


@bp.get("/health/ready")
@permit(Permission.PUBLIC)
def ready() -> ResponseReturnValue:
    """Readiness: database, schema and file storage; a short word is returned, the reason is logged."""
    found = {name: _tried(check) for name, check in (("database", _database), ("migrations", _migrations), ("store", _store))}
    return jsonify(found), 200 if set(found.values()) == {"ok"} else 503


@bp.get("/metrics")
@permit(Permission.PUBLIC)
def metrics() -> ResponseReturnValue:
    """Counts for Prometheus, for who holds the token; without one, only for who asks on this machine and not through a proxy."""
    if not _may_count():
        abort(404)
    lines = [*current_app.extensions["requests"].text()]
    lines += ["# HELP verifier_jobs Jobs of the queue by kind and state.", "# TYPE verifier_jobs gauge"]
    lines += [f'verifier_jobs{{kind="{kind}",state="{state}"}} {count}' for (kind, state), count in sorted(jobs.counts().items())]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_count() -> bool:
    token: str = current_app.extensions["verifier"].settings.metrics_token
    if token:
        return compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    return request.remote_addr in ("127.0.0.1", "::1") and not any(name in request.headers for name in PROXIED)


def _tried(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "wrong"
    except Exception as error:
        db.session.rollback()
        log.error("not_ready", check=check.__name__.strip("_"), exc_info=error)
        return "unreachable"


def _database() -> bool:
    return db.session.scalar(text("SELECT 1")) == 1


def _migrations() -> bool:
    """The database is at the migration of this version."""
    newest = ScriptDirectory(os.path.join(current_app.root_path, "migrations")).get_current_head()
    return MigrationContext.configure(db.session.connection()).get_current_revision() == newest


def _store() -> bool:
    """The bucket responds, or the folder is writable."""
    store = current_app.extensions["verifier"].store
    if store.root is not None:
        return os.access(store.root, os.W_OK | os.X_OK)
    store.exists(NOTHING)
    return True
