"""Working days of a pack's calendar: for CN those of the State Council, with its swapped weekends."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import holidays

from verifier.core.errors import Refusal

CALENDARS = ("CN",)
"""The calendars whose working days are known."""


@cache
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year)


@cache
def is_provisional(year: int, calendar: str = "CN") -> bool:
    """True for a year whose swapped weekends are not announced yet: its working days may still change."""
    _known(calendar)
    return not any(day.year == year for day in _china(year).weekend_workdays)


def is_working_day(day: date, calendar: str = "CN") -> bool:
    """Whether people work that day: weekdays that are no holiday, and weekends swapped for one."""
    _known(calendar)
    return _china(day.year).is_working_day(day)


def add_working_days(day: date, count: int, calendar: str = "CN") -> date:
    """The day `count` working days later, the day itself not counted; earlier where `count` is negative."""
    step = timedelta(days=1 if count >= 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day, calendar):
            day += step
    return day


def working_days_between(start: date, end: date, calendar: str = "CN") -> int:
    """Working days after `start` up to and including `end`; negative where `end` lies before."""
    if end < start:
        return -working_days_between(end, start, calendar)
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(is_working_day(day, calendar) for day in days)


def adder(calendar: str) -> Callable[[date, int], date]:
    """`add_working_days` of one calendar, to be handed to the clocks of the core."""
    _known(calendar)
    return lambda day, count: add_working_days(day, count, calendar)


def _known(calendar: str) -> None:
    if calendar not in CALENDARS:
        raise Refusal("pack.calendar.unknown", calendar=calendar)
