"""Template filters: tonnes, dates and words in the reader's language."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import Flask, current_app
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from markupsafe import Markup, escape

from verifier.core.access import Role
from verifier.core.calculation.units import grouped, in_unit, plain, round_half_up
from verifier.evidence.file_kinds import MEGABYTE, FileUse
from verifier.web.pages.labels import label, state_of
from verifier.web.pages.language import language
from verifier.web.pages.table_labels import labelled

CHINESE = re.compile(r"([一-鿿][一-鿿〔〕（）《》「」、，；：。0-9]*)")
REFERENCE = re.compile(r"<[^>]*>|\b(\d{4}-\d{4}|[A-Z]{1,3}-\d{2,5})\b")
Number = Decimal | Fraction | int | None


def as_decimal(value: Number, places: int = 15) -> Decimal | None:
    """A number at so many places, rounded half up; None stays unknown."""
    if value is None:
        return None
    return round_half_up(value, places) if isinstance(value, Fraction) else Decimal(value)


def tonnes(value: Number, places: int = 2) -> str:
    """Tonnes at so many places, rounded half up, grouped, with a real minus; None as “unknown”, never zero."""
    if value is None:
        return _("unknown")
    return format(round_half_up(Fraction(value), places), ",f").replace("-", "−")


def tonnes_exact(value: Number) -> str:
    """Tonnes with every place they have."""
    number = as_decimal(value)
    if number is None:
        return _("unknown")
    text = format(number if number else Decimal(0), ",f").replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Number | str) -> str:
    """A share as a percentage, to two places."""
    return "—" if share is None else f"{plain(Fraction(share) * 100, 2)} %"


def day(value: date | datetime | None) -> str:
    """A date as the reader writes it; a moment becomes a date in the programme's zone."""
    if value is None:
        return "—"
    pattern = "yyyy年M月d日" if language() == "zh" else "d MMM yyyy"
    return format_datetime(value, pattern) if isinstance(value, datetime) else format_date(value, pattern, rebase=False)


def moment(value: datetime | None) -> str:
    """A moment in the programme's zone."""
    if value is None:
        return "—"
    return format_datetime(value, "yyyy年M月d日 HH:mm" if language() == "zh" else "d MMM yyyy, HH:mm")


def camera_time(text: str) -> str:
    """What a camera's clock showed, not shifted to any zone, with the offset the camera gave; what is no time stays as written."""
    try:
        shown = datetime.fromisoformat(text)
    except ValueError:
        return text
    pattern = "yyyy年M月d日 HH:mm:ss" if language() == "zh" else "d MMM yyyy, HH:mm:ss"
    offset = f" (UTC{text[19:]})".replace("-", "−") if shown.tzinfo is not None else ""
    return f"{format_datetime(shown.replace(tzinfo=None), pattern, rebase=False)}{offset}"


def text_in(value: Any) -> str:
    """A bilingual text of a rule pack, or anything with .en and .zh, in the reader's language."""
    if value is None:
        return ""
    return str(getattr(value, language()))


def name_of(organisation: Any) -> str:
    """An organisation's name in the reader's language, where it has one."""
    return (organisation.name_zh if language() == "zh" else None) or organisation.name


def role_name(value: str) -> str:
    """A role's code in words."""
    return label(Role(value))


def size(value: int) -> str:
    """Bytes as people say them."""
    return f"{value / 1_048_576:.1f} MB" if value >= 1_048_576 else f"{max(1, value // 1024)} kB"


def iso(value: datetime | date) -> str:
    """For `<time datetime>`."""
    return value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def spoken(text: str) -> Markup:
    """Chinese on an English page, marked as such, so that a screen reader says it instead of skipping it."""
    if language() == "zh":
        return escape(text)
    marked = (
        Markup('<span lang="zh-Hans">{}</span>').format(part) if n % 2 else escape(part) for n, part in enumerate(CHINESE.split(text))
    )
    return Markup("").join(marked)


def written_day(text: str | None) -> str | None:
    """A date as it was written (2022-02-20) in the reader's way; what is no such date stays as it is."""
    try:
        return day(date.fromisoformat(text or ""))
    except ValueError:
        return text


def following(text: Any) -> Markup:
    """A text behind another sentence: after a space, but not in Chinese, whose marks bring their own."""
    return escape(text) if language() == "zh" else Markup(" ") + escape(text)


def refs(text: str) -> Markup:
    """A text whose references (2021-0001, F-001) no line may break; what is a tag in it stays one."""
    safe, shown, at = escape(text), Markup(""), 0
    for found in REFERENCE.finditer(safe):
        if found[1]:
            shown += safe[at : found.start()] + unbroken(safe[found.start() : found.end()])
            at = found.end()
    return shown + safe[at:]


def listed(words: Iterable[object]) -> str:
    """Words joined with the comma of the reader's language."""
    return str(_(", ")).join(map(str, words))


def files_taken(use: FileUse) -> str:
    """Which files a field takes: kinds by name, and the limit of one, which the limit of a request may lower."""
    most = min(use.most_bytes, current_app.config["MAX_CONTENT_LENGTH"] or use.most_bytes)
    return _("Accepted: %(kinds)s; up to %(size)s MB per file.", kinds=listed(use.words), size=most // MEGABYTE)


def unbroken(text: Any) -> Markup:
    """A reference, a date or a name as one unbreakable piece."""
    return Markup('<span class="nw">{}</span>').format(text)


def install(app: Flask) -> None:
    """Register the filters."""
    plain = (
        text_in,
        name_of,
        role_name,
        size,
        iso,
        spoken,
        label,
        state_of,
        unbroken,
        refs,
        following,
        grouped,
        written_day,
        camera_time,
        listed,
        files_taken,
        in_unit,
        percent,
        labelled,
    )
    for filter in (tonnes, tonnes_exact, day, moment, *plain):
        app.jinja_env.filters[filter.__name__] = filter
