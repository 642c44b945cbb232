"""How alike two names are: spelling, transliteration, acronyms, parts of a name.

Names of other scripts reach English in many spellings (Lavrov, Lawrow; Latakia, Lattakia; al-Udeid, Al Adid).
Two of them are compared sound by sound: consonants that languages confuse in transliteration are one sound,
vowels fall into three groups.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from kgraph.gazetteer import normalize
from kgraph.ontology import data_dir

PARTICLES = frozenset(
    "al el ul ad ar an ash at az bin ibn ben bint van von der den de del la le da di dos du y e zu ter abu "
    "abou umm oum".split()
)
"""Words of a name that spellings write, join or leave out."""
ARTICLES = frozenset("al el ul ad ar an as ash at az the e i y".split())
MINOR = frozenset("of the and for in on to at de la du des del di and a an & s e i y al el".split())
"""Words that an acronym may leave out."""
KINDS = frozenset(
    "base bases camp fort facility station airbase air naval army military airport airfield aerodrome field "
    "barracks garrison port harbour harbor headquarters hq depot outpost post forward operating joint "
    "installation site compound island international city town village".split()
)
"""Words that say what sort of place a name names; reports add and leave them out."""
SAME_KIND = frozenset("city town village".split())
_ROMAN = re.compile(r"[ivx]{2,}")
_NUMBER = re.compile(r"\d+(?:st|nd|rd|th)?")
_FIGURES = {
    word: str(number)
    for row in (
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
        "one two three four five six seven eight nine ten eleven twelve",
    )
    for number, word in enumerate(row.split(), start=1)
}

# Longest first: letters of one sound, as transliterations from Cyrillic, Arabic, Persian and Chinese vary.
_SOUNDS = (
    ("shch", "S"), ("tsch", "S"), ("tch", "S"), ("sch", "S"), ("dzh", "Z"), ("dsh", "Z"),
    ("zh", "Z"), ("dj", "Z"), ("sh", "S"), ("ch", "S"), ("kh", "h"), ("gh", "h"), ("dh", "d"),
    ("th", "t"), ("ph", "f"), ("ck", "k"), ("tz", "z"), ("ts", "z"), ("dz", "z"), ("ks", "ks"),
    ("qu", "k"), ("x", "ks"), ("q", "k"), ("c", "k"), ("w", "v"), ("j", "Z"), ("g", "h"),
    ("s", "s"), ("z", "z"),
)  # fmt: skip
_SOUND = re.compile("|".join(piece for piece, _ in _SOUNDS))
_SOUND_OF = dict(_SOUNDS)
_VOWELS = re.compile(r"[aeiouy]+")
_DOUBLED = re.compile(r"(.)\1+")


@functools.lru_cache(maxsize=100_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in normal form; numbers as figures."""
    return tuple(_FIGURES.get(word, word) for word in normalize(name).split())


@functools.lru_cache(maxsize=100_000)
def sounds(word: str) -> str:
    """A word as its sounds: consonants by class, vowels as a, i or u."""
    if not word.isascii() or word.isdigit():
        return word
    text = _DOUBLED.sub(r"\1", _SOUND.sub(lambda match: _SOUND_OF[match[0]], word))
    text = _VOWELS.sub(lambda match: _vowel(match[0]), text)
    return _DOUBLED.sub(r"\1", text)


def _vowel(run: str) -> str:
    """The group of a run of vowels: a and e, i and y, o and u; in a run the last but a closing i says it."""
    if run[0] in "ou":
        return "u"
    return "i" if run[0] in "iy" and len(run) == 1 else "a"


@functools.lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """The consonants of a word's sounds; a first vowel counts as one sound, a closing h as none."""
    if not word.isascii() or word.isdigit():
        return word
    text = sounds(word)
    first = "a" if text[:1] in ("a", "i", "u") else ""
    rest = re.sub("[aiu]", "", text.replace("S", "s"))  # many spellings lose the mark that makes it sh
    return first + (rest[:-1] if rest.endswith("h") and len(rest) > 1 and word.endswith("h") else rest)


@functools.cache
def variants() -> dict[str, frozenset[int]]:
    """The lines of ``names.txt`` that a spelling stands in."""
    found: dict[str, set[int]] = {}
    text = (data_dir() / "names.txt").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        if not line.startswith("#"):
            for word in line.split():
                found.setdefault(word, set()).add(number)
    return {word: frozenset(lines) for word, lines in found.items()}


