"""Check 3: completion of the checklist, and items outstanding before leaving the site."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from verifier.core.errors import Refusal
from verifier.core.rulepack.pack import ChecklistItem
from verifier.core.rulepack.sections import SiteVisitRule

LOOKED_AT = "look"
"""The way of a pack's checklist that means seeing a thing with one's own eyes: a photo shows it."""


class ChecklistOutcome(StrEnum):
    """Outcome of one checklist item."""

    IN_ORDER = "in_order"
    FINDING = "finding"
    NOT_APPLICABLE = "not_applicable"


class VisitKind(StrEnum):
    """How a visit is made; a case whose visit the authority waived has a waiver instead."""

    ON_SITE = "on_site"
    REMOTE = "remote"


class VisitState(StrEnum):
    """How far a visit is: a visit has taken place only once its last day has passed."""

    TO_COME = "to_come"
    UNDER_WAY = "under_way"
    INCOMPLETE = "incomplete"
    """Its days have passed, but fewer people of the body than the pack asks for, or nobody of the unit, are entered."""
    CARRIED_OUT = "carried_out"


NOT_OVER = frozenset({VisitState.TO_COME, VisitState.UNDER_WAY})
"""States of a visit whose last day has not passed."""


class Gap(StrEnum):
    """Outstanding item of a site visit."""

    NO_VISIT = "no_visit"
    NOT_OVER = "not_over"
    TOO_FEW_PEOPLE = "too_few_people"
    NOBODY_MET = "nobody_met"
    UNANSWERED = "unanswered"
    NO_FINDING = "no_finding"
    NO_PHOTO = "no_photo"
    """Advice: an item that was looked at, with nothing to show for it."""
    ANSWERED_OUTSIDE = "answered_outside"
    """Advice: an outcome that was recorded on a day without a visit."""
    PHOTO_OUTSIDE = "photo_outside"
    """Advice: a photo that its camera dates to a day without a visit."""
    CAMERA_CLOCK = "camera_clock"
    """Advice: a photo that its camera dates after it was handed in: the camera's clock is off."""
    PHOTO_OLD = "photo_old"
    """Advice: a photo of a case without a visit that its camera dates long before it was handed in."""


ADVICE = frozenset({Gap.NO_PHOTO, Gap.ANSWERED_OUTSIDE, Gap.PHOTO_OUTSIDE, Gap.CAMERA_CLOCK, Gap.PHOTO_OLD})
"""What is worth a second look but keeps nobody from leaving."""


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """When and where a visit is, who of the body goes, and whom of the unit they meet."""

    starts_on: date
    ends_on: date
    place: str
    body_people: tuple[str, ...]
    unit_people: tuple[str, ...]
    note: str = ""
    kind: VisitKind = VisitKind.ON_SITE
    reason: str = ""
    """Why it is remote: how the rules' condition is met."""


@dataclass(frozen=True, slots=True)
class MissingStep:
    """One thing that is missing, with the codes of the checklist items it concerns."""

    gap: Gap
    items: tuple[str, ...] = ()

    @property
    def must(self) -> bool:
        """Whether it keeps the check from being complete."""
        return self.gap not in ADVICE


def check_plan(plan: VisitPlan, minimum: int) -> None:
    """Refuse a visit whose dates run backwards or that fewer people of the body go to than the pack asks for (guideline 130, 4.2.2)."""
    if plan.starts_on > plan.ends_on:
        raise Refusal("site.visit.dates")
    if len(set(plan.body_people)) < minimum:
        raise Refusal("site.visit.too_few_people", count=len(set(plan.body_people)), minimum=minimum)


def outside_visits(day: date, plans: Sequence[VisitPlan]) -> bool:
    """Whether a day, in the programme's zone, is of none of the visits."""
    return not any(plan.starts_on <= day <= plan.ends_on for plan in plans)


CLOCK_ALLOWANCE = timedelta(minutes=10)
"""By how much a camera's clock may run ahead of ours before it is called off."""
OLD_PHOTO_DAYS = 31
"""Days between taking and handing in above which a photo's date is pointed out: practice, no rule pack states one."""


def photo_gap(taken: datetime | None, added: datetime, plans: Sequence[VisitPlan]) -> Gap | None:
    """What is to be asked of a photo's time; both times in the programme's zone. None: nothing, or the camera wrote no time.

    A photo is compared with the days of the visits; where there is none, with the day on which it was handed in.
    """
    if taken is None:
        return None
    if taken > added + CLOCK_ALLOWANCE:
        return Gap.CAMERA_CLOCK
    if plans:
        return Gap.PHOTO_OUTSIDE if outside_visits(taken.date(), plans) else None
    return Gap.PHOTO_OLD if (added.date() - taken.date()).days > OLD_PHOTO_DAYS else None


def check_kind(plan: VisitPlan, rule: SiteVisitRule | None) -> None:
    """Refuse a remote visit that the pack does not permit, or whose reason is missing."""
    if plan.kind is VisitKind.ON_SITE:
        return
    if rule is None or not rule.remote:
        raise Refusal("site.visit.remote_forbidden")
    if not plan.reason.strip():
        raise Refusal("site.visit.remote_reason")


