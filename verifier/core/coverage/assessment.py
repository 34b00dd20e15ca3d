"""Coverage of a report's numbers against what the rule pack requires, and the reasons against a positive opinion."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from verifier.core.coverage.procedures import ORDER, CoverageKind, CoverageNumber, Procedure, ProcedureMethod, covered_by, strongest
from verifier.core.opinion.materiality import tonnes
from verifier.core.reason import StatedReason
from verifier.core.rulepack.sections import Coverage
from verifier.core.sampling.risk import Level

NONE: Mapping[str, Sequence[Procedure]] = {}


@dataclass(frozen=True, slots=True)
class TestPlan:
    """The evidence-gathering plan: the risk of each source when it was approved (empty: no plan was approved), and why if it came late."""

    __test__ = False

    approved_at: datetime | None = None
    levels: Mapping[str, Level] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NumberCoverage:
    """One number with its procedures; `covered` as the pack requires, or left out by a `deviation` with its reason."""

    number: CoverageNumber
    procedures: tuple[Procedure, ...]
    covered: bool
    deviation: str = ""
    own_practice: bool = False
    """Whether it is covered by a sampling method alone that is the body's own practice."""

    @property
    def method(self) -> ProcedureMethod | None:
        """The method it is counted under, None where nothing was done."""
        best = strongest(self.procedures)
        return best.method if best else None

    @property
    def missing(self) -> bool:
        """Whether it stands against a positive opinion."""
        return not self.covered and not self.deviation


@dataclass(frozen=True, slots=True)
class Amount:
    """Numbers, and the t CO2 that depend on them."""

    count: int = 0
    tonnes: Fraction = Fraction()

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.count + other.count, self.tonnes + other.tonnes)


@dataclass(frozen=True, slots=True)
class CoverageAssessment:
    """Every number that counts, with what was done and what the pack requires; `rule` None: the pack requires nothing."""

    rows: tuple[NumberCoverage, ...]
    rule: Coverage | None = None
    plan: TestPlan = TestPlan()
    levels: Mapping[str, Level] | None = None
    first_test: datetime | None = None

    @property
    def missing(self) -> tuple[NumberCoverage, ...]:
        """What is not covered as the pack requires, the heaviest first."""
        found = [row for row in self.rows if row.missing] if self.rule else []
        return tuple(sorted(found, key=lambda row: (-row.number.tonnes, row.number.key)))

    @property
    def deviations(self) -> tuple[NumberCoverage, ...]:
        """What is left out with a reason."""
        return tuple(row for row in self.rows if row.deviation and not row.covered)

    @property
    def own_practice(self) -> tuple[NumberCoverage, ...]:
        """What rests on a sample of the body's own practice, which the independent reviewer has to accept."""
        return tuple(row for row in self.rows if row.own_practice)

    @property
    def not_assessed(self) -> tuple[str, ...]:
        """Sources without an assessed risk, where the pack asks for what the risk assessment asked for.

        A factor of a kind of sources (`*:…`) has no risk of its own: it is tested whatever theirs are.
        """
        if self.rule is None or not self.rule.by_plan:
            return ()
        sources = {row.number.source for row in self.rows if not row.number.source.startswith("*")}
        return tuple(sorted(sources - set(self.levels or {})))

    @property
    def plan_changed(self) -> bool:
        """Whether the risks are others than those the approved plan rests on."""
        return self.plan.levels is not None and dict(self.plan.levels) != dict(self.levels or {})

    @property
    def plan_late(self) -> bool:
        """Whether testing began before the plan was approved, and nothing says why."""
        at, first = self.plan.approved_at, self.first_test
        return at is not None and first is not None and first < at and not self.plan.reason

    def table(self, kind: CoverageKind) -> Mapping[str, Mapping[ProcedureMethod | None, Amount]]:
        """Numbers of a kind and their tonnes, by category and method; each number once, under its strongest method."""
        found: dict[str, dict[ProcedureMethod | None, Amount]] = {}
        for row in self.rows:
            if row.number.kind is kind:
                cells = found.setdefault(row.number.category, {})
                cells[row.method] = cells.get(row.method, Amount()) + Amount(1, row.number.tonnes)
        return {category: dict(sorted(cells.items(), key=_place)) for category, cells in sorted(found.items())}

    def by_source(self) -> Mapping[str, tuple[NumberCoverage, ...]]:
        """The numbers of each source."""
        found: dict[str, list[NumberCoverage]] = {}
        for row in self.rows:
            found.setdefault(row.number.source, []).append(row)
        return {source: tuple(rows) for source, rows in found.items()}


