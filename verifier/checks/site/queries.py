"""Queries of check 3: visit, checklist with answers, photos and findings, and progress."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from verifier.checks.site.models import ChecklistAnswer, SiteVisit, VisitWaiver
from verifier.core import site
from verifier.core.clocks import day_in
from verifier.core.rulepack.pack import ChecklistItem, RulePack
from verifier.core.site import NOT_OVER, ChecklistOutcome, Gap, MissingStep, VisitKind, VisitPlan, VisitState
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.models import Photo, PhotoSubject
from verifier.evidence.queries import photos_by_subject
from verifier.findings.models import Finding
from verifier.findings.queries import by_subject, not_withdrawn
from verifier.rulepacks.load import load

KIND = "checklist_item"


@dataclass(frozen=True, slots=True)
class ChecklistProgress:
    """How many items of the checklist are settled, of how many, and how many findings are on them."""

    done: int
    total: int
    findings: int


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """One item of the checklist with all there is to it."""

    item: ChecklistItem
    answer: ChecklistAnswer | None
    photos: Sequence[Photo]
    findings: Sequence[Finding]
    settled: bool

    @property
    def outcome(self) -> ChecklistOutcome | None:
        """What was found, None while it is open."""
        return self.answer.outcome if self.answer else None


def visits(engagement: Engagement) -> list[SiteVisit]:
    """The visits of a case, the latest first; cancelled ones are none."""
    of = select(SiteVisit).where(SiteVisit.engagement_id == engagement.id, SiteVisit.cancelled_at.is_(None))
    return list(db.session.scalars(of.order_by(SiteVisit.starts_on.desc(), SiteVisit.id.desc())))


def visit(engagement: Engagement) -> SiteVisit | None:
    """The visit that answers are given on: the latest."""
    return next(iter(visits(engagement)), None)


def is_used(visit: SiteVisit) -> bool:
    """Whether anything was recorded at a visit: an answer or a photo."""
    answered = select(ChecklistAnswer.id).where(ChecklistAnswer.visit_id == visit.id).limit(1)
    shown = select(PhotoSubject.id).where(PhotoSubject.visit_id == visit.id).limit(1)
    return db.session.scalar(answered) is not None or db.session.scalar(shown) is not None


def waiver(engagement: Engagement) -> VisitWaiver | None:
    """The waiver of the site visit in force, None where there is none."""
    of = select(VisitWaiver).where(VisitWaiver.engagement_id == engagement.id, VisitWaiver.withdrawn_at.is_(None))
    return db.session.scalars(of.order_by(VisitWaiver.entered_at.desc())).first()


def physical_due(engagement: Engagement) -> bool:
    """Whether a visit on site remains due after remote ones, under the rules of the case."""
    rule = load(engagement.pack_id).site_visit
    kinds = {each.kind for each in visits(engagement)}
    return rule is not None and rule.physical_due and kinds == {VisitKind.REMOTE}


def today_of(engagement: Engagement, now: datetime | None = None) -> date:
    """The day in the programme's zone, at present unless another moment is given."""
    return day_in(engagement.unit_year.year.time_zone, now or utcnow())


def state_of(engagement: Engagement, visit: SiteVisit, now: datetime | None = None) -> VisitState:
    """How far a visit is."""
    return site.visit_state(plan_of(visit), today_of(engagement, now), load(engagement.pack_id).site_team_minimum)


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """The visits of a case: those that took place, those not over yet, and those whose people are not all entered."""

    carried_out: int
    not_over: int
    incomplete: int
    waived: bool = False

    @property
    def counted(self) -> int:
        """Visits that took place; a waiver stands for one."""
        return self.carried_out + self.waived


def visit_counts(engagement: Engagement, now: datetime | None = None) -> VisitCounts:
    """Visits by how far they are."""
    found = Counter(state_of(engagement, each, now) for each in visits(engagement))
    return VisitCounts(
        found[VisitState.CARRIED_OUT], sum(found[each] for each in NOT_OVER), found[VisitState.INCOMPLETE], waiver(engagement) is not None
    )


def by_clause(pack: RulePack) -> list[ChecklistItem]:
    """The checklist in the order of the pack's clauses: the one order in which it is shown, walked and counted."""
    place = {clause.code: number for number, clause in enumerate(pack.clauses)}
    return sorted(pack.checklist, key=lambda item: place[item.clause])


def answers(engagement: Engagement) -> dict[str, ChecklistAnswer]:
    """What was said of each item, by its code."""
    of = select(ChecklistAnswer).where(ChecklistAnswer.engagement_id == engagement.id)
    return {answer.item_code: answer for answer in db.session.scalars(of)}


