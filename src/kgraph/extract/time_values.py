"""TIMEX3 values: how they are written, moved by an amount, and turned into XSD dates.

A year is an int, BC years are negative (218 BC is -218) and there is no year 0.
Seasons follow the civil year: ``1942-SU``; a winter is named by the year the text names.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

UNIT_CODES = {
    "second": "S", "minute": "M", "hour": "H", "day": "D", "week": "W", "fortnight": "W",
    "month": "M", "quarter": "Q", "year": "Y", "decade": "DE", "century": "CE",
}  # fmt: skip
SEASON_MONTHS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"((?:BC)?[0-9]{4})-([0-9]{2})")
_PART = re.compile(r"((?:BC)?[0-9]{4})-(SP|SU|FA|WI|H[12]|Q[1-4])")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})(?:-(WE|[1-7]))?")
_YEARS = re.compile(r"(BC)?([0-9]{2,4})")


@dataclass(frozen=True, slots=True)
class Point:
    """A date known down to the year, the month or the day."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def value(self) -> str:
        """The TIMEX3 value, as precise as the point."""
        parts = [year_value(self.year)]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @property
    def calendar(self) -> date | None:
        """The calendar date, or None where the day is not known or lies before the common era."""
        if self.month is None or self.day is None or not 1 <= self.year <= 9999:
            return None
        return date(self.year, self.month, self.day)


def point(day: date) -> Point:
    """Turn a calendar date into a Point."""
    return Point(day.year, day.month, day.day)


def is_day(year: int | None, month: int, day: int) -> bool:
    """Whether the calendar has this day; 29 February is fine where the year is not known."""
    if not 1 <= month <= 12:
        return False
    known = year if year is not None and 1 <= year <= 9999 else 2000
    return 1 <= day <= calendar.monthrange(known, month)[1]


def year_value(year: int) -> str:
    """``1942`` or ``BC0218``."""
    return f"BC{-year:04d}" if year < 0 else f"{year:04d}"


def add_years(year: int, years: int) -> int:
    """Add years, stepping over the year 0 that history does not have."""
    moved = year + years
    if year < 0 <= moved:
        return moved + 1
    return moved - 1 if moved <= 0 < year else moved


def week_value(day: date) -> str:
    """Write the ISO week of a day: ``2017-W50``."""
    iso = day.isocalendar()
    return f"{iso.year:04d}-W{iso.week:02d}"