def _place(cell: tuple[ProcedureMethod | None, Amount]) -> int:
    return len(ORDER) if cell[0] is None else ORDER.index(cell[0])


def amount(rows: Iterable[NumberCoverage]) -> Amount:
    """How many numbers, and the t CO2 that depend on them: a factor's are those of its activity data, and are not counted twice."""
    listed = tuple(rows)
    activity = sum((row.number.tonnes for row in listed if row.number.kind is CoverageKind.ACTIVITY), Fraction())
    factors = max((row.number.tonnes for row in listed if row.number.kind is CoverageKind.FACTOR), default=Fraction())
    return Amount(len(listed), max(activity, factors))


def assess(
    numbers: Iterable[CoverageNumber],
    procedures: Mapping[str, Sequence[Procedure]] = NONE,
    rule: Coverage | None = None,
    *,
    deviations: Mapping[str, str] | None = None,
    plan: TestPlan | None = None,
    levels: Mapping[str, Level] | None = None,
    first_test: datetime | None = None,
) -> CoverageAssessment:
    """The coverage of every number: `procedures` by its key, `deviations` and risk `levels` by its source.

    A deviation counts only where the pack lets the lead verifier deviate.
    """
    why = dict(deviations or {}) if rule and rule.deviation else {}
    rows = tuple(_row(number, tuple(procedures.get(number.key, ())), rule, why, levels or {}) for number in numbers)
    return CoverageAssessment(rows, rule, plan or TestPlan(), levels, first_test)


def _row(
    number: CoverageNumber,
    procedures: tuple[Procedure, ...],
    rule: Coverage | None,
    deviations: Mapping[str, str],
    levels: Mapping[str, Level],
) -> NumberCoverage:
    if rule is None or number.kind not in rule.kinds:
        return NumberCoverage(number, procedures, covered=True)
    low = levels.get(number.source) is Level.LOW
    enough = [each for each in procedures if _suffices(each, rule, low=low)]
    covered = covered_by(number, enough)
    firm = covered_by(number, [each for each in enough if each.sampling not in rule.own_practice])
    return NumberCoverage(number, procedures, covered, deviations.get(number.source, ""), covered and not firm)


def _suffices(procedure: Procedure, rule: Coverage, *, low: bool) -> bool:
    if procedure.method is ProcedureMethod.SAMPLED and procedure.sampling not in rule.sampling:
        return False
    return procedure.method in rule.procedures or (low and procedure.method in rule.low_risk)


def against_positive(assessment: CoverageAssessment) -> tuple[StatedReason, ...]:
    """Reasons against a positive opinion: numbers without a procedure the pack requires; plan not approved, late or overtaken."""
    rule, reasons = assessment.rule, []
    if rule is None:
        return ()
    if assessment.missing:
        found = amount(assessment.missing)
        reasons.append(StatedReason("opinion.not_covered", (("count", found.count), ("tonnes", tonnes(found.tonnes)))))
    if not rule.by_plan or not assessment.rows:
        return tuple(reasons)
    if assessment.not_assessed:
        reasons.append(StatedReason("opinion.risk_not_assessed", (("count", len(assessment.not_assessed)),)))
    if assessment.plan.approved_at is None:
        reasons.append(StatedReason("opinion.plan_not_approved"))
    elif assessment.plan_changed:
        reasons.append(StatedReason("opinion.plan_changed"))
    elif assessment.plan_late:
        reasons.append(StatedReason("opinion.plan_late"))
    return tuple(reasons)
