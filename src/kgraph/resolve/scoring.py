"""How sure two entities of different articles are one: log-odds with reasons.

A pair is scored on its names, then on what the articles say of the two: states, offices, company, class.
Some pairs cannot be one whatever else is said (``None``): two entries of the gazetteer, two full names, two
numbers of one sort of unit.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kgraph import spelling as names
from kgraph.gazetteer import normalize
from kgraph.resolve.clusters import Score
from kgraph.resolve.profile import Profile

BASES = frozenset(
    {"Base", "AirBase", "NavalBase", "ArmyBase", "MissileSite", "Headquarters", "TrainingArea", "Depot"}
)
FIXED = frozenset({"State", "Nationality", "Actor"})
"""Classes whose names are exact: a state has its names in the gazetteer."""


@dataclass(frozen=True, slots=True)
class Atom:
    """What all articles say alike: one key with one set of states and offices, and where it stands."""

    key: str
    cls: str
    forms: frozenset[str]
    known: bool
    local: bool
    states: frozenset[str]
    titles: frozenset[str]
    mates: frozenset[str]
    dates: frozenset[str]
    members: tuple[Profile, ...]

    @property
    def family(self) -> str:
        """First part of the key."""
        return self.key.partition("/")[0]

    @property
    def order(self) -> tuple[str, tuple[str, ...], tuple[str, ...], str, str]:
        """What atoms are sorted by; different for any two."""
        first = self.members[0]
        return self.key, tuple(sorted(self.states)), tuple(sorted(self.titles)), first.article, first.entity


# Log-odds, set by hand on the development half of our collection.
EXACT, SPELLED, MIDDLE, INITIAL, NEAR, PREFIX, TURNED = 4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 2.5
LAST, LAST_SPELLED, FIRST, BOTH_SINGLE, SINGLE_SPELLED = 1.0, -0.2, -0.5, 0.8, 0.3
ACRONYM, SUBSET, CORE = 1.5, 0.6, 2.5
ONE_LETTER, LETTER = 0.3, 0.5
"""Of two names that differ in a letter: log-odds, and how near ``spelling.near`` calls them."""
PARTIAL = frozenset({"family name", "part of the name", "one name within the other", "acronym and long form"})
"""First reasons of scores of pairs where one name is a part of the other, which others may have too."""
STATES, STATES_DIFFER = 1.0, -3.5
TITLES, OFFICES_DIFFER, OFFICES_IN_TIME, RANKS_DIFFER = 1.0, -3.0, -1.0, -1.5
MATE, MATES = 0.6, 1.2
CLASS_DIFFERS = -1.0


def score(one: Atom, other: Atom) -> Score | None:
    """Log-odds with reasons; None where the two cannot be one."""
    if (one.known and other.known and one.key != other.key) or one.local or other.local:
        return None
    if one.family != other.family or _unlike(one.cls, other.cls):
        return None
    named = _person(one, other) if one.family == "person" else _thing(one, other)
    if named is None:
        return None
    value, reasons = named.value, list(named.reasons)
    if one.states and other.states:
        agree = bool(one.states & other.states)
        value += STATES if agree else STATES_DIFFER
        reasons.append(f"{'same' if agree else 'different'} state")
    weight, reason = _offices(one, other)
    if weight:
        value += weight
        reasons.append(reason)
    shared = one.mates & other.mates
    if shared and one.family != "place":
        value += min(MATES, MATE * len(shared))
        reasons.append("named beside " + ", ".join(sorted(shared)[:3]))
    if one.cls != other.cls and not (one.cls in BASES and other.cls in BASES):
        value += CLASS_DIFFERS
        reasons.append(f"{one.cls} and {other.cls}")
    return Score(value, tuple(reasons))


def _unlike(one: str, other: str) -> bool:
    """Whether things of two classes are never one."""
    if one == other:
        return False
    if one in FIXED or other in FIXED:
        return True
    if one in BASES and other in BASES:
        return "Base" not in (one, other)
    return False


OFFICES = frozenset(
    "minister president governor mayor ambassador spokesman spokeswoman spokesperson king emir premier "
    "chancellor senator judge pope bishop patriarch sultan envoy correspondent journalist secretary".split()
)
"""Words for what somebody is; one holds few of them at a time."""
RANKS = frozenset(
    "general colonel major captain lieutenant sergeant admiral commodore brigadier marshal corporal "
    "private".split()
)
PORTFOLIOS = frozenset(
    "foreign defence interior finance justice home oil energy trade health information".split()
)
_NOT_TOLD = frozenset(
    "deputy vice first acting former then new late outgoing lieutenant major brigadier rear".split()
)


def offices(titles: Iterable[str]) -> frozenset[str]:
    """The words of titles that say what somebody is; others tell nobody apart."""
    return frozenset(word for title in titles for word in title.split() if word in _SAYING)


_SAYING = OFFICES | RANKS | PORTFOLIOS
CAREER = 120
"""Days after which another office may be the same person's next one."""


