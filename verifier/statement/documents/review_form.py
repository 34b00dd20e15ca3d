"""The document-review form of a case: per item of the pack, what was reviewed, how, by whom, and the result."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select

from verifier.accounts.models import User
from verifier.checks.boundary import queries as boundary
from verifier.checks.data import queries as data
from verifier.checks.data.flags import queries as flags
from verifier.checks.data.models import NumberDecision
from verifier.checks.site import queries as site
from verifier.core.access import TEAM
from verifier.core.boundary import Kind
from verifier.core.errors import Refusal
from verifier.core.findings import Check, FindingState
from verifier.core.rulepack.documents import FormRow, StatementForm
from verifier.core.rulepack.pack import ChecklistItem, RulePack
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.reports.models import ReportedNumber
from verifier.reports.queries import report_of
from verifier.statement.documents.review_form_wording import RECORDS, STATES, in_both
from verifier.statement.facts import assessment
from verifier.statement.facts.assembly import ROLES, both
from verifier.statement.facts.model import Both
from verifier.statement.signing.keys import organisation_name

CODE = "document_review"
OF_DOCUMENTS = (Check.BOUNDARY, Check.DATA)
"""The checks that a document review is made of."""
People = Mapping[str, date]
"""Who reviewed, each with the last day."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One record of the case: how many are decided, of how many, and by whom."""

    record: str
    done: int
    total: int
    people: People

    @property
    def kind(self) -> str:
        """`numbers` or `flags` where it is one of them."""
        return self.record.partition(".")[0]

    @property
    def words(self) -> Both:
        """The same in both languages."""
        some, nothing = {"flags": ("flagged", "unflagged"), "numbers": ("singly", "none")}.get(self.kind, ("decided", "none"))
        key = some if self.total else nothing
        counted, name = in_both(key, done=self.done, total=self.total), RECORDS[self.record]
        return Both(f"{name.zh}：{counted.zh}", f"{name.en}: {counted.en}")


@dataclass(frozen=True, slots=True)
class ReviewFormLine:
    """One item of the form, or a clause that has none."""

    clause: str
    clause_name: Both
    item: Both
    evidence: Both
    method: tuple[Both, ...]
    reviewed: tuple[Both, ...]
    findings: tuple[Both, ...]
    result: Both
    site: tuple[Both, ...]
    people: tuple[tuple[str, date], ...]


@dataclass(frozen=True, slots=True)
class ReviewForm:
    """The whole form, from the current state of the case."""

    title: Both
    columns: tuple[tuple[str, Both], ...]
    number: str
    heads: tuple[tuple[str, Both], ...]
    lines: tuple[ReviewFormLine, ...]
    origin: str
    chosen: bool
    made_at: datetime
    zone: str


def form_of(pack: RulePack) -> StatementForm | None:
    """The pack's document-review form, where the program can fill it in."""
    form = pack.form(CODE)
    return form if form and form.columns else None


def review_form(engagement: Engagement, *, now: datetime) -> ReviewForm:
    """The form filled from the case; refuses a pack that has none."""
    pack, zone = assessment.pack_of(engagement), engagement.unit_year.year.time_zone
    form = form_of(pack)
    if form is None:
        raise Refusal("statement.form.none", pack=pack.id)
    raised = [each for each in assessment.findings_of(engagement) if each.state is not FindingState.WITHDRAWN]
    clauses = clauses_of(form, pack, {each.clause for each in raised})
    records = _records(engagement, ZoneInfo(zone))
    return ReviewForm(
        title=both(form.name),
        columns=tuple((column.code, both(column.name)) for column in form.columns),
        number=engagement.number,
        heads=_heads(engagement, pack),
        lines=tuple(line for clause in clauses for line in _of_clause(clause, form, pack, records, raised)),
        origin=form.origin.source,
        chosen=any(part.origin.basis == "practice" for part in (*form.columns, *form.rows)),
        made_at=now,
        zone=zone,
    )


