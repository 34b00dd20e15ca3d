"""What the text of `verifier statement` says for the values that its JSON prints."""

from collections.abc import Mapping

from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import marked as _l

STATUS = {
    "certified": _l("certified"),
    "countersigned": _l("countersigned"),
    "issued": _l("issued"),
    "recalled": _l("recalled"),
    "superseded": _l("superseded"),
    "under_correction": _l("under correction"),
    "integrity_failure": _l("integrity check failed"),
}
VERDICTS = {
    "genuine": _l("Authentic"),
    "correcting": _l("Authentic, under correction"),
    "superseded": _l("Authentic, but no longer valid"),
    "edited": _l("Modified: do not rely on it"),
    "revoked": _l("Issued, but signed with a revoked key: do not rely on it"),
    "not_ours": _l("Not issued by this system"),
    "unreadable": _l("Unreadable"),
    "register_altered": _l("Integrity check failed"),
}
SIGNER = {
    "field": _l("signature field"),
    "name": _l("name"),
    "organisation": _l("organisation"),
    "at": _l("signed at"),
    "intact": _l("unaltered"),
    "trusted": _l("certificate trusted"),
    "revoked_at": _l("key revoked at"),
}
"""What is said of a signature, by key."""


def signer_line(signer: Mapping[str, object]) -> str:
    """One signature on one line; what is not known or does not apply is left out."""
    return ", ".join(f"{_(SIGNER[key])}: {_value(value)}" for key, value in signer.items() if value is not None)


def _value(value: object) -> str:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)
