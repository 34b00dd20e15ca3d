"""Canvas that knows the number of pages before the first page is framed."""

from collections.abc import Callable
from datetime import UTC, datetime

from reportlab.pdfgen.canvas import Canvas

Frame = Callable[[Canvas, int, int], None]
"""Draws header and footer of a page from the canvas, its number, and the number of pages."""


class CountedPages(Canvas):
    """A canvas that knows how many pages there are before it writes the first footer."""

    def __init__(self, *args: object, frame: Frame, **settings: object) -> None:
        super().__init__(*args, **settings)
        self._frame = frame
        self._kept: list[dict[str, object]] = []

    def showPage(self) -> None:
        """Keep the page until all are known."""
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its footer."""
        for page, state in enumerate(self._kept, 1):
            self.__dict__.update(state)
            self._frame(self, page, len(self._kept))
            super().showPage()
        super().save()


def date_file(canvas: Canvas, at: datetime) -> None:
    """The time the file says it was made at."""
    canvas._doc._timeStamp.YMDhms = at.astimezone(UTC).timetuple()[:6]
