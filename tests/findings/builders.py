"""Findings as the actions make them, and files to hand in."""

from decimal import Decimal
from io import BytesIO

from PIL import Image

from tests.people import Cast, actor
from verifier.core.findings import Check
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.actions import add_photos
from verifier.evidence.models import Photo
from verifier.findings import actions
from verifier.findings.models import Finding

SECRET = "I do not trust their ledger"
DATA = Subject("checklist_item", "data")
VOUCHER = ("voucher.txt", b"gas 12 m3, paid")


def finding(
    engagement: Engagement,
    cast: Cast,
    *,
    title: str = "Gas is overstated",
    class_code: str = "non_conformity",
    subject: Subject = DATA,
    effect: Decimal | None = None,
) -> Finding:
    """A draft with a note for the team."""
    return actions.raise_finding(
        engagement,
        subject,
        Check.DATA,
        actions.Draft(class_code, "4a", title, f"{title}: the invoice says less.", effect, SECRET),
        actor=actor(cast.verifier),
        now=utcnow(),
    )


def sent(engagement: Engagement, cast: Cast, *findings: Finding) -> None:
    """Everything sent by the lead verifier."""
    actions.send_all(engagement, actor=actor(cast.lead), now=utcnow())


def jpeg(colour: str = "red") -> bytes:
    """A small whole picture; another colour is another file."""
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


def photo(engagement: Engagement, cast: Cast, subject: Subject, colour: str = "red", caption: str = "") -> Photo:
    """A photo of a subject."""
    taken = add_photos(
        engagement.id, engagement.stage, subject, [(f"{colour}.jpg", jpeg(colour))], caption, actor=actor(cast.verifier), now=utcnow()
    )
    return taken.stored[0]
