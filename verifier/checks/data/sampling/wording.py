"""Labels of sampling: methods, populations, results, reasons, and limits of each method."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.checks.data.wording import basis_name
from verifier.core.sampling.ladder import LadderReason
from verifier.core.sampling.plan import Method, Result
from verifier.core.sampling.risk import Level

LABELS = {
    Method.LADDER: _l("Stepwise sampling"),
    Method.TONNE_UNIT: _l("Tonne-unit sampling"),
    Method.RECIPROCAL: _l("Completeness test from a list"),
    Result.AGREED: _l("Agrees"),
    Result.DIFFERS: _l("Different amount"),
    Result.NOT_FOUND: _l("Not found"),
    Level.LOW: _l("Low"),
    Level.MEDIUM: _l("Medium"),
    Level.HIGH: _l("High"),
    LadderReason.SAMPLED: _l("Sampled"),
    LadderReason.AT_OR_ABOVE: _l("Share too large for sampling"),
    LadderReason.TOGETHER: _l("Combined share of sampled sources would be too large"),
    LadderReason.UNKNOWN: _l("Tonnes unknown"),
    LadderReason.HIGH_RISK: _l("High risk"),
    LadderReason.NOT_ASSESSED: _l("Risks not assessed"),
    LadderReason.CHOSEN: _l("Examined in full by choice"),
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
    "data": _l("Monthly data of all included sources"),
    "sites": _l("Sites"),
    "added": _l("Monthly data added to the total"),
    "deducted": _l("Monthly data deducted from the total"),
}
WHEN = {
    Method.LADDER: _l("For many small sources of one kind where the rules set the share to be examined."),
    Method.TONNE_UNIT: _l("To estimate the error in tonnes; larger amounts are more likely to be selected."),
    Method.RECIPROCAL: _l("To detect omissions from the report, based on an independently kept list."),
}
"""When each is the one to use."""
BLIND = {
    Method.LADDER: (
        _l("Omissions cannot be detected, because only reported months can be drawn."),
        _l("The error in months not drawn cannot be estimated; the sample is only extended when errors are found."),
    ),
    Method.TONNE_UNIT: (
        _l("Omissions cannot be detected, and large understatements hardly so, because items without tonnes cannot be selected."),
        _l("For understatement it gives an estimate but no upper limit."),
    ),
    Method.RECIPROCAL: (
        _l("Items also missing from the list cannot be detected; the list must be kept by someone with no interest in omissions."),
        _l("It gives no evidence on overstatement."),
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
