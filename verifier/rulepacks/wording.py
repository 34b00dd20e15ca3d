"""Labels for rule packs: sections, keys, reliability of values."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.core.rulepack.pack import RulePack

SECTION_NAMES: Mapping[str, Any] = {
    "pack": _l("The rule pack"),
    "facts": _l("What to know"),
    "steps": _l("Order of work"),
    "gases": _l("Gases"),
    "categories": _l("Categories"),
    "methods": _l("Methods"),
    "carbon_to_co2": _l("Carbon to CO₂"),
    "rounding": _l("Rounding"),
    "tables": _l("Factor tables"),
    "factors": _l("Default factors"),
    "conservative": _l("Conservative estimate"),
    "materiality": _l("Materiality"),
    "source_streams": _l("Small source streams"),
    "assurance_levels": _l("Levels of assurance"),
    "sampling": _l("Sampling"),
    "coverage": _l("Coverage of numbers by procedures"),
    "datachecks": _l("Tolerances"),
    "finding_classes": _l("Finding classes"),
    "dispositions": _l("Dispositions"),
    "clauses": _l("Clauses"),
    "likely_clauses": _l("Suggested clauses"),
    "checklist": _l("Checklists"),
    "ways": _l("Ways of looking"),
    "evidence_activities": _l("Evidence-gathering activities"),
    "opinions": _l("Opinions"),
    "statement_forms": _l("Forms"),
    "site_visit": _l("Waived and remote site visits"),
    "review": _l("Independent review"),
    "roles": _l("Separation of roles"),
    "independence_questions": _l("Independence questions"),
    "rotation": _l("Rotation"),
    "conflicting_work": _l("Work that rules out a verification"),
    "clocks": _l("Time limits in working days"),
    "suggested_dates": _l("Suggested dates"),
    "retention": _l("Keeping of records"),
}
KEY_NAMES: Mapping[str, Any] = {
    "id": _l("Identifier"),
    "programme": _l("Programme"),
    "version": _l("Version"),
    "calendar": _l("Calendar"),
    "zone": _l("Time zone"),
    "reported": _l("To be reported"),
    "counts": _l("Counts"),
    "sign": _l("Sign"),
    "formula": _l("Formula"),
    "categories": _l("Categories"),
    "value": _l("Value"),
    "places": _l("Decimal places"),
    "mode": _l("Rounding"),
    "total": _l("Total"),
    "table": _l("Table"),
    "category": _l("Category"),
    "parameter": _l("Parameter"),
    "unit": _l("Unit"),
    "from_year": _l("From year"),
    "to_year": _l("To year"),
    "covers": _l("Covers"),
    "any_fuel": _l("For every fuel"),
    "suspect": _l("Suspect, not used"),
    "by": _l("Made by"),
    "own_figure": _l("The verifier states tonnes of its own"),
    "tables": _l("Factor tables"),
    "share": _l("Share of the total"),
    "up_to": _l("Up to, tCO₂"),
    "risks": _l("Risks"),
    "share_below": _l("Allowed below"),
    "steps": _l("Steps"),
    "needs_answer": _l("Needs an answer"),
    "blocks_positive_opinion": _l("Blocks a positive opinion"),
    "has_effect": _l("Has an effect in tonnes"),
    "dispositions": _l("Disposed of as"),
    "reference": _l("Reference letter"),
    "cites_article": _l("Names the article"),
    "check": _l("Belongs to check"),
    "clause": _l("Clause"),
    "how": _l("How"),
    "evidence": _l("Evidence expected"),
    "positive": _l("Positive"),
    "wording": _l("Wording"),
    "clauses": _l("Parts"),
    "flags": _l("Data alerts"),
    "seals": _l("Seals and signatures"),
    "must_differ": _l("Must not be the same person"),
    "site_team_minimum": _l("Site team, at least"),
    "physical_due": _l("After a remote visit, a visit on site remains due"),
    "waiver": _l("Conditions of a waiver"),
    "remote": _l("Conditions of a remote visit"),
    "years_on": _l("Years in a row"),
    "years_off": _l("Years off"),
    "days": _l("Working days"),
    "before": _l("Before the event"),
    "month": _l("Month"),
    "day": _l("Day"),
    "years_after": _l("Years after"),
    "for_year": _l("For the year"),
    "years": _l("Number of years"),
    "name": _l("Name"),
    "source": _l("Source of the value"),
    "basis": _l("Reliability"),
    "codes": _l("Gases"),
    "asks": _l("What is asked for"),
    "kinds": _l("Kinds of numbers"),
    "procedures": _l("Procedures that suffice"),
    "low_risk": _l("Further procedures that suffice for a low risk"),
    "sampling": _l("Samples that cover what was not drawn"),
    "own_practice": _l("Samples that the independent reviewer has to accept"),
    "deviation": _l("The lead verifier may deviate with a reason"),
    "random_numbers": _l("Random numbers that the reviewer re-performs"),
    "with_comments": _l("With comments on uncorrected items"),
    "limited": _l("Under limited assurance"),
    "by_category": _l("The threshold follows from the category of the unit"),
    "own_count": _l("Counted by itself"),
    "tonnes": _l("Tonnes of CO₂ together"),
    "most": _l("At most, t CO₂"),
}
BASIS_NAMES: Mapping[str, Any] = {
    "read": _l("Read in the source"),
    "known": _l("Widely known"),
    "practice": _l("Practice"),
    "unstated": _l("Stated nowhere"),
}
SEAL_NAMES: Mapping[str, Any] = {
    "body": _l("the seal of the verification body"),
    "unit": _l("the seal of the unit"),
    "legal_representative": _l("the signature of its legal representative"),
    "authorised_signatory": _l("the signature of the person the body authorises"),
}
BASIS_STATES = {"read": "ok", "known": "info", "practice": "mute", "unstated": "warn"}


def section_name(code: str) -> str:
    """A section of a pack in words."""
    return str(SECTION_NAMES.get(code, code))


def key_name(code: str) -> str:
    """A key of a pack in words."""
    return str(KEY_NAMES.get(code, code))


def basis_name(code: str) -> str:
    """How sure a value is, in words."""
    return str(BASIS_NAMES.get(code, code))


def seals_of(pack: RulePack, form: str) -> str:
    """Whose seals and signatures a document of the programme carries, in words; empty where the rules name none."""
    return _(", ").join(str(SEAL_NAMES[code]) for code in pack.carried_by(form))


def in_words(value: object) -> str:
    """A value as text: yes and no in words."""
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)