@dataclass(frozen=True, slots=True)
class Waiver:
    """The authority's decision to waive a site visit: its date and reference, why, and the pack's conditions that were confirmed."""

    decided_on: date
    reference: str
    reason: str
    confirmed: tuple[str, ...] = ()


def check_waiver(waiver: Waiver, rule: SiteVisitRule | None, today: date) -> None:
    """Refuse a waiver that the pack does not permit, one of its conditions not confirmed, or a decision without date, reference or reason.

    Source: the pack's own, for instance AVR (EU) 2018/2067 (rules.md section 3): never in the first year with this verifier, never after
    two periods without a visit, never after a significant change.
    """
    if rule is None or not rule.waiver:
        raise Refusal("site.waiver.forbidden")
    missing = [each.code for each in rule.waiver if each.code not in waiver.confirmed]
    if missing:
        raise Refusal("site.waiver.conditions", count=len(missing))
    if waiver.decided_on > today:
        raise Refusal("site.waiver.future")
    if not waiver.reference.strip() or not waiver.reason.strip():
        raise Refusal("site.waiver.incomplete")


def visit_state(plan: VisitPlan, today: date, minimum: int) -> VisitState:
    """How far a visit is on a day in the programme's zone; complete only after its last day, with its team and people of the unit."""
    if today < plan.starts_on:
        return VisitState.TO_COME
    if today <= plan.ends_on:
        return VisitState.UNDER_WAY
    enough = len(set(plan.body_people)) >= minimum and bool(plan.unit_people)
    return VisitState.CARRIED_OUT if enough else VisitState.INCOMPLETE


def refuse_outcome(outcome: ChecklistOutcome | None, note: str, *, held_against: bool) -> None:
    """Refuse an outcome that its note or the findings on the item contradict; None keeps a note without deciding.

    `held_against`: whether a finding that was not withdrawn is on the item.
    """
    if outcome is ChecklistOutcome.FINDING and not held_against:
        raise Refusal("site.item.no_finding")
    if outcome in (ChecklistOutcome.IN_ORDER, ChecklistOutcome.NOT_APPLICABLE) and held_against:
        raise Refusal("site.item.finding_exists")
    if outcome is ChecklistOutcome.NOT_APPLICABLE and not note.strip():
        raise Refusal("site.item.note_needed")
    if outcome is None and not note.strip():
        raise Refusal("site.item.nothing_said")


def settled(
    items: Sequence[ChecklistItem], outcomes: Mapping[str, ChecklistOutcome | None], held_against: Collection[str]
) -> tuple[str, ...]:
    """The codes of the items that need nothing more, in the pack's order; an outcome “finding” whose finding was withdrawn is not one."""
    return tuple(
        item.code
        for item in items
        if outcomes.get(item.code) is not None and (outcomes[item.code] is not ChecklistOutcome.FINDING or item.code in held_against)
    )


def still_missing(
    items: Sequence[ChecklistItem],
    outcomes: Mapping[str, ChecklistOutcome | None],
    *,
    visit: VisitPlan | None,
    today: date,
    minimum: int,
    held_against: Collection[str],
    photographed: Collection[str],
    outside: Mapping[Gap, Collection[str]] | None = None,
) -> tuple[MissingStep, ...]:
    """Items outstanding before leaving the site, mandatory ones first; empty if none.

    `held_against` and `photographed` are codes of items with a finding that was not withdrawn, and with at least one photo; `outside`
    names those recorded or photographed outside the visit days.
    """
    found = []
    if visit is None:
        found.append(MissingStep(Gap.NO_VISIT))
    else:
        if visit_state(visit, today, minimum) in NOT_OVER:
            found.append(MissingStep(Gap.NOT_OVER))
        if len(set(visit.body_people)) < minimum:
            found.append(MissingStep(Gap.TOO_FEW_PEOPLE))
        if not visit.unit_people:
            found.append(MissingStep(Gap.NOBODY_MET))
    open_ = tuple(item.code for item in items if outcomes.get(item.code) is None)
    without_finding = tuple(
        item.code for item in items if outcomes.get(item.code) is ChecklistOutcome.FINDING and item.code not in held_against
    )
    without_photo = tuple(
        item.code
        for item in items
        if LOOKED_AT in item.how
        and item.code not in photographed
        and outcomes.get(item.code) in (ChecklistOutcome.IN_ORDER, ChecklistOutcome.FINDING)
    )
    asked = [(gap, tuple(item.code for item in items if item.code in codes)) for gap, codes in (outside or {}).items()]
    found += [
        MissingStep(gap, codes)
        for gap, codes in ((Gap.UNANSWERED, open_), (Gap.NO_FINDING, without_finding), (Gap.NO_PHOTO, without_photo), *asked)
        if codes
    ]
    return tuple(found)