def clauses_of(form: StatementForm, pack: RulePack, raised: Collection[str]) -> tuple[str, ...]:
    """The clauses of the form, joined with those of the pack that have items of the document review or under which a finding stands."""
    reviewed = {item.clause for check in OF_DOCUMENTS for item in pack.checklist_of(check)}
    joined = [each.code for each in pack.clauses if each.code in form.clauses or each.code in raised or each.code in reviewed]
    return (*joined, *(code for code in form.clauses if code not in joined))


def result_of(row: FormRow | None, reviewed: Sequence[Reviewed], *, raised: bool) -> Both:
    """What the review of an item came to: what is left first, then whether anything was raised; nothing on record is no result.

    Where the item rests on the tonnes of each source, its numbers need not be decided one by one: each is weighed in those tonnes.
    """
    has_tonnes = any(each.record == "tonnes" for each in reviewed)
    left = sum(each.total - each.done for each in reviewed if not (has_tonnes and each.kind == "numbers"))
    if left:
        return in_both("left", count=left)
    if raised:
        return in_both("raised")
    if row is None:
        return in_both("by_hand")
    looked = any(each.total or each.kind == "flags" for each in reviewed)
    return in_both("clear") if looked else in_both("absent")


def _of_clause(
    clause: str, form: StatementForm, pack: RulePack, records: Mapping[str, Reviewed], findings: Sequence[Finding]
) -> list[ReviewFormLine]:
    items = [item for check in OF_DOCUMENTS for item in pack.checklist_of(check) if item.clause == clause]
    references = _references([each for each in findings if each.clause == clause], pack)
    on_site = tuple(Both(each.look.zh, each.look.en) for each in pack.checklist if each.clause == clause)
    rows = {row.code: row for row in form.rows}
    lines = [_line(item, rows.get(item.code), pack, records, references, on_site) for item in items]
    if lines:
        return lines
    result = in_both("raised") if references else Both("", "")
    return [
        ReviewFormLine(clause, both(pack.clause(clause).name), in_both("no_item"), Both("", ""), (), (), references, result, on_site, ())
    ]


def _line(
    item: ChecklistItem,
    row: FormRow | None,
    pack: RulePack,
    records: Mapping[str, Reviewed],
    references: tuple[Both, ...],
    on_site: tuple[Both, ...],
) -> ReviewFormLine:
    reviewed = [records.get(code) or Reviewed(code, 0, 0, {}) for code in row.records] if row else []
    return ReviewFormLine(
        clause=item.clause,
        clause_name=both(pack.clause(item.clause).name),
        item=both(item.look),
        evidence=both(item.evidence) if item.evidence else Both("", ""),
        method=tuple(both(pack.ways[way]) for way in item.how),
        reviewed=tuple(each.words for each in reviewed),
        findings=references,
        result=result_of(row, reviewed, raised=bool(references)),
        site=on_site,
        people=_people(each.people for each in reviewed),
    )


def _references(findings: Sequence[Finding], pack: RulePack) -> tuple[Both, ...]:
    """The findings under their class and state, so that many of a kind take one place."""
    alike: dict[tuple[str, FindingState], list[str]] = {}
    for each in findings:
        alike.setdefault((each.class_code, each.state), []).append(each.label)
    named = [(labels, pack.finding_class(code).name, STATES[state]) for (code, state), labels in alike.items()]
    return tuple(Both(f"{'、'.join(labels)} {name.zh}（{state.zh}）", f"{name.en} ({state.en})") for labels, name, state in named)


def _people(several: Iterable[People]) -> tuple[tuple[str, date], ...]:
    last: dict[str, date] = {}
    for people in several:
        for name, day in people.items():
            last[name] = max(day, last.get(name, day))
    return tuple(sorted(last.items(), key=lambda pair: (pair[1], pair[0])))


