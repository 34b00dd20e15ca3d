"""Magnitude checks: factor-of-1,000 errors, transposed digits, outliers."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from statistics import median

from verifier.core.calculation.results import Flag, SourceResult
from verifier.core.calculation.units import half_a_last_digit, plain
from verifier.core.datachecks.context import CheckContext, flag
from verifier.core.report.monthly_readings import Quantity

THOUSAND = 1000
TIMES = tuple(Fraction(times) for power in (1000, 10_000) for times in (power, Fraction(1, power)))
THOUSANDS = "factor_of_thousand"
EXPLAINED = "flag.factor_of_thousand.explained"
BESIDE_THE_POINT = frozenset({"calibration_lapsed", "repeated_value", "rounded_data"})
"""Flags of a month that say nothing of its size."""
HANGS_BELOW = ("crosscheck_difference",)
"""Flags of a month that a strange size adds something to; the others say it already."""
FEWEST = 3
"""Other months a source must have before one of them can stand out."""


def factor_of_thousand(context: CheckContext) -> Iterator[Flag]:
    """A month far from its neighbours and outside all the others that falls among them when its point moves three places.

    A month too small must differ more: heating that all but stops in summer is no error.
    """
    far, low = float(context.limits.factor_of_thousand), float(context.limits.factor_of_thousand_low)
    for source_id, sizes in context.sizes.items():
        known = [(size, period) for period, size in sizes.items() if size > 0]
        ranked = sorted(size for size, _ in known)
        if len(known) <= FEWEST:
            continue
        for place, (size, period) in enumerate(known):
            up = size == ranked[-1] and size > ranked[-2] * far
            if not up and not (size == ranked[0] and size * far < ranked[1]):
                yield from _in_its_season(context, source_id, known, place)
                continue
            moved = size / THOUSAND if up else size * THOUSAND
            usual = median(ranked[:-1] if up else ranked[1:])
            neighbours = [known[near][0] for near in (place - 1, place + 1) if 0 <= near < len(known)]
            near = far if up else low
            if all(other / near <= moved <= other * near for other in (*neighbours, usual)):
                yield _a_thousand_off(context, source_id, period, usual, up=up)


def _in_its_season(context: CheckContext, source_id: str, known: list[tuple[float, str]], place: int) -> Iterator[Flag]:
    """A month among the others in size, but a thousand times off both its neighbours: heating gas in a low month of its curve."""
    far, low = float(context.limits.factor_of_thousand), float(context.limits.factor_of_thousand_low)
    if not 0 < place < len(known) - 1:
        return
    (before, _), (size, period), (after, _) = known[place - 1 : place + 2]
    up = size > before * far and size > after * far
    if not up and not (size * far < before and size * far < after):
        return
    moved = size / THOUSAND if up else size * THOUSAND
    if all(other / low <= moved <= other * low for other in (before, after)):
        yield _a_thousand_off(context, source_id, period, (before + after) / 2, up=up)


def _a_thousand_off(context: CheckContext, source_id: str, period: str, usual: float, *, up: bool) -> Flag:
    """The flag of a month whose point has moved three places: `up` where it is too large."""
    quantity = context.months[source_id][period]
    right = quantity.base / THOUSAND if up else quantity.base * THOUSAND
    values = {"quantity": plain(quantity.amount), "usual": _in(usual, quantity), "unit": quantity.unit.name}
    tonnes = context.tonnes(source_id, quantity.base - right) if context.by_id[source_id].known else None
    return flag(THOUSANDS, source_id, period, quantity.sheet, quantity.row, "quantity", tonnes=tonnes, values=values)


def factor_explained(context: CheckContext) -> Iterator[Flag]:
    """A month, or a whole source, a thousand or ten thousand times off: with it put right, the source gives the tonnes it states."""
    for result in context.results:
        if not result.complete or not result.reported or not result.difference or not result.known:
            continue
        room = half_a_last_digit(result.reported)
        if abs(result.difference) <= room:
            continue
        row = context.rows[result.source_id]
        whole = next((times for times in TIMES if abs(result.known * times - Fraction(result.reported)) <= room), None)
        if whole is not None:
            values = {"times": _times(whole), "tonnes": plain(result.reported)}
            stated = (result.source_id, None, row.sheet, row.row, "reported_tco2")
            yield flag(THOUSANDS, *stated, tonnes=result.difference, message=f"{EXPLAINED}.whole", values=values)
            continue
        rate = context.rate(result.source_id)
        for period, quantity in context.months[result.source_id].items():
            lacking = (times for times in TIMES if rate and abs(rate * quantity.base * (times - 1) - result.difference) <= room)
            if (times := next(lacking, None)) is not None:
                values = {"quantity": plain(quantity.amount), "unit": quantity.unit.name, "right": plain(quantity.amount * times)}
                place = (result.source_id, period, quantity.sheet, quantity.row, "quantity")
                tonnes = context.tonnes(result.source_id, quantity.base * (1 - times))
                yield flag(THOUSANDS, *place, tonnes=tonnes, message=EXPLAINED, values=values | {"tonnes": plain(result.reported)})
                break


def _times(times: Fraction) -> str:
    return f"× {plain(times)}" if times > 1 else f"÷ {plain(1 / times)}"


def outlier(context: CheckContext, found: Iterable[Flag]) -> Iterator[Flag]:
    """A month many times away from its neighbouring months and from what its season leads one to expect, and of some weight.

    Both must speak against it: heating that falls to a tenth in summer is what its kind does. A month that another flag explains hangs
    below that one, or is said with it; swapped digits that would fit are said with it, as nothing proves them. A month with a metering
    gap is none: its hours without readings are asked about already.
    """
    alerts = tuple(found)
    explained = {(each.source, each.period): each.code for each in alerts if each.caused_by is None and each.code not in BESIDE_THE_POINT}
    gaps = {(each.source, each.period) for each in alerts if each.code == "metering_gap"}
    times, nearer = float(context.limits.outlier), float(context.limits.digit_transposition_far)
    for source_id, sizes in context.sizes.items():
        if len(sizes) <= FEWEST:
            continue
        for period in _apart(sizes, min(times, nearer)):
            size, expected = sizes[period], context.expected(source_id, period)
            if expected is None or expected <= 0 or (source_id, period) in gaps:
                continue
            far = max(size, expected) / max(min(size, expected), 1e-300)
            effect = context.tonnes(source_id, size - expected)
            if far < min(times, nearer) or effect is None or abs(effect) < context.floor:
                continue
            quantity = context.months[source_id][period]
            swapped = _fitting(context, quantity, expected)
            cause = explained.get((source_id, period))
            place = (source_id, period, quantity.sheet, quantity.row, "quantity")
            if swapped is not None and cause is None and far >= nearer:
                values = {"stated": plain(quantity.amount), "right": plain(swapped), "unit": quantity.unit.name}
                yield flag("outlier", *place, tonnes=effect, message="flag.outlier.transposed", values=values)
            elif far >= times and cause in (None, *HANGS_BELOW) and _alone(sizes, period, times):
                values = {"quantity": plain(quantity.amount), "expected": _in(expected, quantity), "unit": quantity.unit.name}
                yield flag("outlier", *place, tonnes=effect, caused_by=cause, values=values)


def digit_transposition(context: CheckContext) -> Iterator[Flag]:
    """Two neighbouring digits transposed, recognised by tonnes: the transposition explains the source's difference exactly."""
    for result in context.results:
        if not result.complete or result.reported is None or result.difference is None:
            continue
        room = half_a_last_digit(result.reported)
        if abs(result.difference) <= room:
            continue
        row = context.rows[result.source_id]
        if any(abs(other - abs(result.known)) <= room for other in transpositions(abs(Fraction(result.reported)))):
            values = {"stated": plain(result.reported), "right": plain(result.known, 4), "unit": "t"}
            yield flag(
                "digit_transposition", result.source_id, None, row.sheet, row.row, "reported_tco2", tonnes=result.difference, values=values
            )
            continue
        yield from _in_a_month(context, result, room)


