"""Debian's nginx with deploy/nginx.conf before two small servers: what it hands on, when, and what it does when one of them is gone."""

import re
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from tests.journeys.server import free_port

pytestmark = pytest.mark.hold

CONF = Path(__file__).resolve().parent.parent.parent / "deploy" / "nginx.conf"
HALF = 4 * 1024 * 1024


@dataclass
class App:
    """Takes one request a connection, and tells how much of it has come."""

    listener: socket.socket
    came: int = 0
    head: bytes = b""
    asked: int = 0
    more_headers: bytes = b""

    def serve(self) -> None:
        """Until the listener is closed."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        self.head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", self.head)
        self.came, wanted = len(body), int(length[1]) if length else 0
        while self.came < wanted and (more := connection.recv(65536)):
            self.came += len(more)
        self.asked += 1
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + self.more_headers + b"Content-Length: 2\r\nConnection: close\r\n\r\nok")


@dataclass(frozen=True)
class Proxy:
    """Where it answers, what it keeps, and the two behind it."""

    port: int
    folder: Path
    apps: tuple[App, App]

    def connection(self) -> ssl.SSLSocket:
        """A browser's connection, which believes this certificate only."""
        trust = ssl.create_default_context(cafile=str(self.folder / "tls" / "server.crt"))
        return trust.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=10), server_hostname="verifier.test")

    def ask(self, request: str) -> bytes:
        """The whole answer."""
        with self.connection() as here:
            here.sendall(request.encode())
            parts = []
            while part := here.recv(65536):
                parts.append(part)
        return b"".join(parts)


