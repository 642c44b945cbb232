"""Where the time expressions of a text stand, and what each says by itself, before the story dates it."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kgraph.extract.time_grammar import (
    CONNECTOR,
    DIGITS,
    HOLIDAYS,
    KINDS,
    MONTHS,
    NEEDS,
    ORDINALS,
    REACH,
    RULES,
    SEASONS,
    STARTERS,
    WEEKDAYS,
)
from kgraph.extract.time_guards import GUARDS, is_year
from kgraph.extract.time_values import is_day

_RULES = tuple((name, pattern, NEEDS[name]) for name, pattern in RULES.items())
_TOKEN = re.compile(r"\w+|['’](?=[0-9])")
_DATED = ("day_month", "month_day", "month", "season")


@dataclass(frozen=True, slots=True)
class Found:
    """One time expression as it stands: its rule, the words it captured, and the parts of a date it names."""

    begin: int
    end: int
    rule: str
    words: Mapping[str, str] = field(default_factory=dict)
    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def weekday(self) -> int | None:
        """0 for Monday, None where no weekday is named."""
        name = self.words.get("weekday")
        return None if name is None else WEEKDAYS[name[:3].lower()]

    @property
    def season(self) -> str | None:
        """``SP``, ``SU``, ``FA`` or ``WI``."""
        name = self.words.get("season") or self.words.get("season2")
        return None if name is None else SEASONS[name.lower()]


@dataclass(slots=True)
class _Years:
    """What the years read so far say about the next one: its century, and whether the story is set BC."""

    century: int = 1900
    before_christ: bool = False

    def read(self, text: str | None) -> int | None:
        """``1942``, ``218 BC``, ``'63``; None where there is no year or none of that name."""
        digits = re.search(r"[0-9]+", text or "")
        if text is None or digits is None:
            return None
        year = int(digits[0])
        if text[0] in "'’":
            return self.century + year
        if re.search(r"B\.?C", text):
            self.before_christ = True
            return -year or None
        self.century, self.before_christ = year // 100 * 100, False
        return year or None


def find(text: str) -> list[Found]:
    """All time expressions of a text, in order, none overlapping; each range is two expressions."""
    found: list[Found] = []
    years = _Years()
    done = 0
    for begin, kinds in _beginnings(text):
        if begin < done:
            continue
        # The first rule that fits may be refused by its guard; the rules behind it then have their turn.
        for name, pattern, needs in _RULES:
            match = pattern.match(text, begin) if needs & kinds else None
            made = [] if match is None else list(_make(text, name, match, years))
            if match is not None and made:
                found.extend(made)
                done = match.end()
                break
    return _share_years(text, found)


def _beginnings(text: str) -> Iterator[tuple[int, int]]:
    """Where an expression may begin, with the kinds of time words that stand within reach ahead."""
    places: dict[int, array[int]] = {}
    for token in _TOKEN.finditer(text):
        kinds = DIGITS if token[0][0] in "0123456789" else KINDS.get(token[0].lower(), 0)
        if kinds:
            places.setdefault(kinds, array("q")).append(token.start())
    ahead = dict.fromkeys(places, 0)
    for token in _TOKEN.finditer(text):
        word, begin = token[0], token.start()
        if word[0] not in "0123456789'’" and word.lower() not in STARTERS:
            continue
        reached = 0
        for kinds, where in places.items():
            index = ahead[kinds]
            while index < len(where) and where[index] < begin:
                index += 1
            ahead[kinds] = index
            if index < len(where) and where[index] <= begin + REACH:
                reached |= kinds
        if reached:
            yield begin, reached


