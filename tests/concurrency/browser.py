"""A person's browser without its screen: one connection, its cookies, and the hidden fields of the form it last read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from secrets import token_hex
from time import sleep
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask

from tests.people import sign_in
from verifier.accounts.models import User


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    location: str

    def hidden(self, name: str) -> str:
        """The value of the last hidden field of that name on the page."""
        found = re.findall(rf'name="{name}"[^>]*value="([^"]*)"', self.text)
        return str(found[-1]) if found else ""


@dataclass
class Browser:
    """Signed in once; keeps its connection open as browsers do."""

    host: str
    port: int
    cookie: str
    csrf: str = ""
    statuses: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection(self.host, self.port, timeout=120)

    def get(self, path: str) -> Answer:
        """Read a page, and keep its token for what is sent next."""
        answer = self.ask("GET", path, None, {})
        self.csrf = answer.hidden("csrf_token") or self.csrf
        return answer

    def post(
        self, path: str, values: Mapping[str, str], upload: tuple[str, str, bytes] | None = None, *, line: int | None = None
    ) -> Answer:
        """Send a form, with a file where there is one: its field, its name, its bytes; `line`: at so many bytes a second."""
        values = {"csrf_token": self.csrf, **values}
        if upload is None:
            return self.ask("POST", path, urlencode(values).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        edge = token_hex(12)
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in values.items()]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{upload[0]}"; filename="{upload[1]}"\r\n\r\n'
        body = b"".join([*parts, head.encode(), upload[2], f"\r\n--{edge}--\r\n".encode()])
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"}, line=line)

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], *, line: int | None = None) -> Answer:
        """One request and its answer."""
        sent: Any = body
        if body is not None and line is not None:
            sent, headers = _on_a_line(body, line), {**headers, "Content-Length": str(len(body))}
        self.connection.request(method, path, sent, {"Cookie": self.cookie, "Accept-Language": "en", **headers})
        response = self.connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        for line in response.headers.get_all("Set-Cookie") or ():
            if line.startswith("verifier="):
                self.cookie = line.split(";")[0]
        self.statuses.append((f"{method} {path}", response.status))
        return Answer(response.status, text, response.headers.get("Location", ""))

    def leave(self) -> None:
        """Close the connection."""
        self.connection.close()


def _on_a_line(body: bytes, speed: int) -> Iterator[bytes]:
    """The body, piece by piece at so many bytes a second."""
    step = max(1, speed // 5)
    for at in range(0, len(body), step):
        yield body[at : at + step]
        sleep(0.2)


def sit_down(app: Flask, address: str, person: User) -> Browser:
    """A browser in which the person is signed in already."""
    here = sign_in(app.test_client(), person)
    cookie = here.get_cookie("verifier")
    assert cookie is not None
    parts = urlsplit(address)
    return Browser(parts.hostname or "", parts.port or 0, f"verifier={cookie.value}")