def lines(engagement: Engagement) -> list[ChecklistRow]:
    """The pack's checklist clause by clause, in the pack's order within each."""
    pack, given_answers = load(engagement.pack_id), answers(engagement)
    photos, findings = photos_by_subject(engagement.id, KIND), by_subject(engagement, KIND)
    done = set(site.settled(pack.checklist, _outcomes(given_answers), findings.keys()))
    return [
        ChecklistRow(item, given_answers.get(item.code), photos.get(item.code, []), findings.get(item.code, []), item.code in done)
        for item in by_clause(pack)
    ]


def progress(engagement: Engagement) -> ChecklistProgress:
    """How far check 3 is; where the visit is waived and none is planned, no item has to be answered."""
    pack, on = load(engagement.pack_id), [each.subject_id for each in not_withdrawn(engagement) if each.subject_kind == KIND]
    if waiver(engagement) is not None and not visits(engagement):
        return ChecklistProgress(0, 0, len(on))
    query = select(ChecklistAnswer.item_code, ChecklistAnswer.outcome).where(ChecklistAnswer.engagement_id == engagement.id)
    outcomes = dict(db.session.execute(query).all())
    return ChecklistProgress(len(site.settled(pack.checklist, outcomes, set(on))), len(pack.checklist), len(on))


def still_missing(engagement: Engagement, now: datetime | None = None) -> tuple[MissingStep, ...]:
    """What to see to before leaving the site; nothing where the visit is waived and none is planned."""
    pack, planned = load(engagement.pack_id), visit(engagement)
    if planned is None and waiver(engagement) is not None:
        return ()
    given, photos = answers(engagement), photos_by_subject(engagement.id, KIND)
    return site.still_missing(
        by_clause(pack),
        _outcomes(given),
        visit=plan_of(planned) if planned else None,
        today=today_of(engagement, now),
        minimum=pack.site_team_minimum,
        held_against=by_subject(engagement, KIND).keys(),
        photographed=photos.keys(),
        outside=_outside(engagement, given, photos),
    )


def _outside(engagement: Engagement, given: Mapping[str, ChecklistAnswer], photos: Mapping[str, Sequence[Photo]]) -> dict[Gap, list[str]]:
    """Items answered or photographed outside the visit days, or by a camera whose clock is off."""
    plans = [plan_of(each) for each in visits(engagement)]
    found: dict[Gap, list[str]] = {Gap.ANSWERED_OUTSIDE: [], Gap.PHOTO_OUTSIDE: [], Gap.CAMERA_CLOCK: []}
    if not plans:
        return found
    found[Gap.ANSWERED_OUTSIDE] = [code for code, each in given.items() if each.outcome and answered_outside(engagement, each)]
    for code, several in photos.items():
        for gap in {gap_of(engagement, each, plans) for each in several}:
            if gap is not None:
                found[gap].append(code)
    return found


def answered_outside(engagement: Engagement, answer: ChecklistAnswer) -> bool:
    """Whether an item was answered on a day without a visit."""
    return site.outside_visits(day_of(engagement, answer), [plan_of(each) for each in visits(engagement)])


def day_of(engagement: Engagement, answer: ChecklistAnswer) -> date:
    """The day an item was answered on, in the programme's zone."""
    return day_in(engagement.unit_year.year.time_zone, answer.answered_at)


def gap_of(engagement: Engagement, photo: Photo, plans: Sequence[VisitPlan] | None = None) -> Gap | None:
    """What is to be asked of a photo's time; the camera's clock is read in the programme's zone where it gave no offset."""
    zone = ZoneInfo(engagement.unit_year.year.time_zone)
    try:
        taken = datetime.fromisoformat(photo.taken_at or "")
    except ValueError:
        return None
    taken = taken.astimezone(zone) if taken.tzinfo else taken.replace(tzinfo=zone)
    known = [plan_of(each) for each in visits(engagement)] if plans is None else plans
    return site.photo_gap(taken, photo.added_at.astimezone(zone), known)


def plan_of(visit: SiteVisit) -> VisitPlan:
    """A visit as the method knows it."""
    went, met = tuple(visit.body_people.splitlines()), tuple(visit.unit_people.splitlines())
    return VisitPlan(visit.starts_on, visit.ends_on, visit.place, went, met, visit.note, visit.kind, visit.reason)


def _outcomes(given_answers: dict[str, ChecklistAnswer]) -> dict[str, ChecklistOutcome | None]:
    return {code: answer.outcome for code, answer in given_answers.items()}
