"""Check 2: the four analytical procedures, from a report and last year's to the lines of `analysis`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from verifier.core.analysis.lines import Analysis, AnalysisLevel, AnalysisLine, NotComparable, Pair, Procedure
from verifier.core.analysis.yearly_amounts import NOTHING, Year, amounts, in_unit_of, products, readings_of, sources
from verifier.core.calculation.results import Calculation, SourceResult
from verifier.core.calculation.units import Dimension, Unit, half_a_last_digit
from verifier.core.datachecks.context import CheckContext, decimal
from verifier.core.datachecks.thresholds import Thresholds
from verifier.core.report.rows import ReportedReport
from verifier.core.rulepack.pack import RulePack

TONNES = "tCO2"
BASES = {Dimension.MASS: "t", Dimension.ENERGY: "MWh", Dimension.NORMAL_VOLUME: "Nm3", Dimension.RATIO: "1"}


def analyse(
    report: ReportedReport,
    calculation: Calculation,
    pack: RulePack,
    *,
    previous: ReportedReport | None = None,
    before: Calculation | None = None,
    body: Mapping[str, Decimal | Fraction] | None = None,
) -> Analysis:
    """The four procedures over a report; tonnes of CO2, what is deducted negative; the order of rows never matters.

    `previous` is last year's report and `before` what it recalculates to, `body` thresholds the verification body set. Nothing is
    refused: what cannot be known makes its line say so. Source: rules.md 3 and 5; issue 4, "Analytical procedures".
    """
    work = _Work(report, calculation, pack, previous, before, Thresholds.of(pack, body))
    lines = (*work.year_on_year(), *work.months(), *work.per_product(), *work.shares())
    return Analysis(lines, work.limits, work.floor, previous.year if previous and before else None)


class _Work:
    def __init__(
        self,
        report: ReportedReport,
        calculation: Calculation,
        pack: RulePack,
        previous: ReportedReport | None,
        before: Calculation | None,
        limits: Thresholds,
    ) -> None:
        self.report, self.previous, self.calculation, self.before, self.limits = report, previous, calculation, before, limits
        self.readings = readings_of(report, pack.gases)
        self.earlier = readings_of(previous, pack.gases) if previous else {}
        self.units = {**(sources(previous, self.earlier) if previous else {}), **sources(report, self.readings)}
        self.results, self.past = _first(calculation), _first(before)
        self.context = CheckContext(
            report,
            pack,
            self.readings,
            calculation.sources,
            calculation.unassigned,
            limits,
            previous,
            None,
            self.earlier if previous else None,
        )
        stated = (abs(Fraction(each.reported)) for each in calculation.sources if each.reported is not None)
        self.floor = limits.outlier_weight * sum(stated, Fraction())
        self.total = Pair(TONNES, _exact(calculation.reported_total), self._last_total)
        self.compared = self.total if self.before else Pair(TONNES, self.total.now, None)

    @property
    def _last_total(self) -> Fraction | None:
        """Last year's total by its report, else the figure the unit itself states for it."""
        if self.before is not None:
            return _exact(self.before.reported_total)
        return _exact(decimal(self.report.unit.get("previous_year_tco2", "")))

    def year_on_year(self) -> Iterator[AnalysisLine]:
        """Each source and category, tonnes and quantity: this year − last; the whole also by the figure the unit states for last year."""
        whole, of_category = self.limits.year_on_year_total, self.limits.year_on_year_category
        not_comparable: tuple[NotComparable, ...] = (NotComparable.NO_LAST_YEAR,) if self.before is None and self.total.then is None else ()
        yield _line(
            Procedure.YEAR_ON_YEAR, AnalysisLevel.TOTAL, "", "", [self.total], out=self.total.moved(whole), not_comparable=not_comparable
        )
        if self.before is None:
            return
        now, then = _categories_of(self.calculation), _categories_of(self.before)
        for code, pair in self._categories():
            out, not_comparable = pair.moved(of_category, self.floor), self._absence(code, now, then)
            yield _line(
                Procedure.YEAR_ON_YEAR,
                AnalysisLevel.CATEGORY,
                code,
                "",
                [pair, *self._together(code)],
                out=out,
                not_comparable=not_comparable,
            )
        for key in sorted({*self.results, *self.past}):
            yield self._over_years(key)

    def _over_years(self, key: str) -> AnalysisLine:
        result, past = self.results.get(key), self.past.get(key)
        pair = Pair(TONNES, _exact(result.reported if result else None), _exact(past.reported if past else None))
        pairs = [pair, Pair(self.units[key].name, self._year(key).total, self._year_before(key).total)] if key in self.units else [pair]
        room = half_a_last_digit(result.reported) if result is not None and result.reported is not None else Fraction()
        not_comparable = self._absence(key, self.results, self.past)
        if not_comparable:
            alone = pair.now if result else pair.then
            out = bool(alone) and abs(alone or Fraction()) >= self.floor
        else:
            out = pair.moved(self.limits.year_on_year, self.floor, room) or self._took_otherwise(key, pairs[1:])
        named = result or past
        return _line(
            Procedure.YEAR_ON_YEAR, AnalysisLevel.SOURCE, key, named.name if named else "", pairs, out=out, not_comparable=not_comparable
        )

    def _took_otherwise(self, key: str, quantities: Sequence[Pair]) -> bool:
        """Whether its quantity moved, and what that weighs is worth a look; a weight nobody knows is."""
        if not quantities or quantities[0].change is None or not quantities[0].moved(self.limits.year_on_year):
            return False
        return self._heavy(key, quantities[0].change)

    def _heavy(self, key: str, amount: Fraction) -> bool:
        tonnes = self.context.tonnes(key, amount * self.units[key].size)
        return tonnes is None or abs(tonnes) >= self.floor

    def months(self) -> Iterator[AnalysisLine]:
        """Each source's months: share of the year, against the mean of those known, the month before, and the same month last year."""
        months, last = self.report.months, str(self.report.year - 1)
        for key in sorted(self.results):
            year, then = self._year(key), self._year_before(key).months
            known, mean = year.months, None
            if known:
                mean = sum(known.values(), Fraction()) / len(known)
            elif year.periods or not any(reason.period in months for reason in self.readings[key].reasons):
                continue
            before = then.get(f"{last}-12")
            for period in months:
                amount = known.get(period)
                pairs = [Pair(year.unit, amount, each) for each in (mean, before, then.get(last + period[4:]))]
                yield self._month(key, period, year, pairs)
                before = amount

    def _month(self, key: str, period: str, year: Year, pairs: Sequence[Pair]) -> AnalysisLine:
        """A month stands out that is an outlier against the mean and against its season, as the data checks expect it, by some weight."""
        main, times, expected, out = pairs[0], self.limits.outlier, None, False
        amount = main.now
        if amount is not None and main.times_away(times):
            guess = self.context.expected(key, period)
            expected = None if guess is None else Fraction(guess) / self.units[key].size
            if expected is not None and Pair(year.unit, amount, expected).times_away(times):
                out = self._heavy(key, amount - expected)
        not_comparable = (NotComparable.UNKNOWN,) if amount is None else (NotComparable.PARTIAL,) if year.total is None else ()
        name, others, share = self.results[key].name, tuple(pairs[1:]), _over(amount, year.total)
        return AnalysisLine(Procedure.MONTHS, AnalysisLevel.SOURCE, key, name, period, main, others, share, expected, out, not_comparable)

    def per_product(self) -> Iterator[AnalysisLine]:
        """Tonnes for a unit of each product: the reported total over the year's production, a month's recalculated tonnes over its own."""
        production = products(self.report.production, self.report.year)
        past = products(self.previous.production, self.previous.year) if self.previous else {}
        tonnes, earlier = _by_month(self.calculation, self.report), _by_month(self.before, self.previous)
        for product in sorted({*production, *past}):
            measured = (production.get(product) or past[product])[0]
            year = in_unit_of(production.get(product), measured)
            then = in_unit_of(past.get(product), measured)
            not_comparable = self._absence(product, production, past)
            of_year = _intensity(self.compared, Pair(year.unit, year.total, then.total))
            out = of_year[0].moved(self.limits.year_on_year) or (bool(not_comparable) and NotComparable.NO_LAST_YEAR not in not_comparable)
            yield _line(Procedure.PRODUCTS, AnalysisLevel.PRODUCT, product, "", of_year, out=out, not_comparable=not_comparable)
            for period in self.report.months if year.months else ():
                same = f"{self.report.year - 1}{period[4:]}"
                pairs = _intensity(
                    Pair(TONNES, tonnes.get(period), earlier.get(same)), Pair(year.unit, year.months.get(period), then.months.get(same))
                )
                usual = of_year[0].now
                line = _line(
                    Procedure.PRODUCTS,
                    AnalysisLevel.PRODUCT,
                    product,
                    "",
                    pairs,
                    not_comparable=not_comparable,
                    out=Pair("", pairs[0].now, usual).times_away(self.limits.outlier),
                )
                yield replace(line, period=period, expected=usual)

    def shares(self) -> Iterator[AnalysisLine]:
        """The part of each category and source that counts in the reported total, this year and last."""
        counted = {each.category for of in (self.calculation, self.before) if of for each in of.by_category if each.counts}
        now, then = _categories_of(self.calculation), _categories_of(self.before)
        found = [
            (AnalysisLevel.CATEGORY, code, "", pair, self._absence(code, now, then)) for code, pair in self._categories() if code in counted
        ]
        for key in sorted({*self.results, *self.past}):
            result, past = self.results.get(key), self.past.get(key)
            named = result or past
            if named is not None and named.counts:
                pair = Pair(TONNES, _exact(result.reported if result else None), _exact(past.reported if past else None))
                found.append((AnalysisLevel.SOURCE, key, named.name, pair, self._absence(key, self.results, self.past)))
        for of, code, name, pair, not_comparable in found:
            share = Pair("%", _over(pair.now, self.compared.now), _over(pair.then, self.compared.then))
            out = share.moved(self.limits.year_on_year, self.limits.outlier_weight)
            yield _line(Procedure.SHARES, of, code, name, [share, pair, self.compared], out=out, not_comparable=not_comparable)

    def _categories(self) -> Sequence[tuple[str, Pair]]:
        """What the totals sheet states of each category this year and last."""
        now, then = ({each.category: each.reported for each in of.by_category} if of else {} for of in (self.calculation, self.before))
        return [(code, Pair(TONNES, _exact(now.get(code)), _exact(then.get(code)))) for code in sorted({*now, *then})]

    def _together(self, category: str) -> tuple[Pair, ...]:
        """The quantity of a category's sources in both years, in the base unit; nothing where they do not measure the same."""
        now, then = ([key for key, each in found.items() if each.category == category] for found in (self.results, self.past))
        measured = {_same(self.units[key].dimension) for key in (*now, *then) if key in self.units}
        if len(measured) != 1:
            return ()
        (dimension,) = measured
        base = Unit(BASES[dimension], dimension, Fraction(1))
        first, second = (
            _sum(amounts(read.get(key, NOTHING), base).total for key in keys) for keys, read in ((now, self.readings), (then, self.earlier))
        )
        return (Pair(base.name, first, second),)

    def _year(self, key: str) -> Year:
        return amounts(self.readings.get(key, NOTHING), self.units[key]) if key in self.units else Year("", {}, None)

    def _year_before(self, key: str) -> Year:
        return amounts(self.earlier.get(key, NOTHING), self.units[key]) if key in self.units else Year("", {}, None)

    def _absence(self, code: str, now: Collection[str], then: Collection[str]) -> tuple[NotComparable, ...]:
        if self.before is None:
            return (NotComparable.NO_LAST_YEAR,)
        return (NotComparable.NEW,) if code not in then else (NotComparable.GONE,) if code not in now else ()


