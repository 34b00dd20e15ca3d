"""The gunicorn server, configured from the settings and started from the command line."""

import sys
from collections.abc import Callable
from typing import Any

import click
import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication

from verifier.cli import server_log
from verifier.cli.receiving import ReceivingWorker
from verifier.db import db
from verifier.jobs.worker import start_thread
from verifier.terminal.sentences import gettext as _
from verifier.web.operations import metrics

log = structlog.get_logger()


class Server(BaseApplication):
    """The app in several processes, each with several threads."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.served, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Apply the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Dispose of connections opened before the fork, so that each process opens its own."""
        with self.served.app_context():
            db.engine.dispose(close=False)
        return self.served


def serve(app: Flask, workers: int | None = None) -> None:
    """Serve until stopped; each process also runs queued jobs unless `verifier worker` runs separately."""
    settings = app.extensions["verifier"].settings
    ends: list[Callable[[], None]] = []

    def announce(_server: object) -> None:
        address = settings.local_url
        mail = None if settings.mail_host else str(settings.mail_folder)
        if settings.is_demo:
            log.warning("demo", published_passwords=settings.has_published_passwords)
        if not sys.stdout.isatty():
            log.info("serving", address=address, mail_folder=mail)
            return
        click.echo(_("Verifier is running at %(address)s", address=address))
        if mail:
            click.echo(_("E-mail is written to %(folder)s", folder=mail))

    def begin(_worker: object) -> None:
        if settings.worker == "inside":
            ends.append(start_thread(app))

    def end(_server: object, _worker: object) -> None:
        for stop in ends:
            stop()

    server_log.install()
    metrics.forget(settings.metrics_folder)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    Server(
        app,
        {
            "bind": f"{settings.host}:{settings.port}",
            "workers": workers or settings.processes,
            "worker_class": ReceivingWorker,
            "threads": settings.threads,
            "timeout": 120,
            "when_ready": announce,
            "post_worker_init": begin,
            "worker_exit": end,
            "loglevel": "warning",
            "logger_class": server_log.ServerLogger,
            "control_socket_disable": True,
        },
    ).run()