@functools.lru_cache(maxsize=200_000)
def alike(one: str, other: str) -> float:
    """How sure two words are spellings of one: 1 the same, 0.9 by sound or by the table, 0 different."""
    if one == other:
        return 1.0
    if _NUMBER.fullmatch(one) or _NUMBER.fullmatch(other):
        return 1.0 if one.rstrip("stndrh") == other.rstrip("stndrh") else 0.0
    if _ROMAN.fullmatch(one) or _ROMAN.fullmatch(other):
        return 0.0
    table = variants()
    if table.get(one, frozenset()) & table.get(other, frozenset()):
        return 0.9
    if min(len(one), len(other)) < 4:
        return 0.0
    left, right = sounds(one), sounds(other)
    if left == right:
        return 0.95
    bones = skeleton(one)
    if bones == skeleton(other) and len(bones) > 1:
        return 0.9 if distance(left, right, most=1) <= (0.5 if len(bones) < 4 else 1) else 0.0
    if min(len(one), len(other)) >= 7 and one[0] == other[0] and distance(one, other, most=1) == 1:
        return 0.8
    return 0.0


def distance(one: str, other: str, *, most: float = float("inf")) -> float:
    """Edits between two words (Levenshtein 1966); a vowel too much, a for i and s for sh count half.

    What is above ``most`` need not be exact: it is only known to be above.
    """
    before = [0.0]
    for wanted in other:
        before.append(before[-1] + _gap(wanted))
    for char in one:
        row = [before[0] + _gap(char)]
        for index, wanted in enumerate(other, start=1):
            change = 0.0 if char == wanted else 0.5 if {char, wanted} in _NEAR else 1.0
            row.append(min(before[index] + _gap(char), row[-1] + _gap(wanted), before[index - 1] + change))
        if min(row) > most:
            return min(row)
        before = row
    return before[-1]


_NEAR = ({"a", "i"}, {"s", "S"})


def _gap(char: str) -> float:
    return 0.5 if char in "aiu" else 1.0


def same(one: Sequence[str], other: Sequence[str]) -> float:
    """How sure two sequences of words are one name word by word, or written as one; 0 where they differ."""
    if not one or not other:
        return 0.0
    if len(one) != len(other):
        together = alike("".join(one), "".join(other))
        return 0.95 if together >= 0.9 else 0.0
    worst = 1.0
    for left, right in zip(one, other, strict=True):
        worst = min(worst, alike(left, right))
        if not worst:
            return 0.0
    return worst


@functools.lru_cache(maxsize=50_000)
def near(one: str, other: str) -> float:
    """How sure two family names of one given name are spellings of one: looser than ``alike``.

    A w or v, which some languages write as a vowel, does not count, and one letter may be wrong. Two names of
    the table that no line has together are different ones: Hassan, Hussein.
    """
    sure = alike(one, other)
    if sure or min(len(one), len(other)) < 4 or {one, other} <= variants().keys():
        return sure
    left, right = _loose(one), _loose(other)
    if left == right and len(left) > 1:
        return 0.7
    return (
        0.5
        if one[0] == other[0] and min(len(one), len(other)) > 4 and distance(one, other, most=1) <= 1
        else 0.0
    )


def _loose(word: str) -> str:
    return skeleton(word).replace("v", "").removeprefix("a")


def core(name: str, *, drop: frozenset[str] = ARTICLES) -> tuple[str, ...]:
    """The words of a name without those of ``drop``; all of them where nothing would be left."""
    found = words(name)
    return tuple(word for word in found if word not in drop) or found


@functools.lru_cache(maxsize=100_000)
def initials(name: str) -> frozenset[str]:
    """The acronyms that a name of several words may have, in lower case."""
    found = words(name)
    if len(found) < 2:
        return frozenset()
    full = "".join(word[0] for word in found)
    short = "".join(word[0] for word in found if word not in MINOR)
    return frozenset(text for text in (full, short) if len(text) > 2)


def is_acronym(name: str) -> bool:
    """Whether a name is written as an acronym: one word, mostly capitals."""
    bare = name.replace(".", "").replace("-", "")
    return (
        bare.isalpha()
        and 3 <= len(bare) <= 8
        and sum(map(str.isupper, bare)) >= len(bare) - 1
        and bare[0].isupper()
    )


_ENDINGS = re.compile(
    r"(?:ations?|itions?|utions?|ings?|ments?|als?|ers?|ors?|ances?|ies|ied|ed|es|s|e|y|ion|ions)$"
)


@functools.lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its endings, two at most: "attackers", "attacked" and "attack" are one."""
    word = word.lower()
    for _ in range(2):
        shorter = _ENDINGS.sub("", word)
        if len(shorter) < 3:
            break
        word = shorter
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word
