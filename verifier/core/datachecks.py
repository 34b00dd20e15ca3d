"""Check 2: what looks wrong in the numbers; one small rule a kind, each flag naming its place."""

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median

from verifier.core.errors import Refusal
from verifier.core.factors import read_factor
from verifier.core.quantities import factor_unit, half_a_last_digit, measures_same, number, plain, unit
from verifier.core.readings import Reading
from verifier.core.report import CrosscheckRow, MeterRow, ReportedReport, SourceRow, code_of, period_of, plain_text, yes_or_no
from verifier.core.results import Flag, Reason, SourceResult, Unassigned, Unknown
from verifier.core.rulepack import RulePack

THOUSAND = 1000
FAR = 30
NEAR_UP, NEAR_DOWN = 30, 3
FEWEST = 3
EXPLAINS = ("factor_of_thousand", "default_factor_altered")


def flags(
    report: ReportedReport,
    pack: RulePack,
    readings: Mapping[str, Reading],
    results: Sequence[SourceResult],
    unassigned: Sequence[Unassigned],
) -> tuple[Flag, ...]:
    """Every flag of a report, by sheet and row; a difference names the flag that explains it."""
    rows = {source.source_id: source for source in reversed(report.sources)}
    found = [_of_reason(rows[result.source_id], reason) for result in results for reason in (*result.reasons, *result.notes)]
    found += _without_source(unassigned)
    found += _of_totals(report, results, pack)
    found += _thousands(readings)
    found += _not_in_plan(rows)
    found += _lapsed(report, rows, readings)
    found += _altered_defaults(report, pack)
    found += _crosschecks(report.crosschecks, readings, rows, pack)
    found += _differences(results, rows, found)
    return tuple(
        sorted(dict.fromkeys(found), key=lambda flag: (flag.sheet, flag.row or 0, flag.code, flag.source or "", flag.period or ""))
    )


def _flag(code: str, source: str | None, period: str | None, sheet: str, row: int | None, /, **values: str) -> Flag:
    return Flag(code, source, period, sheet, row, f"flag.{code}", tuple(values.items()))


def _of_reason(source: SourceRow, reason: Reason) -> Flag:
    """A reason at its own place, or at the source's row where a row is what is missing."""
    sheet, row = (reason.sheet, reason.row) if reason.sheet else (source.sheet, source.row)
    values = dict(reason.values)
    contradicting = ".contradicting" if values.pop("same", "yes") == "no" else ""
    flag = _flag(reason.code, source.source_id, reason.period, sheet, row, **values)
    return replace(flag, message=flag.message + contradicting)


def _without_source(unassigned: Iterable[Unassigned]) -> Iterator[Flag]:
    """Data of a source the report does not list: one flag a source."""
    by_source: dict[str, list[Unassigned]] = {}
    for row in unassigned:
        by_source.setdefault(row.source_id, []).append(row)
    for source_id, rows in by_source.items():
        yield _flag("data_without_source", source_id or None, None, rows[0].sheet, rows[0].row, rows=str(len(rows)))


def _differences(results: Iterable[SourceResult], rows: Mapping[str, SourceRow], found: Sequence[Flag]) -> list[Flag]:
    """Reported and recalculated differ by more than the digits reported can explain."""
    differing = []
    causes = {flag.source: flag.code for flag in reversed(found) if flag.code in EXPLAINS}
    for result in results:
        if result.difference is None or result.reported is None or abs(result.difference) <= half_a_last_digit(result.reported):
            continue
        row = rows[result.source_id]
        shown = {"reported": plain(result.reported), "recalculated": plain(result.known, 4)}
        flag = _flag("arithmetic_difference", result.source_id, None, row.sheet, row.row, **shown)
        differing.append(replace(flag, tonnes=result.difference, caused_by=causes.get(result.source_id)))
    return differing


def _of_totals(report: ReportedReport, results: Iterable[SourceResult], pack: RulePack) -> Iterator[Flag]:
    """A category that is not the sum of its sources, a total that is not the sum of the categories."""
    together, readable = Fraction(), True
    for row in report.totals:
        stated, code = _decimal(row.reported_tco2), row.category_code
        if stated is None:
            readable = False
            yield _flag("reported_unreadable", None, None, row.sheet, row.row, text=row.reported_tco2)
            continue
        if code == "total":
            continue
        rule = pack.category(code)
        signed = Fraction(-abs(stated) if rule and rule.sign < 0 else stated)
        together += signed if rule is None or rule.counts else 0
        mine = [result.reported for result in results if result.category == code and (result.counts or not (rule and rule.counts))]
        if None in mine:
            continue
        summed = sum((Fraction(tonnes) for tonnes in mine if tonnes is not None), Fraction())
        room = half_a_last_digit(stated) + sum((half_a_last_digit(tonnes) for tonnes in mine if tonnes is not None), Fraction())
        if abs(signed - summed) > room:
            flag = _flag("total_mismatch", None, None, row.sheet, row.row, category=code, stated=plain(signed), sum=plain(summed))
            yield replace(flag, tonnes=signed - summed)
    whole = next((row for row in report.totals if row.category_code == "total"), None)
    total = _decimal(whole.reported_tco2) if whole else None
    if whole and total is not None and readable and total != together:
        flag = _flag("total_mismatch", None, None, whole.sheet, whole.row, category="total", stated=plain(total), sum=plain(together))
        yield replace(flag, tonnes=Fraction(total) - together)


