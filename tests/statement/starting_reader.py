"""A reader for the sandbox that starts a program which outlives it; answers with nothing before its time is up."""

import subprocess
import time


def answer(data: bytes) -> bytes:
    """Start `sleep` with the given number of seconds, and wait longer than any limit where asked to."""
    seconds, waits = data.decode().split()
    subprocess.Popen(["/bin/sleep", seconds])
    time.sleep(float(waits))
    return b"done"
