"""The words of sampling: methods, populations, results and reasons, and what each method cannot find."""

from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.checks.data.wording import basis_name
from verifier.core.calculation.units import plain
from verifier.core.sampling.ladder import LadderReason
from verifier.core.sampling.plan import Method, Result
from verifier.core.sampling.risk import Level

LABELS = {
    Method.LADDER: _l("Stepwise sampling"),
    Method.TONNE_UNIT: _l("Tonne-unit sampling"),
    Method.RECIPROCAL: _l("From a list back to the report"),
    Result.AGREED: _l("Agrees"),
    Result.DIFFERS: _l("Another amount"),
    Result.NOT_FOUND: _l("Nothing found"),
    Level.LOW: _l("Low"),
    Level.MEDIUM: _l("Medium"),
    Level.HIGH: _l("High"),
    LadderReason.SAMPLED: _l("Sampled"),
    LadderReason.AT_OR_ABOVE: _l("Its share is too large to be sampled"),
    LadderReason.TOGETHER: _l("With it the sampled ones together would be too large"),
    LadderReason.UNKNOWN: _l("Its tonnes are not known"),
    LadderReason.HIGH_RISK: _l("High risk"),
    LadderReason.NOT_ASSESSED: _l("Its risks are not assessed yet"),
    LadderReason.CHOSEN: _l("Looked at whole by choice"),
}
STATES = {
    (Result, "agreed"): "ok",
    (Result, "differs"): "warn",
    (Result, "not_found"): "bad",
    (Level, "low"): "ok",
    (Level, "medium"): "warn",
    (Level, "high"): "bad",
}
KIND_NAMES = {
    "data": _l("Monthly data of every source that counts"),
    "sites": _l("Sites"),
    "added": _l("Monthly data that add to the total"),
    "deducted": _l("Monthly data that are deducted"),
}
WHEN = {
    Method.LADDER: _l("For many small sources of one kind, where the rules set the share to be looked at."),
    Method.TONNE_UNIT: _l("For an estimate of the error in tonnes: large amounts are drawn more often than small ones."),
    Method.RECIPROCAL: _l("For finding what the report leaves out, from a list that somebody else keeps."),
}
"""When each is the one to use."""
BLIND = {
    Method.LADDER: (
        _l("It cannot find what the report leaves out: only months that were reported can be drawn."),
        _l("It cannot say how large the error in the months not drawn is; it only climbs when the drawn ones are wrong."),
    ),
    Method.TONNE_UNIT: (
        _l("It cannot find what the report leaves out, and hardly what is reported far too small: what has no tonnes cannot be hit."),
        _l("For figures that are too small it gives an estimate, but no upper limit."),
    ),
    Method.RECIPROCAL: (
        _l("It cannot find what is missing from the list as well: the list must be kept by somebody who gains nothing from leaving out."),
        _l("It says nothing about whether the amounts in the report are too large."),
    ),
}


def kind_name(kind: str) -> str:
    """What was sampled from."""
    return kind.removeprefix("list:") if kind.startswith("list:") else str(KIND_NAMES.get(kind, kind))


def flow_name(key: str, categories: dict[str, str]) -> str:
    """A data flow: what it measures and where the data come from."""
    category, _colon, basis = key.partition(":")
    source = _("continuous measurement") if basis == "measurement" else basis_name(basis) if basis else _("source of data not stated")
    return _("%(category)s, from: %(basis)s", category=categories.get(category, category), basis=source)


def percent(share: Fraction | str | None) -> str:
    """A share as a percentage, to two places."""
    return "—" if share is None else f"{plain(Fraction(share) * 100, 2)} %"