def _thousands(readings: Mapping[str, Reading]) -> Iterator[Flag]:
    """A month far from its neighbours and outside all the others that falls among them when its point moves three places.

    A month too small is weighed more strictly: heating that all but stops in summer is no error.
    """
    for source_id, reading in readings.items():
        known = [(quantity.base, quantity) for quantity in reading.quantities if quantity.amount > 0]
        ranked = sorted(base for base, _ in known)
        if len(known) <= FEWEST:
            continue
        for place, (base, quantity) in enumerate(known):
            up = base == ranked[-1] and base > ranked[-2] * FAR
            if not up and not (base == ranked[0] and base * FAR < ranked[1]):
                continue
            moved = base / THOUSAND if up else base * THOUSAND
            usual = Fraction(median(ranked[:-1] if up else ranked[1:]))
            beside = [known[near][0] for near in (place - 1, place + 1) if 0 <= near < len(known)]
            near = NEAR_UP if up else NEAR_DOWN
            if all(other / near <= moved <= other * near for other in (*beside, usual)):
                values = {"quantity": plain(quantity.amount), "usual": plain(usual / quantity.unit.size, 4), "unit": quantity.unit.name}
                yield _flag("factor_of_thousand", source_id, quantity.period, quantity.sheet, quantity.row, **values)


def _not_in_plan(rows: Mapping[str, SourceRow]) -> Iterator[Flag]:
    """A source the unit itself says is not in its monitoring plan."""
    for source in rows.values():
        if yes_or_no(source.in_plan) is False:
            yield _flag("not_in_plan", source.source_id, None, source.sheet, source.row)


def _lapsed(report: ReportedReport, rows: Mapping[str, SourceRow], readings: Mapping[str, Reading]) -> Iterator[Flag]:
    """A meter whose calibration ran out before a month it measured was over: the first such month."""
    meters: dict[str, MeterRow] = {meter.meter_id: meter for meter in reversed(report.meters) if meter.meter_id}
    for source in rows.values():
        meter = meters.get(source.meter_id)
        until = _day(meter.valid_until) if meter else None
        if meter is None or until is None or not readings[source.source_id].quantities:
            continue
        for month in range(1, 13):
            last = date(report.year, month, calendar.monthrange(report.year, month)[1])
            if until < last:
                values = {"meter": meter.meter_id, "valid_until": until.isoformat()}
                yield _flag("calibration_lapsed", source.source_id, f"{report.year}-{month:02d}", meter.sheet, meter.row, **values)
                break


def _altered_defaults(report: ReportedReport, pack: RulePack) -> Iterator[Flag]:
    """A factor called a default that is not the published one."""
    rows = {source.source_id: source for source in reversed(report.sources)}
    for row in report.factors:
        if code_of(row.basis) not in ("default", "缺省", "缺省值", "默认", "默认值"):
            continue
        category, fuel = _kind(row.source_id, rows)
        published = pack.factor_for(category, fuel, code_of(row.parameter), row.table) if category else None
        stated_in = factor_unit(published.unit) if published else None
        if published is None or stated_in is None:
            continue
        try:
            factor = read_factor(row)
        except Unknown:
            continue
        per = stated_in.denominator
        right = published.value * stated_in.numerator.size / (per.size if per else 1)
        if factor.per_base != right:
            values = {
                "parameter": published.parameter,
                "stated": f"{row.value} {row.unit}".strip(),
                "published": f"{published.written} {published.unit}",
                "table": published.table,
            }
            source = None if row.source_id.startswith("*") else row.source_id
            yield _flag("default_factor_altered", source, period_of(row.period), row.sheet, row.row, **values)


def _kind(source_id: str, rows: Mapping[str, SourceRow]) -> tuple[str, str]:
    if source_id.startswith("*"):
        category, _, fuel = source_id.partition(":")[2].partition(":")
        return code_of(category), fuel
    source = rows.get(source_id)
    return (source.category_code, source.fuel) if source else ("", "")


def _crosschecks(
    checks: Iterable[CrosscheckRow], readings: Mapping[str, Reading], rows: Mapping[str, SourceRow], pack: RulePack
) -> Iterator[Flag]:
    """An independent record that differs from what was reported by more than the pack's tolerance of it."""
    independent: dict[tuple[str, str], list[CrosscheckRow]] = {}
    for check in checks:
        if check.source_id in rows and (period := period_of(check.period)):
            independent.setdefault((check.source_id, period), []).append(check)
    for (source_id, period), together in independent.items():
        reported = next((quantity for quantity in readings[source_id].quantities if quantity.period == period), None)
        amounts = [(_decimal(check.quantity), unit(check.unit)) for check in together]
        if reported is None:
            continue
        summed = Fraction()
        for amount, measured_in in amounts:
            if amount is None or measured_in is None or not measures_same(measured_in, reported.unit):
                break
            summed += Fraction(amount) * measured_in.size
        else:
            if abs(reported.base - summed) > pack.crosscheck_tolerance * abs(summed):
                values = {"reported": plain(reported.amount), "independent": plain(summed / reported.unit.size), "unit": reported.unit.name}
                yield _flag("crosscheck_difference", source_id, period, reported.sheet, reported.row, **values)


def _decimal(text: str) -> Decimal | None:
    try:
        return number(text)
    except Refusal:
        return None


def _day(text: str) -> date | None:
    found = re.match(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})", plain_text(text))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
