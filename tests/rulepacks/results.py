"""What the rules come to under a pack: one function for each of its sections, to be compared with a changed pack."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from tests.core.coverage import builders as tested
from tests.core.coverage.builders import done
from tests.core.reported import activity, factors, source
from verifier.checks.data.estimates.queries import is_ours
from verifier.core import findings, independence
from verifier.core.calculation import conservative_estimate, recalculation
from verifier.core.coverage.assessment import against_positive, assess
from verifier.core.coverage.procedures import CoverageKind, ProcedureMethod
from verifier.core.earlier_work import EarlierWork, WorkKind, conflicting
from verifier.core.errors import Refusal
from verifier.core.opinion import permitted
from verifier.core.opinion.category import category_of
from verifier.core.report.rows import MeasurementRow, ReportedReport, SourceRow
from verifier.core.rulepack.pack import RulePack
from verifier.core.sampling import ladder
from verifier.core.sampling.risk import Level, risk_of_sample
from verifier.findings.models import label_of
from verifier.rulepacks.calendars import adder

Data = dict[str, Any]


@cache
def small_report() -> ReportedReport:
    """One source of each category, a month's worth of each, and a fuel that is known in several ways at once."""
    kinds = {
        "stationary_combustion": (
            "t",
            {
                "ncv": ("20", "GJ/t"),
                "carbon_content": ("0.03", "tC/GJ"),
                "oxidation": ("99", "%"),
                "ef": ("0.1", "tCO2/GJ"),
                "carbon_fraction": ("0.7", "tC/t"),
            },
        ),
        "mobile_combustion": ("t", {"ncv": ("43", "GJ/t"), "ef": ("0.07", "tCO2/GJ")}),
        "process": ("t", {"ef": ("0.44", "tCO2/t")}),
        "purchased_electricity": ("MWh", {"ef": ("0.6", "tCO2/MWh")}),
        "purchased_heat": ("GJ", {"ef": ("0.11", "tCO2/GJ")}),
        "exported_electricity": ("MWh", {"ef": ("0.6", "tCO2/MWh")}),
        "exported_heat": ("GJ", {"ef": ("0.11", "tCO2/GJ")}),
        "mass_balance_in": ("t", {"carbon_fraction": ("0.7", "tC/t")}),
        "mass_balance_out": ("t", {"carbon_fraction": ("0.7", "tC/t")}),
    }
    sources: tuple[SourceRow, ...] = ()
    rows, given = [], []
    for number, (category, (unit, known)) in enumerate(kinds.items()):
        sources += (source(category, category, "1"),)
        rows += activity(("2021", f"{10 + number}.77", unit), source_id=category)
        given += factors(known, category)
    more = {
        "cf": {"carbon_fraction": ("0.7", "tC/t")},
        "cc": {"carbon_content": ("0.02", "tC/GJ"), "oxidation": ("98", "%")},
        "ef": {"ef": ("3", "tCO2/t")},
    }
    for category in ("stationary_combustion", "mobile_combustion"):
        for way, known in more.items():
            name = f"{category}-{way}"
            sources += (source(name, category, "1"),)
            rows += activity(("2021", "7.7", "GJ" if way == "cc" else "t"), source_id=name)
            given += factors(known, name)
    measured = MeasurementRow(sheet="m", row=2, source_id="stack", period="2021", hours="10", flow="3", concentration="100", gas="CO2")
    sources += (source("stack", "measured", "1"),)
    return ReportedReport(year=2021, sources=sources, activity=tuple(rows), factors=tuple(given), measurements=(measured,))


def recalculated(pack: RulePack) -> object:
    found = recalculation.calculate(small_report(), pack)
    each = [(result.recalculated, result.method, result.counts) for result in found.sources]
    return each, found.recalculated_total, found.rounded_total, [category.rounded for category in found.by_category]


def published(pack: RulePack, row: Data) -> object:
    """The default that a data check compares a fuel's factor with in each year, and the one an estimate is made with."""
    category, fuel = row.get("category", "stationary_combustion"), row["fuel"]["en"]
    found: list[object] = []
    for name in (fuel, *row.get("covers", ()), "some other fuel"):
        for kind in (category, "mass_balance_in"):
            for year in range(2018, 2026):
                held = pack.factor_for(kind, name, row["parameter"], row["table"], year)
                found.append((held.value, held.unit) if held else None)
            estimate = pack.conservative_factor(kind, name, row["parameter"], 2021)
            found.append(estimate.value if estimate else None)
    return found


def estimated(pack: RulePack) -> object:
    """Whether the estimate and a figure of its own are the verifier's, from which table each default is taken, and whether one is made."""
    held = [pack.conservative_factor(row.category or "stationary_combustion", row.fuel.en, row.parameter) for row in pack.factors]
    report = small_report()
    try:
        conservative_estimate.recalculated(
            report, "process", pack, {month.period: Decimal(1) for month in conservative_estimate.months(report, "process")}
        )
        made = "made"
    except Refusal as refused:
        made = refused.message
    return is_ours(pack), pack.own_figure, [row and row.table for row in held], made


