"""Sends checkpoints to a witness outside the installation: a folder, or a mail address; by the job queue, after they are signed.

One job a minute for the folder and one an hour for mail, however many actions there were.
"""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import partial
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session
from structlog import get_logger

from verifier.accounts.authentication import crypto
from verifier.audit.append_only_files import append, whole_lines
from verifier.config import Settings
from verifier.db import utcnow
from verifier.jobs.actions import enqueue
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

log = get_logger()
FOLDER_EVERY, MAIL_EVERY = timedelta(minutes=1), timedelta(hours=1)


class WitnessDiffers(Exception):
    """The witness holds checkpoints that this installation no longer has: nothing was written there."""


def watch(session: scoped_session[Any]) -> None:
    """Register the listener that enqueues the jobs, in the transaction whose checkpoints they will send."""
    event.listen(session, "before_commit", _ask)


def _ask(session: Session) -> None:
    settings = _settings()
    if not session.info.get("heads"):
        return
    now = utcnow()
    for kind, wanted, every in (
        ("audit.witness_folder", settings.witness_folder is not None, FOLDER_EVERY),
        ("audit.witness_mail", bool(settings.witness_mail), MAIL_EVERY),
    ):
        if wanted:
            span = int(now.timestamp() // every.total_seconds()) + 1
            until = datetime.fromtimestamp(span * every.total_seconds(), UTC)
            enqueue(kind, key=f"until:{until.isoformat()}", now=now, run_at=until, until=until.isoformat())


@task("audit.witness_folder", keep=timedelta(days=2))
def to_folder(_work: JobRun, *, until: str) -> None:
    """Append every checkpoint that the witness folder does not have yet; never changes what is there."""
    folder = _settings().witness_folder
    if folder is None:
        return
    differing = [file.name for file in sorted(_heads().glob("*.log")) if not _extended(file, folder / file.name)]
    differing += [kept.name for kept in sorted(folder.glob("*.log")) if not (_heads() / kept.name).exists()]
    if differing:
        log.error("witness_differs", trails=[name.removesuffix(".log") for name in differing])
        raise WitnessDiffers(until)


@task("audit.witness_mail", keep=timedelta(days=2))
def to_mail(_work: JobRun, *, until: str) -> None:
    """Mail the checkpoints signed in the hour before, one attachment for each trail."""
    settings, end = _settings(), datetime.fromisoformat(until)
    checkpoints = current_app.extensions["verifier"].checkpoints
    message, trails = EmailMessage(), 0
    message["From"], message["To"] = settings.mail_from, settings.witness_mail
    message["Subject"] = f"Verifier audit trail checkpoints until {end:%Y-%m-%d %H:%M} UTC"
    message["Date"], message["Message-ID"] = format_datetime(end), make_msgid(domain="verifier.invalid")
    message.set_content("Save the attached files in one folder; compare later with: verifier audit verify --against FOLDER\n")
    for trail in checkpoints.trails():
        file = _heads() / f"{trail}.log"
        if datetime.fromtimestamp(file.stat().st_mtime, UTC) >= end - MAIL_EVERY:
            message.add_attachment(whole_lines(file)[-1], filename=f"{trail}.log")
            trails += 1
    if trails and settings.witness_mail:
        enqueue("mail.send", key=f"witness:{until}", now=utcnow(), sealed=crypto.sealed("mail", message.as_bytes().decode()))


def _extended(ours: Path, kept: Path) -> bool:
    """Append the lines the witness lacks; False where its lines are not the beginning of ours."""
    lines, known = whole_lines(ours), whole_lines(kept)
    if lines[: len(known)] != known:
        return False
    for line in lines[len(known) :]:
        append(kept, partial(_constant, line))
    return True


def _constant(line: str, _before: object) -> str:
    """A line that does not depend on the one before it."""
    return line


def _heads() -> Path:
    folder: Path = current_app.extensions["verifier"].checkpoints.folder
    return folder


def _settings() -> Settings:
    settings: Settings = current_app.extensions["verifier"].settings
    return settings
