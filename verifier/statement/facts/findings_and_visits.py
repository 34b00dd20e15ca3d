"""Findings, visits and dates of a case, as shown in its statement."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from verifier.casework.review.models import Review
from verifier.checks.data.sampling import item_errors
from verifier.checks.data.sampling import queries as sampling
from verifier.checks.site import queries as site
from verifier.checks.site.models import ChecklistAnswer
from verifier.core.calculation.units import round_half_up
from verifier.core.findings import FindingState
from verifier.core.rulepack.pack import RulePack
from verifier.core.site import VisitKind
from verifier.db import batched, db
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.reports import queries as reports
from verifier.reports.models import ReportedSource, ReportVersion
from verifier.statement.facts import assessment
from verifier.statement.facts import model as said
from verifier.statement.facts.model import Both
from verifier.statement.models import Conclusion

DISPOSITIONS: Mapping[FindingState, Both] = {
    FindingState.CLOSED: Both("已更正或澄清，已关闭", "Answered and closed"),
    FindingState.UNCORRECTED: Both("未更正", "Reported uncorrected"),
    FindingState.ESTIMATED: Both("保守估算", "Estimated conservatively"),
    FindingState.CARRIED_OVER: Both("结转下一年度", "Carried over to the next year"),
    FindingState.WITHDRAWN: Both("已撤回", "Withdrawn"),
}
KINDS: Mapping[VisitKind, Both] = {VisitKind.ON_SITE: Both("现场", "On site"), VisitKind.REMOTE: Both("远程", "Remote")}
OUTCOMES: Mapping[str, Both] = {
    "in_order": Both("符合", "In order"),
    "finding": Both("已提出发现", "Finding raised"),
    "not_applicable": Both("不适用", "Not applicable"),
}


def findings(engagement: Engagement, pack: RulePack) -> tuple[said.FindingLine, ...]:
    """Every finding that went out, with what became of it; internal notes and drafts stay inside."""
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.sent_at.is_not(None)).order_by(Finding.number)
    sent = list(db.session.scalars(of.options(selectinload(Finding.exchanges))))
    corrections = _Corrections(engagement, sent)
    return tuple(_finding(each, corrections, pack) for each in sent)


class _Corrections:
    """The versions findings were answered with, and what was reported of their sources, read once for all of them."""

    def __init__(self, engagement: Engagement, sent: Sequence[Finding]) -> None:
        self.versions = {version.id: version for version in reports.versions(engagement.unit_year)}
        self.current = engagement.report_version
        self._reported: dict[tuple[UUID, str], Decimal | None] = {}
        keys = sorted({each.subject_id for each in sent if each.subject_kind == "source"})
        for portion in batched(keys, 500):
            of = select(ReportedSource.version_id, ReportedSource.source_key, ReportedSource.reported)
            of = of.where(ReportedSource.version_id.in_(self.versions), ReportedSource.source_key.in_(portion))
            self._reported |= {(version, key): reported for version, key, reported in db.session.execute(of)}

    def before(self, version: ReportVersion) -> ReportVersion | None:
        """The version that was released before another, None where there is none."""
        return next((each for each in self.versions.values() if each.released_at and each.number < version.number), None)

    def lists(self, version: ReportVersion, source: str) -> bool:
        """Whether a version lists a source."""
        return (version.id, source) in self._reported

    def reported(self, version: ReportVersion, source: str) -> Decimal | None:
        """What a version reports of a source it lists."""
        return self._reported[version.id, source]


def _finding(finding: Finding, corrections: _Corrections, pack: RulePack) -> said.FindingLine:
    named = pack.finding_class(finding.class_code).name
    answers = [exchange for exchange in finding.exchanges if exchange.action == "answer"]
    clause = next((clause.name for clause in pack.clauses if clause.code == finding.clause), None)
    versions = [corrections.versions[each.report_version_id] for each in answers if each.report_version_id]
    return said.FindingLine(
        number=finding.label,
        class_name=Both(named.zh, named.en),
        clause=f"{finding.clause} {clause.zh} {clause.en}" if clause else finding.clause,
        subject=finding.subject_title or str(finding.subject),
        description="\n".join(part for part in (finding.title, finding.description) if part),
        effect=finding.effect,
        answer="\n".join(each.text for each in answers),
        correction=_correction(finding, corrections, versions),
        disposition=DISPOSITIONS.get(finding.state, Both("", "")),
    )


def _correction(finding: Finding, corrections: _Corrections, versions: list[ReportVersion]) -> str:
    """The versions that corrected it; for a source also its reported tonnes before and now."""
    parts = [f"报告第 {version.number} 版 Report version {version.number}" for version in dict.fromkeys(versions)]
    if finding.subject_kind == "source" and versions:
        key, before, current = finding.subject_id, corrections.before(versions[0]), corrections.current
        if before and corrections.lists(before, key) and corrections.lists(current, key):
            was, now = corrections.reported(before, key), corrections.reported(current, key)
            if was != now:
                parts.append(f"{key}: {_shown(was)} → {_shown(now)} tCO₂")
    return "\n".join(parts)


def _shown(tonnes: object) -> str:
    return "—" if tonnes is None else str(tonnes)


def visits(engagement: Engagement, pack: RulePack) -> tuple[said.SiteVisit, ...]:
    """The visits with what the checklist gave at each."""
    held = sorted(site.visits(engagement), key=lambda visit: (visit.starts_on, visit.id))
    answered = list(db.session.scalars(select(ChecklistAnswer).where(ChecklistAnswer.engagement_id == engagement.id)))
    return tuple(
        said.SiteVisit(
            started_on=visit.starts_on,
            ended_on=visit.ends_on,
            place=visit.place,
            people=tuple(name.strip() for name in (visit.body_people + "\n" + visit.unit_people).splitlines() if name.strip()),
            items=_items(engagement, pack, [answer for answer in answered if answer.visit_id == visit.id]),
            kind=KINDS[visit.kind],
            reason=visit.reason,
        )
        for visit in held
    )


def waiver(engagement: Engagement) -> said.VisitWaiver | None:
    """The authority's decision that no visit was needed, if it is in force."""
    row = site.waiver(engagement)
    return None if row is None else said.VisitWaiver(row.decided_on, row.reference, row.reason, row.sha256)


