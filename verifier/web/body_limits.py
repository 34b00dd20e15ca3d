"""Limits on request bodies: forms without files are small; only upload endpoints accept large bodies."""

from flask import Request

FORM_BYTES = 4_000_000
"""Limit for forms without files, about a hundred times a large form."""
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
"""Endpoints that accept files; a test fails for a file form that posts elsewhere."""


class LimitedRequest(Request):
    """A request whose body is limited by its route; larger bodies get 413 without being read."""

    @property
    def max_content_length(self) -> int | None:
        """The upload limit for file endpoints, otherwise the limit for plain forms."""
        largest = super().max_content_length
        if largest is None or (self.endpoint in UPLOADS and self.mimetype == "multipart/form-data"):
            return largest
        return min(largest, FORM_BYTES)

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value