def move_days(day: date, days: int) -> date | None:
    """Add days; None outside the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def span_value(year: int, width: int) -> str:
    """Write the decade (width 10) or century (width 100) of a year: ``199``, ``19``, ``BC047``."""
    digits = 3 if width == 10 else 2
    return f"{'BC' if year < 0 else ''}{abs(year) // width:0{digits}d}"


def shift(start: Point, count: int | None, unit: str) -> tuple[str, Point | None]:
    """``start`` moved by ``count`` units (None: an unknown number), as precise as the unit.

    Returns the TIMEX3 value and, where it stays a date, the Point; unknown parts are X.
    """
    if unit in ("hour", "minute", "second"):
        known = start.calendar is not None
        return (f"{start.value}TXX" if known else "XXXX-XX-XXTXX"), None
    if unit in ("day", "week", "fortnight"):
        return _shift_days(start, count, unit)
    year = year_value(start.year)
    if unit == "month":
        if start.month is None or count is None:
            return f"{year}-XX", None
        years, month = divmod(start.month - 1 + count, 12)
        moved = Point(add_years(start.year, years), month + 1)
    elif count is None:
        return "XXXX", None
    elif unit == "year":
        moved = Point(add_years(start.year, count))
    elif unit in ("decade", "century"):
        width = 10 if unit == "decade" else 100
        return span_value(add_years(start.year, count * width), width), None
    else:
        return "XXXX", None
    return moved.value, moved if abs(moved.year) <= 9999 else None


def _shift_days(start: Point, count: int | None, unit: str) -> tuple[str, Point | None]:
    """Move by days or weeks; a start that is only a month or a year leaves X."""
    days = None if count is None else count * {"day": 1, "week": 7, "fortnight": 14}[unit]
    day = start.calendar
    moved = move_days(day, days) if day is not None and days is not None else None
    year = year_value(start.year)
    if unit != "day":
        return (week_value(moved), point(moved)) if moved is not None else (f"{year}-WXX", None)
    if moved is not None:
        return point(moved).value, point(moved)
    keeps_month = start.month is not None and days is not None and abs(days) <= 1
    return f"{year}-{start.month:02d}-XX" if keeps_month else f"{year}-XX-XX", None


def bounds(value: str) -> tuple[str, str] | None:
    """First and last XSD date of a TIMEX3 value: xsd:date, xsd:gYearMonth or xsd:gYear strings.

    ``2016-06`` gives ``("2016-06", "2016-06")``, ``199`` gives ``("1990", "1999")``, ``BC0218`` gives
    ``("-0217", "-0217")``, since XSD 1.1 counts 1 BC as year 0. A winter, which lies in two years, gives the
    year that names it.
    None for what is not a date: durations, sets, references and values with an X.
    """
    head = value.partition("T")[0]
    if found := _DAY.fullmatch(head):
        year, month, day = map(int, found.groups())
        return (head, head) if year and is_day(year, month, day) else None
    if found := _MONTH.fullmatch(head):
        month_text = f"{_xsd(found[1])}-{found[2]}"
        return (month_text, month_text) if 1 <= int(found[2]) <= 12 and found[1] != "0000" else None
    if found := _PART.fullmatch(head):
        return _part_bounds(_xsd(found[1]), found[2])
    if found := _WEEK.fullmatch(head):
        return _week_bounds(int(found[1]), int(found[2]), found[3])
    if found := _YEARS.fullmatch(head):
        return _year_bounds(found[2], before_christ=found[1] is not None)
    return None


def _part_bounds(year: str, part: str) -> tuple[str, str] | None:
    """Season, half or quarter of a year, as months."""
    if part == "WI":
        return year, year
    if part[0] == "H":
        first, months = 6 * int(part[1]) - 5, 6
    elif part[0] == "Q":
        first, months = 3 * int(part[1]) - 2, 3
    else:
        first, months = SEASON_MONTHS[part], 3
    return f"{year}-{first:02d}", f"{year}-{first + months - 1:02d}"


def _week_bounds(year: int, week: int, day: str | None) -> tuple[str, str] | None:
    """Monday and Sunday of an ISO week, its weekend, or one of its days."""
    first, last = {None: (1, 7), "WE": (6, 7)}.get(day) or (int(day or 1), int(day or 1))
    try:
        begin, end = date.fromisocalendar(year, week, first), date.fromisocalendar(year, week, last)
    except ValueError:
        return None
    return begin.isoformat(), end.isoformat()


def _year_bounds(digits: str, *, before_christ: bool) -> tuple[str, str] | None:
    """Year (4 digits), decade (3) or century (2)."""
    width = 10 ** (4 - len(digits))
    first, last = int(digits) * width, int(digits) * width + width - 1
    if not before_christ:
        return f"{first:04d}", f"{last:04d}"
    # XSD 1.1 has a year 0 (1 BC), so every year moves by one; and later years are smaller numbers.
    begin, end = 1 - last, min(1 - first, 0)
    return _xsd_year(begin), _xsd_year(end)


def _xsd(year: str) -> str:
    """Write the year of a TIMEX3 value as XSD does: ``BC0218`` is ``-0217``."""
    return _xsd_year(1 - int(year[2:])) if year.startswith("BC") else year


def _xsd_year(year: int) -> str:
    """``-0217`` or ``0000``."""
    return f"-{-year:04d}" if year < 0 else f"{year:04d}"
