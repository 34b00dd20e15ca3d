"""Whether an installation is where it is said to be: looked at before anything is created there."""

import os

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from verifier import config
from verifier.config import Settings, WrongInstance
from verifier.maintenance.database import sqlite_file


def settings() -> Settings:
    """The settings of an installation that is there; a command that only reads does not make a new one."""
    folder = config.instance_folder()
    if not (folder / "keys" / "trail.pem").exists():
        raise WrongInstance("instance.none", folder=folder)
    return config.from_environment(os.environ)


def refuse_new_keys(found: Settings) -> None:
    """Refuse a folder without keys beside a database that holds audit trails: new keys would not fit what was signed."""
    if (found.instance / "keys" / "trail.pem").exists():
        return
    file = sqlite_file(found.database_url)
    if file is not None and not file.exists():
        return
    engine = create_engine(found.database_url)
    try:
        with engine.connect() as connection:
            used = "trail_row" in inspect(connection).get_table_names() and connection.execute(text("SELECT 1 FROM trail_row")).first()
    except DBAPIError:
        used = None
    finally:
        engine.dispose()
    if used:
        raise WrongInstance("instance.no_keys", folder=found.instance)
