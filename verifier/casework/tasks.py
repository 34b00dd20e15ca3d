"""The case as a list of tasks: state of each, and why one cannot start yet; values only, worded by the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from verifier.casework.queries import CaseOverview, Progress
from verifier.core.access import Permission, Role
from verifier.core.lifecycle import Stage

ORDER = tuple(Stage)


class TaskState(StrEnum):
    """State of a task."""

    LATER = "later"
    OPTIONAL = "optional"
    LEFT_OUT = "left_out"
    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    NOW = "now"
    PROBLEM = "problem"
    DONE = "done"


class Name(StrEnum):
    """What there is to do."""

    FACILITIES = "facilities"
    SOURCES = "sources"
    FLAGS = "flags"
    DATA = "data"
    ANALYSIS = "analysis"
    SAMPLING = "sampling"
    CHANGES = "changes"
    VISIT = "visit"
    CHECKLIST = "checklist"
    FINDINGS = "findings"
    CONCLUSION = "conclusion"
    REVIEW = "review"
    CERTIFY = "certify"
    COUNTERSIGN = "countersign"
    SEAL = "seal"


class Group(StrEnum):
    """The headings tasks stand under."""

    BOUNDARY = "boundary"
    DATA = "data"
    SITE = "site"
    FINDINGS = "findings"
    CONCLUSION = "conclusion"
    SIGNATURES = "signatures"


class TaskReason(StrEnum):
    """Why a task cannot start yet, or went wrong."""

    NOT_ARRANGED = "not_arranged"
    NO_VISIT = "no_visit"
    UNDECIDED = "undecided"
    NO_CONCLUSION = "no_conclusion"
    NOT_APPROVED = "not_approved"
    NOT_CERTIFIED = "not_certified"
    NOT_COUNTERSIGNED = "not_countersigned"
    VOIDED = "voided"


ENDPOINTS = {
    Name.FACILITIES: "boundary.facilities",
    Name.SOURCES: "boundary.sources",
    Name.FLAGS: "flags.flags",
    Name.DATA: "data.sources",
    Name.ANALYSIS: "analysis.overview",
    Name.SAMPLING: "samples.samples",
    Name.CHANGES: "versions.latest",
    Name.VISIT: "site.visit",
    Name.CHECKLIST: "site.visit",
    Name.FINDINGS: "findings.findings",
    Name.CONCLUSION: "statement.conclusion",
    Name.REVIEW: "statement.review",
    Name.CERTIFY: "statement.signing",
    Name.COUNTERSIGN: "statement.signing",
    Name.SEAL: "statement.signing",
}


OPTIONAL_TASKS = frozenset({Name.ANALYSIS})
"""Tasks a case is complete without."""
RESPONSIBLE: Mapping[Name, tuple[Permission, Role]] = {
    Name.CONCLUSION: (Permission.CONCLUSION_DRAW, Role.LEAD_VERIFIER),
    Name.FINDINGS: (Permission.FINDING_JUDGE, Role.LEAD_VERIFIER),
    Name.REVIEW: (Permission.REVIEW_DECIDE, Role.REVIEWER),
    Name.CERTIFY: (Permission.STATEMENT_CERTIFY, Role.LEAD_VERIFIER),
    Name.COUNTERSIGN: (Permission.STATEMENT_COUNTERSIGN, Role.SIGNATORY),
    Name.SEAL: (Permission.STATEMENT_SEAL, Role.COORDINATOR),
}
"""Permission needed for each task, and the role responsible if the reader lacks it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the list."""

    name: Name
    how: TaskState
    count: Progress | None = None
    reason: TaskReason | None = None

    @property
    def endpoint(self) -> str | None:
        """The page where it is done; none while it cannot start."""
        return None if self.how is TaskState.LATER else ENDPOINTS[self.name]

    @property
    def is_required(self) -> bool:
        """Whether the task is required: sampling only once begun."""
        if self.name is Name.SAMPLING:
            return self.how in (TaskState.UNDER_WAY, TaskState.DONE)
        return self.name not in OPTIONAL_TASKS


Grouped = Sequence[tuple[Group, Sequence[Task]]]


def tasks(stage: Stage, overview: CaseOverview, *, voided: bool) -> Grouped:
    """Every task of a case in order; `voided` says that something changed since the review approved."""
    issued = stage is Stage.ISSUED
    if stage is Stage.ARRANGING:
        checks = {name: Task(name, TaskState.LATER, reason=TaskReason.NOT_ARRANGED) for name in ENDPOINTS}
    else:
        checks = {task.name: task for task in _checks(overview, issued=issued)}
    return (
        (Group.BOUNDARY, (checks[Name.FACILITIES], checks[Name.SOURCES])),
        (Group.DATA, tuple(checks[name] for name in _of_data(overview))),
        (Group.SITE, (checks[Name.VISIT], checks[Name.CHECKLIST])),
        (Group.FINDINGS, (checks[Name.FINDINGS],)),
        (Group.CONCLUSION, (_conclusion(stage, overview, voided=voided), _review(stage, voided=voided))),
        (Group.SIGNATURES, _signatures(stage, voided=voided)),
    )


def progress(grouped: Grouped) -> tuple[int, int]:
    """How many tasks are completed, of how many; what need not be done is none."""
    every = [task.how for _group, tasks in grouped for task in tasks if task.is_required]
    return every.count(TaskState.DONE), len(every)


def _of_data(overview: CaseOverview) -> tuple[Name, ...]:
    """The tasks of check 2: sampling where the rules know it, changes where a report took another's place and changed what nobody asked."""
    sampling = (Name.SAMPLING,) if overview.sampling else ()
    return (Name.FLAGS, Name.DATA, Name.ANALYSIS, *sampling, *((Name.CHANGES,) if overview.changes.total else ()))


