"""Settings from VERIFIER_* variables, with safe defaults; documented in docs/settings.md."""

import os
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
TRANSLATIONS = PACKAGE / "translations"
MIGRATIONS = PACKAGE / "migrations"


def _sibling(folder: str) -> Path:
    """A folder of pages: inside an installed package, at the top of the repository in a checkout."""
    installed = PACKAGE / folder
    return installed if installed.is_dir() else PACKAGE.parent / folder


TEMPLATES, STATIC = _sibling("templates"), _sibling("static")
OPEN_DEMO = "open"
"""Content of the demo marker where passwords are random."""
IMPLICIT_TLS_PORT = 465
SETTINGS_FILE = "settings.env"
"""What `verifier setup` writes into the instance folder: one NAME=VALUE a line; environment variables come before it."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
FONTS = STATIC / "fonts"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; one field per environment variable."""

    instance: Path
    database_url: str
    store_url: str
    host: str
    port: int
    public_url: str
    secret_key: str = field(repr=False)
    language: str
    mail_host: str
    mail_port: int
    mail_user: str
    mail_password: str = field(repr=False)
    mail_from: str
    mail_tls: str
    """`starttls`, `implicit` (from the first byte, port 465) or `none`."""
    behind_tls: bool
    trusted_proxies: int
    idle_minutes: int
    session_hours: int
    upload_mb: int
    processes: int
    threads: int
    worker: str
    remind_days: tuple[int, ...]
    metrics_token: str = field(repr=False)
    store_key: str
    store_secret: str = field(repr=False)
    witness_folder: Path | None
    witness_mail: str

    @property
    def store_options(self) -> dict[str, str]:
        """The keys of the object store; empty where they are not set or the store is a folder."""
        known = {"access_key_id": self.store_key, "secret_access_key": self.store_secret}
        return {name: value for name, value in known.items() if value}

    @property
    def is_public(self) -> bool:
        """Whether a public address is set, other than the one this machine has for itself."""
        return self.public_url != self.local_url

    @property
    def local_url(self) -> str:
        """The address of the server on its own machine or network."""
        return _own_address(self.host, self.port)

    @property
    def mail_folder(self) -> Path:
        """Where messages are written when no SMTP host is set."""
        return self.instance / "mail"

    @property
    def demo_marker(self) -> Path:
        """The empty file that `verifier demo` leaves: its presence makes this installation a demo."""
        return self.instance / "demo"

    @property
    def is_demo(self) -> bool:
        """Whether this installation was filled by `verifier demo`."""
        return self.demo_marker.exists()

    @property
    def has_published_passwords(self) -> bool:
        """Whether the people here have the passwords of the README; a demo made with VERIFIER_DEMO_OPEN=1 has random ones."""
        return self.is_demo and self.demo_marker.read_text() != OPEN_DEMO

    @property
    def metrics_folder(self) -> Path:
        """Where one server counts its requests: of several that share the instance, each has its own."""
        return self.instance / "metrics" / f"{socket.gethostname()}-{self.port}"


class WrongInstance(Exception):
    """The folder of the installation cannot be used: a message id that says why, with its values."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message, values)
        self.message, self.values = message, values


class WrongSetting(ValueError):
    """A setting that cannot be read: a message id that says why, with its values."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message, values)
        self.message, self.values = message, values


def instance_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where the installation is or would be; nothing is created."""
    env = os.environ if environ is None else environ
    return Path(env.get("VERIFIER_INSTANCE") or "instance").resolve()


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this installation; makes its folder and secret key at first run."""
    env = os.environ if environ is None else environ
    instance = instance_folder(env)
    env = {**_written(instance), **env}
    try:
        instance.mkdir(mode=0o700, exist_ok=True)
        _keep_to_ourselves(instance)
        secret_key = env.get("VERIFIER_SECRET_KEY") or secret_file(instance / "secret.key")
    except FileNotFoundError as error:
        raise WrongInstance("instance.no_parent", folder=instance, parent=instance.parent) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise WrongInstance("instance.not_a_folder", folder=instance) from error
    except OSError as error:
        raise WrongInstance("instance.not_writable", folder=instance) from error
    mail_port = _number(env, "VERIFIER_MAIL_PORT", 587)
    host, port = env.get("VERIFIER_HOST") or "127.0.0.1", _number(env, "VERIFIER_PORT", 5000)
    return Settings(
        instance=instance,
        database_url=env.get("VERIFIER_DATABASE_URL") or f"sqlite:///{instance / 'verifier.sqlite'}",
        store_url=env.get("VERIFIER_STORE_URL") or str(instance / "evidence"),
        host=host,
        port=port,
        public_url=(env.get("VERIFIER_PUBLIC_URL") or _own_address(host, port)).rstrip("/"),
        secret_key=secret_key,
        language=env.get("VERIFIER_LANGUAGE") or "en",
        mail_host=env.get("VERIFIER_MAIL_HOST") or "",
        mail_port=mail_port,
        mail_user=env.get("VERIFIER_MAIL_USER") or "",
        mail_password=env.get("VERIFIER_MAIL_PASSWORD") or "",
        mail_from=env.get("VERIFIER_MAIL_FROM") or "verifier@localhost",
        mail_tls=_mail_tls(env, mail_port),
        behind_tls=(env.get("VERIFIER_BEHIND_TLS") or "0") == "1",
        trusted_proxies=_number(env, "VERIFIER_TRUSTED_PROXIES", 0),
        idle_minutes=_number(env, "VERIFIER_IDLE_MINUTES", 60),
        session_hours=_number(env, "VERIFIER_SESSION_HOURS", 12),
        upload_mb=_number(env, "VERIFIER_UPLOAD_MB", 60),
        processes=_number(env, "VERIFIER_PROCESSES", 2),
        threads=_number(env, "VERIFIER_THREADS", 4),
        worker=_one_of(env, "VERIFIER_WORKER", "inside", "apart"),
        remind_days=_numbers(env, "VERIFIER_REMIND_DAYS", "7,1"),
        metrics_token=env.get("VERIFIER_METRICS_TOKEN") or "",
        store_key=env.get("VERIFIER_STORE_KEY") or "",
        store_secret=env.get("VERIFIER_STORE_SECRET") or "",
        witness_folder=Path(env["VERIFIER_WITNESS_FOLDER"]).resolve() if env.get("VERIFIER_WITNESS_FOLDER") else None,
        witness_mail=env.get("VERIFIER_WITNESS_MAIL") or "",
    )


