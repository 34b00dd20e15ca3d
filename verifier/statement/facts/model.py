"""Facts of a statement as language-independent values, and their canonical form."""

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

FORMAT = "verifier-statement/2"
"""In version 1 differences and effects were verified − reported; since version 2 they are reported − verified everywhere."""


@dataclass(frozen=True, slots=True)
class Both:
    """One wording in both languages of the statement; `Both.same("…")` where it was typed in one only."""

    zh: str
    en: str

    @classmethod
    def same(cls, text: str) -> "Both":
        """What a person typed stands as it was typed."""
        return cls(text, text)

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


@dataclass(frozen=True, slots=True)
class Party:
    """The reporting unit or the verification body, by name and unified social credit code."""

    name: str
    credit_code: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Criteria:
    """The rule pack the case was worked under, pinned by its SHA-256, and the standards it names."""

    pack_id: str
    version: str
    sha256: str
    title: Both
    standards: tuple[Both, ...] = ()
    materiality: Both = Both("", "")
    assurance: Both = Both("", "")


@dataclass(frozen=True, slots=True)
class ReportFile:
    """The version of the report that the opinion is about, as the file that was handed in."""

    version: str
    sha256: str
    filename: str = ""
    received_on: date | None = None


def difference(reported: Decimal | None, verified: Decimal | None) -> Decimal | None:
    """Tonnes reported − verified: + overstated, − understated; unknown where either is unknown."""
    return None if reported is None or verified is None else reported - verified


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One emission source with its tonnes as reported and as verified (None: unknown), and why they differ."""

    id: str
    name: str
    category: str
    reported: Decimal | None
    verified: Decimal | None
    reason: Both = Both("", "")
    counts: bool = True
    estimate: Both = Both("", "")
    """The rule by which it was estimated conservatively; empty where it was not."""

    @property
    def difference(self) -> Decimal | None:
        """Tonnes reported − verified."""
        return difference(self.reported, self.verified)


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """One category in whole tonnes, as the programme's rounding gives them."""

    category: str
    reported: Decimal | None
    verified: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Tonnes reported − verified."""
        return difference(self.reported, self.verified)


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """What stays wrong with a source (empty: with the report as a whole): tonnes reported − right, and why it is material by nature."""

    source: str
    reference: str
    tonnes: Decimal
    nature: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Errors added up in t CO2: reported too much, too little, the two set against each other, and all of them."""

    over: Decimal
    under: Decimal
    net: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Materiality:
    """Uncorrected errors against the rules' threshold in t CO2; `verdict` is empty where none is given, and `basis` says why.

    `projected` is what samples project beyond what was found (None: nothing was sampled so); `weighed` is both together.
    """

    verdict: str
    name: Both
    basis: Both
    share: Decimal | None
    threshold: Decimal | None
    uncorrected: Sums
    projected: Sums | None
    weighed: Sums
    errors: tuple[ErrorLine, ...] = ()
    unknown: tuple[str, ...] = ()
    by_nature: tuple[str, ...] = ()
    netting: str = ""
    category: Both = Both("", "")
    """Category of the unit that the threshold follows from, and what it rests on; empty where the rules have none."""


@dataclass(frozen=True, slots=True)
class ReconciledLine:
    """Reported tonnes of a source (empty: what the stated totals have beyond their sources) from the first version to the verified figure.

    first − on_request − unrequested = final; final − differences = verified.
    """

    source: str
    first: Decimal | None
    on_request: Decimal | None
    unrequested: Decimal | None
    final: Decimal | None
    differences: Decimal | None
    verified: Decimal | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every source that counts, then the totals' own line; `total` is their sum. It ends at the final report where `own_figure` is not."""

    lines: tuple[ReconciledLine, ...]
    total: ReconciledLine
    own_figure: bool = True


