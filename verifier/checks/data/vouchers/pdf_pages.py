"""Reads and renders a PDF with poppler in the sandbox; also the program that runs there.

Given: a line `PAGES SIDE`, then the PDF. Answered: a line of JSON {pages, locked, xfa, …, sizes}, then the pictures (JPEG).
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

from verifier import sandbox
from verifier.checks.data.vouchers.shown_pages import DRAWN
from verifier.core.errors import Refusal

SIDE = 1400
MEMORY, SECONDS = 900 * 2**20, 20


@dataclass(frozen=True, slots=True)
class ReadPdf:
    """How many pages a PDF has (None: poppler is not installed), the first of them as JPEG, and whether it holds an XFA form."""

    pages: int | None
    pictures: tuple[bytes, ...]
    has_xfa: bool = False


def read_pdf(data: bytes, filename: str, drawn: int = DRAWN, patience: float | None = None) -> ReadPdf:
    """The first pages, `drawn` of them as pictures; refused: what poppler cannot open, is locked, or is too slow to draw."""
    try:
        output = sandbox.run(__name__, f"{drawn} {SIDE}\n".encode() + data, memory=MEMORY, seconds=SECONDS, patience=patience)
    except (sandbox.TooSlow, sandbox.TooMuch) as error:
        raise Refusal("voucher.pdf.too_much", file=filename) from error
    except sandbox.Busy as error:
        raise Refusal("statement.check.busy") from error
    except sandbox.Broken as error:
        raise Refusal("voucher.pdf.broken", file=filename) from error
    head, _, rest = output.partition(b"\n")
    header = json.loads(head)
    if header["locked"]:
        raise Refusal("voucher.pdf.locked", file=filename)
    if header["certificate"]:
        raise Refusal("voucher.pdf.certificate", file=filename)
    if header["broken"]:
        raise Refusal("voucher.pdf.broken", file=filename)
    pictures, at = [], 0
    for size in header["sizes"]:
        pictures.append(rest[at : at + size])
        at += size
    return ReadPdf(header["pages"], tuple(pictures), header["xfa"])


def answer(pdf_bytes: bytes) -> bytes:
    """Inside the limits: ask pdfinfo what it is, let pdftoppm draw page by page; both read from standard input and write nothing."""
    line, _, pdf = pdf_bytes.partition(b"\n")
    drawn, side = map(int, line.split())
    header: dict[str, Any] = {"pages": None, "locked": False, "certificate": False, "broken": False, "xfa": False, "sizes": []}
    pictures: list[bytes] = []
    info, draw = shutil.which("pdfinfo"), shutil.which("pdftoppm")
    if info is not None and draw is not None:
        info_output = subprocess.run([info, "-"], input=pdf, capture_output=True, check=False)  # noqa: S603
        header["locked"] = b"Incorrect password" in info_output.stderr
        header["certificate"] = b"security handler" in info_output.stderr
        header["xfa"] = any(each.startswith(b"Form:") and b"XFA" in each for each in info_output.stdout.splitlines())
        count = next((each.split()[1] for each in info_output.stdout.splitlines() if each.startswith(b"Pages:")), b"0")
        header["pages"], header["broken"] = int(count), info_output.returncode != 0 or not int(count)
        for page in range(1, min(int(count), drawn) + 1):
            command = [draw, "-jpeg", "-f", str(page), "-l", str(page), "-scale-to", str(side), "-"]
            picture = subprocess.run(command, input=pdf, capture_output=True, check=False)  # noqa: S603
            if picture.returncode != 0 or not picture.stdout.startswith(b"\xff\xd8"):
                header["broken"] = header["broken"] or page == 1
                break
            pictures.append(picture.stdout)
    header["sizes"] = [len(each) for each in pictures]
    return json.dumps(header).encode() + b"\n" + b"".join(pictures)
