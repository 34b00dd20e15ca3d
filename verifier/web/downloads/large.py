"""Large spreadsheets are made by a background job: a page shows progress, then the file, to the person who asked for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header

from verifier.accounts.authentication.crypto import opened, sealed
from verifier.accounts.models import User
from verifier.audit.actions import postponed
from verifier.core.errors import NotPermitted, NotYours
from verifier.db import db, utcnow, uuid7, writing
from verifier.evidence.queries import store
from verifier.jobs.actions import enqueue
from verifier.jobs.models import Job, State
from verifier.jobs.queries import of_key
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun
from verifier.web.downloads.sizes import LargeDownload, making
from verifier.web.downloads.spreadsheet import MEDIA_TYPE, download
from verifier.web.pages.language import language as language_shown
from verifier.web.permit import reaches
from verifier.web.signed_in import this_user

KIND = "downloads.spreadsheet"
PURPOSE = "downloads"
KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Download:
    """A spreadsheet somebody asked for: `sha256` and `name` once it is made, `refused` where the person could not see the list then."""

    id: UUID
    list_url: str
    state: State
    rows: int | None
    sha256: str
    name: str
    refused: bool

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (State.DONE, State.GAVE_UP)

    @property
    def mark(self) -> str:
        """What the page shows of it, to tell whether that changed."""
        return f"{self.state} {self.rows or ''}"


def later(_large: LargeDownload) -> ResponseReturnValue:
    """Enqueue the list of this request, and show its progress."""
    person, key = this_user().id, uuid7()
    address = sealed(PURPOSE, request.full_path.rstrip("?"))
    db.session.rollback()
    with writing():
        enqueue(KIND, key=str(key), now=utcnow(), person=str(person), address=address, language=language_shown())
        db.session.commit()
    return redirect(url_for("web.large_download", download_id=key), 303)


def download_of(key: UUID, user: User) -> Download:
    """A spreadsheet that the person asked for; unknown to anybody else, and once the person may no longer see its list."""
    job = of_key(KIND, str(key))
    if job is None or job.arguments["person"] != str(user.id):
        raise NotYours
    stored: dict[str, Any] = job.arguments
    address = opened(PURPOSE, stored["address"])
    endpoint, named = current_app.url_map.bind("localhost").match(urlsplit(address).path)
    if not reaches(str(endpoint), dict(named), user):
        raise NotYours
    name = opened(PURPOSE, stored["name"]) if "name" in stored else ""
    path = urlsplit(address).path.removesuffix(".xlsx")
    return Download(key, path, job.state, job.progress_total, stored.get("sha256", ""), name, bool(stored.get("refused")))


def file_of(found: Download) -> Response:
    """The file, to be saved under its name."""
    return download(store().get(found.sha256), found.name, MEDIA_TYPE)


@task(KIND, tries=3, limit=timedelta(minutes=30), keep=KEPT, in_steps=True)
def make(work: JobRun, *, person: str, address: str, language: str, **_earlier: object) -> None:
    """Answer the same address again as that person, whatever its rows; the file is stored, and named by the job."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    rows, result = [], dict[str, Any](refused=True)
    with _as(app, UUID(person), opened(PURPOSE, address), language), making(lambda count: work.progress(0, count)):
        try:
            response = app.make_response(_view(app)(**(request.view_args or {})))
        except (NotYours, NotPermitted, HTTPException):
            db.session.rollback()
        else:
            name = parse_options_header(response.headers.get("Content-Disposition"))[1].get("filename")
            if name:
                rows, result = postponed(), {"sha256": store().put(response.get_data()), "name": sealed(PURPOSE, name)}
    db.session.rollback()
    with writing():
        for row in rows:
            row()
        job = db.session.get_one(Job, work.id)
        job.arguments = {**job.arguments, **result}
        db.session.commit()


def _view(app: Flask) -> Callable[..., Any]:
    """The view of the present request."""
    return app.view_functions[request.endpoint or ""]


@contextmanager
def _as(app: Flask, person: UUID, address: str, language: str) -> Iterator[None]:
    """A request of a person for an address; a disabled person reaches nothing."""
    with app.test_request_context(address, headers={"Accept-Language": language}):
        user = db.session.get(User, person)
        g.signed_in = None
        g._login_user = user if user is not None and user.is_active else app.login_manager.anonymous_user()  # type: ignore[attr-defined]
        yield