def _heads(engagement: Engagement, pack: RulePack) -> tuple[tuple[str, Both], ...]:
    unit, year, version = engagement.unit, engagement.unit_year.year, engagement.report_version
    code = unit.credit_code or report_of(version).unit.get("credit_code", "")
    numbered = in_both("version", number=version.number)
    team = [(ROLES[one.role], one.user.registered_name) for one in engagement.members if one.effective_role in TEAM]
    visits = [f"{each.starts_on} — {each.ends_on} {each.place}" for each in site.visits(engagement)]
    return (
        ("unit", Both.same(organisation_name(unit))),
        ("credit_code", Both.same(code)),
        ("body", Both.same(organisation_name(engagement.body))),
        ("case", Both.same(engagement.number)),
        ("year", Both(f"{year.name_zh or year.name} · {year.emission_year}", f"{year.name} · {year.emission_year}")),
        ("report", Both(f"{numbered.zh}，{version.filename}", f"{numbered.en}, {version.filename}\nSHA-256 {version.sha256}")),
        ("pack", Both(pack.id, f"SHA-256 {engagement.pack_sha256}")),
        ("team", Both("\n".join(f"{name}（{role.zh}）" for role, name in team), "\n".join(f"{name} ({role.en})" for role, name in team))),
        ("visit", Both.same("\n".join(visits)) if visits else in_both("no_visit")),
    )


def _records(engagement: Engagement, zone: ZoneInfo) -> dict[str, Reviewed]:
    found = [_boundary(engagement, "facilities", Kind.FACILITY, zone), _boundary(engagement, "sources", Kind.SOURCE, zone)]
    reviews = data.source_reviews(engagement)
    decided = [(each.outcome.decider.registered_name, each.outcome.decided_at) for each in reviews if each.outcome and each.current]
    found.append(Reviewed("tonnes", sum(not each.is_open for each in reviews), len(reviews), _last(decided, zone)))
    return {each.record: each for each in (*found, *_numbers(engagement, zone), *_flags(engagement, zone))}


def _boundary(engagement: Engagement, record: str, kind: Kind, zone: ZoneInfo) -> Reviewed:
    rows = boundary.judged(engagement, kind)
    decided = [(each.decision.decider.registered_name, each.decision.decided_at) for each in rows if each.decision and not each.is_open]
    return Reviewed(record, sum(not each.is_open for each in rows), len(rows), _last(decided, zone))


def _numbers(engagement: Engagement, zone: ZoneInfo) -> list[Reviewed]:
    """Numbers of each kind, counted by the database."""
    of_version = ReportedNumber.version_id == engagement.report_version_id
    holds = and_(
        NumberDecision.engagement_id == engagement.id,
        NumberDecision.number_key == ReportedNumber.number_key,
        NumberDecision.fingerprint == ReportedNumber.fingerprint,
    )
    of = select(ReportedNumber.kind, func.count(), func.count(NumberDecision.id)).outerjoin(NumberDecision, holds).where(of_version)
    by = select(ReportedNumber.kind, User.registered_name, func.max(NumberDecision.decided_at)).join(NumberDecision, holds)
    by = by.join(User, NumberDecision.decided_by == User.id).where(of_version).group_by(ReportedNumber.kind, User.registered_name)
    people: dict[str, list[tuple[str, datetime]]] = {}
    for kind, name, at in db.session.execute(by):
        people.setdefault(kind, []).append((name, at))
    return [
        Reviewed(f"numbers.{kind}", done, total, _last(people.get(kind, []), zone))
        for kind, total, done in db.session.execute(of.group_by(ReportedNumber.kind))
    ]


def _flags(engagement: Engagement, zone: ZoneInfo) -> list[Reviewed]:
    by_code: dict[str, list[flags.Flagged]] = {}
    for each in flags.flagged(engagement):
        by_code.setdefault(each.main.code, []).append(each)
    found = []
    for code, rows in by_code.items():
        decided = [
            (each.disposition.decider.registered_name, each.disposition.decided_at)
            for each in rows
            if each.disposition and not each.is_open
        ]
        found.append(Reviewed(f"flags.{code}", sum(not each.is_open for each in rows), len(rows), _last(decided, zone)))
    return found


def _last(decided: Iterable[tuple[str, datetime]], zone: ZoneInfo) -> People:
    last: dict[str, date] = {}
    for name, at in decided:
        day = at.astimezone(zone).date()
        last[name] = max(day, last.get(name, day))
    return last
