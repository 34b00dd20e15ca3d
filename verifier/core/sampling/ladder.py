"""Stepwise sampling (Beijing, rule of 2016; rules.md section 2): eligible sources, sample size, and when it must be extended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil

from verifier.core.calculation.units import plain
from verifier.core.errors import Refusal
from verifier.core.rulepack.parts import Ladder
from verifier.core.sampling.draw import lowest
from verifier.core.sampling.population import Item, Population
from verifier.core.sampling.risk import ORDER, Level, first_step

STRICT, LENIENT = "strict", "lenient"
SITES = "sites"
WHOLE = Fraction(1)


class LadderReason(StrEnum):
    """Reason why a source is sampled or examined in full."""

    SAMPLED = "sampled"
    AT_OR_ABOVE = "at_or_above"
    """Its share of the total is not below the pack's."""
    TOGETHER = "together"
    """Each is small enough, but with it the sampled ones together would not be (strict reading)."""
    UNKNOWN = "unknown"
    """Its tonnes are not known, so nobody can say that its share is small."""
    HIGH_RISK = "high_risk"
    NOT_ASSESSED = "not_assessed"
    """Nobody has said yet how large its risks are."""
    CHOSEN = "chosen"
    """Taken out by the verifier."""


@dataclass(frozen=True, slots=True)
class LadderPlace:
    """One source (or site) in the plan: its share of the total, why it is sampled or not, and its first step."""

    key: str
    tonnes: Fraction
    share: Fraction | None
    items: int
    why: LadderReason
    step: Fraction

    @property
    def sampled(self) -> bool:
        """Whether only a part of it is looked at."""
        return self.why is LadderReason.SAMPLED

    @property
    def count(self) -> int:
        """How many of its items are drawn."""
        return needed(self.items, self.step)


def needed(items: int, step: Fraction) -> int:
    """“Not less than” the step of all items of one source: rounded up."""
    return ceil(items * step)


def places(
    sizes: Mapping[str, Fraction],
    counts: Mapping[str, int],
    total: Fraction,
    ladder: Ladder,
    reading: str,
    *,
    risks: Mapping[str, Level] | None = None,
    unknown: Collection[str] = (),
    kept_whole: Collection[str] = (),
) -> tuple[LadderPlace, ...]:
    """Every source by its share of the unit's total, with whether it may be sampled.

    Only what is below the pack's share may be. Read leniently each stands alone; read strictly the sampled ones together stay below it,
    taken from the lowest risk and the fewest tonnes on. High risk, a risk not assessed and unknown tonnes are never sampled; without
    `risks` none is weighed and each begins at the first step. Refuses a reading the pack has not and a total that is not positive.
    """
    if reading not in {each.code for each in ladder.readings}:
        raise Refusal("data.sample.reading", reading=reading)
    if total <= 0:
        raise Refusal("data.sample.empty")
    levels = risks or {}
    reached, found = Fraction(), {}
    for key in sorted(sizes, key=lambda key: (ORDER.index(levels.get(key, Level.LOW)), sizes[key], key)):
        share = sizes[key] / total
        why = LadderReason.SAMPLED
        if key in unknown:
            why = LadderReason.UNKNOWN
        elif share >= ladder.share_below:
            why = LadderReason.AT_OR_ABOVE
        elif levels.get(key) is Level.HIGH:
            why = LadderReason.HIGH_RISK
        elif risks is not None and key not in risks:
            why = LadderReason.NOT_ASSESSED
        elif key in kept_whole:
            why = LadderReason.CHOSEN
        elif reading == STRICT and (reached + sizes[key]) / total >= ladder.share_below:
            why = LadderReason.TOGETHER
        else:
            reached += sizes[key]
        step = first_step(levels.get(key), ladder.steps) if why is LadderReason.SAMPLED else WHOLE
        found[key] = LadderPlace(key, sizes[key], None if why is LadderReason.UNKNOWN else share, counts.get(key, 0), why, step)
    return tuple(found[key] for key in sorted(found))


def draw_steps(
    population: Population, steps: Mapping[str, Fraction], seed: str, among: Collection[str] = ()
) -> Mapping[str, tuple[Item, ...]]:
    """The items of each stratum up to its step: those of a lower step are always among them.

    A stratum is the items with the same first part (a source's months); sites are one stratum, `sites`, of those named in `among`.
    """
    checksum, by_stratum = population.checksum, dict[str, list[Item]]()
    for item in population.items:
        stratum = item.parts[0] if population.kind != SITES else SITES if item.parts[0] in among else ""
        by_stratum.setdefault(stratum, []).append(item)
    return {key: lowest(by_stratum.get(key, []), needed(len(by_stratum.get(key, [])), step), seed, checksum) for key, step in steps.items()}


def check_steps(steps: Mapping[str, Fraction], among: Collection[str], shares: Mapping[str, Fraction | None], ladder: Ladder) -> None:
    """Refuse a plan with a step that the ladder has not, or that samples what may not be: its share is unknown or not below the pack's.

    `shares` are those of the unit's total by source or site, None where unknown; `among` are the sites sampled. What is examined in full
    (100 %) may have any share. Source: Beijing sampling rule of 2016 (rules.md section 2).
    """
    for key, step in sorted(steps.items()):
        if step not in ladder.steps:
            known = ", ".join(f"{plain(each * 100, 4)} %" for each in sorted(ladder.steps))
            raise Refusal("data.sample.step_unknown", key=key, step=f"{plain(step * 100, 4)} %", steps=known)
    for key in sorted({*steps, *among} - {SITES}):
        if key not in shares:
            raise Refusal("data.sample.key_unknown", key=key)
    sampled = [key for key, step in steps.items() if step < WHOLE and key != SITES]
    sampled += [*among] if steps.get(SITES, WHOLE) < WHOLE else []
    for key in sorted(sampled):
        share = shares[key]
        if share is None or share >= ladder.share_below:
            shown = "?" if share is None else plain(share * 100, 4)
            raise Refusal("data.sample.not_sampled", key=key, share=shown, below=plain(ladder.share_below * 100, 4))


def next_step(current: Fraction, steps: Sequence[Fraction]) -> Fraction | None:
    """The step above, None on the last one."""
    return next((step for step in sorted(steps) if step > current), None)


@dataclass(frozen=True, slots=True)
class Forced:
    """What a stratum's newest items require: nothing yet (items open), nothing more, or at least the step `to`."""

    open: int
    failed: int
    to: Fraction | None

    @property
    def must_climb(self) -> bool:
        """Whether the step above is forced."""
        return self.to is not None and self.failed > 0


def forced(current: Fraction, steps: Sequence[Fraction], newest_open: int, newest_failed: int) -> Forced:
    """A failure among the items that the present step added forces the step above; none, or the last step, ends it."""
    return Forced(newest_open, newest_failed, next_step(current, steps) if newest_failed else None)


def climbed(current: Fraction, to: Fraction, ladder: Ladder, evaluation: Mapping[str, str]) -> Fraction:
    """The step climbed to; refuses one that the ladder has not or is not higher, and any part of the evaluation left out."""
    if to not in ladder.steps or to <= current:
        raise Refusal("data.sample.step", step=f"{to.numerator * 100 // to.denominator} %")
    if any(not evaluation.get(each.code, "").strip() for each in ladder.weigh):
        raise Refusal("data.sample.weigh")
    return to