def _make(text: str, rule: str, match: re.Match[str], years: _Years) -> Iterator[Found]:
    """Make the expressions of one match; none where the words mean something else here."""
    words = {name: part for name, part in match.groupdict().items() if part is not None}
    begin, end = match.span()
    for name in ("span", "span2"):
        if name in words:
            begin, end = match.span(name)
    if rule in ("years", "span"):
        yield from _year_range(text, rule, match, years)
        return
    guard = GUARDS.get(rule)
    if guard is not None and not guard(text, match, years.before_christ):
        return
    if rule == "numeric":
        yield from _numeric(match)
        return
    if rule == "iso":
        yield from _iso(match, words)
        return
    if rule == "bc_year":
        yield Found(begin, end, "year", {}, -int(words["year"]))
        return
    year_text = words.get("year") or words.get("year2")
    year = years.read(year_text)
    if year_text is not None and year is None:
        return
    month = MONTHS[words["month"][:3].lower()] if "month" in words else None
    day = _day(words)
    if "holiday" in words:
        month, day = HOLIDAYS[re.sub(r"\s+", " ", words["holiday"].lower().replace("’", "'"))]
    if month is not None and day is not None and not is_day(year, month, day):
        return
    if "last" not in words:
        yield Found(begin, end, rule, words, year, month, day)
        return
    last = int(re.sub(r"\D", "", words["last"]))
    first = int(re.sub(r"\D", "", words["one"])) if rule == "days_month" else day
    if month is None or not (is_day(year, month, last) and first is not None and is_day(year, month, first)):
        return
    yield Found(*match.span("one"), "day_month", {}, year, month, first)
    yield Found(*match.span("two"), "day_month", _only(words, "other"), year, month, last)


def _iso(match: re.Match[str], words: Mapping[str, str]) -> Iterator[Found]:
    """``2017-12-11``, where the calendar has such a day."""
    year, month, day = map(int, words["iso"].split("-"))
    if is_day(year, month, day):
        yield Found(*match.span(), "iso", words, year, month, day)


def _only(words: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: words[name] for name in names if name in words}


def _day(words: Mapping[str, str]) -> int | None:
    """Day of the month from digits or from an ordinal in words."""
    if "day" in words:
        return int(re.sub(r"\D", "", words["day"]))
    if "word" not in words or "month" not in words:
        return None
    name = words["word"].lower().replace(" ", "-")
    tens, _, ones = name.partition("-")
    return ORDINALS.get(name) or {"twenty": 20, "thirty": 30}.get(tens, 0) + ORDINALS.get(ones, 0) or None


def _numeric(match: re.Match[str]) -> Iterator[Found]:
    """``25/12/2017`` and ``12/25/2017``; nothing where day and month could change places."""
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    readings = {(month, day) for month, day in ((second, first), (first, second)) if is_day(year, month, day)}
    if len(readings) == 1 and match["mark"] == match["mark2"]:
        month, day = readings.pop()
        yield Found(*match.span(), "numeric", {}, year, month, day)


def _year_range(text: str, rule: str, match: re.Match[str], years: _Years) -> Iterator[Found]:
    """``1914-18``, ``499 to 493 BC``: two years; ``2016-06`` is a month."""
    if rule == "years":
        first, last = -int(match["one"]), -int(match["last"])
        if not first < last < 0:
            return
        years.before_christ = True
    else:
        first, last = int(match["first"]), int(match["last"])
        if not is_year(text, match.start("first"), match.end("first"), edge=False, loose=True):
            return
        if last < 100:
            if last <= first % 100 and 1 <= last <= 12:
                if re.fullmatch(r"[0-9]{4}-[0-9]{2}", match[0]):
                    yield Found(*match.span(), "month_year", {}, first, last)
                return
            last += first // 100 * 100 + (100 if last < first % 100 else 0)
        if not first < last < first + 700 or last > 2200:
            return
        years.century, years.before_christ = last // 100 * 100, False
    yield Found(*match.span("one"), "year", {}, first)
    yield Found(*match.span("two"), "year", {}, last)


def _share_years(text: str, found: list[Found]) -> list[Found]:
    """``from 3 May to 5 June 1944``: the year stands once, for both ends of the range."""
    for index in range(len(found) - 2, -1, -1):
        one, two = found[index], found[index + 1]
        if one.rule not in _DATED or one.year is not None or "other" in one.words or two.year is None:
            continue
        if two.end - one.begin > 80 or not CONNECTOR.fullmatch(text[one.end : two.begin]):
            continue
        if two.rule not in (*_DATED, "month_year", "year"):
            continue
        if two.rule == "year" and one.rule != "season":
            continue
        later = one.month is not None and two.month is not None and one.month > two.month
        year = two.year - 1 if later else two.year
        found[index] = Found(one.begin, one.end, one.rule, one.words, year, one.month, one.day)
    return found
