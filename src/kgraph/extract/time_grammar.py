"""The patterns of English time expressions, and the words that stand for numbers, months and units.

Every quantifier is bounded, so that one pass over a text takes time linear in its length.
``RULES`` are tried in order at each position; the first that fits wins.
"""

from __future__ import annotations

import re


def listed(words: str) -> tuple[str, ...]:
    """Split a list of words written as one string."""
    return tuple(words.split())


_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CARDINALS = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
_ORDINALS = listed(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)

MONTHS = {name[:3].lower(): number for number, name in enumerate(_MONTH_NAMES, 1)}
WEEKDAYS = {name[:3].lower(): number for number, name in enumerate(_WEEKDAY_NAMES)}
SEASONS = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}
PARTS = {
    "morning": "MO", "dawn": "MO", "noon": "MI", "afternoon": "AF", "evening": "EV", "dusk": "EV",
    "eve": "EV", "night": "NI",
}  # fmt: skip
NUMBERS = {word: float(number) for number, word in enumerate(_CARDINALS)}
NUMBERS |= {word: 20.0 + 10 * index for index, word in enumerate(_TENS)}
NUMBERS |= {"a": 1.0, "an": 1.0, "single": 1.0, "hundred": 100.0, "dozen": 12.0, "half": 0.5, "couple": 2.0}
ORDINALS = {word: number for number, word in enumerate(_ORDINALS, 1)} | {"twenty-first": 21, "thirtieth": 30}
HOLIDAYS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25),
    "new year's eve": (12, 31), "new year's day": (1, 1),
}  # fmt: skip


def number(text: str) -> float | None:
    """``twenty-five`` -> 25.0, ``1,200`` -> 1200.0; None for ``several`` and other vague amounts."""
    words = re.findall(r"[a-z]+|[0-9][0-9,.]*", text.lower())
    if not words or {"few", "several", "many", "some", "dozens", "scores"} & set(words):
        return None
    if words[0][0].isdigit():
        base = float(words[0].replace(",", "").rstrip(".") or 0)
    else:
        known = [NUMBERS[word] for word in words if word in NUMBERS]
        if not known:
            return None
        if "half" in words and "and" in words:
            return known[0] + 0.5
        base = max(known) if {"hundred", "half", "couple", "dozen"} & set(words) else sum(known)
    return base + 0.5 if "half" in words and "and" in words else base


