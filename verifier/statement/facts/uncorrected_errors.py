"""Uncorrected misstatements as stated in the statement, assessed against the rules' threshold, if any."""

from fractions import Fraction

from verifier.core.calculation.units import plain, round_half_up
from verifier.core.opinion.category import UnitCategory
from verifier.core.opinion.materiality import Error, MaterialityAssessment, Sum, Verdict, tonnes
from verifier.core.rulepack.pack import RulePack
from verifier.statement.facts import model as said
from verifier.statement.facts.model import Both
from verifier.statement.pdf.wording import VERDICTS, word

PLACES = 6


def materiality(assessment: MaterialityAssessment, pack: RulePack, category: UnitCategory | None = None) -> said.Materiality:
    """The verdict with its basis; none where the rules name no threshold, where no total is reported, or while something is unknown."""
    verdict = assessment.verdict if pack.materiality else None
    return said.Materiality(
        verdict=verdict or "",
        name=VERDICTS[verdict] if verdict else word("no_verdict"),
        basis=_basis(assessment, pack, verdict),
        share=None if assessment.share is None else round_half_up(assessment.share, PLACES),
        threshold=None if assessment.threshold is None else round_half_up(assessment.threshold, PLACES),
        uncorrected=_sums(assessment.uncorrected),
        projected=_sums(assessment.remainder) if assessment.remainder else None,
        weighed=_sums(assessment.compared),
        errors=tuple(_line(error) for error in assessment.errors if not error.corrected),
        unknown=assessment.unknown,
        by_nature=assessment.material_by_nature,
        netting=assessment.netting,
        category=_category(category, pack),
    )


def _category(category: UnitCategory | None, pack: RulePack) -> Both:
    """The category of the unit and what it rests on, where the rules' threshold follows from it."""
    if category is None or pack.materiality is None or not pack.materiality.by_category:
        return Both("", "")
    rests = word(f"category_{category.basis}", source=category.source, tonnes=tonnes(category.average or Fraction()))
    return Both(f"{category.band.name.zh}；{rests.zh}", f"{category.band.name.en}; {rests.en}")


def _sums(of: Sum) -> said.Sums:
    return said.Sums(*(round_half_up(figure, PLACES) for figure in (of.over, of.under, of.net, of.gross)))


def _line(error: Error) -> said.ErrorLine:
    return said.ErrorLine(error.source, error.reference, round_half_up(error.tonnes, PLACES), error.nature)


def _basis(assessment: MaterialityAssessment, pack: RulePack, verdict: Verdict | None) -> Both:
    if pack.materiality is None or assessment.share is None:
        return Both(pack.materiality_reason.zh, pack.materiality_reason.en)
    if assessment.threshold is None:
        return word("no_total")
    rule = word("threshold_is", share=plain(assessment.share * 100, 4), tonnes=tonnes(assessment.threshold))
    said_of = word("verdict_open") if verdict is None else word("verdict_by")
    return Both(rule.zh + said_of.zh, f"{rule.en} {said_of.en}")
