"""Sandbox for untrusted files: each is read in a separate process within resource limits.

A reader is a module with `answer(given: bytes) -> bytes`. Its desk is a fork server: a process that loads the reader once, has neither
settings nor database, and forks for every file, since loading the libraries takes longer than reading. This file is both sides; `run`
starts the desk.
"""

import atexit
import gc
import importlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic

AT_ONCE = 2
"""Files that one process of the server has read at the same time; each may take all the memory it is allowed."""
PATIENCE = 6
"""Seconds that a file waits for its turn."""
LATE = 2
"""Seconds the desk may take beyond the reader's own limit to report how it ended."""
ANSWERED, TOO_SLOW, TOO_MUCH, BROKEN = b"a", b"s", b"m", b"b"
OUT_OF_MEMORY = 77
BLOCK = 1 << 20


class TooSlow(Exception):
    """The file exceeded the time limit."""


class TooMuch(Exception):
    """The file exceeded the memory limit."""


class Broken(Exception):
    """The reader ended without an answer."""


class Busy(Exception):
    """The limit of concurrent readers is reached and none finished in time."""


@dataclass(frozen=True)
class _Desk:
    """A reader's fork server, and the control socket on which it receives files."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def close(self) -> None:
        """The process ends when nobody holds the other end."""
        self.control.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(LATE)


@dataclass
class _Here:
    """What this process has opened; a child after a fork begins anew."""

    desks: dict[str, _Desk] = field(default_factory=dict)
    opening: Lock = field(default_factory=Lock)
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))


_here = _Here()


def run(reader: str, data: bytes, *, memory: int, seconds: int, patience: float | None = None) -> bytes:
    """What the reader says of the bytes it is given, within `memory` bytes and `seconds` of processor and of clock.

    It waits `patience` seconds for its turn, as long as `PATIENCE` where nothing else is said.
    """
    places = _here.places
    if not places.acquire(timeout=min(PATIENCE, seconds) if patience is None else patience):
        raise Busy
    try:
        with _request(reader, memory, seconds) as end:
            return _receive(end, data, seconds)
    finally:
        places.release()


def _request(reader: str, memory: int, seconds: int) -> socket.socket:
    """Pass one end of a socket pair to the desk and return the other; a desk that has died is restarted once."""
    parent_end, child_end = socket.socketpair()
    request = json.dumps({"memory": memory, "seconds": seconds}).encode()
    with child_end:
        for last in (False, True):
            desk = _desk(reader)
            try:
                socket.send_fds(desk.control, [request], [child_end.fileno()])
            except OSError as error:
                with _here.opening:
                    if _here.desks.get(reader) is desk:
                        _here.desks.pop(reader).close()
                if last:
                    parent_end.close()
                    raise Broken from error
            else:
                break
    return parent_end


def _receive(end: socket.socket, data: bytes, seconds: int) -> bytes:
    until, parts = monotonic() + seconds + LATE, []
    try:
        end.settimeout(seconds + LATE)
        with suppress(BrokenPipeError, ConnectionResetError):
            end.sendall(data)
            end.shutdown(socket.SHUT_WR)
        while block := end.recv(BLOCK):
            parts.append(block)
            end.settimeout(max(0.01, until - monotonic()))
    except TimeoutError as late:
        raise TooSlow from late
    except ConnectionResetError as gone:
        raise Broken from gone
    answer = b"".join(parts)
    ended = answer[-1:]
    if ended == ANSWERED:
        return answer[:-1]
    raise {TOO_SLOW: TooSlow, TOO_MUCH: TooMuch}.get(ended, Broken)


def _desk(reader: str) -> _Desk:
    """The desk of a reader, started on first use."""
    with _here.opening:
        if reader not in _here.desks:
            parent_end, child_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with child_end:
                command = [sys.executable, "-I", __file__, reader]
                quiet = subprocess.DEVNULL
                process = subprocess.Popen(command, stdin=child_end, stdout=quiet, stderr=quiet, env={})  # noqa: S603
            _here.desks[reader] = _Desk(process, parent_end)
        return _here.desks[reader]


def _forget() -> None:
    """After a fork: the parent's desks are the parent's."""
    for desk in _here.desks.values():
        desk.control.close()
        desk.process.returncode = 0
    _here.__init__()  # type: ignore[misc]


@atexit.register
def close() -> None:
    """Close every desk of this process."""
    for reader in list(_here.desks):
        _here.desks.pop(reader).close()


os.register_at_fork(after_in_child=_forget)


def main(reader: str) -> None:
    """The desk: load the reader, then fork for every file until the control socket is closed."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    module = importlib.import_module(reader)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=0) as control:
        while True:
            request, handles, _flags, _address = socket.recv_fds(control, 1024, 1)
            if not request:
                return
            if os.fork() == 0:
                control.close()
                _watch(socket.socket(fileno=handles[0]), module, **json.loads(request))
            os.close(handles[0])


def _watch(end: socket.socket, module: object, memory: int, seconds: int) -> None:
    """Beside one file's reader: stop it when its time is up, and say last how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        _read(end, module, memory, seconds)
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(child, child)
    signal.signal(signal.SIGALRM, lambda *_: _end_group(child))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    status = os.waitpid(child, 0)[1]
    signal.setitimer(signal.ITIMER_REAL, 0)
    _end_group(child)
    end.settimeout(LATE)
    with suppress(OSError):
        end.sendall(_ended(status))
        end.shutdown(socket.SHUT_WR)
        while end.recv(BLOCK):
            pass
    os._exit(0)


def _end_group(leader: int) -> None:
    """Kill a reader with every program it started."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _ended(status: int) -> bytes:
    """How a reader ended; a library that cannot get memory mostly aborts."""
    if os.WIFSIGNALED(status):
        died_of = os.WTERMSIG(status)
        slow = died_of in (signal.SIGXCPU, signal.SIGKILL)
        return TOO_SLOW if slow else TOO_MUCH if died_of in (signal.SIGABRT, signal.SIGSEGV) else BROKEN
    return {0: ANSWERED, OUT_OF_MEMORY: TOO_MUCH}.get(os.WEXITSTATUS(status), BROKEN)


def _read(end: socket.socket, module: object, memory: int, seconds: int) -> None:
    """Limits first, then the bytes."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        content = bytearray()
        while block := end.recv(BLOCK):
            content += block
        end.sendall(module.answer(bytes(content)))  # type: ignore[attr-defined]
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException:
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