def _any(words: list[str] | tuple[str, ...]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


# White space inside an expression: short, and never an empty line.
S = r"(?:[^\S\n]{1,3}|[^\S\n]?\n)"
_DASH = rf"{S}?[-–—‑/]{S}?"
_ALL_MONTHS = _any([*_MONTH_NAMES, *(name.upper() for name in _MONTH_NAMES)])
MONTH = rf"(?:{_ALL_MONTHS})\b"
MON = rf"(?:{_ALL_MONTHS}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)(?![a-z])"
WEEKDAY = rf"(?:{_any([*_WEEKDAY_NAMES, *(name.upper() for name in _WEEKDAY_NAMES)])})\b"
_NO_MORE = r"(?![0-9]|,[0-9]{3}|[.][0-9])"
_ORDINAL_DAY = (
    r"(?i:(?:twenty|thirty)[- ]?(?:" + _any(_ORDINALS[:9]) + r")|" + _any(_ORDINALS) + r"|thirtieth)"
)
DAY = rf"(?:(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?{_NO_MORE}\b)"
_ERA = r"(?:BCE?\b|B\.C\.E\.|B\.C\.?|CE\b|AD\b|A\.D\.?)"
_BARE_YEAR = rf"[12][0-9]{{3}}{_NO_MORE}(?![0-9a-zA-Z]|-[0-9]{{3}})"
YEAR = rf"(?:[0-9]{{1,4}}{S}?{_ERA}|(?:AD|A\.D\.){S}[0-9]{{1,4}}\b|{_BARE_YEAR})"
SEASON = r"(?i:spring|summer|autumn|winter|fall)\b"
_PART = r"(?:morning|afternoon|evening|night|dawn|dusk|eve)\b"
UNIT = r"(?:second|minute|hour|day|week|fortnight|month|quarter|year|decade|century)\b"
_UNITS = r"(?:seconds|minutes?|hours?|days?|weeks?|fortnights?|months?|years?|decades?|century|centuries)\b"
_ONES = _any(_CARDINALS[1:10])
_NUMBER_WORDS = rf"(?:{_any(_TENS)})(?:[- ](?:{_ONES}))?|{_any(_CARDINALS[1:])}"
_NUMBER = (
    rf"(?:(?:(?:a|one|two|three|four|five|six|seven|eight|nine){S})?hundred|half{S}an?|(?:a{S})?(?:couple|dozens){S}of|"
    rf"(?:a{S})?(?:few|dozen)|an?(?:{S}single)?|several|many|{_NUMBER_WORDS}|[0-9]{{1,3}}(?:,[0-9]{{3}})+|"
    r"[0-9]{1,4}(?:\.[0-9]{1,2})?)"
)
_HALF = rf"(?:{S}and{S}(?:a{S})?half)?"
_ABOUT = (
    rf"(?:(?:about|around|approximately|roughly|nearly|almost|some|just|only|over|under|barely|another|a{S}mere|"
    rf"(?:a{S}little{S})?(?:more|less|fewer){S}than|at{S}(?:least|most)|up{S}to|as{S}(?:many|long|little){S}as){S})"
)
_ADJECTIVE = (
    rf"(?:{S}(?:more|full|whole|long|short|bloody|brutal|consecutive|successive|straight|further|additional|"
    r"entire|solid|hard|tense|difficult|calendar|previous|following|past))"
)
_NEAR = r"(?:next|following|same|previous|preceding|prior|last|past|coming|ensuing|subsequent|current)"
_OTHER_YEAR = (
    rf"(?:that|(?:the{S}|that{S})same|this|the|the{S}(?:following|next|previous)|next|last){S}year\b"
)

# "the end of", "early", "mid-": kept in the span, not in the value (but for halves and quarters).
_EDGE = (
    r"(?:beginning|start|outset|opening|middle|midst|end|close|turn|rest|remainder|height|"
    rf"(?:first|second|third|fourth|last|latter|final){S}(?:half|quarter|part|third|week|weeks|days|months|phase)|"
    rf"(?:very{S})?(?:early|late|latter|later){S}(?:part|half|phase|stages|hours|days|months|years))"
)
EDGE = (
    rf"(?i:(?:(?:the{S})?(?:very{S})?{_EDGE}{S}of{S}(?:the{S})?|(?:the{S})?(?:early|late|mid|middle|later|earlier)"
    rf"(?:-|{S}to{S}(?:mid|late)-?{S}?|{S}(?:in{S})?)|(?:around|circa|ca\.|c\.){S})?)"
)
PART_OF = (
    rf"(?i:(?:(?:(?:early|late){S}(?:(?:in|on){S})?)?(?:the{S})?(?:(?:early|late){S})?(?P<part>{_PART})"
    rf"(?:{S}hours)?(?:{S}of|{S}on|,)?{S}(?:the{S})?)?)"
)
CONNECTOR = re.compile(
    rf"(?:{_DASH}|,?{S}(?:to|and|or|until|till|through|and{S}on|or{S}on|-|–){S}|,{S})(?:the{S}|in{S}|by{S})?"
)

_YEAR_TAIL = rf"(?:,?{S}(?:of{S})?(?:(?P<year>{YEAR})|(?P<other>{_OTHER_YEAR})))?"
_RANGE = rf"(?:{_DASH}|{S}(?:to|and|or|until|through){S})"
_VAGUE_UNITS = r"(?:minutes|hours|days|weeks|months|years|decades|centuries)\b"
_ZONE = rf"(?:{S}(?:local{S}time|GMT|UTC|EST|EDT|CET|CEST|BST))?"

# One pattern per kind of expression. A group named "span" is the expression itself where the pattern also
# reads a word before it; "one" and "two" are the two expressions of a range.
RULES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "iso": (
            r"(?P<iso>[12][0-9]{3}-[0-9]{2}-[0-9]{2})(?:[T ](?P<clock>[0-2][0-9]:[0-5][0-9]))?"
            r"(?![0-9]|-[0-9])"
        ),
        "numeric": (
            r"(?P<first>[0-9]{1,2})(?P<mark>[/.-])(?P<second>[0-9]{1,2})(?P<mark2>[/.-])"
            r"(?P<year>[12][0-9]{3})(?![0-9]|[/.-][0-9])"
        ),
        "days_month": (
            rf"(?P<one>(?i:the{S})?{DAY}){_RANGE}"
            rf"(?P<two>(?i:the{S})?(?P<last>{DAY}){S}(?:of{S})?(?P<month>{MON}){_YEAR_TAIL})"
        ),
        "month_days": (
            rf"(?P<one>{EDGE}(?P<month>{MON}){S}(?P<day>{DAY}))"
            rf"(?:{_DASH}|{S}(?:to|and){S}(?=[0-9]{{1,2}}(?:[.,;)]|{S}(?:[12][0-9]{{3}}|(?:were|was|in|at|with|when|as|near|the)\b))))"
            rf"(?P<two>(?P<last>{DAY}){_YEAR_TAIL})"
        ),
        "day_month": (
            rf"{PART_OF}{EDGE}(?:(?P<weekday>{WEEKDAY})(?:{S}{_PART})?(?:{S}of|,)?{S})?(?i:(?:the{S})?)"
            rf"(?:(?P<day>{DAY})|(?P<word>{_ORDINAL_DAY})(?={S}(?:day{S})?of{S}))"
            rf"{S}(?:(?:day{S})?of{S})?(?P<month>{MON}){_YEAR_TAIL}"
        ),
        "month_day": (
            rf"{PART_OF}{EDGE}(?:(?P<weekday>{WEEKDAY})(?:{S}{_PART})?,?{S})?"
            rf"(?P<month>{MON}){S}(?:the{S})?(?P<day>{DAY}){_YEAR_TAIL}"
        ),
        "holiday": (
            rf"(?P<holiday>(?:Christmas|New{S}Year['’]s)(?:{S}(?:Eve|Day))?)\b(?:{S}(?P<part>night|morning))?"
            rf"{_YEAR_TAIL}"
        ),
        "half": (
            rf"(?i:(?:the{S})?(?P<nth>first|second|third|fourth|last|latter){S}(?P<what>half|quarter){S}of{S})"
            rf"(?:(?P<year>{YEAR})|(?P<other>{_OTHER_YEAR}))|(?P<code>[QH][1-4]){S}(?:of{S})?(?P<year2>{_BARE_YEAR})"
        ),
        "month_year": (
            rf"{EDGE}(?P<month>{MON})(?:,?{S}(?:of{S})?|-)(?:(?P<year>{YEAR})|(?P<other>{_OTHER_YEAR}))"
        ),
        "near": (
            rf"(?i:(?P<edge>{EDGE})(?:(?P<det>the|that|this|these){S}(?:very{S})?(?:(?P<near>{_NEAR}){S})?"
            rf"|(?P<near2>{_NEAR}){S})(?:(?P<unit>{UNIT}|weekend\b)|(?P<season>{SEASON})|(?P<part>{_PART})"
            rf"|(?-i:(?P<month>{MONTH})|(?P<weekday>{WEEKDAY})(?:{S}(?P<part2>{_PART}))?)))"
        ),
        "season": (
            rf"{EDGE}(?i:(?P<the>the{S})?)(?:(?P<season>{SEASON})"
            rf"(?:{S}(?:of{S})?(?:(?P<year>{YEAR}|['’][0-9]{{2}}\b)|(?P<other>{_OTHER_YEAR})))?"
            rf"|(?P<year2>{_BARE_YEAR}){S}(?P<season2>{SEASON}))"
        ),
        "decade": (
            rf"{EDGE}(?i:(?:the{S})?)(?:(?P<decade>[0-9]{{1,3}}0)['’]?s\b(?P<bc>{S}{_ERA})?|['’](?P<short>[0-9]0)['’]?s\b)"
        ),
        "century": (
            rf"{EDGE}(?i:(?:the{S})?(?:(?:early|late|mid)[- ])?"
            rf"(?:(?P<nth>[0-9]{{1,2}})(?:st|nd|rd|th)|(?P<word>{_ORDINAL_DAY}))(?:-|{S})(?:century|centuries)\b)"
            rf"(?P<bc>{S}{_ERA})?"
        ),
        "years": (
            rf"(?P<one>[0-9]{{1,4}})(?:{_DASH}|{S}(?:to|and|or|until){S})"
            rf"(?P<two>(?P<last>[0-9]{{1,4}}){S}?(?P<bc>BCE?\b|B\.C\.E\.|B\.C\.?))"
        ),
        "span": (
            rf"(?P<one>{EDGE}(?i:(?:the{S}years?{S})?)(?P<first>[12][0-9]{{3}})){_DASH}['’]?(?P<two>(?P<last>[12][0-9]{{3}}|[0-9]{{2}}))"
            r"(?![0-9a-zA-Z]|[-,.][0-9])"
        ),
        "year": (
            rf"(?P<edge>{EDGE}(?i:(?:the{S}years?{S}|as{S}recently{S}as{S})?))(?P<year>{YEAR}|['’][0-9]{{2}}\b)"
            r"(?![-–][a-zA-Z]*[0-9])"
        ),
        "bc_year": rf"(?P<edge>{EDGE})(?P<year>[1-9][0-9]{{2}})(?![0-9a-zA-Z%]|[,.][0-9])",
        "amount": (
            rf"(?i:(?:(?:(?:the|these|those|its|their){S})?"
            rf"(?:first|next|following|last|past|previous|preceding|final|coming|other){S})?"
            rf"(?P<about>{_ABOUT})?(?P<number>{_NUMBER}{_HALF}){_ADJECTIVE}{{0,2}}(?:{S}|-)(?P<unit>{_UNITS})"
            rf"(?P<tail>{S}(?:later|earlier|ago|previously|hence|before(?:hand)?(?=[.,;:)\n])"
            rf"|afterwards?(?=[.,;:)\n])|after(?=[.,;:)])|old|long|of{S}age)\b|['’]{S}time\b|-(?:old|long)\b)?)"
        ),
        "vague": (
            rf"(?i:(?:(?:just|only){S})?(?P<unit>{_VAGUE_UNITS})"
            rf"(?:{S}(?P<tail>later|earlier|ago|before(?=[.,;]))|-long\b))"
        ),
        "plural": (
            rf"(?i:(?:(?:for|in|after|within|of|over){S})?(?P<span>(?:(?:the|these){S})?(?:next|following|last|past|previous|"
            rf"coming|recent|final|intervening){S}(?P<unit>{_VAGUE_UNITS}))|"
            rf"(?:for|in|after|within){S}(?P<span2>(?P<unit2>{_VAGUE_UNITS})))"
        ),
        "long": r"(?i:(?:(?:a|the) )?(?P<unit>hour|day|week|month|year|decade|century)-long\b)",
        "later": (
            rf"(?i:(?P<when>later|earlier|early|late)(?:{S}on)?(?:{S}in)?{S}(?P<det>that{S}same|that|this|the{S}same|"
            rf"the{S}(?:next|following|previous)|the|next|last){S}"
            rf"(?:(?P<unit>day|week|month|year|decade)|(?P<part>{_PART})|(?P<season>{SEASON}))\b)"
        ),
        "day_before": (
            rf"(?i:the{S}day{S}(?P<way>before|after|following)(?:{S}(?P<deictic>yesterday|tomorrow)\b|(?<=following)|(?=[.,;:)\n])))"
        ),
        "month_end": rf"(?i:(?:the{S})?(?P<unit>month|year|week)['’]s{S}end\b)",
        "ordinal": (
            rf"(?i:(?:on|by|until|from|till|to){S})(?P<span>the{S}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th))"
            rf"(?=[.,;:)\n]|{S}(?:the|a|an|he|she|it|they|his)\b)"
        ),
        "deictic": rf"(?i:{EDGE}(?P<word>yesterday|today|tomorrow|tonight)(?:{S}(?P<part>{_PART}))?\b)",
        "weekday": rf"{EDGE}(?P<weekday>{WEEKDAY})(?:{S}(?P<part>{_PART}))?",
        "month": rf"(?P<edge>{EDGE})(?P<month>{MONTH})",
        "each": (
            rf"(?i:(?:every|each){S}(?:(?P<other>other){S}|single{S}|(?P<number>{_NUMBER}){S})?"
            rf"(?:(?P<unit>{UNIT}|{_UNITS})|(?P<part>{_PART})|(?P<season>{SEASON})"
            rf"|(?-i:(?P<weekday>{WEEKDAY})|(?P<month>{MONTH}))))"
        ),
        "rate": rf"(?i:per{S}(?P<unit>second|minute|hour|day|week|month|year)\b)",
        "adverb": (
            r"(?P<word>[Hh]ourly|daily|nightly|everyday|weekly|fortnightly|monthly|quarterly|[Yy]early|[Aa]nnually|annual)\b"
        ),
        "clock": (
            rf"(?P<hour>2[0-3]|[01]?[0-9])(?:[:.](?P<minute>[0-5][0-9])(?::[0-5][0-9])?"
            rf"(?P<half>{S}?(?i:[ap]\.m\.|[ap]m\b))?(?:{S}?hrs?\b|{S}hours\b)?"
            rf"|(?P<half2>{S}?(?i:[ap]\.m\.|[ap]m\b))){_ZONE}(?![0-9:])"
            rf"|(?P<hour2>2[0-3]|[01][0-9])(?P<minute2>[0-5][0-9])(?:{S}?hrs?\b|{S}(?:local{S}time|GMT|UTC))"
            r"|(?P<word>noon|midday|midnight)\b"
        ),
        "part": (
            rf"(?i:(?:at|by|before|until|during|after|since){S})(?P<span>(?P<part>night|dawn|dusk|nightfall|daybreak|daytime))\b"
        ),
        "reference": (
            r"(?P<now>(?i:now|nowadays|currently|right now|modern[- ]day|present[- ]day|current)\b)"
            r"|(?P<past>(?i:recently|recent|former)\b)|(?P<future>(?i:the future|future)\b)"
            rf"|(?i:(?:at|during|by|around){S})(?P<span>(?P<then>(?i:this time|this period))\b)"
        ),
    }.items()
}

