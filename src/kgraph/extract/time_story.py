"""Reading times in the order of the story: each one against the article's date or the story's last date."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from kgraph.extract.time_find import Found
from kgraph.extract.time_fixed import (
    ADVERBS,
    DAY_PARTS,
    EVERY,
    TENSE_WINDOW,
    Resolved,
    Type,
    century,
    decade,
    duration,
    looks_ahead,
    plural,
    recurring,
    reference_word,
    singular,
)
from kgraph.extract.time_grammar import SEASONS, number
from kgraph.extract.time_values import (
    SEASON_MONTHS,
    Point,
    add_years,
    is_day,
    move_days,
    point,
    shift,
    week_value,
    year_value,
)
from kgraph.model import DateBasis

Base = tuple[Point | None, DateBasis]

# A year named in a news article holds for this many sentences; then the article's own date counts again.
_NEWS_REACH = 2
# A month this far before the story's last one belongs to the next year: in January, after November.
_NEXT_YEAR = 10
_FORWARD = frozenset({"next", "following", "coming", "ensuing", "subsequent"})
_BACKWARD = frozenset({"last", "previous", "preceding", "prior", "past"})
_OF_STORY = frozenset({"following", "same", "previous", "preceding", "subsequent", "ensuing", "prior"})


@dataclass(slots=True)
class Story:
    """What is known while the text is read in order: the article's date and the story's last date."""

    text: str
    starts: list[int]
    reference: date | None
    news: bool
    anchor: Point | None = None
    dated: Point | None = None
    anchor_at: int = 0
    rules: dict[str, Callable[[Found], Resolved | None]] = field(init=False)

    def __post_init__(self) -> None:
        """Set up which method reads which rule."""
        self.rules = {
            "amount": self._amount,
            "vague": self._amount,
            "near": self._near,
            "later": self._near,
            "season": self._season,
            "decade": decade,
            "century": century,
            "half": self._half,
            "weekday": self._weekday,
            "deictic": self._deictic,
            "day_before": self._day_before,
            "month_end": self._month_end,
            "ordinal": self._ordinal,
            "year": self._year,
            "plural": plural,
            "long": plural,
            "rate": plural,
            "each": recurring,
            "adverb": lambda each: (ADVERBS[each.words["word"].lower()], "SET", "explicit"),
            "part": lambda each: (
                f"XXXX-XX-XXT{DAY_PARTS[each.words['part'].lower()]}",
                "TIME",
                "explicit",
            ),
            "reference": reference_word,
            "clock": lambda each: None,
        }

    def resolve(self, each: Found) -> Resolved | None:
        """Give the value of one expression; a date becomes the story's last date."""
        return self.rules.get(each.rule, self._calendar)(each)

    # --- what an expression is read against ---------------------------------------------------------------

    def sentence(self, offset: int) -> int:
        """Return the number of the sentence that holds an offset."""
        return bisect_right(self.starts, offset)

    def _tell(self, moved: Point, each: Found) -> None:
        """Make a date the story's last one, unless the last one is the same and more precise."""
        last = self.anchor
        if (
            last is not None
            and last.year == moved.year
            and moved.month in (None, last.month)
            and moved.day is None
        ):
            moved = last
        if moved.month is not None:
            self.dated = moved
        self.anchor, self.anchor_at = moved, self.sentence(each.begin)

    def _near_anchor(self, each: Found) -> Point | None:
        """Give the story's last date, where it still holds here."""
        if self.news and self.reference and self.sentence(each.begin) - self.anchor_at > _NEWS_REACH:
            return None
        return self.anchor

    def _story_base(self) -> Base:
        return self.anchor, "relative"

    def _spoken_base(self) -> Base:
        """Give what ``last year`` counts from: the article's date, or in a history the story's."""
        if self.reference is not None and (self.news or self.anchor is None):
            return point(self.reference), "relative"
        return self.anchor, "relative"

    def _is_future(self, each: Found) -> bool:
        """Whether the sentence speaks here of what is to come."""
        at = self.sentence(each.begin)
        begin = self.starts[at - 1] if at else 0
        end = self.starts[at] if at < len(self.starts) else len(self.text)
        before = self.text[max(begin, each.begin - TENSE_WINDOW) : each.begin]
        return looks_ahead(before, self.text[each.end : min(end, each.end + TENSE_WINDOW)])

    # --- dates --------------------------------------------------------------------------------------------

    def _calendar(self, each: Found) -> Resolved:
        """Day and month, month, year: completed with the year that the story or the article's date gives."""
        year, basis = self._year_of(each)
        part = each.words.get("part")
        suffix = "" if part is None else f"T{DAY_PARTS[part.lower()]}"
        if "clock" in each.words:
            suffix = f"T{each.words['clock']}"
        kind: Type = "TIME" if suffix else "DATE"
        if year is None:
            day = "" if each.day is None else f"-{each.day:02d}"
            return f"XXXX-{each.month or 0:02d}{day}{suffix}", kind, "explicit"
        moved = Point(year, each.month, each.day)
        self._tell(moved, each)
        return moved.value + suffix, kind, basis

    def _year_of(self, each: Found) -> tuple[int | None, DateBasis]:
        """Give the year of a date, and find it where the date names none."""
        if each.year is not None:
            return each.year, "explicit"
        if "other" in each.words:
            return self._other_year(each.words["other"]), "relative"
        month = each.month or SEASON_MONTHS.get(each.season or "", 1)
        anchor = self._near_anchor(each)
        if anchor is not None:
            year = self._carried(anchor, month)
        elif self.reference is not None:
            year = self._nearest_year(each, month)
        else:
            return None, "explicit"
        if year is not None and each.day is not None and not is_day(year, month, each.day):
            return None, "explicit"
        return year, "relative"

    def _carried(self, anchor: Point, month: int) -> int:
        """Carry the year on: a month well before the story's last one belongs to the next year."""
        dated = self.dated
        if dated is not None and dated.month is not None:
            # A year named in passing does not move the story: "On 10 March … funds for 1976 … on 11 March".
            if anchor.month is None and anchor.year != dated.year and month == dated.month:
                return dated.year
            if anchor.month is not None and anchor.month - month >= _NEXT_YEAR:
                return add_years(anchor.year, 1)
        return anchor.year

    def _nearest_year(self, each: Found, month: int) -> int:
        """Take the most recent such month, or the next one where the sentence looks ahead."""
        today = self.reference or date.min
        year, there = today.year, (month, each.day or today.day)
        if each.weekday is not None and each.day is not None:
            for near in (year, year - 1, year + 1):
                if is_day(near, month, each.day) and date(near, month, each.day).weekday() == each.weekday:
                    return near
        here = (today.month, today.day)
        if self._is_future(each):
            return year + 1 if there < here else year
        return year - 1 if there > here else year

    def _other_year(self, words: str) -> int | None:
        """Resolve ``that year``, ``the following year``, ``last year``."""
        moves = {"following": 1, "next": 1, "previous": -1, "last": -1}
        near = words.lower().split()[-2]
        spoken = near == "this" or (near in ("next", "last") and not words.lower().startswith("the"))
        base, _ = self._spoken_base() if spoken else self._story_base()
        if base is None:
            return None
        return add_years(base.year, moves.get(near, 0))

    def _year(self, each: Found) -> Resolved | None:
        if each.year is None:
            return None
        before = self.text[max(0, each.begin - 8) : each.begin].lower()
        # "since 1993" looks back; the story does not go there.
        if self.anchor is None or not before.endswith(("since ", "than ")):
            self._tell(Point(each.year), each)
        return year_value(each.year), "DATE", "explicit"

    def _season(self, each: Found) -> Resolved:
        code = each.season or "XX"
        year, basis = self._year_of(each)
        if year is not None and each.year is None and code == "WI" and "other" not in each.words:
            year = self._winter(each, year)
        if year is None:
            return f"XXXX-{code}", "DATE", "explicit"
        self._tell(Point(year), each)
        return f"{year_value(year)}-{code}", "DATE", basis

    def _winter(self, each: Found, year: int) -> int:
        """Name a winter told after autumn by the year in which it ends."""
        anchor = self._near_anchor(each)
        if anchor is not None and (anchor.month or 0) >= 7 and anchor.year == year:
            return add_years(year, 1)
        return year

    def _half(self, each: Found) -> Resolved | None:
        code = each.words.get("code")
        if code is None:
            order = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
            half = each.words["what"].lower() == "half"
            code = ("H" if half else "Q") + order.get(each.words["nth"].lower(), "2" if half else "4")
        year, basis = self._year_of(each)
        if year is None:
            return f"XXXX-{code}", "DATE", "explicit"
        self._tell(Point(year), each)
        return f"{year_value(year)}-{code}", "DATE", basis

    # --- days counted from the article's date --------------------------------------------------------------

    def _weekday(self, each: Found) -> Resolved:
        wanted = each.weekday or 0
        base = self.reference if self.news else None
        if base is not None:
            back = (base.weekday() - wanted) % 7
            if self._is_future(each):
                back = -((wanted - base.weekday() - 1) % 7 + 1)
            day = move_days(base, -back)
        else:
            base = self.anchor.calendar if self.anchor is not None else None
            day = None if base is None else move_days(base, (wanted - base.weekday()) % 7)
        return self._day(day, each, "relative")

    def _day(self, day: date | None, each: Found, basis: DateBasis) -> Resolved:
        """Write a resolved day with its part of day; X's where it could not be resolved."""
        part = each.words.get("part") or each.words.get("part2")
        suffix = "" if part is None else f"T{DAY_PARTS[part.lower()]}"
        kind: Type = "TIME" if suffix else "DATE"
        if day is None:
            return f"XXXX-XX-XX{suffix}", kind, "explicit"
        self._tell(point(day), each)
        return point(day).value + suffix, kind, basis

    def _deictic(self, each: Found) -> Resolved:
        word = each.words["word"].lower()
        moved = {"yesterday": -1, "tomorrow": 1}.get(word, 0)
        if word == "today" and "part" not in each.words and (self.reference is None or not self.news):
            return "PRESENT_REF", "DATE", "explicit"
        base = self.reference if self.news else None
        day = None if base is None else move_days(base, moved)
        if word == "tonight":
            each = Found(each.begin, each.end, each.rule, {"part": "night"})
        return self._day(day, each, "relative")

    def _day_before(self, each: Found) -> Resolved:
        deictic = each.words.get("deictic", "").lower()
        if deictic:
            moved = -2 if deictic == "yesterday" else 2
            return self._day(
                None if self.reference is None else move_days(self.reference, moved), each, "relative"
            )
        return self._shifted(
            self._story_base(), -1 if each.words["way"].lower() == "before" else 1, "day", each
        )

    def _ordinal(self, each: Found) -> Resolved:
        day = int(each.words["day"])
        anchor = self.anchor
        if anchor is None or anchor.month is None or not is_day(anchor.year, anchor.month, day):
            return f"XXXX-XX-{day:02d}", "DATE", "explicit"
        moved = Point(anchor.year, anchor.month, day)
        self._tell(moved, each)
        return moved.value, "DATE", "relative"

    def _month_end(self, each: Found) -> Resolved:
        return self._shifted(self._story_base(), 0, each.words["unit"].lower(), each)

    # --- amounts and neighbours -----------------------------------------------------------------------------

    def _amount(self, each: Found) -> Resolved:
        """Give a duration (``three days``) or a date so far from another (``three days later``)."""
        unit = singular(each.words["unit"])
        count = number(each.words["number"]) if "number" in each.words else None
        tail = each.words.get("tail", "").strip().lower()
        sign = {"later": 1, "hence": 1, "after": 1, "afterward": 1, "afterwards": 1, "earlier": -1, "ago": -1,
                "previously": -1, "before": -1, "beforehand": -1}.get(tail)  # fmt: skip
        if sign is None:
            return duration(count, unit), "DURATION", "explicit"
        if count is None:
            return ("FUTURE_REF" if sign > 0 else "PAST_REF"), "DATE", "explicit"
        base = self._spoken_base() if tail in ("ago", "hence") else self._story_base()
        if base[0] is None and self.reference is not None and self.news:
            base = point(self.reference), "relative"
        return self._shifted(base, sign * round(count), unit, each)

    def _shifted(self, base: Base, count: int | None, unit: str, each: Found) -> Resolved:
        """Move the base, with a part of day where one is named; X's where there is no base."""
        part = each.words.get("part")
        suffix = "" if part is None else f"T{DAY_PARTS[part.lower()]}"
        start, basis = base
        kind: Type = "TIME" if suffix or unit in ("hour", "minute", "second") else "DATE"
        if start is None:
            return (
                EVERY.get(unit, "XXXX-WXX" if unit == "fortnight" else "XXXX-XX-XXTXX") + suffix,
                kind,
                "explicit",
            )
        value, moved = shift(start, count, unit)
        if moved is not None:
            self._tell(moved, each)
        return value + suffix, kind, basis

    def _near(self, each: Found) -> Resolved | None:
        """Resolve ``the next day``, ``last week``, ``that December``, ``later that year``."""
        words = re.sub(r"\s+", " ", each.words.get("det", "").lower()).split()
        near = (each.words.get("near") or each.words.get("near2") or "").lower()
        near = near or next((word for word in words if word in _FORWARD | _BACKWARD | _OF_STORY), "")
        det = words[0] if words else ""
        sign = 1 if near in _FORWARD else -1 if near in _BACKWARD else 0
        of_story = det in ("the", "that") or near in _OF_STORY
        if det == "the" and near in ("last", "past", "coming", "current") and not self.news:
            of_story = True
        base = self._story_base() if of_story else self._spoken_base()
        unit = each.words.get("unit", "").lower()
        if det == "the" and near in ("past", "last", "coming") and unit and unit != "weekend":
            return duration(1, unit), "DURATION", "explicit"
        if det == "the" and near == "next" and unit in ("hour", "week", "decade", "century"):
            return duration(1, unit), "DURATION", "explicit"
        if unit == "weekend":
            return self._weekend(each, sign, base)
        if unit:
            return self._shifted(base, sign, unit, each)
        if "season" in each.words:
            return self._near_season(each, sign, base)
        if each.month is not None:
            return self._near_month(each, sign, base)
        if "weekday" in each.words:
            return self._near_weekday(each, sign, base, this=not sign)
        # "last night" is the night before; "last" with other parts of the day likewise.
        return self._shifted(base, sign, "day", each)

    def _near_month(self, each: Found, sign: int, base: Base) -> Resolved:
        month = each.month or 1
        start, basis = base
        if start is None:
            return f"XXXX-{month:02d}", "DATE", "explicit"
        here = start.month or (0 if sign >= 0 else 13)
        year = start.year
        if (sign > 0 and month <= here) or (sign < 0 and month >= here):
            year = add_years(year, sign)
        self._tell(Point(year, month), each)
        return Point(year, month).value, "DATE", basis

    def _near_season(self, each: Found, sign: int, base: Base) -> Resolved:
        code = SEASONS[each.words["season"].lower()]
        start, basis = base
        if start is None:
            return f"XXXX-{code}", "DATE", "explicit"
        month, here, year = SEASON_MONTHS[code], start.month or (6 if sign >= 0 else 7), start.year
        if code == "WI" and sign >= 0 and here >= 7:
            year = add_years(year, 1)
        elif (sign > 0 and month <= here) or (sign < 0 and month + 2 >= here):
            year = add_years(year, sign)
        self._tell(Point(year), each)
        return f"{year_value(year)}-{code}", "DATE", basis

    def _near_weekday(self, each: Found, sign: int, base: Base, *, this: bool) -> Resolved:
        day = base[0].calendar if base[0] is not None else None
        wanted = each.weekday or 0
        if day is None:
            return self._day(None, each, "explicit")
        ahead = (wanted - day.weekday()) % 7
        moved = ahead if this else (ahead or 7) if sign > 0 else ((ahead - 7) if ahead else -7)
        return self._day(move_days(day, moved), each, base[1])

    def _weekend(self, each: Found, sign: int, base: Base) -> Resolved:
        """Take the last weekend for ``the weekend``, unless the sentence looks ahead."""
        day = base[0].calendar if base[0] is not None else self.reference
        if day is None:
            return "XXXX-WXX-WE", "DATE", "explicit"
        if (
            "near" not in each.words
            and "near2" not in each.words
            and each.words.get("det", "").lower() == "the"
        ):
            sign = 0 if self._is_future(each) or day.weekday() >= 5 else -1
        moved = move_days(day, 7 * sign)
        value = "XXXX-WXX-WE" if moved is None else f"{week_value(moved)}-WE"
        return value, "DATE", "relative"
