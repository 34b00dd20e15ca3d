"""Values and bodies that no browser of an honest person sends."""

from collections.abc import Iterator

NUL, SURROGATE = "a\0b", "\ud800"
DEEP = "[" * 2_000
VALUES: dict[str, str] = {
    "nothing": "",
    "blank": " \t\r\n",
    "nul": NUL,
    "not utf-8": "%FF%FE%ED%A0%80",
    "huge integer": "9" * 30,
    "endless integer": "9" * 5_000,
    "minus one": "-1",
    "sixty-four bits": str(2**63),
    "tiny": "1e-99999999",
    "vast": "1e99999999",
    "not a number": "sNaN",
    "infinite": "-Infinity",
    "fraction": "1/0",
    "bad date": "2021-02-30",
    "bad uuid": "00000000-0000-0000-0000-00000000000g",
    "nil uuid": "00000000-0000-0000-0000-000000000000",
    "other digits": "٣²௧",
    "right to left": "\u202e\u2066gnp.exe",
    "emoji": "🧯" * 40,
    "format": "%(name)s%s%d{0}{{7*7}}${7*7}",
    "sql": "' OR 1=1 --",
    "path": "../../../../etc/passwd\0.jpg",
    "header": "a\r\nX-Evil: 1",
    "script": "<script>alert(1)</script>",
    "long": "x" * 60_000,
    "brackets": "http://[",
    "json": '{"a": [1]}',
    "nested": DEEP,
}
"""By name, what is put into a field; `not utf-8` is sent as those raw bytes."""

QUERIES = (
    "page=99999999999999999999&q=%00&sort=%27;drop&order=__class__",
    "page=-1&q=%FF%FE&sort=__class__",
    "page=%00&q=%ED%A0%80&kind[]=1",
    "page=٣&page=1e9&q=%25%25%5F%5C&export=nonsense",
    "q=" + "x" * 4000,
    "export=xlsx&q=%00&page=99999999",
    "endpoint=x&page=1",
    "_external=1&_scheme=javascript&_anchor=x&_method=POST",
    "values=1&self=2&engagement_id=x&unit_year_id=y&year_id=z",
    "next=//[",
    "next=%00",
    "kind=x&stage=x&class_code=x&state=x&effect=x&shows=x&status=x&role=x&outcome=x&year=99999999999999999999&emission_year=9999999999999999999",
    "kind=&year=-1&emission_year=%FF&stage=&class=&state=%00&effect=%00&shows=%00&unit=%00&subject=%00",
    "&".join(f"f{n}=1" for n in range(1200)),
    "next=http://[::&version=-1",
    "before=1&after=2&number_key=x&procedure=months&source_key=x&line_key=x&number=1&position=1&check=x&method=x&item_code=x&code=x",
)
"""What is put behind an address."""

SUBJECTS = (
    "case",
    "source",
    "facility",
    "checklist_item",
    "finding",
    "photo",
    "attachment",
    "visit",
    "unit_year",
    "account",
    "review",
    "statement",
    "conclusion",
    "missing",
    "report",
    "__proto__",
    "exchange",
    "team",
    "member",
)
KEYS = ("x", "%00", "-1", "9" * 25, "%F0%9F", "")
"""What a subject of those kinds might be called."""

PLACES: dict[str, tuple[str, ...]] = {
    "number": ("0", "99999999999999999999999999", "9" * 4_400, "-1", "1.0"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "x", "%00"),
    "text": (
        "%00",
        "%FF",
        "%ED%A0%80",
        "..%2f..%2fetc%2fpasswd",
        "%252e%252e%252f",
        "%E2%80%AE",
        "x" * 3000,
        "'",
        "%0d%0aX-Evil:1",
        ";",
        "a%5Cb",
    ),
}
"""What stands where an address names something."""


def bodies() -> Iterator[tuple[str, bytes, str]]:
    """Whole bodies that are no form: a name, the bytes, the content type."""
    form, multi = "application/x-www-form-urlencoded", "multipart/form-data"
    yield "nothing, of no type", b"", ""
    yield "json", b'{"version": [1, {"a": null}], "name": 1e400}', "application/json"
    yield "broken json", b'{"version": ', "application/json"
    yield "xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "application/xml"
    yield "no boundary", b"--x\r\n\r\n", multi
    yield "never ending", b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nabc', f"{multi}; boundary=x"
    yield "headers that are none", b"--x\r\n\x00\xff: \xfe\r\n\r\nabc\r\n--x--\r\n", f"{multi}; boundary=x"
    yield "no name", b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n", f"{multi}; boundary=x"
    yield (
        "a file where words belong",
        b"".join(
            b'--x\r\nContent-Disposition: form-data; name="%s"; filename="\xed\xa0\x80/../a.jpg"\r\nContent-Type: a/b/c\r\n\r\n\xff\r\n'
            % name
            for name in (b"name", b"version", b"title", b"outcome", b"email", b"password", b"photos", b"workbook", b"pdf", b"files")
        )
        + b"--x--\r\n",
        f"{multi}; boundary=x",
    )
    yield (
        "a name by RFC 2231",
        (b"--x\r\nContent-Disposition: form-data; name=photos; filename*=UTF-16''%ED%A0%80\r\n\r\nabc\r\n--x--\r\n"),
        f"{multi}; boundary=x",
    )
    yield "a boundary of 3,000", b"--" + b"x" * 3000, f"{multi}; boundary={'x' * 3000}"
    yield "ten thousand fields", "&".join(f"f{n}={n}" for n in range(10_000)).encode(), form
    yield (
        "ten thousand parts",
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % n for n in range(10_000)) + b"--x--\r\n",
        f"{multi}; boundary=x",
    )
    yield "percent signs", b"%=%&%%%=%zz&version=%", form
    yield "a charset that is none", b"name=x", f"{form}; charset=nonsense"
    yield "UTF-16", "name=x&version=1".encode("utf-16"), f"{form}; charset=utf-16"