def _in_a_month(context: CheckContext, result: SourceResult, room: Fraction) -> Iterator[Flag]:
    rate = context.rate(result.source_id)
    for period, quantity in context.months[result.source_id].items():
        for other in transpositions(quantity.amount):
            gained = (other - quantity.amount) * quantity.unit.size
            if rate and abs(rate * gained - (result.difference or 0)) <= room:
                yield _transposed(context, (result.source_id, period, quantity.sheet, quantity.row, "quantity"), quantity, other)
                return


def transpositions(amount: Fraction) -> Iterator[Fraction]:
    """The numbers that differ from a decimal by two neighbouring digits in the other order; never one before and one behind the point."""
    text = plain(amount)
    places = [index for index, letter in enumerate(text) if letter.isdigit()]
    for first, second in pairwise(places):
        if second == first + 1 and text[first] != text[second]:
            letters = list(text)
            letters[first], letters[second] = letters[second], letters[first]
            yield Fraction("".join(letters))


def _transposed(context: CheckContext, place: tuple[str, str, str, int, str], quantity: Quantity, right: Fraction) -> Flag:
    values = {"stated": plain(quantity.amount), "right": plain(right), "unit": quantity.unit.name}
    tonnes = context.tonnes(place[0], (quantity.amount - right) * quantity.unit.size)
    return flag("digit_transposition", *place, tonnes=tonnes, values=values)


def _fitting(context: CheckContext, quantity: Quantity, expected: float) -> Fraction | None:
    """The swap that comes as near to what is expected as the threshold asks."""
    target, room = expected / float(quantity.unit.size), float(context.limits.digit_transposition)
    near = [(abs(float(other) / target - 1), other) for other in transpositions(quantity.amount)]
    best = min(near, default=(1.0, None))
    return best[1] if best[0] <= room else None


def _apart(sizes: dict[str, float], times: float) -> list[str]:
    """Months at least the given factor above or below both neighbouring months."""
    known = list(sizes.values())
    around = zip([None, *known[:-1]], known, [*known[1:], None], strict=True)
    return [period for period, (before, size, after) in zip(sizes, around, strict=True) if _stands_out(size, before, after, times)]


def _alone(sizes: dict[str, float], period: str, times: float) -> bool:
    months = list(sizes)
    at = months.index(period)
    before = sizes[months[at - 1]] if at else None
    after = sizes[months[at + 1]] if at + 1 < len(months) else None
    return _stands_out(sizes[period], before, after, times)


def _stands_out(size: float, before: float | None, after: float | None, times: float) -> bool:
    """Above both or below both neighbouring months, where there are two."""
    near = after if before is None else before
    far = before if after is None else after
    if near is None or far is None:
        return False
    return (size > times * near and size > times * far) or (size * times < near and size * times < far)


def _in(base: float, quantity: Quantity) -> str:
    """A size in base units, in the unit the row is written in, to four places."""
    return plain(Fraction(base) / quantity.unit.size, 4)
