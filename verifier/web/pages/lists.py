"""Lists: one page of a query, with links that keep the filter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from flask import request
from sqlalchemy import Select, func, select

from verifier.core.typed_digits import whole_number
from verifier.db import db
from verifier.web.downloads.sizes import announce

T = TypeVar("T")
PER_PAGE = 25


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of many; `number` counts from 1."""

    items: Sequence[T]
    number: int
    per_page: int
    total: int
    parameter: str = "page"
    """Its name in the address, where a page shows several lists."""

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """The place of the first row shown."""
        return min(self.total, (self.number - 1) * self.per_page + 1)

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return min(self.total, self.number * self.per_page)

    @property
    def near(self) -> list[int]:
        """The pages worth a link or a gap: the first, the last, and those around this one; thousands are not looked at one by one."""
        around = range(max(1, self.number - 2), min(self.pages, self.number + 2) + 1)
        return sorted({1, *around, self.pages})

    def url(self, number: int) -> str:
        """The address of another page, the filter kept."""
        return same_address(**{self.parameter: number})


def asked_page(parameter: str = "page") -> int:
    """The page in the address; nonsense is the first."""
    return max(1, whole_number(request.args.get(parameter), longest=7) or 1)


def paged(query: Select[Any], per_page: int = PER_PAGE) -> Page[Any]:
    """One page of a query of whole rows."""
    total = count_of(query)
    number = min(asked_page(), max(1, -(-total // per_page)))
    rows = db.session.scalars(query.limit(per_page).offset((number - 1) * per_page)).unique().all()
    return Page(rows, number, per_page, total)


def every_row(query: Select[Any]) -> list[Any]:
    """All rows of a query, for a file; more than a request should write are left to a background job."""
    announce(count_of(query))
    return list(db.session.scalars(query).unique())


def paged_rows(
    query: Select[Any], read: Callable[[Select[Any]], Sequence[T]], *, per_page: int = PER_PAGE, parameter: str = "page"
) -> Page[T]:
    """One page of a query that `read` turns into rows; counted and cut in the database."""
    total = count_of(query)
    number = min(asked_page(parameter), max(1, -(-total // per_page)))
    return Page(read(query.limit(per_page).offset((number - 1) * per_page)), number, per_page, total, parameter)


def count_of(query: Select[Any]) -> int:
    """How many rows a query has."""
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).options().subquery())) or 0


def paged_list(rows: Sequence[T], per_page: int = PER_PAGE, parameter: str = "page") -> Page[T]:
    """One page of rows that are already at hand."""
    number = min(asked_page(parameter), max(1, -(-len(rows) // per_page)))
    return Page(rows[(number - 1) * per_page : number * per_page], number, per_page, len(rows), parameter)


def export_url() -> str:
    """The same list as a spreadsheet, the filter kept."""
    return same_address(export="xlsx")


def carried_filter(*placed: str) -> dict[str, Any]:
    """The filter in the address, for a link to another page whose own path names what is `placed`.

    Names that would steer how the link is built are left behind.
    """
    steers = {"page", "endpoint", "values", *placed, *(request.view_args or {})}
    return {name: request.args.getlist(name) for name in request.args if name not in steers and not name.startswith("_")}


def same_address(**changed: object) -> str:
    """This page's path with its filter kept and some of it changed; what was typed there never steers how the address is built."""
    carried = [(name, value) for name, value in request.args.items(multi=True) if name not in ("page", "export", *changed)]
    return f"{quote(request.path)}?{urlencode([*carried, *changed.items()])}"


def wants_spreadsheet() -> bool:
    """Whether the list was asked for as a spreadsheet."""
    return request.args.get("export") == "xlsx"