def _line(
    procedure: Procedure,
    of: AnalysisLevel,
    code: str,
    name: str,
    pairs: Sequence[Pair],
    *,
    out: bool,
    not_comparable: Sequence[NotComparable] = (),
) -> AnalysisLine:
    """A line of whole years; its reasons name a missing counterpart and which of its figures is unknown."""
    lacking = []
    if NotComparable.GONE not in not_comparable and any(pair.now is None for pair in pairs):
        lacking.append(NotComparable.UNKNOWN)
    if not {NotComparable.NEW, NotComparable.NO_LAST_YEAR} & set(not_comparable) and any(pair.then is None for pair in pairs):
        lacking.append(NotComparable.UNKNOWN_BEFORE)
    return AnalysisLine(
        procedure, of, code, name, "", pairs[0], tuple(pairs[1:]), stands_out=out, not_comparable=(*not_comparable, *lacking)
    )


def _first(calculation: Calculation | None) -> dict[str, SourceResult]:
    return {each.source_id: each for each in calculation.sources} if calculation else {}


def _categories_of(calculation: Calculation | None) -> set[str]:
    return {each.category for each in calculation.sources} if calculation else set()


def _by_month(calculation: Calculation | None, report: ReportedReport | None) -> Mapping[str, Fraction]:
    """Tonnes of what counts in each month in which every source of it is known, recalculated."""
    if calculation is None or report is None:
        return {}
    counted = [{used.period: used.tonnes for used in each.quantities} for each in calculation.sources if each.counts]
    complete = [month for month in report.months if counted and all(month in periods for periods in counted)]
    return {month: sum((periods[month] for periods in counted), Fraction()) for month in complete}


def _intensity(tonnes: Pair, quantity: Pair) -> tuple[Pair, Pair, Pair]:
    return Pair(f"{tonnes.unit}/{quantity.unit}", _over(tonnes.now, quantity.now), _over(tonnes.then, quantity.then)), tonnes, quantity


def _over(part: Fraction | None, total: Fraction | None) -> Fraction | None:
    return part / total if part is not None and total else None


def _exact(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _sum(found: Iterable[Fraction | None]) -> Fraction | None:
    known = list(found)
    values = [each for each in known if each is not None]
    return sum(values, Fraction()) if values and len(values) == len(known) else None


def _same(dimension: Dimension) -> Dimension:
    return Dimension.NORMAL_VOLUME if dimension is Dimension.VOLUME else dimension
