"""Takes a demo case from its report to the stage it is to show, action by action."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask_babel import force_locale

from verifier.audit.queries import last_change
from verifier.checks.boundary import actions as boundary
from verifier.checks.boundary import queries as boundaries
from verifier.checks.data import actions as data
from verifier.checks.data import queries as numbers
from verifier.checks.data.flags import actions as flags
from verifier.checks.data.flags import queries as looked
from verifier.checks.data.flags.wording import finding_of
from verifier.checks.data.versions import actions as versions
from verifier.checks.data.versions import queries as changes
from verifier.checks.site import actions as site
from verifier.core.actor import Actor
from verifier.core.boundary import Kind
from verifier.core.clocks import day_in
from verifier.core.findings import Check
from verifier.core.lifecycle import Stage
from verifier.core.outcomes import source_outcomes
from verifier.core.site import ChecklistOutcome, VisitPlan
from verifier.core.subject import Subject
from verifier.demo import coverage, people, workbooks
from verifier.demo.review import reperform
from verifier.engagements import actions as engagements
from verifier.engagements.models import Engagement
from verifier.evidence import actions as evidence
from verifier.findings import actions as findings
from verifier.findings import queries as raised
from verifier.registry.models import UnitYear
from verifier.reports import actions as reports
from verifier.reports.models import ReportVersion
from verifier.reports.wording import flag_sentence
from verifier.rulepacks.load import load
from verifier.statement import actions as statement
from verifier.statement.signing import issuing

STEPS = {
    Stage.ISSUED: 9,
    Stage.TO_SEAL: 8,
    Stage.TO_COUNTERSIGN: 7,
    Stage.TO_CERTIFY: 6,
    Stage.REVIEWING: 5,
    Stage.ANSWERING: 3,
    Stage.CHECKING: 2,
    Stage.ARRANGING: 0,
}
"""The stage each of the group's units shows, in their order, and how many steps lead there."""
STAGES = tuple(STEPS)
EXPLAINED = ("metering_gap", "rounded_data", "not_in_plan", "fixed_ratio")
"""Kinds of flags that the demo's verifiers found no error behind, or that check 1 asks about."""