def _offices(one: Atom, other: Atom) -> tuple[float, str]:
    """What the offices say: the same one speaks for a pair, two at one time against it."""
    verdict, said = 0.0, ""
    for left in sorted(one.titles):
        for right in sorted(other.titles):
            mine, theirs = frozenset(left.split()), frozenset(right.split())
            for kinds in (OFFICES, RANKS):
                a, b = mine & kinds, theirs & kinds
                if not a or not b:
                    continue
                fields = mine & PORTFOLIOS, theirs & PORTFOLIOS
                if (a & b - _NOT_TOLD or a == b) and (fields[0] & fields[1] or not all(fields)):
                    return TITLES, f"both {right}"
                if kinds is OFFICES or not verdict:
                    far = _days(one, other) > CAREER
                    verdict = RANKS_DIFFER if kinds is RANKS else OFFICES_IN_TIME if far else OFFICES_DIFFER
                    said = f"{left}, {right}"
    if not verdict and one.titles & other.titles:
        return TITLES, "both " + min(one.titles & other.titles)
    return verdict, said


def _days(one: Atom, other: Atom) -> int:
    """The least number of days between two articles that name them; many where a date is not known."""
    days = [sorted(datetime.date.fromisoformat(d).toordinal() for d in atom.dates) for atom in (one, other)]
    if not all(days):
        return 10_000
    (first, last), (begin, end) = ((found[0], found[-1]) for found in days)
    return max(0, begin - last, first - end)


# ---------------------------------------------------------------- people


_SUFFIXES = frozenset("ii iii iv jr sr junior senior".split())
_BEFORE = frozenset(
    "mr mrs ms dr state secretary envoy minister president general gen col colonel maj major capt captain lt "
    "sgt mullah mulla sheikh shaykh imam haji hajji ayatollah sir lord lady king queen prince princess daw "
    "u".split()
)
"""Words before a name that the model took for a part of it."""
_SERVANT = re.compile("abd(?:[aeiou]l)?")
_SERVANT_OF = re.compile(r"^abd[aeiou](?:l(?!lah)|([srzndt])(?=\1))")


@functools.lru_cache(maxsize=100_000)
def person_words(name: str) -> tuple[str, ...]:
    """The words of a person's name without particles; "al-Haddad" and "Al Haddad" are "haddad".

    "Abdul Wahid", "Abd al-Wahed" and "Abdelwahid" are one word, as are "Abdessalam" and "Abdul Salam".
    """
    found: list[str] = []
    servant = False
    words = [word for word in names.core(name, drop=names.PARTICLES) if word not in _SUFFIXES] or names.words(
        name
    )
    while len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
    for word in words:
        if _SERVANT.fullmatch(word):
            servant = True
            continue
        whole = f"abdul{word}" if servant else _SERVANT_OF.sub("abdul", word)
        found.append(whole)
        servant = False
    return tuple(found) or names.words(name)


def _person(one: Atom, other: Atom) -> Score | None:
    best: Score | None = None
    for left in _fullest(one.forms):
        for right in _fullest(other.forms):
            found = _person_names(left, right)
            if found is None:
                return None
            if best is None or found.value > best.value:
                best = found
    return best


