"""Actions on people and organisations: the pages, the command line and the demo use these same ones.

`create_organisation`, `create_user` (with a password) and `enrol_second_factor` are all that a demo needs; `invite` sends a link instead.
"""

from collections.abc import Collection
from datetime import datetime
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import delete

from verifier.accounts import mail, notices, queries
from verifier.accounts.authentication import links, passwords, proof, secondfactor, sessions
from verifier.accounts.authentication.present_factor import Factor
from verifier.accounts.models import LONGEST_NAME, Appointment, Kind, Organisation, Passkey, Purpose, RecoveryCode, User
from verifier.accounts.notices import Change
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import ORGANISATION_ROLES, Role
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.db import check_version, db


def create_organisation(
    kind: str, name: str, *, name_zh: str | None = None, credit_code: str | None = None, actor: Actor, now: datetime
) -> Organisation:
    """Add a body, a unit, an authority or the installation's own organisation; names and credit codes belong to one only."""
    if kind not in ORGANISATION_ROLES:
        raise Refusal("accounts.organisation.kind")
    _require_free(name, credit_code)
    organisation = Organisation(kind=Kind(kind), name=name, name_zh=name_zh or None, credit_code=credit_code or None, created_at=now)
    db.session.add(organisation)
    db.session.flush()
    record(TrailAction.ACCOUNTS_ORGANISATION_ADDED, actor, subject_of(organisation), now=now, kind=kind, name=name)
    return organisation


