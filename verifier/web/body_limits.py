"""Limits of a request's body: small for a form of words; large only where the view says that it takes files."""

from flask import Request, current_app

from verifier.web.permit import policy_of

FORM_BYTES = 4_000_000
"""A form of words: two hundred ticked rows and a page of text are a hundredth of it."""


class LimitedRequest(Request):
    """A request whose body is limited by its route; larger bodies get 413 without being read."""

    @property
    def max_content_length(self) -> int | None:
        """The upload limit for file endpoints, otherwise the limit for plain forms."""
        largest = super().max_content_length
        policy = policy_of(current_app.view_functions.get(self.endpoint or ""))
        if largest is None or (policy is not None and policy.files and self.mimetype == "multipart/form-data"):
            return largest
        return min(largest, FORM_BYTES)

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value
