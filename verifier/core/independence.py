"""Independence: eligibility for roles, conflicts of interest, rotation, and separation of roles."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from verifier.core.access import TEAM, Role
from verifier.core.errors import Refusal
from verifier.core.rulepack.pack import NamedCode, RulePack

PACK_WORDS: Mapping[str, frozenset[Role]] = {
    "team": TEAM,
    "lead_verifier": frozenset({Role.LEAD_VERIFIER}),
    "verifier": frozenset({Role.VERIFIER}),
    "technical_expert": frozenset({Role.TECHNICAL_EXPERT}),
    "independent_reviewer": frozenset({Role.REVIEWER}),
    "authorised_signatory": frozenset({Role.SIGNATORY}),
}
"""The words in which a pack says which roles must differ."""
ONE_PERSON = frozenset({Role.LEAD_VERIFIER, Role.REVIEWER, Role.SIGNATORY})
"""Roles that one person holds on a case."""


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """A person in a role on a case; `left` when taken off it after the checks had begun: having taken part cannot be undone."""

    person: UUID
    role: Role
    left: bool = False


def incompatible_roles(pack: RulePack) -> frozenset[tuple[Role, Role]]:
    """Every pair of roles that the pack keeps apart, both ways round."""
    pairs = set()
    for first, second in pack.roles_must_differ:
        for one in PACK_WORDS[first]:
            for other in PACK_WORDS[second]:
                pairs |= {(one, other), (other, one)}
    return frozenset(pairs)


def check_may_hold(person: UUID, role: Role, places: Iterable[TeamPlace], pack: RulePack) -> None:
    """Refuse a role that must differ from one the person has, or had when the checks were under way (pack: roles.must_differ)."""
    kept_apart = incompatible_roles(pack)
    for place in places:
        if place.person == person and (role, place.role) in kept_apart:
            raise Refusal("independence.roles_differ", role=role, other=place.role)


def check_may_be_named(person: UUID, role: Role, places: Sequence[TeamPlace], pack: RulePack) -> None:
    """Refuse a second person in a role one person holds, the same person twice in a role, and roles that must differ."""
    here = [place for place in places if not place.left]
    if any(place.person == person and place.role is role for place in here):
        raise Refusal("independence.already", role=role)
    if role in ONE_PERSON and any(place.role is role for place in here):
        raise Refusal("independence.taken", role=role)
    check_may_hold(person, role, places, pack)


def check_may_act(person: UUID, role: Role, places: Sequence[TeamPlace], pack: RulePack) -> None:
    """When someone reviews or signs: they hold the role, and nothing they did on the case forbids it."""
    if not any(place.person == person and place.role is role and not place.left for place in places):
        raise Refusal("independence.not_named", role=role)
    check_may_hold(person, role, places, pack)


def bars(answers: Mapping[str, bool], pack: RulePack) -> NamedCode | None:
    """The first question whose answer bars the person (yes to any of them is a conflict); refuses unanswered ones."""
    unanswered = [question.code for question in pack.independence_questions if question.code not in answers]
    if unanswered:
        raise Refusal("independence.unanswered", count=len(unanswered))
    return next((question for question in pack.independence_questions if answers[question.code]), None)


def check_rotation(work: str, year: int, done: Collection[int], pack: RulePack, *, name: str) -> None:
    """Refuse the work ("body", "lead_verifier") for a unit to one who did it in too many years before (pack: rotation).

    `done`: emission years in which they did it for this unit. A pause shorter than the pack's years off does not begin a new run.
    """
    rule = next((each for each in pack.rotation if each.code == work), None)
    if rule is None:
        return
    run = pause = 0
    for earlier in range(year - 1, min(done, default=year) - 1, -1):
        run, pause = (run + 1, 0) if earlier in done else (run, pause + 1)
        if pause >= (rule.years_off or 1):
            break
    if run >= rule.years_on:
        raise Refusal("independence.rotation", name=name, run=run, allowed=rule.years_on)


@dataclass(frozen=True, slots=True)
class MissingMember:
    """What a team still lacks before the checks may start, as a message id with its values."""

    message: str
    values: tuple[tuple[str, object], ...] = ()


def missing(places: Sequence[TeamPlace], undeclared: int, pack: RulePack) -> tuple[MissingMember, ...]:
    """What the team lacks: each role one person holds, enough people for the site (pack: roles.site_team_minimum), declarations."""
    here = [place for place in places if not place.left]
    lacks = [
        MissingMember("engagement.start.no_role", (("role", role),))
        for role in sorted(ONE_PERSON)
        if not any(place.role is role for place in here)
    ]
    people = {place.person for place in here if place.role in TEAM}
    if len(people) < pack.site_team_minimum:
        lacks.append(MissingMember("engagement.start.team_small", (("have", len(people)), ("need", pack.site_team_minimum))))
    if undeclared:
        lacks.append(MissingMember("engagement.start.undeclared", (("count", undeclared),)))
    return tuple(lacks)
