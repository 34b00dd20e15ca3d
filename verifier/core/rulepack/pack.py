"""The rules of one programme in one version, as one value; read from a file by `reading`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Annotated, TypeVar

from verifier.core.errors import Refusal
from verifier.core.report.rows import code_of, plain_text
from verifier.core.rulepack.documents import StatementForm
from verifier.core.rulepack.kinds import Key, Mark
from verifier.core.rulepack.parts import (
    Category,
    ChecklistItem,
    Clock,
    ConflictingWork,
    DefaultFactor,
    FactorTable,
    FindingClass,
    LikelyClause,
    MethodRule,
    NamedCode,
    Opinion,
    Origin,
    Rotation,
    SamplingRule,
    SuggestedDate,
    Text,
    Tolerance,
)
from verifier.core.rulepack.sections import (
    CarbonToCO2,
    Conservative,
    Coverage,
    Gases,
    Materiality,
    Retention,
    ReviewRule,
    Roles,
    Rounding,
    SiteVisitRule,
    StreamCeiling,
    Threshold,
)

__all__ = [
    "Category",
    "ChecklistItem",
    "Clock",
    "DefaultFactor",
    "FindingClass",
    "NamedCode",
    "Opinion",
    "Origin",
    "Rounding",
    "RulePack",
    "SuggestedDate",
    "Text",
    "Threshold",
]

Coded = TypeVar("Coded", FindingClass, NamedCode, Opinion, ChecklistItem, Clock, MethodRule)
CALCULATED_FROM = ("gas_rule", "rounding", "carbon", "categories", "methods", "tables", "factors", "datachecks")
"""The sections that recalculating a report reads."""


@dataclass(frozen=True, slots=True)
class RulePack:
    """The rules of one programme in one version: its fields are the sections of the file. `sha256` is over the resolved pack."""

    id: str
    version: str
    programme: str
    name: Text
    zone: str
    gas_rule: Annotated[Gases, Key("gases")]
    rounding: Rounding
    carbon: Annotated[CarbonToCO2, Key("carbon_to_co2")]
    categories: tuple[Category, ...]
    tables: Annotated[tuple[FactorTable, ...], Mark.MAY_BE_UNSTATED]
    factors: Annotated[tuple[DefaultFactor, ...], Mark.MAY_BE_UNSTATED]
    methods: tuple[MethodRule, ...]
    finding_classes: tuple[FindingClass, ...]
    clauses: tuple[NamedCode, ...]
    dispositions: tuple[NamedCode, ...]
    opinions: tuple[Opinion, ...]
    materiality_rule: Annotated[Materiality, Key("materiality")]
    independence_questions: Annotated[tuple[NamedCode, ...], Mark.MAY_BE_UNSTATED]
    roles: Roles
    checklists: Annotated[tuple[ChecklistItem, ...], Key("checklist")]
    ways: Mapping[str, Text]
    clocks: Annotated[tuple[Clock, ...], Mark.MAY_BE_UNSTATED]
    suggested_dates: Annotated[tuple[SuggestedDate, ...], Mark.MAY_BE_UNSTATED]
    retention: Annotated[Retention | None, Mark.MAY_BE_UNSTATED]
    rotation: Annotated[tuple[Rotation, ...], Mark.MAY_BE_UNSTATED]
    sampling: Annotated[SamplingRule | None, Mark.MAY_BE_UNSTATED]
    datachecks: Annotated[tuple[Tolerance, ...], Mark.MAY_BE_UNSTATED]
    conservative: Annotated[Conservative | None, Mark.MAY_BE_UNSTATED]
    evidence_activities: tuple[NamedCode, ...]
    statement_forms: Annotated[tuple[StatementForm, ...], Mark.MAY_BE_UNSTATED]
    steps: tuple[NamedCode, ...]
    facts: Annotated[tuple[NamedCode, ...], Mark.MAY_BE_UNSTATED]
    likely_clauses: tuple[LikelyClause, ...] = ()
    site_visit: SiteVisitRule | None = None
    """Waived and remote visits; None: the pack permits neither."""
    coverage: Coverage | None = None
    assurance_levels: tuple[NamedCode, ...] = ()
    """Levels of assurance one of which is agreed at the start; none: the rules know one alone."""
    source_streams: tuple[StreamCeiling, ...] = ()
    """The classes of small source streams, the smallest first; what is in none of them is a major one."""
    review: ReviewRule | None = None
    conflicting_work: tuple[ConflictingWork, ...] = ()
    """Kinds of work for a unit that keep a body from verifying it; none: the rules name none."""
    calendar: str = ""
    unstated: Mapping[str, Text] = field(default_factory=dict)
    sha256: Annotated[str, Mark.NOT_IN_FILE] = field(default="", compare=False)

    @property
    def gases(self) -> tuple[str, ...]:
        """The gases that are reported."""
        return self.gas_rule.codes

    @property
    def carbon_to_co2(self) -> Fraction:
        """Tonnes of CO2 for a tonne of carbon."""
        return self.carbon.value

    @property
    def carbon_to_co2_origin(self) -> Origin:
        """Where that ratio is from."""
        return self.carbon.origin

    @property
    def materiality(self) -> Threshold | None:
        """The threshold of materiality, None where the rules give none."""
        return self.materiality_rule.threshold

    @property
    def materiality_reason(self) -> Text:
        """What the rules say of materiality."""
        return self.materiality_rule.reason

    @property
    def roles_must_differ(self) -> tuple[tuple[str, str], ...]:
        """Pairs of roles that one person may not hold both of."""
        return self.roles.must_differ

    @property
    def site_team_minimum(self) -> int:
        """How many people a site visit needs at least."""
        return self.roles.site_team_minimum

    @property
    def retention_years(self) -> int | None:
        """For how many years records are kept, None where the rules state no time."""
        return self.retention.years if self.retention else None

    def calculates_like(self, other: "RulePack") -> bool:
        """Whether every report gives the same result under both packs: tonnes, alerts and what each rests on."""
        return all(getattr(self, section) == getattr(other, section) for section in CALCULATED_FROM)

    def likely_clause(self, flag: str) -> str | None:
        """The clause a finding raised from an alert is most likely under, None where the pack names none."""
        return next((row.code for row in self.likely_clauses if flag in row.flags), None)

    def category(self, code: str) -> Category | None:
        """The category of that code, None where the pack has none."""
        return next((category for category in self.categories if category.code == code), None)

    def finding_class(self, code: str) -> FindingClass:
        """The class of that code; refuses a code the pack does not know."""
        return _one(self.finding_classes, code, "finding_class")

    def clause(self, code: str) -> NamedCode:
        """The clause of that code; refuses a code the pack does not know."""
        return _one(self.clauses, code, "clause")

    def disposition(self, code: str) -> NamedCode:
        """The disposition of that code; refuses a code the pack does not know."""
        return _one(self.dispositions, code, "disposition")

    def opinion(self, code: str) -> Opinion:
        """The opinion of that code; refuses a code the pack does not know."""
        return _one(self.opinions, code, "opinion")

    @property
    def checklist(self) -> tuple[ChecklistItem, ...]:
        """What to look at on site."""
        return self.checklist_of("site")

    def checklist_of(self, check: str) -> tuple[ChecklistItem, ...]:
        """What to look at in one check: `boundary`, `data` or `site`."""
        return tuple(item for item in self.checklists if item.check == check)

    @property
    def crosscheck_tolerance(self) -> Fraction:
        """How far an independent record may differ, as a share of it; 0 where the pack states none: any difference is told."""
        tolerance = self.tolerance("crosscheck_difference")
        return tolerance.value if tolerance else Fraction()

    def tolerance(self, code: str, body: Mapping[str, Fraction] | None = None) -> Tolerance | None:
        """The tolerance of a data check: the body's own where it set one (marked as its own), else the pack's, None where there is none."""
        stated = next((row for row in self.datachecks if row.code == code), None)
        if not body or code not in body:
            return stated
        own = Origin("set by the verification body", "body")
        return Tolerance(code, stated.name if stated else Text(code, code), body[code], own)

    def method(self, code: str) -> MethodRule:
        """The method of that code; refuses a code the pack does not know."""
        return _one(self.methods, code, "method")

    def methods_for(self, category: str) -> tuple[str, ...]:
        """The methods admitted for a category, the preferred one first."""
        return tuple(method.code for method in self.methods if category in method.categories)

    def table(self, name: str) -> FactorTable | None:
        """The published table of that code or name, None where the pack has none of it."""
        folded = plain_text(name).casefold()
        return next((row for row in self.tables if folded in (row.code.casefold(), row.name.en.casefold(), row.name.zh.casefold())), None)

    def due(self, code: str, day: date, add_working_days: Callable[[date, int], date]) -> date:
        """The last day of a time limit that an event on `day` starts or, where it comes before, ends; the day itself is not counted."""
        clock = self.clock(code)
        return add_working_days(day, -clock.days if clock.before else clock.days)

    def kept_until(self, issued: date) -> date | None:
        """The last day for which the records of a statement issued on that day are to be kept, None where the rules state no time."""
        if self.retention_years is None:
            return None
        try:
            return issued.replace(year=issued.year + self.retention_years)
        except ValueError:  # 29 February
            return issued.replace(year=issued.year + self.retention_years, month=3, day=1)

    def form(self, code: str) -> StatementForm | None:
        """The form of that code, None where the programme has none."""
        return next((form for form in self.statement_forms if form.code == code), None)

    def carried_by(self, code: str) -> tuple[str, ...]:
        """Whose seals and signatures a document of the programme carries, by their codes; none where the rules name none."""
        form = self.form(code)
        return form.seals if form else ()

    def checklist_item(self, code: str) -> ChecklistItem:
        """The checklist item of that code; refuses a code the pack does not know."""
        return _one(self.checklists, code, "checklist_item")

    def clock(self, code: str) -> Clock:
        """The time limit of that code; refuses a code the pack does not know."""
        return _one(self.clocks, code, "clock")

    def factor_for(self, category: str, fuel: str, parameter: str, table: str = "", year: int | None = None) -> DefaultFactor | None:
        """The published default for a fuel (by either name) in an emission year, in `table` where one is named; None: there is none."""
        return next((row for row in self.factor_rows(category, fuel, parameter, table) if row.holds_in(year)), None)

    def factor_rows(self, category: str, fuel: str, parameter: str, table: str = "") -> tuple[DefaultFactor, ...]:
        """Every published default for a fuel, of whichever year, but no suspect one; what is exported has the factor of what is bought."""
        folded, code = plain_text(fuel).casefold(), code_of(category).replace("exported_", "purchased_")
        named = self.table(table) if table else None
        if table and named is None:
            return ()
        return tuple(
            row
            for row in self.factors
            if row.parameter == parameter
            and not row.suspect
            and row.category in (None, code)
            and row.speaks_of(folded)
            and (named is None or row.table == named.code)
        )

    def conservative_factor(self, category: str, fuel: str, parameter: str, year: int | None = None) -> DefaultFactor | None:
        """The default an uncorrected number is estimated with: of the first of the rule's tables that has one; None where there is none."""
        tables = self.conservative.tables if self.conservative else ()
        return next((row for table in tables if (row := self.factor_for(category, fuel, parameter, table, year))), None)

    @property
    def own_figure(self) -> bool:
        """Whether a statement carries tonnes of the verifier's own; so it does unless the rules withhold them."""
        return self.conservative is None or self.conservative.own_figure

    def suggested_dates_for(self, emission_year: int) -> dict[str, date]:
        """The suggested date of each code for an emission year; a row for that very year wins over the row for every year."""
        rows = sorted(self.suggested_dates, key=lambda row: row.for_year is not None)
        return {
            row.code: date(emission_year + row.years_after, row.month, row.day) for row in rows if row.for_year in (None, emission_year)
        }


def _one(rows: tuple[Coded, ...], code: str, kind: str) -> Coded:
    for row in rows:
        if row.code == code:
            return row
    raise Refusal("pack.unknown_code", kind=kind, code=code)
