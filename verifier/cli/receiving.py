"""gunicorn's threaded worker, which receives each request whole before a thread is taken for it.

Bodies are read by the loop that also accepts connections, into memory and beyond 64 KiB into an unnamed temporary file; a line that is
too slow, or an address with too many, is closed. See docs/decisions/0025-slow-lines.md.
"""

import re
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from errno import EAGAIN, ECONNABORTED
from functools import partial
from selectors import EVENT_READ
from socket import socket
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

IN_MEMORY = 64 * 1024
LONGEST_HEAD = 64 * 1024
LARGEST_BODY = 1024 * 1024 * 1024
"""Bytes announced beyond which the app is asked at once: it refuses without reading."""
PER_ADDRESS = 200
"""Connections of one address that are being received in one process: an office shares an address."""
HEAD_WITHIN, SILENT_AT_MOST, MEASURED_AFTER = 15.0, 30.0, 30.0
SLOWEST = 500
"""Bytes a second on average, measured after half a minute."""
SENT_AT_ONCE = 64 * 1024
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
CHUNKED = re.compile(rb"^transfer-encoding:.*chunked", re.IGNORECASE | re.MULTILINE)
EXPECTS = re.compile(rb"^expect:[ \t]*100-continue", re.IGNORECASE | re.MULTILINE)


class ReceivedSocket:
    """A connection's socket: what was received of a request is read first; responses go out in pieces with a limit of time each."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the connection
        self._reading = False
        self._restart(b"")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def begin(self) -> bool:
        """Begin to receive a request; whether what came with the one before is a whole one."""
        left = self._spool.read() if self._reading else b""
        self._restart(left)
        return bool(left) and self._is_whole(left)

    def _restart(self, left: bytes) -> None:
        self._spool.close()
        self._spool = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the connection
        self._spool.write(left)
        self._reading = False
        self.came, self.begun, self.touched = len(left), monotonic(), monotonic()
        self._head, self._tail = b"", b""
        self._wanted: int | None = None

    def receive(self) -> bool:
        """Take what has come; whether the request is whole, or must be left to the parser to refuse."""
        data = self._connection.recv(65536)
        self._spool.write(data)
        self.came, self.touched = self.came + len(data), monotonic()
        return not data or self._is_whole(data)

    def _is_whole(self, data: bytes) -> bool:
        self._tail = (self._tail + data)[-5:]
        if self._wanted is None:
            self._head += data
            head, end, _body = self._head.partition(b"\r\n\r\n")
            if not end:
                return len(self._head) > LONGEST_HEAD
            length = LENGTH.search(head)
            self._wanted = -1 if CHUNKED.search(head) else len(head) + len(end) + (int(length[1]) if length else 0)
            self._head = b""
            if self._wanted > LARGEST_BODY:
                return True
            if EXPECTS.search(head) and self.came < self._wanted:
                self._connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return self._tail == b"0\r\n\r\n" if self._wanted < 0 else self.came >= self._wanted

    def too_slow(self, now: float) -> bool:
        """Whether its sender is to be given up."""
        age = now - self.begun
        if self._wanted is None:
            return age > HEAD_WITHIN
        return now - self.touched > SILENT_AT_MOST or (age > MEASURED_AFTER and self.came < SLOWEST * age)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """What was received before, then what comes."""
        if not self._reading:
            self._reading = True
            self._spool.seek(0)
        return self._spool.read(size) or self._connection.recv(size, flags)

    def sendall(self, data: bytes, flags: int = 0) -> None:
        """Send in pieces; a receiver that takes none for too long is given up."""
        self._connection.settimeout(SILENT_AT_MOST)
        view = memoryview(data)
        for first in range(0, len(view), SENT_AT_ONCE):
            self._connection.sendall(view[first : first + SENT_AT_ONCE], flags)

    def close(self) -> None:
        """Close the connection and forget what was received."""
        self._spool.close()
        self._connection.close()


class Connection(TConn):
    """A connection whose waiting for its peer to close never holds up the loop."""

    closing: ThreadPoolExecutor

    def close(self, graceful: bool = False) -> None:
        """Close, gracefully in a thread of its own."""
        if graceful:
            self.closing.submit(super().close, graceful=True)
        else:
            super().close()


class ReceivingWorker(ThreadWorker):
    """Takes a thread for a request only once it has come whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.receiving: set[Connection] = set()
        self.closing = ThreadPoolExecutor(8, thread_name_prefix="closing")

    def accept(self, listener: socket) -> None:
        """Accept a connection and begin to receive from it."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (EAGAIN, ECONNABORTED):
                raise
            return
        peers = Counter(each.client[0] for each in self.receiving)
        if peers[address[0]] >= PER_ADDRESS:
            client.close()
            return
        self.nr_conns += 1
        connection = Connection(self.cfg, ReceivedSocket(client), address, listener.getsockname())
        connection.closing = self.closing
        self._receive(connection)

    def _receive(self, connection: Connection) -> None:
        connection.data_ready = True
        if connection.sock.begin():
            self.enqueue_req(connection)
            return
        connection.sock.setblocking(False)
        self.receiving.add(connection)
        self.poller.register(connection.sock, EVENT_READ, partial(self._on_received, connection))

    def _on_received(self, connection: Connection, _socket: object) -> None:
        try:
            whole = connection.sock.receive()
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection)
            return
        if whole:
            self._stop_receiving(connection)
            self.enqueue_req(connection)

    def _stop_receiving(self, connection: Connection) -> None:
        self.receiving.discard(connection)
        self.poller.unregister(connection.sock)

    def _drop(self, connection: Connection) -> None:
        self._stop_receiving(connection)
        self.nr_conns -= 1
        connection.close()

    def on_client_socket_readable(self, conn: Connection, client: object) -> None:
        """A kept connection sends its next request: it is received like the first."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._receive(conn)

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        """As gunicorn does; a request that came together with the one before is answered next."""
        kept = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        if kept and self.alive and conn.sock.begin():
            self.enqueue_req(conn)
            return
        super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Also give up what comes too slowly."""
        super().murder_pending()
        now = monotonic()
        for connection in [each for each in self.receiving if each.sock.too_slow(now)]:
            self._drop(connection)