# What must stand a few words ahead for a rule to be worth trying: this keeps reading quick.
_MONTH, _WEEKDAY, _SEASON, _DAYPART, _UNIT, _DIGIT, _WORD = (1 << bit for bit in range(7))
REACH = 80
_KIND_WORDS = {
    _MONTH: (*MONTHS, "sept", *(name.lower() for name in _MONTH_NAMES)),
    _WEEKDAY: tuple(name.lower() for name in _WEEKDAY_NAMES),
    _SEASON: tuple(SEASONS),
    _DAYPART: (*PARTS, "nightfall", "daybreak", "daytime"),
    _UNIT: (
        listed(
            "seconds minute minutes hour hours day days week weeks weekend fortnight fortnights month "
            "months quarter year years decade decades century centuries second"
        )
    ),
    _WORD: (
        listed(
            "christmas new half yesterday today tomorrow tonight hourly daily nightly everyday weekly "
            "fortnightly monthly quarterly yearly annually annual noon midday midnight now nowadays "
            "currently modern present current recently recent former future time period q1 q2 q3 q4 h1 "
            "h2"
        )
    ),
}
KINDS: dict[str, int] = {}
for _kind, _words in _KIND_WORDS.items():
    for _each in _words:
        KINDS[_each] = KINDS.get(_each, 0) | _kind
