"""Assembles the facts of a statement from the database."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import select

from verifier.casework.materiality.queries import assurance, unit_category
from verifier.casework.review.models import Review
from verifier.checks.boundary import queries as boundary
from verifier.checks.data import queries as data
from verifier.checks.data.estimates import queries as estimates
from verifier.checks.data.numbers.without_finding import number_reasons
from verifier.core.access import TEAM, Role
from verifier.core.calculation.units import plain
from verifier.core.opinion.permitted import shortcomings
from verifier.core.reason import StatedReason
from verifier.core.rulepack.pack import RulePack, Text
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.evidence import pictures
from verifier.evidence.models import Photo
from verifier.evidence.queries import store
from verifier.reports.derived_values import calculated_anew
from verifier.reports.queries import report_of
from verifier.statement import queries
from verifier.statement.facts import assessment
from verifier.statement.facts import model as said
from verifier.statement.facts.compared_plan import compared_plan
from verifier.statement.facts.coverage import coverage
from verifier.statement.facts.findings_and_visits import findings, milestones, samples, visits, waiver
from verifier.statement.facts.model import Both
from verifier.statement.facts.reconciliation import reconciliation
from verifier.statement.facts.uncorrected_errors import materiality
from verifier.statement.models import Conclusion
from verifier.statement.pdf.wording import reason
from verifier.statement.signing.keys import organisation_name

ROLES: Mapping[Role, Both] = {
    Role.LEAD_VERIFIER: Both("核查组长", "Lead verifier"),
    Role.VERIFIER: Both("核查员", "Verifier"),
    Role.TECHNICAL_EXPERT: Both("技术专家", "Technical expert"),
}


@calculated_anew()
def statement_facts(
    engagement: Engagement, drawn: Conclusion, review: Review, *, number: str, public_url: str, now: datetime
) -> said.StatementFacts:
    """Everything the statement says, from the current state of the case."""
    pack, year, report = assessment.pack_of(engagement), engagement.unit_year.year, engagement.report_version
    zone = ZoneInfo(year.time_zone)
    compared, lines, own = assessment.comparison(engagement), sources(engagement), pack.own_figure
    received = report.released_at or report.handed_in_at
    return said.StatementFacts(
        number=number,
        unit=_unit(engagement),
        body=said.Party(organisation_name(engagement.body), engagement.body.credit_code or ""),
        programme=Both(year.name_zh or year.name, year.name),
        year=year.emission_year,
        period_start=datetime(year.emission_year, 1, 1, tzinfo=zone).date(),
        period_end=datetime(year.emission_year, 12, 31, tzinfo=zone).date(),
        criteria=_criteria(engagement, pack),
        scope=_scope(engagement, pack, lines),
        report=said.ReportFile(str(report.number), report.sha256, report.filename, received.astimezone(zone).date()),
        sources=lines,
        category_totals=tuple(
            said.CategoryTotal(row.category, row.reported, row.verified if own else None) for row in compared.categories if row.counts
        ),
        reported_total=drawn.reported_total,
        verified_total=drawn.verified_total if own else None,
        opinion=replace(
            _opinion(pack, drawn, agreed.level if (agreed := assurance(engagement)) else ""), reasons=_reasons(engagement, pack, drawn)
        ),
        findings=findings(engagement, pack),
        team=tuple(said.TeamMember(ROLES[one.role], one.user.registered_name) for one in engagement.members if one.effective_role in TEAM),
        lead_verifier=_holder(engagement, Role.LEAD_VERIFIER),
        authorised_signatory=_holder(engagement, Role.SIGNATORY),
        review=said.Review(review.person.registered_name, review.decided_at.astimezone(zone).date(), review.comments),
        site_visits=visits(engagement, pack),
        visit_waiver=waiver(engagement),
        compared_plan=compared_plan(engagement),
        samples=samples(engagement, pack),
        photos=_photos(engagement, zone),
        milestones=milestones(engagement, drawn, review, zone),
        public_url=public_url,
        prepared_at=now,
        zone=year.time_zone,
        materiality=_materiality(engagement, pack),
        coverage=coverage(engagement, review),
        reconciliation=reconciliation(assessment.reconciled(engagement), own_figure=own),
        own_figure=own,
    )


PLACE_IN = re.compile(r", (?:clause |part |contents)")
"""Where the name of a document ends and the place in it begins."""


def both(text: Text) -> Both:
    """A text of the pack as the statement prints it."""
    return Both(text.zh, text.en)


def _unit(engagement: Engagement) -> said.Party:
    unit, stated = engagement.unit, report_of(engagement.report_version).unit
    return said.Party(organisation_name(unit), unit.credit_code or stated.get("credit_code", ""), stated.get("address", ""))


def _holder(engagement: Engagement, role: Role) -> str:
    found = queries.member(engagement, role)
    return found.user.registered_name if found else ""


def criteria(pack: RulePack, sha256: str, share: Fraction | None = None) -> said.Criteria:
    """The pack, pinned, with the documents its clauses are read from, and the share that holds for this report's total."""
    documents = dict.fromkeys(PLACE_IN.split(clause.origin.source)[0] for clause in pack.clauses)
    threshold = f"{plain(share * 100, 4)} %" if share is not None else ""
    materiality = Both(f"重要性阈值：{threshold}", f"Materiality threshold: {threshold}") if threshold else both(pack.materiality_reason)
    return said.Criteria(pack.id, pack.version, sha256, both(pack.name), tuple(Both.same(name) for name in documents), materiality)


