"""Time expressions that need no story: durations, sets, decades, centuries; and the tense near one."""

from __future__ import annotations

import re
from typing import Literal

from kgraph.extract.time_find import Found
from kgraph.extract.time_grammar import ORDINALS, PARTS, SEASONS, number
from kgraph.extract.time_values import UNIT_CODES, span_value
from kgraph.model import DateBasis

Type = Literal["DATE", "TIME", "DURATION", "SET"]
Resolved = tuple[str, Type, DateBasis]

# How far around a weekday its tense is looked for.
TENSE_WINDOW = 120
_FUTURE = (
    r"will|shall|'ll|going to|plans?|planned|planning|set to|due|expected|scheduled|upcoming|would|"
    r"to be held|slated"
)
_PAST = r"said|says|told|was|were|had|did|has|have|announced|reported|[a-z]{3,}ed"
_TENSE = re.compile(rf"\b(?:(?P<future>{_FUTURE})|(?P<past>{_PAST}))\b", re.IGNORECASE)

ADVERBS = {
    "hourly": "XXXX-XX-XXTXX", "daily": "XXXX-XX-XX", "everyday": "XXXX-XX-XX", "nightly": "XXXX-XX-XXTNI",
    "weekly": "XXXX-WXX", "fortnightly": "XXXX-WXX", "monthly": "XXXX-XX", "quarterly": "XXXX-QX",
    "yearly": "XXXX", "annually": "XXXX", "annual": "XXXX",
}  # fmt: skip
EVERY = {
    "hour": "XXXX-XX-XXTXX", "day": "XXXX-XX-XX", "week": "XXXX-WXX", "month": "XXXX-XX",
    "quarter": "XXXX-QX", "year": "XXXX", "decade": "XXX", "century": "XX",
}  # fmt: skip
DAY_PARTS = PARTS | {"nightfall": "NI", "daybreak": "MO", "daytime": "DT", "noon": "12:00"}


def looks_ahead(before: str, after: str) -> bool:
    """Whether the words around an expression, in its own sentence, speak of what is to come."""
    cues = list(_TENSE.finditer(before[-TENSE_WINDOW:]))
    cue = cues[-1] if cues else _TENSE.search(after[:TENSE_WINDOW])
    return cue is not None and cue["future"] is not None


def singular(unit: str) -> str:
    """Return ``day`` for ``days``."""
    unit = unit.lower()
    return "century" if unit == "centuries" else unit.removesuffix("s")


def duration(count: float | None, unit: str) -> str:
    """``P3D``, ``PT48H``, ``PXY`` for an unknown number, ``P2.5Y``."""
    code = UNIT_CODES[unit]
    if unit == "fortnight" and count is not None:
        count *= 2
    if unit == "hour" and count == 0.5:
        unit, code, count = "minute", "M", 30
    amount = "X" if count is None else f"{count:g}" if count < 10000 else f"{count:.0f}"
    return f"P{'T' if unit in ('hour', 'minute', 'second') else ''}{amount}{code}"


def plural(each: Found) -> Resolved:
    """Value ``the following days``, ``for weeks``, ``per day``, ``year-long``."""
    unit = each.words.get("unit") or each.words["unit2"]
    count = None if each.rule == "plural" else 1
    return duration(count, singular(unit)), "DURATION", "explicit"


def recurring(each: Found) -> Resolved:
    """``every day``, ``every three years``, ``every Monday``."""
    words = each.words
    if "unit" in words:
        unit = singular(words["unit"])
        count = 2.0 if "other" in words else number(words["number"]) if "number" in words else None
        value = duration(count, unit) if count is not None else EVERY.get(unit, duration(1, unit))
    elif "weekday" in words:
        value = f"XXXX-WXX-{(each.weekday or 0) + 1}"
    elif each.month is not None:
        value = f"XXXX-{each.month:02d}"
    elif "season" in words:
        value = f"XXXX-{SEASONS[words['season'].lower()]}"
    else:
        value = f"XXXX-XX-XXT{DAY_PARTS[words['part'].lower()]}"
    return value, "SET", "explicit"


def decade(each: Found) -> Resolved:
    """Value ``the 1980s`` as 198; two digits mean the last century."""
    digits = each.words.get("decade") or f"19{each.words['short']}"
    year = int(digits) if len(digits) > 2 else 1900 + int(digits)
    return span_value(-year if each.words.get("bc", "").strip()[:1] == "B" else year, 10), "DATE", "explicit"


def century(each: Found) -> Resolved:
    """Value ``the 19th century`` as 18."""
    name = each.words.get("word", "").lower().replace(" ", "-")
    nth = int(each.words["nth"]) if "nth" in each.words else ORDINALS.get(name, 0)
    era = "BC" if each.words.get("bc", "").strip()[:1] == "B" else ""
    return f"{era}{max(nth - 1, 0):02d}", "DATE", "explicit"


def reference_word(each: Found) -> Resolved:
    """``now``, ``recently``, ``former``, ``the future``: no date, but past, present or future."""
    value = "PAST_REF" if "past" in each.words else "FUTURE_REF" if "future" in each.words else "PRESENT_REF"
    return value, "DATE", "explicit"
