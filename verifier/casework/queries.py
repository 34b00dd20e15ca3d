"""Queries on whole cases: lists, and the overview of one case with its checks and missing items."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from verifier.accounts.models import Organisation, User
from verifier.checks.boundary import queries as boundary
from verifier.checks.data import queries as data
from verifier.checks.data.analysis import queries as procedures
from verifier.checks.data.sampling import queries as samples
from verifier.checks.data.sampling.queries import SamplingStatus
from verifier.checks.data.versions import queries as versions
from verifier.checks.site import queries as site
from verifier.core.boundary import Kind
from verifier.core.findings import RESOLVED_STATES, SEEN_BY_UNIT, WITH_UNIT, FindingState
from verifier.core.lifecycle import Stage
from verifier.core.typed_digits import whole_number
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.engagements.queries import visible_to
from verifier.evidence.models import Photo
from verifier.findings.queries import not_withdrawn
from verifier.registry.models import ProgrammeYear
from verifier.rulepacks.load import load


def cases(user: User, *, search: str = "", stage: str = "", year: str = "") -> Select[Engagement]:
    """The cases a person may know of, the latest opened first."""
    body = aliased(Organisation)
    found = visible_to(user).join(body, Engagement.body_id == body.id)
    if search:
        columns = (Engagement.number, Organisation.name, Organisation.name_zh, body.name, body.name_zh)
        found = found.where(or_(*(column.icontains(search, autoescape=True) for column in columns)))
    if stage:
        found = found.where(Engagement.stage == stage)
    if year:
        number = whole_number(year, longest=5)
        found = found.where(ProgrammeYear.emission_year == (-1 if number is None else number))
    return found.order_by(Engagement.opened_at.desc(), Engagement.number.desc())


def years(user: User) -> list[int]:
    """The emission years a person has cases of, newest first."""
    of = visible_to(user).with_only_columns(ProgrammeYear.emission_year).distinct()
    return list(db.session.scalars(of.order_by(ProgrammeYear.emission_year.desc())))


def open_cases(user: User) -> Select[Engagement]:
    """The cases of a person whose statement is not issued yet, the longest waiting first."""
    return visible_to(user).where(Engagement.stage != Stage.ISSUED).order_by(Engagement.stage_since, Engagement.number)


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of one part of a check; `findings` counts those raised in it."""

    done: int
    total: int
    findings: int = 0

    @property
    def left(self) -> int:
        """Number of undecided items."""
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """The findings of a case as one reader may know of them, withdrawn ones left out."""

    all: int
    open: int
    drafts: int
    with_unit: int
    answered: int


@dataclass(frozen=True, slots=True)
class CaseOverview:
    """The three checks side by side, the findings, and with them what is still missing before a conclusion."""

    facilities: Progress
    sources: Progress
    data: Progress
    flags: Progress
    checklist: Progress
    visits: int
    """Visits that took place."""
    photos: int
    findings: FindingCounts
    visits_left: int = 0
    """Visits that are not over, or whose people are not all entered."""
    samples: Progress = Progress(0, 0)
    """Items of drawn samples, with what the ladder still forces; nothing where nothing was drawn."""
    sampling: SamplingStatus | None = None
    """How far sampling is; None where the rules know none."""
    changes: Progress = Progress(0, 0)
    """What a corrected report changed that nobody asked for; nothing where no report took another's place."""
    analysis: Progress = Progress(0, 0)
    """Lines of analytical procedures that stand out; those without a conclusion hold nothing up."""

    @property
    def undecided(self) -> int:
        """Facilities, sources, figures, flags, sampled items, unasked changes and checklist items still to be decided."""
        parts = (self.facilities, self.sources, self.data, self.flags, self.samples, self.changes, self.checklist)
        return sum(part.left for part in parts)

    @property
    def ready(self) -> bool:
        """Whether a conclusion may be drawn: nothing undecided, no unresolved finding, and the site visit over."""
        return not self.undecided and not self.findings.open and self.visits > 0 and not self.visits_left


def overview(engagement: Engagement) -> CaseOverview:
    """Counts of completed and missing items of a case."""
    boundaries = boundary.progress_by_kind(engagement)
    facilities, sources = boundaries[Kind.FACILITY], boundaries[Kind.SOURCE]
    figures, flags, checklist = data.progress(engagement), data.flag_progress(engagement), site.progress(engagement)
    photos = db.session.scalar(select(func.count()).where(Photo.case_id == engagement.id)) or 0
    visits = site.visit_counts(engagement)
    sampling, changes = samples.stand(engagement), versions.progress(engagement)
    sampled, compared = sampling.items, procedures.progress(engagement)
    return CaseOverview(
        facilities=Progress(facilities.done, facilities.total, facilities.findings),
        sources=Progress(sources.done, sources.total, sources.findings),
        data=Progress(figures.done, figures.total, figures.findings),
        flags=Progress(flags.done, flags.total),
        checklist=Progress(checklist.done, checklist.total, checklist.findings),
        visits=visits.counted,
        visits_left=visits.not_over + visits.incomplete,
        photos=photos,
        findings=finding_counts(engagement, inside=True),
        samples=Progress(sampled.done, sampled.total + sampled.forced),
        analysis=Progress(compared.done, compared.total),
        sampling=sampling if load(engagement.pack_id).sampling else None,
        changes=Progress(changes.done, changes.total),
    )


def finding_counts(engagement: Engagement, *, inside: bool) -> FindingCounts:
    """The findings by where they stand; outside the verification a draft does not exist."""
    known = Counter(each.state for each in not_withdrawn(engagement) if inside or each.state in SEEN_BY_UNIT)
    return FindingCounts(
        all=sum(known.values()),
        open=sum(count for state, count in known.items() if state not in RESOLVED_STATES),
        drafts=known.get(FindingState.DRAFT, 0),
        with_unit=sum(known.get(state, 0) for state in WITH_UNIT),
        answered=known.get(FindingState.ANSWERED, 0),
    )
