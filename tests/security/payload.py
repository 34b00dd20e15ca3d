"""One text that is a script, a formula, a header and a link at once, written into every column of words that the database has."""

import re
from functools import reduce
from html.parser import HTMLParser
from operator import add

from sqlalchemy import JSON, Column, Table, Text, cast, literal, select, update

from verifier.db import Base, db

START, SCRIPT = "=1+1|", "\"'><script>alert(1)</script><img src=x onerror=alert(2)><a href=javascript:alert(3)>{{7*7}}{%raw%}&lt;"
CODES = {
    "trail_row": None,
    "trail_head": None,
    "throttle_count": None,
    "job": None,
    "account_link": None,
    "appointment": None,
    "recovery_code": None,
    "signing_key": None,
    "stored_file": None,
    "photo_subject": None,
    "recorded_row": None,
    "upload": None,
    "passkey_challenge": None,
    "attachment_subject": None,
    "organisation": {"kind", "credit_code"},
    "programme_year": {"pack_id", "pack_sha256", "time_zone"},
    "visit_waiver": {"media_type", "sha256"},
    "entered_plan": {"media_type"},
    "account_request": {"kind", "email"},
    "colleague_invitation": {"email"},
    "passkey": {"rp_id", "credential_id", "public_key"},
    "user_account": {"email", "password_hash", "language", "totp_secret"},
    "attachment": {"sha256"},
    "signed_in_session": {"token_hash"},
    "unit_year": {"sector"},
    "photo": {"original_sha256", "preview_sha256", "thumbnail_sha256"},
    "report_version": {"sha256"},
    "engagement": {"pack_id", "pack_sha256", "stage"},
    "reported_facility": {"facility_key", "fingerprint"},
    "reported_source": {"source_key", "facility_key", "category", "fuel", "flag_codes", "fingerprint"},
    "boundary_decision": {"kind", "key", "outcome", "fingerprint"},
    "conclusion": {"opinion"},
    "finding": {"arose_in", "subject_kind", "subject_id", "class_code", "clause", "state"},
    "missing_source": {"key", "kind", "category"},
    "source_outcome": {"source_key", "outcome", "fingerprint"},
    "team_member": {"role", "barred_by"},
    "checklist_answer": {"item_code", "outcome"},
    "reported_number": {"number_key", "kind", "source_key", "parameter", "period", "unit", "flag_codes", "fingerprint"},
    "exchange": {"action"},
    "review": {"outcome"},
    "statement": {"number", "token", "status", "opinion", "facts", "pdf_sha256"},
    "signature": {"place", "pdf_sha256"},
    "voucher": {"media_type"},
    "voucher_picture": None,
    "voucher_link": {"source_key", "period", "parameter"},
    "evidence_request": {"state"},
    "sample": {"method", "kind", "reading", "checksum", "seed"},
    "sample_climb": None,
    "sampled_item": {"stratum", "step", "line", "unit", "result"},
    "data_risk": {"kind", "key", "inherent", "control"},
    "body_tolerance": {"code"},
    "analysis_conclusion": {"line_key", "fingerprint"},
    "reference_workbook": {"kind"},
    "number_outcome": {"number_key", "source_key", "outcome", "unit", "method", "fingerprint"},
    "flag_disposition": {"flag_key", "source_key", "fingerprint"},
    "change_disposition": {"change_key"},
    "conservative_estimate": {"source_key", "fingerprint"},
    "materiality_mark": {"kind", "subject_kind", "subject_id"},
    "sent_form": None,
    "notice": None,
    "evidence_procedure": {"method"},
    "stated_unit_category": {"code"},
    "agreed_assurance": {"level"},
    "coverage_deviation": {"source_key"},
}
"""What holds no words: codes, keys and hashes by table; None where a whole table has none or keeps them from being changed."""


EMPTY_OTHERWISE = {
    "voucher.withdrawn_reason",
    "change_disposition.reason",
    "flag_disposition.reason",
    "evidence_procedure.withdrawn_reason",
}
"""Words that the database itself keeps empty where something else does not say that there are some."""


def columns() -> list[tuple[Table, Column[str]]]:
    """Every column that holds somebody's words."""
    found = []
    for table in Base.metadata.sorted_tables:
        codes = CODES.get(table.name, set())
        if codes is not None:
            words = (column for column in table.columns if isinstance(column.type, Text) and not column.foreign_keys)
            found += [(table, column) for column in words if column.name not in codes]
    return found


def poison() -> list[str]:
    """Write the payload, marked with its column, into every one; returns the marks of those that have a row."""
    marks = []
    for table, column in columns():
        mark, filled = f"{table.name}.{column.name}", column.is_not(None)
        if f"{table.name}.{column.name}" in EMPTY_OTHERWISE:
            filled &= column != ""
        own = reduce(add, (cast(key, Text) for key in table.primary_key.columns))
        written = update(table).where(filled).values({column: literal(f"{START}{mark}|{SCRIPT}") + own})
        if db.session.execute(written).rowcount:  # type: ignore[attr-defined]
            marks.append(mark)
    _poison_content()
    db.session.commit()
    return marks


def _poison_content() -> None:
    """The words inside what is kept as JSON: of a report as it was read."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, JSON) and (table.name, column.name) in {("report_version", "content")}:
                for key, value in db.session.execute(select(table.c.id, column)).all():
                    db.session.execute(
                        update(table).where(table.c.id == key).values({column: _in_json(value, f"{table.name}.{column.name}")})
                    )


def _in_json(value: object, mark: str) -> object:
    if isinstance(value, dict):
        return {name: _in_json(each, mark) for name, each in value.items()}
    if isinstance(value, list):
        return [_in_json(each, mark) for each in value]
    return f"{START}{mark}|{SCRIPT}" if isinstance(value, str) and re.search(r"[A-Za-z]{3,} [a-z]{2,}", value) else value


ADDRESSES = {"href", "src", "action", "formaction", "srcset", "data"}
ELSEWHERE = re.compile(r"\s*(javascript|data|vbscript):|//|x$", re.I)


PICTURE = re.compile(r"data:image/svg\+xml[;,]")
"""A drawing of ours in the page, as an image, which runs nothing: the code of the second factor."""


class Dangerous(HTMLParser):
    """What a browser would run or follow on a page that we did not write."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down scripts, handlers, and addresses of a scheme that runs."""
        has = {name: value or "" for name, value in attrs}
        if tag == "script" and not has.get("src", "").startswith("/static/"):
            self.found.append("script")
        self.found += [f"{tag} {name}" for name in has if name.startswith("on") or name == "style"]
        leads = {name: value for name, value in has.items() if name in ADDRESSES and not (tag == "img" and PICTURE.match(value))}
        self.found += [f"{tag} {name}={value[:40]}" for name, value in leads.items() if ELSEWHERE.match(value)]


def dangerous(page: str) -> list[str]:
    """What of a page a browser would run."""
    reader = Dangerous()
    reader.feed(page)
    return reader.found
