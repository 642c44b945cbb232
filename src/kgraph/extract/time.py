"""Time expressions of an article and their TIMEX3 values.

What an expression says by itself is found first (time_find); then the text is read once more from its
beginning, each expression against the article's date (``Monday``, ``last week``) or against the last date
of the story (``the next day``, ``that December``, ``In March``). What neither can date keeps X's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date

from kgraph.extract.time_find import Found, find
from kgraph.extract.time_fixed import Resolved
from kgraph.extract.time_story import Story
from kgraph.extract.time_values import bounds
from kgraph.model import Span, Time

__all__ = ["bounds", "times"]

_NEWS_RULES = frozenset({"weekday", "deictic"})
_WHOLE_DAY = re.compile(r"(?:BC)?[0-9]{4}-[0-9]{2}-[0-9]{2}")


def times(text: str, sentences: Sequence[Span], *, reference: str | None) -> tuple[Time, ...]:
    """Every time expression of the article text, with its TIMEX3 value, in text order.

    ``sentences`` are the sentence spans in order; ``reference`` is the article's date (``YYYY-MM-DD``) or
    None.
    The basis is ``explicit`` where the text says all of the value, ``relative`` where it was completed from
    the story or from the article's date.
    """
    found = find(text)
    story = Story(text, [span.begin for span in sentences], _date(reference), _is_news(found))
    resolved = [(each, story.resolve(each)) for each in found]
    known = [(each.begin, each.end, value) for each, value in resolved if value is not None]
    made: list[Time] = []
    for each, value in resolved:
        final = _clock(story, each, known) if each.rule == "clock" else value
        if final is not None:
            span = Span(each.begin, each.end, text[each.begin : each.end])
            made.append(Time(f"t{len(made) + 1}", span, final[0], final[1], final[2]))
    return tuple(made)


def _date(reference: str | None) -> date | None:
    """Read the article's date; None where there is none that the calendar knows."""
    try:
        return None if reference is None else date.fromisoformat(reference[:10])
    except ValueError:
        return None


def _is_news(found: Sequence[Found]) -> bool:
    """Whether the text speaks from its own day (``on Monday``, ``last week``) rather than tells a history."""
    spoken = sum(
        each.rule in _NEWS_RULES
        or (
            each.rule == "near"
            and "the" not in each.words.get("det", "the" if "near" in each.words else "").lower()
        )
        or each.words.get("tail", "").strip() == "ago"
        for each in found
    )
    years = {each.year for each in found if each.year is not None}
    dated = sum(each.year is not None for each in found)
    return dated <= 4 * spoken or (len(years) <= 3 and dated <= 8)


def _clock(story: Story, each: Found, known: Sequence[tuple[int, int, Resolved]]) -> Resolved:
    """Put a time of day on the day named nearest to it in the sentence, or last named before it."""
    hour = each.words.get("hour") or each.words.get("hour2")
    minute = each.words.get("minute") or each.words.get("minute2") or "00"
    half = (each.words.get("half") or each.words.get("half2") or "").strip().lower()[:1]
    if hour is None:
        hour, minute = ("24" if each.words["word"] == "midnight" else "12"), "00"
    elif half:
        hour = str(int(hour) % 12 + (12 if half == "p" else 0))
    here = story.sentence(each.begin)
    at = bisect_right(known, (each.begin,))
    nearby = [entry for entry in known[max(0, at - 4) : at + 2] if _WHOLE_DAY.match(entry[2][0])]
    same = [entry for entry in nearby if story.sentence(entry[0]) == here]
    before = [entry for entry in nearby if entry[0] < each.begin]
    pick = min(same, key=lambda entry: abs(entry[0] - each.begin)) if same else before[-1] if before else None
    day = "XXXX-XX-XX" if pick is None else pick[2][0].partition("T")[0]
    return f"{day}T{int(hour):02d}:{minute}", "TIME", "explicit" if pick is None else "relative"