def _scope(engagement: Engagement, pack: RulePack, lines: tuple[said.SourceLine, ...]) -> Both:
    gases, year, name = ", ".join(pack.gases), engagement.unit_year.year.emission_year, organisation_name(engagement.unit)
    return Both(
        f"{name} {year} 年度核算边界内的 {gases} 排放，共 {len(lines)} 个排放源，其中 {sum(line.counts for line in lines)} 个计入排放量。",
        f"{gases} emitted within the accounting boundary of {name} in {year}: {len(lines)} sources, "
        f"of which {sum(line.counts for line in lines)} count.",
    )


def _criteria(engagement: Engagement, pack: RulePack) -> said.Criteria:
    share = assessment.materiality_assessment(engagement).share
    return replace(criteria(pack, engagement.pack_sha256, share), assurance=_assurance(engagement, pack))


def _materiality(engagement: Engagement, pack: RulePack) -> said.Materiality:
    found = assessment.materiality_assessment(engagement)
    return materiality(found, pack, unit_category(engagement, found.uncorrected.under))


def _assurance(engagement: Engagement, pack: RulePack) -> Both:
    """The level of assurance that was agreed; empty where the rules know one alone."""
    agreed = assurance(engagement)
    return next((both(each.name) for each in pack.assurance_levels if agreed and each.code == agreed.level), Both("", ""))


def _reasons(engagement: Engagement, pack: RulePack, drawn: Conclusion) -> tuple[Both, ...]:
    """Why the opinion is not the satisfactory one; none where it is."""
    opinion = pack.opinion(drawn.opinion)
    if opinion.with_comments:
        return (reason(StatedReason("opinion.only_with_comments")),)
    if opinion.positive:
        return ()
    return tuple(reason(each) for each in shortcomings(assessment.case_assessment(engagement), pack))


def _opinion(pack: RulePack, drawn: Conclusion, level: str) -> said.Opinion:
    """The pack's sentence in the form of the level of assurance, then what the lead verifier added, as it was typed."""
    opinion = pack.opinion(drawn.opinion)
    added = f"\n{drawn.text.strip()}" if drawn.text.strip() else ""
    sentence = opinion.sentence(level)
    return said.Opinion(opinion.code, both(opinion.name), Both(sentence.zh + added, sentence.en))


def sources(engagement: Engagement) -> tuple[said.SourceLine, ...]:
    """Every source of the report, with its tonnes as reported and, where the rules let the verifier state them, as verified."""
    left_out, estimated, pack = boundary.not_counted(engagement), estimates.in_force(engagement), assessment.pack_of(engagement)
    rule = both(pack.conservative.rule) if pack.conservative else Both("", "")
    of_numbers = number_reasons(engagement)
    return tuple(
        said.SourceLine(
            id=each.source.source_key,
            name=each.source.name,
            category=each.source.category,
            reported=each.source.reported,
            verified=each.verified if pack.own_figure else None,
            reason=Both.same("\n".join(part for part in (_reason(each), *of_numbers.get(each.source.source_key, ())) if part)),
            counts=each.source.counts and each.source.source_key not in left_out,
            estimate=rule if each.source.source_key in estimated else Both("", ""),
        )
        for each in data.source_reviews(engagement)
    )


def _reason(each: data.SourceReview) -> str:
    """Why a figure is another one, and why that needed no finding."""
    if each.outcome is None or not each.current or each.outcome.outcome == "agreed":
        return ""
    return "\n".join(part for part in (each.outcome.note, each.outcome.no_finding_reason) if part)


def _photos(engagement: Engagement, zone: ZoneInfo) -> tuple[said.Photo, ...]:
    of = select(Photo).where(Photo.case_id == engagement.id).order_by(Photo.added_at, Photo.id)
    return tuple(
        said.Photo(photo.original_sha256, photo.caption or photo.filename, _taken(photo, zone), _place(photo), _thumbnail(photo))
        for photo in db.session.scalars(of)
    )


def _thumbnail(photo: Photo) -> bytes:
    """The small copy of a photo; empty where none can be made."""
    if photo.thumbnail_sha256 is not None:
        return store().get(photo.thumbnail_sha256)
    found = pictures.pictures_of(pictures.PHOTO, photo.original_sha256)
    return b"" if found.refused is not None else found.pictures[pictures.COPIES["thumbnail"]]


def _taken(photo: Photo, zone: ZoneInfo) -> datetime | None:
    """The camera's own clock; in the programme's zone where it gave no offset."""
    try:
        at = datetime.fromisoformat(photo.taken_at or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _place(photo: Photo) -> str:
    return "" if photo.latitude is None or photo.longitude is None else f"{photo.latitude:.5f}, {photo.longitude:.5f}"
