"""Wording of a data alert: its location, and the text of a finding raised from it."""

from collections.abc import Callable

from flask_babel import gettext as _

from verifier.checks.data.flags.actions import FlagFinding
from verifier.checks.data.flags.queries import Flagged
from verifier.core.calculation.results import Flag
from verifier.reports.wording import flag_name, sheet_name


def finding_of(each: Flagged, sentence: Callable[[Flag], str]) -> FlagFinding:
    """What the draft says: the flag and where it is, then what follows from it."""
    main = each.main
    about = " ".join(part for part in (main.source, main.period) if part)
    lines = [f"{sentence(main)} {_('Where: %(place)s.', place=place(main))}"]
    lines += [f"{_('It follows that: %(what)s', what=sentence(flag))}" for flag in each.flag.family.consequences]
    title = _("%(about)s: %(what)s", about=about, what=flag_name(main.code)) if about else flag_name(main.code)
    return FlagFinding(title, "\n".join(lines), None if main.source else _("Report as a whole: %(what)s", what=flag_name(main.code)))


def place(flag: Flag) -> str:
    """Sheet, row and period, in words."""
    sheet = sheet_name(flag.sheet) if flag.sheet else ""
    return _("%(sheet)s, row %(row)s", sheet=sheet, row=flag.row) if sheet and flag.row else sheet
