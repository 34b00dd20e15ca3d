"""How much anybody may send: a form of words is small, and only where files are handed in may a body be large."""

from flask import Request

FORM_BYTES = 4_000_000
"""A form of words: two hundred ticked rows and a page of text are a hundredth of it."""
UPLOADS = frozenset(
    {
        "references.keep",
        "evidence.upload",
        "findings.answer",
        "reports.hand_in",
        "samples.plan",
        "site.answer",
        "statement.check",
        "vouchers.hand_in",
    }
)
"""The endpoints whose forms carry files; a form with a file that goes elsewhere fails a test."""


class LimitedRequest(Request):
    """A request whose body is read up to what its route takes; beyond that it is answered 413 unread."""

    @property
    def max_content_length(self) -> int | None:
        """Up to the setting's limit where files are handed in, as files; else what a form of words needs."""
        largest = super().max_content_length
        if largest is None or (self.endpoint in UPLOADS and self.mimetype == "multipart/form-data"):
            return largest
        return min(largest, FORM_BYTES)

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value