def _sampling(overview: CaseOverview, *, issued: bool) -> TaskState:
    """State of sampling: once begun, every plan must be drawn and every sample completed."""
    if overview.sampling is None or not overview.sampling.begun:
        return TaskState.LEFT_OUT if issued else TaskState.OPTIONAL
    complete = overview.sampling.drawn and not overview.sampling.planned and overview.samples.left == 0
    return TaskState.DONE if complete else TaskState.UNDER_WAY


def _analysis(count: Progress, *, issued: bool) -> TaskState:
    """State of the analytical procedures: optional, not counted as missing if not begun."""
    if count.left and not count.done:
        return TaskState.LEFT_OUT if issued else TaskState.OPTIONAL
    return _counted(count)


def _checks(overview: CaseOverview, *, issued: bool) -> tuple[Task, ...]:
    findings = overview.findings
    judged = TaskState.DONE if findings.open == 0 else TaskState.NOW if findings.answered or findings.drafts else TaskState.UNDER_WAY
    checklist = Task(Name.CHECKLIST, _counted(overview.checklist), overview.checklist)
    return (
        Task(Name.FACILITIES, _counted(overview.facilities), overview.facilities),
        Task(Name.SOURCES, _counted(overview.sources), overview.sources),
        Task(Name.FLAGS, _counted(overview.flags), overview.flags),
        Task(Name.DATA, _counted(overview.data), overview.data),
        Task(Name.ANALYSIS, _analysis(overview.analysis, issued=issued), overview.analysis),
        Task(Name.SAMPLING, _sampling(overview, issued=issued)),
        Task(Name.CHANGES, _counted(overview.changes), overview.changes),
        Task(Name.VISIT, _visit(overview)),
        checklist if overview.visits or overview.visits_left else Task(Name.CHECKLIST, TaskState.LATER, reason=TaskReason.NO_VISIT),
        Task(Name.FINDINGS, TaskState.NOT_STARTED if findings.all == 0 and overview.undecided else judged),
    )


def _visit(overview: CaseOverview) -> TaskState:
    """State of the site visit: done once it is over, with its people entered."""
    if overview.visits_left:
        return TaskState.UNDER_WAY
    return TaskState.DONE if overview.visits else TaskState.NOT_STARTED


def _counted(count: Progress) -> TaskState:
    if count.left == 0:
        return TaskState.DONE
    return TaskState.UNDER_WAY if count.done else TaskState.NOT_STARTED


def _conclusion(stage: Stage, overview: CaseOverview, *, voided: bool) -> Task:
    if stage in (Stage.ARRANGING, Stage.ANSWERING) or (stage is Stage.CHECKING and not overview.ready):
        return Task(Name.CONCLUSION, TaskState.LATER, reason=TaskReason.NOT_ARRANGED if stage is Stage.ARRANGING else TaskReason.UNDECIDED)
    again = voided and stage is Stage.TO_CERTIFY
    return Task(Name.CONCLUSION, TaskState.NOW if stage is Stage.CHECKING or again else TaskState.DONE)


def _review(stage: Stage, *, voided: bool) -> Task:
    if voided:
        return Task(Name.REVIEW, TaskState.PROBLEM, reason=TaskReason.VOIDED)
    return _station(Name.REVIEW, stage, Stage.REVIEWING, TaskReason.NO_CONCLUSION)


def _signatures(stage: Stage, *, voided: bool) -> tuple[Task, ...]:
    certify = _station(Name.CERTIFY, stage, Stage.TO_CERTIFY, TaskReason.NOT_APPROVED)
    return (
        Task(Name.CERTIFY, TaskState.LATER, reason=TaskReason.NOT_APPROVED) if voided and stage is Stage.TO_CERTIFY else certify,
        _station(Name.COUNTERSIGN, stage, Stage.TO_COUNTERSIGN, TaskReason.NOT_CERTIFIED),
        _station(Name.SEAL, stage, Stage.TO_SEAL, TaskReason.NOT_COUNTERSIGNED),
    )


def _station(name: Name, stage: Stage, at: Stage, before: TaskReason) -> Task:
    """A task equal to one stage of the case: later before it, now at it, done after it."""
    place, here = ORDER.index(at), ORDER.index(stage)
    return Task(name, TaskState.LATER, reason=before) if here < place else Task(name, TaskState.NOW if here == place else TaskState.DONE)
