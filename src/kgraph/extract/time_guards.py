"""What decides, from the words around, that a number, a month or a season is a time and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

from kgraph.extract.time_grammar import listed

# How much text on either side decides whether a number is a year.
_WINDOW = 40
_PREPOSITIONS = frozenset(
    listed(
        "in since until till by during from to of and or after before between through throughout "
        "circa late early mid year years for the into c ca around about towards toward near"
    )
)
_STRONG = frozenset(listed("in since until till by during from between circa year years throughout"))
_LABELS = frozenset(
    listed(
        "resolution resolutions no nos number article articles section sections flight page pages "
        "pp p unit route highway room model channel chapter cable decree law phase operation "
        "campaign task force brigade division regiment battalion squadron hill point boeing airbus "
        "proclamation act area some nearly almost over than least most approximately roughly "
        "another only exactly all"
    )
)
_COUNTED = re.compile(
    r"[-\s](?:(?:(?!(?:were|was|the|and|with|of|in|as|to|for|when|by|at|on|from|a|an)\b)[a-z]+[- ])?"
    r"(?:people|men|women|troops|soldiers|civilians|casualties|prisoners|tons|tonnes|"
    r"metres|meters|kilometres|kilometers|miles|feet|yards|km|kg|mm|m|mi|ft|lb|hp|others|dead|wounded|killed|"
    r"members|ships|tanks|aircraft|guns|victims|fighters|rebels|militants|refugees|points|votes|per|times|"
    r"dollars|euros|pounds|rubles|million|billion|hours|days|weeks|months|years|strong)\b)|\s?[%°]"
)
_PLURAL = re.compile(r"\s[a-z]+(?:[^su\W]s)\b")
_WORD_BEFORE = re.compile(r"(\w+)\.?[\s\"“(‘'’-]*$")
_FOLLOWS_BC = re.compile(
    r"[.,;:)\n]|[-–]|\s(?:[A-Z]|(?:the|a|an|and|or|when|with|under|to|by|he|they|it|his|its|was|in|at|but|as|after)\b)"
)
_BEFORE_SEASON = re.compile(
    r"(?:\b(?:to|[Tt]hey|[Ww]e|[Yy]ou|who|would|will|could|can|may|might|must|not|they|and|Arab|Prague|hot|Silver)\s)$"
)
_SEASON_NAME = re.compile(
    r"\s(?:[Oo]ffensive|[Cc]ampaign|[Cc]ounter|[Ff]ighting|[Hh]arvest|[Uu]prising|[Bb]reak)"
)
_MONTH_CUE = re.compile(
    r"(?:\b(?:in|since|until|till|by|from|to|and|or|through|during|between|before|after|of|on|for|throughout|late|early|"
    r"mid|the|each|every)\s|[-–/,(]\s?|^|\n)$",
    re.IGNORECASE,
)
_NAME_AFTER = re.compile(
    r" (?!(?:On|In|At|The|And|But)\b)[A-Z][a-z]|['’]s\s[a-z]+ing|\s(?:be|have|not|I|he|we|you|it|they|the)\b"
)


def is_year(text: str, begin: int, end: int, *, edge: bool, loose: bool = False) -> bool:
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


def _year_guard(text: str, match: re.Match[str], before_christ: bool) -> bool:
    """Years with an era or an apostrophe are sure to be years only in the right place."""
    year = match["year"]
    begin, end = match.span("year")
    if year[0] in "'’":
        return bool(
            re.search(
                r"(?:\b(?:of|in|since|by|until|to|and)\s|[0-9][-–]|[0-9],?\s)$",
                text[max(0, begin - 8) : begin],
            )
        )
    if not year.isdigit():
        return True
    return is_year(text, begin, end, edge=bool(match["edge"]))


def _bc_guard(text: str, match: re.Match[str], before_christ: bool) -> bool:
    """In a story set before Christ, ``in 480`` is a year."""
    before, after = (
        text[max(0, match.start() - _WINDOW) : match.start()],
        text[match.end() : match.end() + _WINDOW],
    )
    word = _WORD_BEFORE.search(before)
    cue = word[1].lower() if word else ""
    licensed = bool(match["edge"]) or cue in _STRONG or cue in ("of", "before", "after")
    return before_christ and licensed and bool(_FOLLOWS_BC.match(after))


def _month_guard(text: str, match: re.Match[str], before_christ: bool) -> bool:
    """Accept a month alone: not the verb, not a march, not a person called April."""
    end = match.end("month")
    before, after = text[max(0, match.start() - _WINDOW) : match.start()], text[end : end + _WINDOW]
    cue = bool(match["edge"]) or _MONTH_CUE.search(before) is not None
    name = match["month"].lower()
    if name == "may" and not cue:
        return False
    if name == "march" and (not cue or re.match(r"\s(?:on|to|for|of|through)\s(?:the\s)?[A-Z]", after)):
        return False
    if name in ("may", "march", "april", "june", "august"):
        preposed = bool(match["edge"]) or re.search(
            r"\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Dd]uring|[Ff]rom)\s$", before
        )
        if not preposed and (
            _NAME_AFTER.match(after) or (re.search(r"(?:^|\n|[.!?]\s)$", before) and name == "may")
        ):
            return False
        if name == "march" and re.search(r"\b(?:the|[A-Z]\w+)\s$", before) and not match["edge"]:
            return bool(re.search(r"\b(?:In|Since|Until|By|During|From|Early|Late)\s$", before))
    return True


def _season_guard(text: str, match: re.Match[str], before_christ: bool) -> bool:
    """Accept a season alone: not the fall of a city, not to spring."""
    if match["year"] or match["other"] or match["year2"]:
        return True
    season = match["season"]
    end = match.end("season")
    before, after = text[max(0, match.start() - _WINDOW) : match.start()], text[end : end + _WINDOW]
    if season.lower() == "fall":
        return (bool(match["the"]) and bool(re.match(r"[.,;:)\n]", after))) or bool(
            re.match(r"\s(?:campaign|offensive)", after)
        )
    if _BEFORE_SEASON.search(before) and not match["the"]:
        return bool(re.search(r"\band\s$", before)) and season.islower()
    if (
        season[0].isupper()
        and not match["the"]
        and not re.search(r"(?:\b[Ii]n|\b[Bb]y|\.)\s$|^$|\n$", before)
    ):
        return bool(_SEASON_NAME.match(after))
    return not (season[0].isupper() and re.match(r"\s[A-Z]", after)) or bool(_SEASON_NAME.match(after))


def _near_guard(text: str, match: re.Match[str], before_christ: bool) -> bool:
    """Accept ``that day``, ``next week``; ``the year`` only with an edge; never ``the last day of …``."""
    det, near = (match["det"] or "").lower(), (match["near"] or match["near2"] or "").lower()
    after = text[match.end() : match.end() + _WINDOW]
    unit = (match["unit"] or "").lower()
    if unit in ("second", "minute") or (unit == "fall" and after.startswith(" of")):
        return False
    if near in ("last", "past", "next", "previous") and re.match(r"\sof\s", after) and unit:
        return False
    if det == "these" or ((match["season"] or "").lower() == "fall" and re.match(r"\sof\s[A-Z]", after)):
        return False
    if det == "the" and not near:
        return (
            bool(match["edge"]) and unit in ("week", "month", "year", "decade", "century", "day")
        ) or unit == "weekend"
    return unit != "day" or near != "last"


def _reference_guard(text: str, match: re.Match[str], before_christ: bool) -> bool:
    """``former president``, but not ``the former was``."""
    before, after = text[max(0, match.start() - 5) : match.start()], text[match.end() : match.end() + 12]
    if match[0].lower() == "former" and re.search(r"\bthe\s$", before):
        return not re.match(r"[.,;:)]|\s(?:was|is|had|were|has|being|and|an?)\b", after)
    if match[0].lower() == "current":
        return bool(re.match(r"\s[a-z]", after)) and not re.match(r"\s(?:of|was|is|flow)\b", after)
    return not (match["now"] and re.match(r"\s?[-‑]", after))


def _clock_guard(text: str, match: re.Match[str], before_christ: bool) -> bool:
    """Hours and minutes, but not a ratio, a price, a share or a score."""
    before, after = text[max(0, match.start() - 3) : match.start()], text[match.end() : match.end() + 10]
    if re.search(r"[$€£:.,/\d-]$", before) or re.match(
        r"\s?(?:%|percent|per|million|billion|km|mm|[-–]\d)", after
    ):
        return False
    if match["hour"] and "." in match[0].split("m")[0][:3] and not match["half"]:
        return False
    half = match["half"] or match["half2"]
    return half is None or 1 <= int(match["hour"]) <= 12


def _amount_guard(text: str, match: re.Match[str], before_christ: bool) -> bool:
    """Accept an amount of time, not part of a bigger number or of a name."""
    before = text[max(0, match.start() - 2) : match.start()]
    return not re.search(r"[0-9][.,:]$|[$€£]$|\w[-‑]$", before) and not (
        match["number"].lower() in ("a", "an") and "-" in match[0][match.end("number") - match.start() :][:1]
    )


Guard = Callable[[str, re.Match[str], bool], bool]
GUARDS: dict[str, Guard] = {
    "year": _year_guard,
    "bc_year": _bc_guard,
    "month": _month_guard,
    "season": _season_guard,
    "near": _near_guard,
    "reference": _reference_guard,
    "clock": _clock_guard,
    "amount": _amount_guard,
}
