"""The written forms of a publication date."""

from __future__ import annotations

import datetime
import re

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_CLOCK = r"(?:,?\s+(?:at\s+)?[0-9]{1,2}:[0-9]{2}.*)?"
_FORMS = tuple(
    re.compile(form, re.DOTALL | re.IGNORECASE)
    for form in (
        r"(?P<year>[0-9]{4})-(?P<number>[0-9]{2})-(?P<day>[0-9]{2})(?:[T\s]\s*[0-9]{1,2}:?[0-9]{2}.*)?",
        r"(?P<year>[0-9]{4})/(?P<number>[0-9]{1,2})/(?P<day>[0-9]{1,2})" + _CLOCK,
        r"(?P<year>[0-9]{4})(?P<number>[0-9]{2})(?P<day>[0-9]{2})(?:T?[0-9]{4,6}Z?)?",
        rf"(?:[A-Za-z]{{3,9}},?\s+)?{_DAY}\s+{_MONTH},?\s+(?P<year>[0-9]{{4}}){_CLOCK}",
        rf"(?:[A-Za-z]{{6,9}},?\s+)?{_MONTH}\s+{_DAY},?\s+(?P<year>[0-9]{{4}}){_CLOCK}",
    )
)


def iso_date(text: str) -> str | None:
    """``YYYY-MM-DD`` of a date as people and feeds write it; None where it is not one certain day.

    Reads ISO dates and datetimes (cut to the day as written), ``20180119``, ``2018/01/19``,
    ``19 January 2018``, ``January 19, 2018`` and ``Fri, 19 Jan 2018 10:00:00 GMT``. All-number forms
    that begin with the day or the month differ from country to country, so they are none.
    """
    text = text.strip()
    if len(text) > 80:  # a date is short; keeps the patterns quick on hostile input
        return None
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            parts = found.groupdict()
            month = int(parts["number"]) if "number" in parts else _month(parts["month"])
            try:
                return datetime.date(int(parts["year"]), month, int(parts["day"])).isoformat()
            except ValueError:
                return None
    return None


def _month(name: str) -> int:
    """Return the number of a month's name or abbreviation; 0, which no date has, for another word."""
    name = name.lower()
    for number, month in enumerate(_MONTHS, start=1):
        if month == name or month[:3] == name or (name == "sept" and month == "september"):
            return number
    return 0
