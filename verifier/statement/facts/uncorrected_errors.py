"""What stays wrong in a report, as its statement tells it: weighed against the rules' threshold, or without one."""

from verifier.core.calculation.units import plain, round_half_up
from verifier.core.materiality import Error, Sum, Verdict, Weighing, tonnes
from verifier.core.rulepack.pack import RulePack
from verifier.statement.facts import model as said
from verifier.statement.facts.model import Both
from verifier.statement.pdf.wording import VERDICTS, word

PLACES = 6


def materiality(weighing: Weighing, pack: RulePack) -> said.Materiality:
    """The verdict with its basis; none where the rules name no threshold, where no total is reported, or while something is unknown."""
    verdict = weighing.verdict if pack.materiality else None
    return said.Materiality(
        verdict=verdict or "",
        name=VERDICTS[verdict] if verdict else word("no_verdict"),
        basis=_basis(weighing, pack, verdict),
        share=None if weighing.share is None else round_half_up(weighing.share, PLACES),
        threshold=None if weighing.threshold is None else round_half_up(weighing.threshold, PLACES),
        uncorrected=_sums(weighing.uncorrected),
        projected=_sums(weighing.remainder) if weighing.remainder else None,
        weighed=_sums(weighing.weighed),
        errors=tuple(_line(error) for error in weighing.errors if not error.corrected),
        unknown=weighing.unknown,
        by_nature=weighing.material_by_nature,
        netting=weighing.netting,
    )


def _sums(of: Sum) -> said.Sums:
    return said.Sums(*(round_half_up(figure, PLACES) for figure in (of.over, of.under, of.net, of.gross)))


def _line(error: Error) -> said.ErrorLine:
    return said.ErrorLine(error.source, error.reference, round_half_up(error.tonnes, PLACES), error.nature)


def _basis(weighing: Weighing, pack: RulePack, verdict: Verdict | None) -> Both:
    if pack.materiality is None or weighing.share is None:
        return Both(pack.materiality_reason.zh, pack.materiality_reason.en)
    if weighing.threshold is None:
        return word("no_total")
    rule = word("threshold_is", share=plain(weighing.share * 100, 4), tonnes=tonnes(weighing.threshold))
    said_of = word("verdict_open") if verdict is None else word("verdict_by")
    return Both(rule.zh + said_of.zh, f"{rule.en} {said_of.en}")