def _written(instance: Path) -> dict[str, str]:
    """The settings that `verifier setup` wrote."""
    try:
        lines = (instance / SETTINGS_FILE).read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    pairs = (line.partition("=") for line in lines if line.strip() and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _equals, value in pairs}


def is_demo_open() -> bool:
    """Whether a demo that is made now may be served to other machines."""
    return os.environ.get("VERIFIER_DEMO_OPEN") == "1"


def backup_passphrase() -> str | None:
    """The passphrase of encrypted backups, where nobody can be asked for it."""
    return os.environ.get("VERIFIER_BACKUP_PASSPHRASE") or None


def setting(variable: str) -> str | None:
    """A setting as it is told to this process or was written by `verifier setup`; None where it is not."""
    return {**_written(instance_folder()), **os.environ}.get(variable)


def write_settings(instance: Path, values: Mapping[str, str]) -> None:
    """Write settings for the commands that follow, keeping those written earlier; readable by the owner only."""
    kept = {**_written(instance), **{name: value for name, value in values.items() if value}}
    aside = aside_of(instance / SETTINGS_FILE)
    with os.fdopen(os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        file.write("# Written by `verifier setup`; environment variables of the same names come before these.\n")
        file.writelines(f"{name}={value}\n" for name, value in sorted(kept.items()))
        file.flush()
        os.fsync(file.fileno())
    aside.rename(instance / SETTINGS_FILE)


def _own_address(host: str, port: int) -> str:
    """The address of an installation without a public one: passkeys need a host name, so this machine is called localhost."""
    return f"http://{'localhost' if host in LOOPBACK else host}:{port}"


def _keep_to_ourselves(instance: Path) -> None:
    """At first run only its owner may read the folder, also where it was there before, as in a checkout."""
    if {each.name for each in instance.iterdir()} <= {".gitignore"}:
        with suppress(PermissionError):
            instance.chmod(0o700)


def _mail_tls(env: Mapping[str, str], port: int) -> str:
    """How mail is encrypted; port 465 is for TLS from the first byte (RFC 8314)."""
    named = {"0": "none", "1": "implicit" if port == IMPLICIT_TLS_PORT else "starttls", "starttls": "starttls", "implicit": "implicit"}
    told = env.get("VERIFIER_MAIL_TLS") or "1"
    if told not in named:
        raise WrongSetting("setting.not_one_of", name="VERIFIER_MAIL_TLS", value=told, known=", ".join(named))
    return named[told]


def _one_of(env: Mapping[str, str], name: str, *known: str) -> str:
    """One of the allowed values; the first is the default."""
    value = env.get(name) or known[0]
    if value not in known:
        raise WrongSetting("setting.not_one_of", name=name, value=value, known=", ".join(known))
    return value


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    """A whole number."""
    value = env.get(name) or default
    try:
        return int(value)
    except ValueError as error:
        raise WrongSetting("setting.not_a_number", name=name, value=value) from error


def _numbers(env: Mapping[str, str], name: str, default: str) -> tuple[int, ...]:
    """Whole numbers separated by commas."""
    value = env.get(name) or default
    try:
        return tuple(int(each) for each in value.split(","))
    except ValueError as error:
        raise WrongSetting("setting.not_numbers", name=name, value=value) from error


def language() -> str:
    """The language of what is said without a browser: the setting; without one English in an installation, elsewhere the system's."""
    if told := setting("VERIFIER_LANGUAGE"):
        return told
    if (instance_folder() / "keys").exists():
        return "en"
    locale = next((told for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (told := os.environ.get(name))), "")
    return "zh" if locale.startswith("zh") else "en"


def aside_of(path: Path) -> Path:
    """A unique name for a temporary file in the same folder: in containers that share a folder, process ids repeat."""
    return path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")


def secret_file(path: Path) -> str:
    """A random secret in a file readable by its owner only; created once and atomically."""
    if not path.exists():
        aside = aside_of(path)
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_text().strip()