def samples(engagement: Engagement, pack: RulePack) -> tuple[said.SampleLine, ...]:
    """The samples that hold, with their errors, and the procedures accepted for what they do not support."""
    names = {each.code: each.name for each in pack.sampling.methods} if pack.sampling else {}
    wrong, covers = Counter(each.sample.number for each in item_errors.wrong_items(engagement)), item_errors.covers(engagement)
    found = []
    for sample in sampling.live(engagement):
        rows = sampling.items(sample)
        evaluation, name, cover = sampling.evaluation(sample, rows), names[sample.method], covers.get(sample.number)
        plan = sampling.plan_of(sample).tonnes
        found.append(
            said.SampleLine(
                number=sample.number,
                method=Both(name.zh, name.en),
                items=len(rows),
                wrong=wrong[sample.number],
                limit=round_half_up(evaluation.upper_limit, 2) if evaluation else None,
                tolerable=round_half_up(plan.tolerable, 2) if plan else None,
                procedures=cover.procedures if cover and cover.accepted_at else "",
            )
        )
    return tuple(found)


def _items(engagement: Engagement, pack: RulePack, answers: Iterable[ChecklistAnswer]) -> tuple[said.ChecklistLine, ...]:
    by_code = {answer.item_code: answer for answer in answers}
    return tuple(
        said.ChecklistLine(Both(item.look.zh, item.look.en), _outcome(engagement, by_code[item.code]), by_code[item.code].note)
        for item in pack.checklist
        if item.code in by_code
    )


def _outcome(engagement: Engagement, answer: ChecklistAnswer) -> Both:
    """The outcome, and that it was recorded on a day without a visit."""
    outcome = OUTCOMES.get(answer.outcome or "", Both("", ""))
    if not site.answered_outside(engagement, answer):
        return outcome
    on = site.day_of(engagement, answer).isoformat()
    return Both(f"{outcome.zh}（于现场核查日以外的 {on} 记录）", f"{outcome.en} (recorded outside the visit days, on {on})")


def milestones(engagement: Engagement, drawn: Conclusion, review: Review, zone: ZoneInfo) -> tuple[said.Milestone, ...]:
    """The dated steps of the case; those of one day in the order in which a case takes them."""

    def day(at: datetime) -> date:
        return at.astimezone(zone).date()

    version, waived = engagement.report_version, site.waiver(engagement)
    visited = site.visits(engagement)
    sent = [each.sent_at for each in assessment.findings_of(engagement) if each.sent_at is not None]
    received = said.Milestone(
        Both(f"收到报告第 {version.number} 版", f"Report version {version.number} received"),
        day(version.released_at or version.handed_in_at),
    )
    steps = [
        *([received] if version.number == 1 else []),
        said.Milestone(Both("核查项目建立", "Case opened"), day(engagement.opened_at)),
        *(said.Milestone(Both("现场核查", "Site visit"), visit.starts_on) for visit in visited),
        *([said.Milestone(Both("主管部门决定免予现场核查", "Site visit waived by the authority"), waived.decided_on)] if waived else []),
        *(said.Milestone(Both("发出核查发现", "Findings sent to the unit"), on) for on in sorted({day(at) for at in sent})),
        *([received] if version.number > 1 else []),
        said.Milestone(Both("作出核查结论", "Conclusion drawn"), day(drawn.drawn_at)),
        said.Milestone(Both("独立技术复核通过", "Independent review passed"), day(review.decided_at)),
    ]
    return tuple(sorted(steps, key=lambda step: step.on))
