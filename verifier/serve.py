"""gunicorn with our settings, started from the command line."""

from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from verifier.db import db


class Server(BaseApplication):
    """The app in several processes, each with several threads."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.served, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Take our options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Each process opens its own connections: what was opened before the fork is left behind."""
        with self.served.app_context():
            db.engine.dispose(close=False)
        return self.served


def serve(app: Flask, workers: int) -> None:
    """Serve until told to stop."""
    settings = app.extensions["verifier"].settings

    def announce(_server: object) -> None:
        click.echo(f"Verifier answers at http://{settings.host}:{settings.port}")
        if not settings.mail_host:
            click.echo(f"Mail is written to {settings.mail_folder}")

    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    Server(
        app,
        {
            "bind": f"{settings.host}:{settings.port}", "workers": workers, "worker_class": "gthread", "threads": 4, "timeout": 120,
            "when_ready": announce, "loglevel": "warning", "control_socket_disable": True,
        },
    ).run()  # fmt: skip