def edit_organisation(
    organisation: Organisation,
    *,
    name: str,
    name_zh: str | None,
    credit_code: str | None,
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change an organisation's names; its kind is fixed, because people's roles depend on it."""
    stored_name = organisation.name
    check_version(organisation, seen_version, lambda: Refusal("accounts.organisation.stale", kept=stored_name, yours=name))
    _require_free(name, credit_code, but=organisation)
    before = {"name": stored_name, "name_zh": organisation.name_zh, "credit_code": organisation.credit_code}
    organisation.name, organisation.name_zh, organisation.credit_code = name, name_zh or None, credit_code or None
    after = {"name": organisation.name, "name_zh": organisation.name_zh, "credit_code": organisation.credit_code}
    record(TrailAction.ACCOUNTS_ORGANISATION_EDITED, actor, subject_of(organisation), now=now, before=before, after=after)


def create_user(
    organisation: Organisation,
    email: str,
    name: str,
    *,
    roles: Collection[Role] = (),
    password: str | None = None,
    language: str | None = None,
    actor: Actor,
    now: datetime,
) -> User:
    """Add a person to an organisation in roles allowed for its kind; without a password they must set one through a link first."""
    email, name = plain_email(email), name.strip()
    if queries.by_email(email) is not None:
        raise Refusal("accounts.email.taken", email=email)
    _require_known(organisation, roles)
    if organisation.closed_at is not None:
        raise Refusal("accounts.organisation.closed", name=organisation.name)
    user = User(email=email, name=name, organisation=organisation, language=language, created_at=now)
    user.appointments = [Appointment(role=role) for role in sorted(roles)]
    if password is not None:
        passwords.require_good(password, about=about(user))
        user.password_hash = passwords.hashed(password)
    db.session.add(user)
    db.session.flush()
    record(TrailAction.ACCOUNTS_ACCOUNT_ADDED, actor, subject_of(user), now=now, organisation=str(organisation.id), roles=sorted(roles))
    return user


def invite(
    organisation: Organisation,
    email: str,
    name: str,
    *,
    roles: Collection[Role] = (),
    language: str | None = None,
    actor: Actor,
    now: datetime,
) -> tuple[User, str]:
    """Add a person and send them a link to set their password; returns the person and the link's token."""
    user = create_user(organisation, email, name, roles=roles, language=language, actor=actor, now=now)
    return user, _send_invitation(user, actor=actor, now=now)


def roles_to_give(inviter: User) -> frozenset[Role] | None:
    """The roles a person may give in their own organisation; None when they may invite nobody."""
    if Role.COORDINATOR in inviter.roles:
        return frozenset()
    if inviter.roles & {Role.RESPONSIBLE, Role.CONTACT}:
        return frozenset({Role.CONTRIBUTOR})
    return None


def resend_invitation(user: User, *, actor: Actor, now: datetime) -> str:
    """Send a new invitation to someone without a password, and invalidate earlier ones."""
    if user.password_hash is not None:
        raise Refusal("accounts.invitation.taken_up", name=user.name)
    if not user.is_active:
        raise Refusal("accounts.account.disabled", name=user.name)
    links.end_all(user, now=now)
    return _send_invitation(user, actor=actor, now=now)


def change_roles(user: User, roles: Collection[Role], *, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """Give a person these roles in their organisation, and no others."""
    remaining = sorted(user.roles)
    check_version(user, seen_version, lambda: Refusal("accounts.account.stale", name=user.name))
    _require_known(user.organisation, roles)
    if actor.id == user.id and Role.ADMINISTRATOR in user.roles and Role.ADMINISTRATOR not in roles:
        raise Refusal("accounts.administrator.oneself")
    user.appointments = [each for each in user.appointments if each.role in roles] + [
        Appointment(role=role) for role in sorted(set(roles) - user.roles)
    ]
    record(TrailAction.ACCOUNTS_ACCOUNT_ROLES_CHANGED, actor, subject_of(user), now=now, before=remaining, after=sorted(roles))


def disable(user: User, *, actor: Actor, now: datetime) -> None:
    """Disable an account: its sessions end and its links become invalid."""
    if actor.id == user.id:
        raise Refusal("accounts.administrator.oneself")
    if not user.is_active:
        raise Refusal("accounts.account.disabled", name=user.name)
    user.disabled_at = now
    user.version += 1
    ended = sessions.end_all(user, now=now)
    links.end_all(user, now=now)
    record(TrailAction.ACCOUNTS_ACCOUNT_DISABLED, actor, subject_of(user), now=now, sessions_ended=ended)


def enable(user: User, *, actor: Actor, now: datetime) -> None:
    """Enable a disabled account; its password is unchanged."""
    if user.is_active:
        raise Refusal("accounts.account.enabled", name=user.name)
    user.disabled_at = None
    user.version += 1
    record(TrailAction.ACCOUNTS_ACCOUNT_ENABLED, actor, subject_of(user), now=now)


def edit_account(user: User, *, name: str, language: str | None, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """Change one's own name and language."""
    check_version(user, seen_version, lambda: Refusal("accounts.account.stale", name=user.name))
    before, user.name, user.language = user.name, name.strip(), language or None
    record(TrailAction.ACCOUNTS_ACCOUNT_EDITED, actor, subject_of(user), now=now, before=before, after=user.name, language=user.language)


def register_name(user: User, name: str, *, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """Set the name in a person's certificates and statements; done by their organisation, never by themselves."""
    check_version(user, seen_version, lambda: Refusal("accounts.account.stale", name=user.name))
    if actor.id == user.id:
        raise Refusal("accounts.registered_name.oneself")
    before, user.registered_name = user.registered_name, name.strip()
    if not 0 < len(user.registered_name) <= LONGEST_NAME:
        raise Refusal("accounts.registered_name.length", most=LONGEST_NAME)
    after = user.registered_name
    record(TrailAction.ACCOUNTS_ACCOUNT_NAME_REGISTERED, actor, subject_of(user), now=now, before=before, after=after)


def change_password(user: User, password: str, present: Factor, *, actor: Actor, now: datetime, here: UUID | None = None) -> None:
    """Set a new password in place of the present one; needs the present second factor of whoever has one."""
    proof.prove_present(user, present, now=now)
    set_password(user, password, actor=actor, now=now, here=here)


def change_email(user: User, email: str, present: Factor, *, actor: Actor, now: datetime) -> None:
    """Change one's own e-mail address; needs the present second factor of whoever has one."""
    email = plain_email(email)
    if queries.by_email(email) is not None:
        raise Refusal("accounts.email.taken", email=email)
    proof.prove_present(user, present, now=now)
    replace_email(user, email, actor=actor, now=now)


def replace_email(user: User, email: str, *, actor: Actor, now: datetime) -> None:
    """Set the e-mail address of an account; both addresses are told, and links sent to the former one become invalid."""
    former, user.email = user.email, email
    user.version += 1
    links.end_all(user, now=now)
    db.session.flush()
    record(TrailAction.ACCOUNTS_ACCOUNT_EMAIL_CHANGED, actor, subject_of(user), now=now, before=former, after=email)
    notices.changed(user, Change.EMAIL, now=now, to=former)
    notices.changed(user, Change.EMAIL, now=now)


def set_password(user: User, password: str, *, actor: Actor, now: datetime, here: UUID | None = None) -> None:
    """Set a new password; invalidates all links and all sessions except the current one."""
    passwords.require_good(password, about=about(user))
    if user.password_hash is not None:
        notices.changed(user, Change.PASSWORD, now=now)
    user.password_hash = passwords.hashed(password)
    ended = sessions.end_all(user, now=now, but=here)
    links.end_all(user, now=now)
    record(TrailAction.ACCOUNTS_ACCOUNT_PASSWORD_SET, actor, subject_of(user), now=now, sessions_ended=ended)


def use_link(token: str, password: str, present: Factor = "", *, now: datetime) -> User:
    """Set a password with a link that is used up by this; needs the present second factor of whoever has one."""
    found = links.find(token, now=now)
    if found is not None:
        proof.prove_present(found.user, present, now=now)
    link = links.use(token, now=now)
    set_password(link.user, password, actor=Actor(link.user.id, link.user.name), now=now)
    return link.user


def enrol_second_factor(
    user: User, secret: str, code: str, present: Factor = "", *, actor: Actor, now: datetime, here: UUID | None = None
) -> list[str]:
    """Set up (or renew) the second factor with a secret whose present code proves it is kept; returns ten recovery codes, shown once.

    Renewing it needs a code of the present one, or a recovery code. Sessions that were begun without it end, but the one it is done in.
    """
    step = secondfactor.step_of(secret, code, now)
    if step is None:
        raise Refusal("accounts.code.wrong")
    proof.prove_present(user, present, now=now)
    secondfactor.keep(user, secret, step, now=now)
    codes = secondfactor.renew_recovery_codes(user)
    ended = sessions.end_all(user, now=now, but=here)
    record(TrailAction.ACCOUNTS_ACCOUNT_SECOND_FACTOR_SET, actor, subject_of(user), now=now, sessions_ended=ended)
    notices.changed(user, Change.FACTOR, now=now)
    return codes


def renew_recovery_codes(user: User, present: Factor, *, actor: Actor, now: datetime) -> list[str]:
    """Ten new recovery codes, shown once; needs the present second factor."""
    proof.prove_factor(user, present, now=now)
    codes = secondfactor.renew_recovery_codes(user)
    record(TrailAction.ACCOUNTS_ACCOUNT_RECOVERY_CODES_RENEWED, actor, subject_of(user), now=now)
    notices.changed(user, Change.RECOVERY_CODES, now=now)
    return codes


def remove_second_factor(user: User, *, actor: Actor, now: datetime) -> None:
    """Remove the second factor of a person who lost app and recovery codes; all sessions end."""
    if not secondfactor.is_set(user):
        raise Refusal("accounts.second_factor.missing")
    user.totp_secret = user.totp_confirmed_at = None
    user.version += 1
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    db.session.expire(user, ["passkeys"])
    record(
        TrailAction.ACCOUNTS_ACCOUNT_SECOND_FACTOR_REMOVED, actor, subject_of(user), now=now, sessions_ended=sessions.end_all(user, now=now)
    )
    notices.changed(user, Change.FACTOR_REMOVED, now=now)


def plain_email(email: str) -> str:
    """An address as it is kept and compared: lower case, nothing around it."""
    return normalize("NFKC", email).strip().lower()


def about(user: User) -> tuple[str, ...]:
    """Publicly known facts about a person that a password must not contain."""
    return (user.email, user.name, user.organisation.name, user.organisation.name_zh or "")


def _send_invitation(user: User, *, actor: Actor, now: datetime) -> str:
    token = links.issue(user, Purpose.INVITATION, now=now)
    mail.send_link(user, Purpose.INVITATION, token, now=now)
    record(TrailAction.ACCOUNTS_ACCOUNT_INVITED, actor, subject_of(user), now=now)
    return token


def _require_known(organisation: Organisation, roles: Collection[Role]) -> None:
    if not set(roles) <= ORGANISATION_ROLES[organisation.kind]:
        raise Refusal("accounts.roles.kind", organisation=organisation.name)


def _require_free(name: str, credit_code: str | None, but: Organisation | None = None) -> None:
    existing = queries.organisation_like(name, credit_code or None)
    if any(each is not but for each in existing):
        raise Refusal("accounts.organisation.taken", name=name)


def subject_of(row: User | Organisation) -> Subject:
    """A person or an organisation as the trail names them."""
    return Subject("account" if isinstance(row, User) else "organisation", str(row.id))
