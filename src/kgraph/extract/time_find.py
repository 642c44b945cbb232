"""Where the time expressions of a text stand, and what each says by itself, before the story gives it a year."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Mapping
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
from kgraph.extract.time_values import is_day

# How much text on either side decides whether a number is a year.
_WINDOW = 40
_PREPOSITIONS = frozenset(
    "in since until till by during from to of and or after before between through throughout circa late early mid"
    " year years for the into c ca around about towards toward near".split()
)
_STRONG = frozenset("in since until till by during from between circa year years throughout".split())
_LABELS = frozenset(
    "resolution resolutions no nos number article articles section sections flight page pages pp p unit route"
    " highway room model channel chapter cable decree law phase operation campaign task force brigade division"
    " regiment battalion squadron hill point boeing airbus proclamation act area some nearly almost over than"
    " least most approximately roughly another only exactly all".split()
)
_COUNTED = re.compile(
    r"[-\s](?:(?:(?!(?:were|was|the|and|with|of|in|as|to|for|when|by|at|on|from|a|an)\b)[a-z]+[- ])?(?:people|men|women|troops|soldiers|civilians|casualties|prisoners|tons|tonnes|"
    r"metres|meters|kilometres|kilometers|miles|feet|yards|km|kg|mm|m|mi|ft|lb|hp|others|dead|wounded|killed|"
    r"members|ships|tanks|aircraft|guns|victims|fighters|rebels|militants|refugees|points|votes|per|times|"
    r"dollars|euros|pounds|rubles|million|billion|hours|days|weeks|months|years|strong)\b)|\s?[%°]"
)
_PLURAL = re.compile(r"\s[a-z]+(?:[^su\W]s)\b")
_WORD_BEFORE = re.compile(r"(\w+)\.?[\s\"“(‘'’-]*$")
_FOLLOWS_BC = re.compile(
    r"[.,;:)\n]|[-–]|\s(?:[A-Z]|(?:the|a|an|and|or|when|with|under|to|by|he|they|it|his|its|was|in|at|but|as|after)\b)"
)
_BEFORE_SEASON = re.compile(r"(?:\b(?:to|would|will|could|can|may|might|must|not|they|and|Arab|Prague|hot|Silver)\s)$")
_SEASON_NAME = re.compile(r"\s(?:[Oo]ffensive|[Cc]ampaign|[Cc]ounter|[Ff]ighting|[Hh]arvest|[Uu]prising|[Bb]reak)")
_MONTH_CUE = re.compile(
    r"(?:\b(?:in|since|until|till|by|from|to|and|or|through|during|between|before|after|of|on|for|throughout|late|early|"
    r"mid|the|each|every)\s|[-–/,(]\s?|^|\n)$",
    re.IGNORECASE,
)
_NAME_AFTER = re.compile(r" (?!(?:On|In|At|The|And|But)\b)[A-Z][a-z]|['’]s\s[a-z]+ing|\s(?:be|have|not|I|he|we|you|it|they|the)\b")


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
    """The expressions of one match; none where the words mean something else here."""
    words = {name: part for name, part in match.groupdict().items() if part is not None}
    begin, end = match.span()
    for name in ("span", "span2"):
        if name in words:
            begin, end = match.span(name)
    if rule in ("years", "span"):
        yield from _year_range(text, rule, match, years)
        return
    guard = _GUARDS.get(rule)
    if guard is not None and not guard(text, match, years):
        return
    if rule == "numeric":
        yield from _numeric(match)
        return
    if rule == "iso":
        year, month, day = map(int, words["iso"].split("-"))
        if is_day(year, month, day):
            yield Found(begin, end, rule, words, year, month, day)
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
        if not _is_year(text, match.start("first"), match.end("first"), edge=False, loose=True):
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


def _is_year(text: str, begin: int, end: int, *, edge: bool, loose: bool = False) -> bool:
    """Whether the four digits at this place name a year rather than an amount or a label."""
    before, after = text[max(0, begin - _WINDOW) : begin], text[end : end + _WINDOW]
    year = int(text[begin:end])
    if re.search(r"[$€£#&/.,:°][\s]?$", before[-1:]) and not re.search(r"[,:.]\s$", before[-2:]):
        return False
    if re.search(r"(?<!\b(?:post|anti))(?<!\b(?:pre|mid))-$", before) and re.search(r"\w-$", before):
        return False
    word = _WORD_BEFORE.search(before)
    cue = word[1].lower() if word else ""
    labelled = cue in _LABELS and before.endswith((" ", "-", "\u00a0", "#"))
    if labelled or (cue.isdigit() and not loose) or _COUNTED.match(after):
        return False
    if not 1000 <= year <= 2100:
        return False
    licensed = edge or cue in _STRONG or (not before.strip() or before.endswith(("(", "\n")))
    if year % 100 == 0 and not edge and _PLURAL.match(after):
        return False
    if licensed:
        return True
    return year >= (1000 if cue in _PREPOSITIONS else 1400) and (year % 100 != 0 or cue in _PREPOSITIONS)


def _year_guard(text: str, match: re.Match[str], years: _Years) -> bool:
    """Years with an era or an apostrophe are sure to be years only in the right place."""
    year = match["year"]
    begin, end = match.span("year")
    if year[0] in "'’":
        return bool(re.search(r"(?:\b(?:of|in|since|by|until|to|and)\s|[0-9][-–]|[0-9],?\s)$", text[max(0, begin - 8) : begin]))
    if not year.isdigit():
        return True
    return _is_year(text, begin, end, edge=bool(match["edge"]))


def _bc_guard(text: str, match: re.Match[str], years: _Years) -> bool:
    """In a story set before Christ, ``in 480`` is a year."""
    before, after = text[max(0, match.start() - _WINDOW) : match.start()], text[match.end() : match.end() + _WINDOW]
    word = _WORD_BEFORE.search(before)
    cue = word[1].lower() if word else ""
    licensed = bool(match["edge"]) or cue in _STRONG or cue in ("of", "before", "after")
    return years.before_christ and licensed and bool(_FOLLOWS_BC.match(after))


def _month_guard(text: str, match: re.Match[str], years: _Years) -> bool:
    """A month alone: not the verb, not a march, not a person called April."""
    begin, end = match.span("month")
    before, after = text[max(0, match.start() - _WINDOW) : match.start()], text[end : end + _WINDOW]
    cue = bool(match["edge"]) or _MONTH_CUE.search(before) is not None
    name = match["month"].lower()
    if name == "may" and not cue:
        return False
    if name == "march" and (not cue or re.match(r"\s(?:on|to|for|of|through)\s(?:the\s)?[A-Z]", after)):
        return False
    if name in ("may", "march", "april", "june", "august"):
        preposed = bool(match["edge"]) or re.search(r"\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Dd]uring|[Ff]rom)\s$", before)
        if not preposed and (_NAME_AFTER.match(after) or re.search(r"(?:^|\n|[.!?]\s)$", before) and name == "may"):
            return False
        if name == "march" and re.search(r"\b(?:the|[A-Z]\w+)\s$", before) and not match["edge"]:
            return bool(re.search(r"\b(?:In|Since|Until|By|During|From|Early|Late)\s$", before))
    return True


def _season_guard(text: str, match: re.Match[str], years: _Years) -> bool:
    """A season alone: not the fall of a city, not to spring."""
    if match["year"] or match["other"] or match["year2"]:
        return True
    season = match["season"]
    begin, end = match.span("season")
    before, after = text[max(0, match.start() - _WINDOW) : match.start()], text[end : end + _WINDOW]
    if season.lower() == "fall":
        return bool(match["the"]) and bool(re.match(r"[.,;:)\n]", after)) or bool(
            re.match(r"\s(?:campaign|offensive)", after)
        )
    if _BEFORE_SEASON.search(before) and not match["the"]:
        return bool(re.search(r"\band\s$", before)) and season.islower()
    if season[0].isupper() and not match["the"] and not re.search(r"(?:\b[Ii]n|\b[Bb]y|\.)\s$|^$|\n$", before):
        return bool(_SEASON_NAME.match(after))
    return not (season[0].isupper() and re.match(r"\s[A-Z]", after)) or bool(_SEASON_NAME.match(after))


def _near_guard(text: str, match: re.Match[str], years: _Years) -> bool:
    """``that day``, ``next week``; but ``the year`` only with an edge, and never ``the last day of …``."""
    det, near = (match["det"] or "").lower(), (match["near"] or match["near2"] or "").lower()
    after = text[match.end() : match.end() + _WINDOW]
    unit = (match["unit"] or "").lower()
    if unit in ("second", "minute") or (unit == "fall" and after.startswith(" of")):
        return False
    if near in ("last", "past", "next", "previous") and re.match(r"\sof\s", after) and unit:
        return False
    if det == "these" or (match["season"] or "").lower() == "fall" and re.match(r"\sof\s[A-Z]", after):
        return False
    if det == "the" and not near:
        return bool(match["edge"]) and unit in ("week", "month", "year", "decade", "century", "day") or unit == "weekend"
    return unit != "day" or near != "last"


def _reference_guard(text: str, match: re.Match[str], years: _Years) -> bool:
    """``former president``, but not ``the former was``."""
    before, after = text[max(0, match.start() - 5) : match.start()], text[match.end() : match.end() + 12]
    if match[0].lower() == "former" and re.search(r"\bthe\s$", before):
        return not re.match(r"[.,;:)]|\s(?:was|is|had|were|has|being|and|an?)\b", after)
    if match[0].lower() == "current":
        return bool(re.match(r"\s[a-z]", after)) and not re.match(r"\s(?:of|was|is|flow)\b", after)
    return not (match["now"] and re.match(r"\s?[-‑]", after))


def _clock_guard(text: str, match: re.Match[str], years: _Years) -> bool:
    """Hours and minutes, but not a ratio, a price, a share or a score."""
    before, after = text[max(0, match.start() - 3) : match.start()], text[match.end() : match.end() + 10]
    if re.search(r"[$€£:.,/\d-]$", before) or re.match(r"\s?(?:%|percent|per|million|billion|km|mm|[-–]\d)", after):
        return False
    if match["hour"] and "." in match[0].split("m")[0][:3] and not match["half"]:
        return False
    half = match["half"] or match["half2"]
    return half is None or 1 <= int(match["hour"]) <= 12


def _amount_guard(text: str, match: re.Match[str], years: _Years) -> bool:
    """An amount of time, not part of a bigger number or of a name."""
    before = text[max(0, match.start() - 2) : match.start()]
    return not re.search(r"[0-9][.,:]$|[$€£]$|\w[-‑]$", before) and not (
        match["number"].lower() in ("a", "an") and "-" in match[0][match.end("number") - match.start() :][:1]
    )


_Guard = Callable[[str, re.Match[str], _Years], bool]
_GUARDS: dict[str, _Guard] = {
    "year": _year_guard,
    "bc_year": _bc_guard,
    "month": _month_guard,
    "season": _season_guard,
    "near": _near_guard,
    "reference": _reference_guard,
    "clock": _clock_guard,
    "amount": _amount_guard,
}
_RULES = tuple((name, pattern, NEEDS[name]) for name, pattern in RULES.items())
_TOKEN = re.compile(r"\w+|['’](?=[0-9])")
_DATED = ("day_month", "month_day", "month", "season")


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