@contextmanager
def behind(folder: Path) -> Iterator[Proxy]:
    """The proxy before two small servers."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        apps = (App(listeners[0]), App(listeners[1]))
        for app in apps:
            Thread(target=app.serve, daemon=True).start()
        port = stack.enter_context(nginx(folder, [listener.getsockname()[1] for listener in listeners]))
        yield Proxy(port, folder, apps)


@contextmanager
def nginx(folder: Path, apps: Sequence[int]) -> Iterator[int]:
    """nginx before apps at two ports, with the configuration as it is but for ports, names and folders of this machine; its own port."""
    (folder / "tls").mkdir(parents=True)
    key = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout server.key -out server.crt"
    name = "-subj /CN=verifier.test -addext subjectAltName=DNS:verifier.test,DNS:localhost"
    subprocess.run(f"{key} {name}".split(), cwd=folder / "tls", check=True, capture_output=True)
    port, text = free_port(), CONF.read_text()
    changes = {
        "listen 80 ": f"listen 127.0.0.1:{free_port()} ",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "/etc/nginx/tls/": f"{folder}/tls/",
        "/var/cache/nginx/static": f"{folder}/static",
        "worker_processes auto;": "user root; worker_processes 1;",
        **{f"server app-{number}:5000": f"server 127.0.0.1:{app}" for number, app in enumerate(apps, 1)},
        "server_tokens off;": f"server_tokens off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; "
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;",
    }
    for ours, here in changes.items():
        assert ours in text, ours
        text = text.replace(ours, here)
    (folder / "nginx.conf").write_text(text)
    words = ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"), "-g", f"daemon off; pid {folder}/pid;"]
    served = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, served)
        yield port
    finally:
        served.terminate()
        served.wait(10)


def _wait(port: int, served: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + 10
    while monotonic() < deadline:
        assert served.poll() is None, "nginx ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            sleep(0.05)
    raise TimeoutError(port)


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    with behind(tmp_path) as found:
        yield found


def test_no_app_is_asked_before_the_whole_request_has_come(proxy: Proxy) -> None:
    with proxy.connection() as here:
        here.sendall(f"POST /photos/new HTTP/1.1\r\nHost: verifier.test\r\nContent-Length: {3 * HALF}\r\n\r\n".encode() + bytes(2 * HALF))
        sleep(1)
        assert [app.came for app in proxy.apps] == [0, 0]
        here.sendall(bytes(HALF))
        assert here.recv(100).startswith(b"HTTP/1.1 200")
    assert max(app.came for app in proxy.apps) == 3 * HALF


def test_a_chunk_of_a_resumable_upload_lies_on_no_disk_while_it_comes(proxy: Proxy) -> None:
    with proxy.connection() as here:
        here.sendall(b"PATCH /u HTTP/1.1\r\nHost: verifier.test\r\nContent-Length: 262144\r\n\r\n" + bytes(200_000))
        sleep(1)
        assert [path for path in (proxy.folder / "body").rglob("*") if path.is_file()] == []


def test_pages_still_open_while_two_hundred_strangers_send_a_byte_at_a_time(proxy: Proxy) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(proxy.connection()) for _ in range(200)]
        for each in slow:
            each.sendall(b"POST /sign-in HTTP/1.1\r\nHost: verifier.test\r\nContent-Length: 1000\r\n\r\nx")
        begun = monotonic()
        for _ in range(5):
            assert proxy.ask("GET / HTTP/1.1\r\nHost: verifier.test\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200")
        assert monotonic() - begun < 5 * 2


def test_a_static_file_is_asked_of_an_app_once(proxy: Proxy) -> None:
    for app in proxy.apps:
        app.more_headers = b"Cache-Control: public, max-age=31536000, immutable\r\n"
    for _ in range(3):
        answer = proxy.ask("GET /static/0123456789abcdef/a.css HTTP/1.1\r\nHost: verifier.test\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")
    assert sum(app.asked for app in proxy.apps) == 1


def test_who_asks_is_said_by_the_proxy_and_not_by_who_asks(proxy: Proxy) -> None:
    forged = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: evil.example\r\n"
    proxy.ask(f"GET / HTTP/1.1\r\nHost: verifier.test\r\n{forged}Connection: close\r\n\r\n")
    head = next(app.head for app in proxy.apps if app.head).decode()
    said = dict(re.findall(r"^(X-Forwarded-\w+): (.*?)\r?$", head, re.MULTILINE))
    assert said == {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "verifier.test"}


def test_each_request_goes_to_the_app_on_a_connection_of_its_own(proxy: Proxy) -> None:
    """One that the proxy keeps and the app closes at the same moment breaks a form in mid-sending, which is not sent again."""
    proxy.ask("GET / HTTP/1.1\r\nHost: verifier.test\r\nConnection: close\r\n\r\n")
    head = next(app.head for app in proxy.apps if app.head).decode()
    assert re.findall(r"^Connection: (.*?)\r?$", head, re.MULTILINE) == ["close"]
    assert "keepalive" not in CONF.read_text()


@pytest.mark.parametrize("path", ["/metrics", "/health/live", "/health/ready"])
def test_what_is_for_machines_does_not_leave_the_house(proxy: Proxy, path: str) -> None:
    answer = proxy.ask(f"GET {path} HTTP/1.1\r\nHost: verifier.test\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404")
    assert [app.head for app in proxy.apps] == [b"", b""]


@pytest.mark.parametrize("how", ["refuses", "silent"])
@pytest.mark.parametrize("gone", [0, 1])
def test_with_one_app_gone_the_other_answers_in_a_second_or_so(proxy: Proxy, gone: int, how: str) -> None:
    listener = proxy.apps[gone].listener
    address = listener.getsockname()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    with ExitStack() as stack:
        if how == "silent":  # as the address of a killed container is: nobody answers, nobody refuses
            full = stack.enter_context(socket.create_server(address, backlog=0))
            for _ in range(4):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
        begun = monotonic()
        for _ in range(4):
            answer = proxy.ask("POST /cases HTTP/1.1\r\nHost: verifier.test\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
            assert answer.startswith(b"HTTP/1.1 200")
        assert monotonic() - begun < 4


def test_a_body_larger_than_the_app_takes_is_refused_before_it_is_sent(proxy: Proxy) -> None:
    with proxy.connection() as here:
        here.sendall(f"POST / HTTP/1.1\r\nHost: verifier.test\r\nContent-Length: {61 * 1024 * 1024}\r\n\r\n".encode())
        assert here.recv(100).startswith(b"HTTP/1.1 413")