@dataclass(frozen=True, slots=True)
class Opinion:
    """The opinion's code, its short name, the paragraph that is signed, and why it is not satisfactory without comments, if it is not."""

    code: str
    name: Both
    wording: Both
    reasons: tuple[Both, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding in its final state: what was wrong, its effect in tonnes, and its disposition."""

    number: str
    class_name: Both
    clause: str
    subject: str
    description: str
    effect: Decimal | None
    answer: str
    correction: str
    disposition: Both


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A person of the team and the role held on this case."""

    role: Both
    name: str


@dataclass(frozen=True, slots=True)
class Review:
    """The independent review that let the statement be signed."""

    reviewer: str
    approved_on: date
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One item of the on-site checklist with its outcome."""

    item: Both
    outcome: Both
    note: str = ""


@dataclass(frozen=True, slots=True)
class SiteVisit:
    """One visit: when, where, who was there, and what the checklist gave."""

    started_on: date
    ended_on: date
    place: str
    people: tuple[str, ...]
    items: tuple[ChecklistLine, ...] = ()
    kind: Both = Both("现场", "On site")
    reason: str = ""
    """Why it was remote."""


@dataclass(frozen=True, slots=True)
class VisitWaiver:
    """The authority's decision that no site visit was needed; `sha256` is of its file."""

    decided_on: date
    reference: str
    reason: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ComparedPlan:
    """The monitoring plan that the report was compared with: where it came from, and its document; `sha256` is of its file."""

    origin: Both
    document: str = ""
    reference: str = ""
    dated_on: date | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One sample that was drawn: its items, those found wrong, and, where the method gives them, its limit against the tolerable error.

    `procedures` are others that cover what it does not support, accepted by the independent reviewer.
    """

    number: int
    method: Both
    items: int
    wrong: int
    limit: Decimal | None
    tolerable: Decimal | None
    procedures: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of the annex; `sha256` is of the untouched original, `thumbnail` a small JPEG without metadata.

    It is empty where none could be made of the original.
    """

    sha256: str
    caption: str
    taken_at: datetime | None
    place: str
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class Milestone:
    """A dated step of the case."""

    name: Both
    on: date


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """Numbers of a kind (activity, factor) and category counted under one procedure (empty: none), and the t CO2 that depend on them."""

    kind: str
    category: str
    method: str
    name: Both
    count: int
    tonnes: Decimal


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """How the numbers of one source (or of a factor of several) were tested: count and evidence of each procedure."""

    source: str
    name: str
    kind: str
    method: str
    method_name: Both
    count: int
    tonnes: Decimal
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deviation:
    """A source left out of what the plan asked for, with the lead verifier's reason."""

    source: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the numbers that count were tested; `basis` is the rule with its source, `plan` says when and why a plan was approved.

    `missing` numbers were not tested as the rules require, on which `missing_tonnes` depend.
    """

    basis: Both
    cells: tuple[CoverageCell, ...]
    lines: tuple[CoverageLine, ...]
    missing: int
    missing_tonnes: Decimal
    deviations: tuple[Deviation, ...] = ()
    plan: str = ""
    sampling_accepted: int = 0
    """Numbers resting on samples of the body's own practice, which the independent reviewer accepted."""


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """Everything the statement says; two equal values make the same PDF, byte for byte, before it is signed."""

    number: str
    unit: Party
    body: Party
    programme: Both
    year: int
    period_start: date
    period_end: date
    criteria: Criteria
    scope: Both
    report: ReportFile
    sources: tuple[SourceLine, ...]
    category_totals: tuple[CategoryTotal, ...]
    reported_total: Decimal | None
    verified_total: Decimal | None
    opinion: Opinion
    findings: tuple[FindingLine, ...]
    team: tuple[TeamMember, ...]
    lead_verifier: str
    authorised_signatory: str
    review: Review
    site_visits: tuple[SiteVisit, ...]
    photos: tuple[Photo, ...]
    milestones: tuple[Milestone, ...]
    public_url: str
    prepared_at: datetime
    zone: str = "Asia/Shanghai"
    materiality: Materiality | None = None
    coverage: Coverage | None = None
    reconciliation: Reconciliation | None = None
    samples: tuple[SampleLine, ...] = ()
    visit_waiver: VisitWaiver | None = None
    compared_plan: ComparedPlan | None = None
    own_figure: bool = True
    """Whether the rules let the verifier state tonnes of its own; else it speaks of the reported ones, and what is wrong with them."""

    @property
    def difference(self) -> Decimal | None:
        """Total tonnes reported − verified."""
        return difference(self.reported_total, self.verified_total)


def plain(amount: Decimal | None) -> str | None:
    """A decimal as a string without exponent or idle zeros; None stays unknown."""
    if amount is None:
        return None
    text = format(amount, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _value(thing: object) -> object:
    """Every field of a value under its own name, so that none can be forgotten; bytes stand by their SHA-256."""
    match thing:
        case Decimal():
            return plain(thing)
        case datetime():
            return thing.astimezone(UTC).isoformat()
        case date():
            return thing.isoformat()
        case bytes():
            return {"sha256": hashlib.sha256(thing).hexdigest()}
        case tuple():
            return [_value(one) for one in thing]
    if not is_dataclass(thing):
        return thing
    named = {field.name: _value(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, SourceLine | CategoryTotal | StatementFacts):
        named["difference"] = plain(thing.difference)
    return named


def to_json(facts: StatementFacts) -> dict[str, object]:
    """The statement as JSON values: tonnes as decimal strings, times in UTC as ISO 8601, pictures by their SHA-256."""
    return {"format": FORMAT, **cast(dict[str, object], _value(facts))}


def canonical_bytes(facts: StatementFacts) -> bytes:
    """The JSON with sorted keys and no idle blanks, in UTF-8: what is attached to the PDF and what a hash may be taken of."""
    return json.dumps(to_json(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