DIGITS = _DIGIT
_NAMED = _UNIT | _SEASON | _DAYPART | _MONTH | _WEEKDAY
NEEDS: dict[str, int] = dict.fromkeys(RULES, _DIGIT) | {
    **dict.fromkeys(("days_month", "month_days", "day_month", "month_day", "month_year", "month"), _MONTH),
    **dict.fromkeys(("amount", "vague", "plural", "long", "day_before", "month_end"), _UNIT),
    **dict.fromkeys(("rate", "century"), _UNIT),
    **dict.fromkeys(("holiday", "deictic", "adverb", "reference"), _WORD),
    **dict.fromkeys(("near", "each"), _NAMED),
    "half": _WORD | _UNIT, "season": _SEASON, "later": _UNIT | _DAYPART | _SEASON, "weekday": _WEEKDAY,
    "part": _DAYPART, "clock": _DIGIT | _WORD,
}  # fmt: skip
# The words an expression can begin with; a number or an apostrophe is the other way to begin.
STARTERS = frozenset(
    listed(
        "the that this these those its their early late mid middle later earlier around circa ca c "
        "next following same previous preceding prior last past coming ensuing subsequent current a "
        "an hundred half couple few dozen dozens several many about approximately roughly nearly "
        "almost some just only over under barely another more less fewer at up as for in after "
        "within of by on until till from to before during since every each per ad other final "
        "intervening latter very beginning start outset opening midst end close turn rest remainder "
        "height right"
    )
) | {*KINDS, *NUMBERS, *ORDINALS}