class CaseMaker:
    """Makes cases with the demo's cast."""

    def __init__(self, cast: Any, now: datetime) -> None:
        self.cast, self.present = cast, now

    def stage_of(self, place: int) -> Stage:
        """The stage a unit's case is to show."""
        return STAGES[place]

    def make(self, unit_year: UnitYear, place: int) -> None:
        """Run the actions until the stage is reached."""
        goal = STAGES[place]
        engagement = self.open(unit_year, place)
        steps: list[Callable[[Engagement], None]] = [
            self.arrange,
            self.check,
            self.send,
            self.answer,
            self.conclude,
            self.approve,
            self.certify,
            self.countersign,
            self.seal,
        ]
        for step in steps[: STEPS[goal]]:
            step(engagement)
        if engagement.stage is not goal:
            raise RuntimeError(f"the demo case of {unit_year.unit.name} stands at {engagement.stage}, not at {goal}")

    def actor(self, key: str) -> Actor:
        """A person of the cast."""
        found: Actor = self.cast.actor(key)
        return found

    def open(self, unit_year: UnitYear, place: int) -> Engagement:
        """A released report with errors, and a case on it."""
        self.submit_report(unit_year, corrected=False)
        engagement = engagements.open_case(
            unit_year,
            conflict_check="No consulting, no shared managers, no trade in allowances with the group since 2018.",
            actor=self.actor("coordinator"),
            now=self.cast.now(hours=3),
        )
        for key, role in people.TEAM.items():
            if place == len(STAGES) - 1 and key in ("expert", "signatory"):
                continue
            engagements.name_member(engagement, self.cast.users[key], role, actor=self.actor("coordinator"), now=self.cast.now())
        return engagement

    def submit_report(self, unit_year: UnitYear, *, corrected: bool) -> ReportVersion:
        """A version of the report, handed in and released."""
        book = workbooks.PARK if corrected else workbooks.PARK_WITH_ERRORS
        unit = unit_year.unit
        content = workbooks.under_another_name(book, unit.name, unit.credit_code or "")
        name = f"{unit.name.lower().replace(' ', '-')}-2021{'-corrected' if corrected else ''}.xlsx"
        note = "Corrected as the findings asked." if corrected else ""
        version = reports.submit_report(unit_year, content, name, note, actor=self.actor("group-contact"), now=self.cast.now(hours=1))
        reports.release(version, actor=self.actor("group-responsible"), now=self.cast.now())
        return version

    def arrange(self, engagement: Engagement) -> None:
        """Everyone declares; the checks begin."""
        questions = load(engagement.pack_id).independence_questions
        answers = {question.code: (False, "") for question in questions}
        for key in people.TEAM:
            engagements.declare(engagement, answers, actor=self.actor(key), now=self.cast.now())
        engagements.start(engagement, actor=self.actor("coordinator"), now=self.cast.now())

    def check(self, engagement: Engagement) -> None:
        """Raise findings for anomalies, confirm the rest, carry out the site visit."""
        self.raise_findings(engagement)
        self.confirm(engagement)
        self.visit(engagement)

    def raise_findings(self, engagement: Engagement) -> None:
        """One finding where the plan does not know a source, and one for each flag that no record explains."""
        for row in boundaries.judged(engagement, Kind.SOURCE):
            if row.row.remarkable:
                self.finding(
                    engagement,
                    Check.BOUNDARY,
                    row.row.key,
                    "2",
                    "Source is not in the monitoring plan",
                    f"{row.row.key} is reported, but the monitoring plan does not name it. Add it, or say why not.",
                )
        self.resolve_flags(engagement)

    def resolve_flags(self, engagement: Engagement) -> None:
        """Raise data alerts as findings, or dismiss those that meter records explain."""
        raised_flags, explained, pack = {}, [], load(engagement.pack_id)
        sentence = partial(flag_sentence, categories={each.code: each.name.en for each in pack.categories})
        for each in looked.flagged(engagement):
            if not each.is_open:
                continue
            main = each.main
            if main.code in EXPLAINED:
                explained.append(each.flag.key)
                continue
            with force_locale("en"):
                raised_flags[each.flag.key] = finding_of(each, sentence)
        by = {"actor": self.actor("lead"), "now": self.cast.now()}
        if raised_flags:
            flags.raise_findings(engagement, raised_flags, "non_conformity", "", **by)
        flags.dismiss(
            engagement, explained, "The meter's record explains it; the plan's rule for missing data was kept, or check 1 asks.", **by
        )

    def finding(self, engagement: Engagement, check: Check, key: str, clause: str, title: str, text: str) -> None:
        """A non-conformity on a source."""
        clauses = [each.code for each in load(engagement.pack_id).clauses]
        findings.raise_finding(
            engagement,
            Subject("source", key),
            check,
            findings.Draft("non_conformity", clause if clause in clauses else clauses[0], title, text),
            actor=self.actor("lead"),
            now=self.cast.now(),
        )

    def confirm(self, engagement: Engagement) -> None:
        """Confirm all items without contrary evidence."""
        for kind in Kind:
            keys = [each.row.key for each in boundaries.judged(engagement, kind) if each.confirmable]
            if keys:
                boundary.decide_many(engagement, kind, keys, actor=self.actor("verifier"), now=self.cast.now())
        keys = [each.source.source_key for each in numbers.source_reviews(engagement) if each.agreeable]
        if keys:
            data.agree_many(engagement, keys, "Recalculated from the report.", actor=self.actor("verifier"), now=self.cast.now())

    def visit(self, engagement: Engagement) -> None:
        """Two days at the plant, every item answered, photos of meters and boiler."""
        now = self.cast.now(hours=6)
        first = day_in(engagement.unit_year.year.time_zone, now + timedelta(days=1))
        plan = VisitPlan(
            first,
            first + timedelta(days=1),
            "Boiler house, substation and meter rooms",
            (self.cast.users["lead"].name, self.cast.users["verifier"].name),
            (self.cast.users["group-contact"].name,),
        )
        site.plan_visit(engagement, plan, actor=self.actor("lead"), now=now)
        self.cast.now(days=1)
        items = load(engagement.pack_id).checklist
        for item in items:
            site.answer_item(
                engagement,
                item.code,
                ChecklistOutcome.IN_ORDER,
                "Seen on site and in the records.",
                actor=self.actor("verifier"),
                now=self.cast.now(),
            )
        for photo, item in zip(workbooks.photos(), items, strict=False):
            caption = photo[0].removesuffix(".jpg").replace("-", " ").capitalize()
            evidence.add_photos(
                engagement.id,
                engagement.stage,
                Subject("checklist_item", item.code),
                [photo],
                caption,
                actor=self.actor("verifier"),
                now=self.cast.now(),
            )
        self.cast.now(days=2)

    def send(self, engagement: Engagement) -> None:
        """The findings go to the unit together."""
        findings.send_all(engagement, actor=self.actor("lead"), now=self.cast.now(hours=2))

    def answer(self, engagement: Engagement) -> None:
        """The unit corrects its report and answers each finding; the team accepts, and decides what had changed."""
        version = self.submit_report(engagement.unit_year, corrected=True)
        for finding in raised.awaiting_answer(engagement):
            findings.answer(
                finding,
                "Corrected in the new version of the report; the voucher is with the meter's file.",
                (),
                version,
                actor=self.actor("group-contact"),
                now=self.cast.now(),
            )
        for finding in raised.open_findings(engagement):
            findings.accept(finding, "The correction was recalculated and holds.", actor=self.actor("lead"), now=self.cast.now())
        for step in changes.steps(engagement):
            unrequested = [each.change.key for each in changes.changes_of(engagement, step) if each.is_open]
            if unrequested:
                versions.accept(
                    engagement,
                    step,
                    unrequested,
                    "Follows from what was corrected; seen in the same records.",
                    actor=self.actor("lead"),
                    now=self.cast.now(),
                )
        self.resolve_flags(engagement)
        self.confirm(engagement)
        for review in numbers.source_reviews(engagement):
            if review.is_open:
                data.decide(
                    engagement,
                    review.source.source_key,
                    source_outcomes.SourceOutcome.AGREED,
                    note="Agrees after the correction.",
                    actor=self.actor("lead"),
                    now=self.cast.now(),
                )

    def conclude(self, engagement: Engagement) -> None:
        """Test the numbers, then the opinion that may be given."""
        coverage.cover(self, engagement)
        positive = next(each for each in load(engagement.pack_id).opinions if each.positive)
        statement.draw_conclusion(
            engagement,
            positive.code,
            "Every finding was answered and corrected in the report.",
            actor=self.actor("lead"),
            now=self.cast.now(hours=1),
        )

    def approve(self, engagement: Engagement) -> None:
        """The independent review."""
        reperform(self, engagement)
        statement.approve(
            engagement,
            "Sampling of the working papers agrees with the conclusion.",
            last_change(engagement.id),
            actor=self.actor("reviewer"),
            now=self.cast.now(hours=4),
        )

    def certify(self, engagement: Engagement) -> None:
        """The lead verifier's signature."""
        self.sign(engagement, "lead", issuing.certify)

    def countersign(self, engagement: Engagement) -> None:
        """The authorised signatory's signature."""
        self.sign(engagement, "signatory", issuing.countersign)

    def seal(self, engagement: Engagement) -> None:
        """The body's seal."""
        self.sign(engagement, "coordinator", issuing.seal)

    def sign(self, engagement: Engagement, key: str, action: Callable[..., object]) -> None:
        """One signature, with passphrase and second factor."""
        now = self.cast.now(minutes=20)
        action(engagement, self.cast.users[key], self.cast.passphrase, self.cast.code(key, now), actor=self.actor(key), now=now)