@functools.lru_cache(maxsize=50_000)
def _fullest(forms: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The names of most words among the forms; a surname adds nothing to a full name."""
    found = sorted({person_words(form) for form in forms})
    longest = max(len(words) for words in found)
    return tuple(words for words in found if len(words) == longest or len(words) > 1)


def _person_names(left: tuple[str, ...], right: tuple[str, ...]) -> Score | None:
    if len(left) > len(right):
        left, right = right, left
    if not left:
        return None  # a name of signs alone
    if len(left) == len(right) == 1:
        sure = names.alike(left[0], right[0])
        if not sure:
            return None
        return Score(BOTH_SINGLE if sure == 1 else SINGLE_SPELLED, ("one name alone in both",))
    if len(left) == 1:
        sure = names.alike(left[0], right[-1])
        if sure:
            return Score(LAST if sure == 1 else LAST_SPELLED, ("family name",))
        within = any(names.alike(left[0], word) for word in right[:-1])
        return Score(FIRST, ("part of the name",)) if within else None
    if len(left) == len(right):
        sure = min(names.alike(a, b) for a, b in zip(left, right, strict=True))
        if sure == 1:
            return Score(EXACT, ("same name",))
        if sure:
            return Score(SPELLED, ("same name, spelled otherwise",))
        given = all(names.alike(a, b) for a, b in zip(left[:-1], right[:-1], strict=True))
        close = names.near(left[-1], right[-1])
        if given and close:
            value = NEAR if close > LETTER else ONE_LETTER
            return Score(value, ("same given name, family name spelled otherwise",))
        if len(left) == 2 and names.alike(left[-1], right[-1]) and names.near(left[0], right[0]):
            return Score(ONE_LETTER, ("same family name, given name spelled otherwise",))
    if len(left) == 2 and names.same(left, right[::-1]) >= 0.9:
        return Score(TURNED, ("same name, family name first",))
    if len(left) < len(right) and _within(left, right[:-1]):
        return Score(PREFIX, ("same name without the last",))
    if not names.alike(left[-1], right[-1]):
        return None
    if names.alike("".join(left[:-1]), "".join(right[:-1])):
        return Score(SPELLED, ("same name, written together",))
    if _within(left[:-1], right[:-1]) or (len(left) < len(right) and _within(left[:-1], right[1:-1])):
        return Score(MIDDLE, ("same name, one with more names between",))
    if len(left[0]) == 1 or len(right[0]) == 1:
        return Score(INITIAL, ("initial and family name",)) if left[0][0] == right[0][0] else None
    return None


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether all words of ``short`` are in ``long`` in this order; the first must be its first."""
    if not short or not names.alike(short[0], long[0]) or len(short) > len(long):
        return False
    rest = iter(long)
    return all(
        any(names.alike(word, other) or (len(word) == 1 and other.startswith(word)) for other in rest)
        for word in short
    )


# ---------------------------------------------------------------- bodies, groups, places


def _thing(one: Atom, other: Atom) -> Score | None:
    """The best of all pairs of names; None where no two are alike or numbers differ."""
    kind = one.family
    if one.cls in FIXED:
        return Score(EXACT, ("same name",)) if one.key == other.key else None
    best: Score | None = None
    for left in sorted(one.forms):
        for right in sorted(other.forms):
            if kind == "place":
                found = _place_names(left, right, one, other)
            else:
                found = _equipment_names(left, right) if kind == "equipment" else _body_names(left, right)
                if found is not None and found.value == SUBSET and (one.known or other.known):
                    found = None  # "United Nations" is no short form of one of its bodies
            if found is not None and (best is None or found.value > best.value):
                best = found
    if best is not None and _long_forms_differ(one.forms, other.forms):
        return None
    return best


def _equipment_names(left: str, right: str) -> Score | None:
    """Types and ships: the same name, written together or not, with or without the prefix of a navy."""
    one, other = (tuple(word for word in names.words(name) if word not in SHIPS) for name in (left, right))
    return Score(EXACT, ("same name",)) if one and "".join(one) == "".join(other) else None


SHIPS = frozenset(
    "uss hms hmcs hmas ins brp rfs roks js hnlms fs hdms tcg usns rfa frigate destroyer submarine".split()
)
"""Prefixes of warships' names."""


def _place_names(left: str, right: str, one: Atom, other: Atom) -> Score | None:
    whole = names.same(names.core(left), names.core(right))
    if whole:
        return (
            Score(EXACT, ("same name",)) if whole == 1 else Score(SPELLED, ("same name, spelled otherwise",))
        )
    based = one.cls in BASES, other.cls in BASES
    if based[0] != based[1]:
        return None  # the town and the base that is called after it
    drop = names.ARTICLES | (names.KINDS if based[0] else names.SAME_KIND)
    bare = names.same(names.core(left, drop=drop), names.core(right, drop=drop))
    return Score(CORE * bare, ("same name but for its kind",)) if bare else None


def _body_names(left: str, right: str) -> Score | None:
    one, other = names.core(left), names.core(right)
    whole = names.same(one, other)
    if whole == 1:
        return Score(EXACT, ("same name",))
    if whole:
        return Score(SPELLED, ("same name, spelled otherwise",))
    for short, long in ((left, right), (right, left)):
        if names.is_acronym(short) and normalize(short).replace(" ", "") in names.initials(long):
            return Score(ACRONYM, ("acronym and long form",))
    a, b = _content(one), _content(other)
    if min(len(a), len(b)) >= 2 and (set(a) <= set(b) or set(b) <= set(a)) and not _numbers(a) ^ _numbers(b):
        return Score(SUBSET, ("one name within the other",))
    return None


def _content(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in names.MINOR)


def _numbers(words: Iterable[str]) -> set[str]:
    return {word for word in words if any(char.isdigit() for char in word)}


def _long_forms_differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both are called by names of several words and no two of them are alike: one acronym for two."""
    left = [names.core(form) for form in sorted(one) if len(names.words(form)) > 2]
    right = [names.core(form) for form in sorted(other) if len(names.words(form)) > 2]
    if not left or not right:
        return False
    return not any(names.same(a, b) or set(a) <= set(b) or set(b) <= set(a) for a in left for b in right)
