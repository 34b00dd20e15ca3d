"""Notices by mail of changes to an account's security, sent in the transaction of the change."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _

from verifier.accounts import mail
from verifier.accounts.mail import Words
from verifier.accounts.models import AccountRequest, RequestKind, User


class Change(StrEnum):
    """What changed."""

    FACTOR = "factor"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODES = "recovery_codes"
    PASSWORD = "password"  # noqa: S105 (what changed, not a password)
    EMAIL = "email"
    SIGNING_KEY = "signing_key"
    SEAL = "seal"


def changed(user: User, change: Change, *, now: datetime, to: str | None = None) -> None:
    """Tell the owner at once; `to`: another address than the present one, after a change of address."""
    mail.post(user, lambda: _changed(user, change), now=now, to=to)


def asked(request: AccountRequest, *, now: datetime) -> None:
    """Tell the owner what was asked for, and until when they can stop it."""
    mail.post(request.user, lambda: _asked(request), now=now)


def to_confirm(request: AccountRequest, administrator: User, *, now: datetime) -> None:
    """Tell another administrator that a request waits for them."""
    mail.post(administrator, lambda: _to_confirm(request, administrator), now=now)


def tell(user: User, words: Callable[[], Words], *, now: datetime) -> None:
    """Send one person a notice in their language."""
    mail.post(user, words, now=now)


def _changed(user: User, change: Change) -> Words:
    what = {
        Change.FACTOR: _("Two-step verification was set up with a new app or key."),
        Change.FACTOR_REMOVED: _("Two-step verification was removed. You set it up again when you next sign in."),
        Change.RECOVERY_CODES: _("Ten new recovery codes were generated. The earlier ones are no longer valid."),
        Change.PASSWORD: _("A new password was set."),
        Change.EMAIL: _("The e-mail address was changed. You now sign in as %(email)s.", email=user.email),
        Change.SIGNING_KEY: _("A new signing key was created in your name. It cannot be used until it is approved."),
        Change.SEAL: _("You created a new key for the seal of your organisation. It cannot be used until it is approved."),
    }[change]
    text = _(
        "Hello %(name)s,\n\n%(what)s\n\n"
        "If this was not you, tell your coordinator or the administrator immediately, and check the active sessions "
        "in your account:\n\n%(link)s\n",
        name=user.name,
        what=what,
        link=mail.page_address("/account"),
    )
    return _("A security setting of your Verifier account was changed"), text


def _asked(request: AccountRequest) -> Words:
    if request.kind is RequestKind.REMOVE_FACTOR:
        what = _("%(who)s has requested that two-step verification be removed from your account.", who=_asker(request))
    else:
        what = _(
            "%(who)s has requested that the e-mail address of your account be changed to %(email)s.",
            who=_asker(request),
            email=request.email,
        )
    text = _(
        "Hello %(name)s,\n\n%(what)s\n\nIt takes effect as soon as a second person confirms it, and in any case on %(due)s (UTC). "
        "If you did not ask for this, sign in and stop it:\n\n%(link)s\n",
        name=request.user.name,
        what=what,
        due=f"{request.due_at:%Y-%m-%d %H:%M}",
        link=mail.page_address("/account/requests"),
    )
    return _("A change of your Verifier account was requested"), text


def _to_confirm(request: AccountRequest, administrator: User) -> Words:
    text = _(
        "Hello %(name)s,\n\n%(who)s has requested a change of the account of %(person)s. Please confirm or stop it:\n\n%(link)s\n",
        name=administrator.name,
        who=_asker(request),
        person=request.user.name,
        link=mail.page_address(f"/admin/people/{request.user_id}"),
    )
    return _("A change of a Verifier account waits for your confirmation"), text


def _asker(request: AccountRequest) -> str:
    return request.asker.name if request.asker else _("The operator of this system")
