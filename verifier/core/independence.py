"""Independence: eligibility for roles, conflicts of interest, rotation, and separation of roles."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from verifier.core.access import TEAM, Role, SeparateRole
from verifier.core.errors import Refusal
from verifier.core.rulepack.pack import NamedCode, RulePack

PACK_WORDS: Mapping[SeparateRole, frozenset[Role]] = {
    SeparateRole.TEAM: TEAM,
    SeparateRole.LEAD_VERIFIER: frozenset({Role.LEAD_VERIFIER}),
    SeparateRole.VERIFIER: frozenset({Role.VERIFIER}),
    SeparateRole.TECHNICAL_EXPERT: frozenset({Role.TECHNICAL_EXPERT}),
    SeparateRole.REVIEWER: frozenset({Role.REVIEWER}),
    SeparateRole.SIGNATORY: frozenset({Role.SIGNATORY}),
    SeparateRole.KEEPER: frozenset({Role.COORDINATOR}),
}
"""The words in which a pack says which roles must differ."""
ONE_PERSON = frozenset({Role.LEAD_VERIFIER, Role.REVIEWER, Role.SIGNATORY})
"""Roles that one person holds on a case."""
KEEPER_UNSTATED = (
    (SeparateRole.KEEPER, SeparateRole.LEAD_VERIFIER),
    (SeparateRole.KEEPER, SeparateRole.REVIEWER),
    (SeparateRole.KEEPER, SeparateRole.SIGNATORY),
)
"""Applied where no pair of a pack names the keeper of the seal, as in packs of before the word existed (decision 0019)."""


class Work(StrEnum):
    """What a person did on a case, whichever role they hold now."""

    CHECKS = "checks"
    CERTIFIED = "certified"
    REVIEWED = "reviewed"
    COUNTERSIGNED = "countersigned"
    SEALED = "sealed"


WORK_OF: Mapping[Work, frozenset[SeparateRole]] = {
    Work.CHECKS: frozenset({SeparateRole.TEAM}),
    Work.CERTIFIED: frozenset({SeparateRole.TEAM, SeparateRole.LEAD_VERIFIER}),
    Work.REVIEWED: frozenset({SeparateRole.REVIEWER}),
    Work.COUNTERSIGNED: frozenset({SeparateRole.SIGNATORY}),
    Work.SEALED: frozenset({SeparateRole.KEEPER}),
}
"""Whose work it is, in the words of packs."""


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """A person in a role on a case; `left` when taken off it after the checks had begun: having taken part cannot be undone."""

    person: UUID
    role: Role
    left: bool = False


@dataclass(frozen=True, slots=True)
class WorkDone:
    """Work on a case that is recorded under a person."""

    person: UUID
    work: Work


@dataclass(frozen=True, slots=True)
class RoleConflict:
    """Why a person cannot have a role: another role of theirs, or work of theirs, and the rule that keeps the two apart."""

    role: SeparateRole
    other: Role | Work
    first: SeparateRole
    second: SeparateRole

    def refusal(self, name: str, pack: RulePack) -> Refusal:
        """The refusal that names person, rule and pack."""
        values = {"role": self.role, "other": self.other, "first": self.first, "second": self.second, "name": name, "pack": pack.id}
        if isinstance(self.other, Work):
            return Refusal("independence.work_differs", **values)
        return Refusal("independence.roles_differ", **values)


def separated(pack: RulePack) -> tuple[tuple[SeparateRole, SeparateRole], ...]:
    """The pairs of roles that must be different people (pack: roles.must_differ); the keeper of the seal is never left out."""
    pairs = tuple((SeparateRole(first), SeparateRole(second)) for first, second in pack.roles_must_differ)
    return pairs if any(SeparateRole.KEEPER in pair for pair in pairs) else pairs + KEEPER_UNSTATED


def conflict(
    person: UUID, role: Role, places: Iterable[TeamPlace], pack: RulePack, *, done: Iterable[WorkDone] = ()
) -> RoleConflict | None:
    """What keeps a person from a role on the case: a role they have or had, or work they did; a coordinator keeps the seal."""
    wanted = _words(role)
    theirs: list[tuple[Role | Work, frozenset[SeparateRole]]] = [
        (place.role, _words(place.role)) for place in places if place.person == person
    ]
    theirs += [(each.work, WORK_OF[each.work]) for each in done if each.person == person]
    for first, second in separated(pack):
        for other, words in theirs:
            for mine, its in ((first, second), (second, first)):
                if mine in wanted and its in words:
                    return RoleConflict(_own_word(role), other, first, second)
    return None


def _words(role: Role) -> frozenset[SeparateRole]:
    return frozenset(word for word, roles in PACK_WORDS.items() if role in roles)


def _own_word(role: Role) -> SeparateRole:
    """The word that means this role alone."""
    return next(word for word, roles in PACK_WORDS.items() if roles == {role})


def check_may_hold(
    person: UUID, role: Role, places: Iterable[TeamPlace], pack: RulePack, *, done: Iterable[WorkDone] = (), name: str = ""
) -> None:
    """Refuse a role that must differ from one the person has or had, or from what they did on the case (pack: roles.must_differ)."""
    found = conflict(person, role, places, pack, done=done)
    if found:
        raise found.refusal(name, pack)


def check_may_be_named(
    person: UUID, role: Role, places: Sequence[TeamPlace], pack: RulePack, *, done: Iterable[WorkDone] = (), name: str = ""
) -> None:
    """Refuse a second person in a role one person holds, the same person twice in a role, and roles that must differ."""
    here = [place for place in places if not place.left]
    if any(place.person == person and place.role is role for place in here):
        raise Refusal("independence.already", role=role)
    if role in ONE_PERSON and any(place.role is role for place in here):
        raise Refusal("independence.taken", role=role)
    check_may_hold(person, role, places, pack, done=done, name=name)


def check_may_act(
    person: UUID, role: Role, places: Sequence[TeamPlace], pack: RulePack, *, done: Iterable[WorkDone] = (), name: str = ""
) -> None:
    """When someone certifies, reviews or countersigns: nothing they were or did on the case forbids it, and they hold the role."""
    check_may_hold(person, role, places, pack, done=done, name=name)
    if not any(place.person == person and place.role is role and not place.left for place in places):
        raise Refusal("independence.not_named", role=role)


def keepers(
    coordinators: Iterable[UUID], places: Sequence[TeamPlace], pack: RulePack, *, done: Sequence[WorkDone] = ()
) -> tuple[UUID, ...]:
    """Those coordinators of the body who may apply the seal to the case."""
    return tuple(each for each in coordinators if conflict(each, Role.COORDINATOR, places, pack, done=done) is None)


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