def sampled(pack: RulePack) -> object:
    """What may be sampled under each reading, how far a failure climbs, what a climb must weigh, and at which risk a draw is made."""
    rule = pack.sampling
    if rule is None:
        return None
    risks = [risk_of_sample(level, rule.risks) for level in Level], rule.risks
    if rule.ladder is None:
        return risks
    steps = sorted(rule.ladder.steps)
    sizes, total = {"just below": Fraction("49.8"), "above": Fraction(300)}, Fraction(1000)
    allowed = [
        ladder.places(sizes, dict.fromkeys(sizes, 12), total, rule.ladder, reading.code, risks=dict.fromkeys(sizes, Level.LOW))
        for reading in rule.ladder.readings
    ]
    return risks, allowed, [ladder.forced(step, steps, 0, 1) for step in steps], [ladder.needed(1000, step) for step in steps]


def covered(pack: RulePack) -> object:
    """What each method and way of sampling covers, of either kind and risk; what a deviation leaves, and what the plan must be."""
    found: list[object] = []
    for kind in CoverageKind:
        one = tested.number(kind=kind)
        for level in Level:
            for procedure in (
                *map(done, ProcedureMethod),
                *(done(ProcedureMethod.SAMPLED, sampling=code) for code in ("ladder", "tonne_unit")),
            ):
                of = assess([one], {one.key: [procedure]}, pack.coverage, levels={one.source: level})
                found.append((len(of.missing), len(of.own_practice)))
    deviating = assess([tested.number()], rule=pack.coverage, deviations={"E-001": "Lost."})
    return found, len(deviating.missing), [reason.message for reason in against_positive(deviating)]


def forms(pack: RulePack) -> object:
    """The seals and columns of each form and, clause by clause, the items of its rows with the records they rest on."""
    return [
        (
            form.code,
            pack.carried_by(form.code),
            [column.code for column in form.columns],
            form.clauses,
            [(row.code, row.records) for row in form.rows],
        )
        for form in pack.statement_forms
    ]


def decided(pack: RulePack) -> object:
    """Actions open on a finding of each class, the opinions open on two cases, who may hold which role, what is still missing."""
    actions, opinions = [], []
    for each in pack.finding_classes:
        actions.append(
            [
                sorted(findings.open_actions(state, needs_answer=each.needs_answer, dispositions=each.dispositions))
                for state in findings.FindingState
            ]
        )
        standing = permitted.FindingAssessment("A1", each.code, findings.FindingState.UNCORRECTED)
        case = permitted.CaseAssessment(0, 0, 0, 1, (standing,), (), assurance="reasonable")
        opinions.append([(choice.opinion.code, choice.open) for choice in permitted.choices(case, pack)])
        actions.append([each.code, each.has_effect, needs_article(each.cites_article), label_of(12, 3, each)])
    return actions, opinions, sorted(independence.separated(pack)), independence.missing((), 0, pack)


def rotating(pack: RulePack) -> object:
    """Who may do which work in 2021 after so many years of it, and after a pause; and after which other work how long ago."""
    runs_allowed = [
        _may_go_on(work, set(done), pack) for work in ("body", "lead_verifier") for length in range(1, 9) for done in runs(length)
    ]
    return runs_allowed, [
        conflicting([EarlierWork(kind, 2021 - ago, "C-1")], 2021, pack.conflicting_work) for kind in WorkKind for ago in range(6)
    ]


def runs(length: int) -> list[range]:
    """That many years until the year before 2021, and as many with a pause of one to four years after them."""
    return [range(2021 - pause - length, 2021 - pause) for pause in range(5)]


def _may_go_on(work: str, done: set[int], pack: RulePack) -> bool:
    try:
        independence.check_rotation(work, 2021, done, pack, name="Ann")
    except Refusal:
        return False
    return True


def needs_article(cites: bool) -> bool:
    """Whether a finding that names no article is refused."""
    try:
        findings.check_article(cites, "The meter list is missing.")
    except Refusal:
        return True
    return False


def scheduled(pack: RulePack) -> object:
    add = adder(pack.calendar) if pack.calendar else None
    due = [(clock.code, pack.due(clock.code, date(2022, 3, 1), add)) for clock in pack.clocks] if add else []
    return due, pack.suggested_dates_for(2021), pack.suggested_dates_for(2022), pack.zone, pack.kept_until(date(2022, 4, 30))


def looked_at(pack: RulePack) -> object:
    """What each check lists, under which clause, in which ways."""
    listed = [
        (check, item.code, pack.clause(item.clause).code, [pack.ways[way] for way in item.how])
        for check in ("boundary", "data", "site")
        for item in pack.checklist_of(check)
    ]
    bands = (
        [
            (pack.materiality.share_for(t), pack.materiality.band_for(t), category_of(pack.materiality, None, t, Fraction(200)))
            for t in map(Fraction, (50_000, 49_900, 50_100, 499_000, 500_000, 600_000))
        ]
        if pack.materiality
        else []
    )
    codes = [
        row.code
        for row in (
            *pack.clauses,
            *pack.dispositions,
            *pack.opinions,
            *pack.independence_questions,
            *pack.assurance_levels,
            *pack.datachecks,
            *pack.evidence_activities,
            *pack.steps,
            *pack.facts,
            *pack.clocks,
        )
    ]
    ceilings = [(each.code, [each.ceiling(Fraction(t)) for t in (10_000, 120_000, 9_000_000)]) for each in pack.source_streams]
    visiting = pack.site_visit and (
        [each.code for each in (*pack.site_visit.waiver, *pack.site_visit.remote)],
        pack.site_visit.physical_due,
    )
    return listed, bands, codes, visiting, ceilings, [tolerance.value for tolerance in pack.datachecks], (pack.id, pack.version)
