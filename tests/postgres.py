"""A real PostgreSQL from Debian, started for the tests in a folder of its own and gone with them."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path:
    """Debian's newest server programs; their absence fails whoever asks."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise RuntimeError("PostgreSQL is missing: run `make system`")
    return found[-1].parent


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """An address of an empty database, over a socket in the folder; nothing listens on the network."""
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder.mkdir(parents=True)
    os.chown(folder, account.pw_uid, account.pw_gid)
    for parent in folder.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    as_owner = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"] if os.geteuid() == 0 else []

    def run(*command: str) -> None:
        subprocess.run(
            [*as_owner, *command], check=True, capture_output=True, cwd="/", env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        )

    data, socket = folder / "data", folder
    run(str(programs() / "initdb"), "-D", str(data), "-U", "verifier", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={socket} -c fsync=off"
    run(str(programs() / "pg_ctl"), "-D", str(data), "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://verifier@/postgres?host={socket}"
    finally:
        run(str(programs() / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(data, ignore_errors=True)
