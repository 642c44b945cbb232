"""One event per happening: what several articles tell becomes one node, others of its kind stay apart.

Events of different articles are compared where they share a class, a time and a participant; what speaks for
and against their being one adds up to log-odds, and clusters grow as those of entities do. Different realis,
different days, or nothing in common but the kind keep two apart.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kgraph import spelling
from kgraph.model import DateBasis
from kgraph.nlp.lemma import irregular_verbs
from kgraph.resolve.clusters import Pair, Score, cluster, components
from kgraph.resolve.profile import Happening, Reading

WEIGHTS: Mapping[str, float] = {
    "prior": -0.8,
    "same day": 2.74,
    "same month": 0.0,
    "same year": 0.3,
    "days near": -1.3,
    "days apart": -3.0,
    "told soon": 0.48,
    "told later": -0.24,
    "told long after": -3.0,
    "no date": -2.2,
    "speech": -0.8,
    "same word": 0.36,
    "same mode": 0.92,
    "other mode": -0.61,
    "other class": -2.4,
    "who": 0.4,
    "state": 0.25,
    "other people": -0.79,
    "same place": 1.47,
    "place within": 0.41,
    "other place": -1.4,
    "same figure": 1.06,
    "other figure": -0.77,
    "beside": 0.25,
    "words": 1.2,
    "affair": 0.5,
    "same article": -0.26,
}
"""Log-odds of what speaks for or against two events being one; fitted to one half of our collection."""
LEAST = -0.5
"""Mean log-odds across two clusters that may still join: of many pairs too little is said to tell."""
MOST = 3
"""Shared neighbours that count."""
RECIPROCAL = frozenset({"Consultation", "Agreement", "Cooperation", "Exercise"})
"""Classes in which both sides act."""
SPEECH = frozenset({"Accusation", "Statement", "Support", "Request", "Rejection", "Threat"})
"""Classes of what is said, and said again another day."""
SOON = 3
"""Days between two articles that may tell of one happening without saying when it was."""
FAR = 30
WEEK = 7


@dataclass(frozen=True, slots=True)
class Told:
    """An event of one article with the nodes of its participants."""

    happening: Happening
    date: str | None
    """The article's."""
    who: Mapping[str, frozenset[str]]
    """Nodes with names, by role; a base counts as a place."""
    beside: frozenset[str]
    """Nodes with names in its sentences, states left out."""
    within: frozenset[str]
    """States in which its places lie."""
    affair: frozenset[str]
    """Nodes with names in the whole article, states left out."""
    stem: str

    @property
    def participants(self) -> frozenset[str]:
        """Whoever acts or is acted upon."""
        return self.who.get("actor", frozenset()) | self.who.get("recipient", frozenset())

    @property
    def order(self) -> tuple[str, str, str]:
        """Articles by date, then as they are named."""
        return self.date or "9999", self.happening.article, self.happening.event


def told(
    reading: Reading, node_of: Callable[[str], str | None], states_of: Mapping[str, frozenset[str]]
) -> list[Told]:
    """The events of an article; ``node_of`` gives the node of an entity that has a name, by its id."""
    found = []
    named = {node for id_ in reading.keys if (node := node_of(id_)) is not None}
    affair = frozenset(node for node in named if not _is_state(node, states_of))
    for item in reading.happenings:
        who: dict[str, set[str]] = defaultdict(set)
        for role, ids in item.roles:
            side = "place" if role == "base" else role
            who[side] |= {node for id_ in ids if (node := node_of(id_)) is not None}
        beside = {node for id_ in item.company if (node := node_of(id_)) is not None}
        places = who.get("place", set())
        found.append(
            Told(
                item,
                reading.date,
                {side: frozenset(nodes) for side, nodes in who.items() if nodes},
                frozenset(node for node in beside if not _is_state(node, states_of)),
                frozenset(state for place in places for state in states_of.get(place, ())),
                affair,
                _word(item.trigger),
            )
        )
    return found


def _is_state(node: str, states_of: Mapping[str, frozenset[str]]) -> bool:
    return states_of.get(node) == frozenset({node})


def _word(trigger: str) -> str:
    """The stem of the last word of a trigger; irregular verbs by their lemma."""
    words = trigger.split()
    word = words[-1] if words else ""
    table = irregular_verbs()
    return spelling.stem(table.get((word, "VBD")) or table.get((word, "VBN")) or word)


# ---------------------------------------------------------------- scoring


Sign = tuple[str, float, str]
"""A name of ``WEIGHTS``, how often or how strongly it holds, and in words what it is."""


def score(one: Told, other: Told, states_of: Mapping[str, frozenset[str]]) -> Score | None:
    """Log-odds that two events are one happening, with reasons; None where they cannot be."""
    found = signs(one, other, states_of)
    if found is None:
        return None
    value = WEIGHTS["prior"] + sum(WEIGHTS[name] * amount for name, amount, _ in found)
    return Score(value, tuple(reason for _, _, reason in found))


def signs(one: Told, other: Told, states_of: Mapping[str, frozenset[str]]) -> list[Sign] | None:
    """What speaks for and against two events being one; None where they cannot be."""
    left, right = one.happening, other.happening
    if root(left.cls) != root(right.cls) or left.realis != right.realis:
        return None
    if left.article == right.article and set(left.at) & set(right.at):
        return None  # a sentence that tells two things means two
    when = _when(one, other)
    if when is None:
        return None
    found = [when]
    if left.cls != right.cls:
        found.append(("other class", 1, f"{left.cls} and {right.cls}"))
    if left.article == right.article:
        found.append(("same article", 1, "told apart in one article"))
    else:
        shared = one.affair & other.affair
        smaller = min(len(one.affair), len(other.affair))
        if shared and smaller >= SMALLEST:
            found.append(("affair", len(shared) / smaller, f"articles share {len(shared)} names"))
        if root(left.cls) in SPEECH:
            found.append(("speech", 1, "people say such things again and again"))
    if one.stem == other.stem:
        found.append(("same word", 1, f"both {right.trigger!r}"))
    if left.mode and right.mode:
        name = "same mode" if left.mode == right.mode else "other mode"
        found.append((name, 1, f"mode {left.mode}, {right.mode}"))
    found += _sides(one, other, states_of)
    found += _places(one, other)
    mine, theirs = dict(left.counts), dict(right.counts)
    for count in sorted(mine.keys() & theirs.keys()):
        name = "same figure" if mine[count] == theirs[count] else "other figure"
        found.append((name, 1, f"{count} {mine[count]}, {theirs[count]}"))
    words = frozenset(left.words) & frozenset(right.words)
    fewer = min(len(left.words), len(right.words))
    if words:
        found.append(("words", len(words) / max(fewer, FEWEST), "both say " + ", ".join(sorted(words)[:4])))
    near = one.beside & other.beside
    if near:
        found.append(("beside", min(MOST, len(near)), "beside " + ", ".join(sorted(near)[:3])))
    return found


def root(cls: str) -> str:
    """The class under which two classes are one sort of happening: what is captured was attacked."""
    return ROOTS.get(cls, cls)


ROOTS = {"Capture": "Assault", "Defeat": "Assault", "Deployment": "Mobilization"}
FEWEST = 6
"""Words of a sentence below which shared ones are few."""
SMALLEST = 3
"""Names that an article must have for its likeness to another to say anything."""


def _day(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text or "")
    except ValueError:
        return None


def _when(one: Told, other: Told) -> Sign | None:
    """What the dates say; None where the two days cannot be one."""
    left, right = one.happening, other.happening
    if left.begin and right.begin:
        shorter, longer = sorted((left.begin, right.begin), key=len)
        if longer.startswith(shorter):
            name = {len("2017-12-11"): "same day", len("2017-12"): "same month"}.get(
                len(shorter), "same year"
            )
            return name, 1, f"both {shorter}"
        vague = "publication" in (left.basis, right.basis)
        a, b = _day(left.begin), _day(right.begin)
        if a and b and abs((a - b).days) <= (SOON if vague else 1):
            return "days near", 1, f"{left.begin} and {right.begin}"
        return ("days apart", 1, f"{left.begin} and {right.begin}") if vague else None
    a = _day(left.begin) or _day(one.date)
    b = _day(right.begin) or _day(other.date)
    if a is None or b is None:
        return "told later" if left.article == right.article else "no date", 1, "no date"
    gap = abs((a - b).days)
    name = "told soon" if gap <= SOON else "told later" if gap <= FAR else "told long after"
    return name, 1, f"told {gap} days apart"


def _sides(one: Told, other: Told, states_of: Mapping[str, frozenset[str]]) -> Iterator[Sign]:
    """What those who act and are acted upon say."""
    if root(one.happening.cls) in RECIPROCAL:
        pairs = [("those who take part", one.participants, other.participants)]
    else:
        pairs = [
            (role, one.who.get(role, frozenset()), other.who.get(role, frozenset()))
            for role in ("actor", "recipient", "instrument")
        ]
    for role, left, right in pairs:
        if not left or not right:
            continue
        shared = left & right
        states = {node for node in shared if _is_state(node, states_of)}
        if states:
            yield "state", min(2, len(states)), f"{role} {', '.join(sorted(states)[:3])}"
        if shared - states:
            yield "who", min(2, len(shared - states)), f"{role} {', '.join(sorted(shared - states)[:3])}"
        elif not shared and not _related(left, right, states_of):
            yield "other people", 2 if len(pairs) == 1 else 1, f"different {role}"


def _related(left: frozenset[str], right: frozenset[str], states_of: Mapping[str, frozenset[str]]) -> bool:
    """Whether one side is or belongs to a state of the other: "Russia" and its ministry."""
    mine = {state for node in left for state in states_of.get(node, ())} | left
    theirs = {state for node in right for state in states_of.get(node, ())} | right
    return bool(mine & theirs)


def _places(one: Told, other: Told) -> Iterator[Sign]:
    left, right = one.who.get("place", frozenset()), other.who.get("place", frozenset())
    if left & right:
        yield "same place", 1, "place " + ", ".join(sorted(left & right)[:3])
    elif left & other.within or right & one.within:
        yield "place within", 1, "one place within the other"
    elif left and right:
        yield "other place", 1, "different place"


# ---------------------------------------------------------------- candidates and clusters


def buckets(item: Told) -> Iterator[str]:
    """Spans of time in which an event may lie: two overlapping weeks of its day, a month's weeks, a year."""
    begin = item.happening.begin or item.date
    if begin is None:
        yield "undated"
        return
    day = _day(begin)
    if day is not None:
        number = day.toordinal() // WEEK
        yield from (f"week {number}", f"week {number + 1}", f"month {begin[:7]}")
        if item.happening.begin is None:
            month = day.month - 1 or 12
            yield f"month {day.year - (day.month == 1):04d}-{month:02d}"
    elif len(begin) == len("2017-12"):
        yield from (f"month {begin}", f"year {begin[:4]}")
    else:
        yield f"year {begin}"


def candidates(items: Sequence[Told]) -> set[Pair]:
    """Pairs that share class, time and a participant or neighbour that is no state, or two states."""
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        happening = item.happening
        named = item.beside | item.affair | {node for nodes in item.who.values() for node in nodes}
        for bucket in buckets(item):
            for node in named:
                blocks[root(happening.cls), happening.realis, bucket, node].append(at)
    pairs: set[Pair] = set()
    for members in blocks.values():
        if len(members) <= LARGEST:
            pairs.update((a, b) for index, a in enumerate(members) for b in members[index + 1 :])
    return pairs


LARGEST = 60
"""Events of one class, week and participant; of a state at war there are too many to tell anything by it."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One happening over all articles, the earliest article first."""

    iri: str
    members: tuple[Told, ...]
    pairs: tuple[tuple[Told, Told, Score], ...] = ()

    @property
    def best_date(self) -> tuple[str | None, str | None, DateBasis | None]:
        """Begin, end and basis: said before the report's, then the most precise, then the earliest told."""
        dated = [item.happening for item in self.members if item.happening.begin]
        if not dated:
            return None, None, None
        best = max(dated, key=lambda item: (item.basis != "publication", len(item.begin or "")))
        return best.begin, best.end, best.basis

    @property
    def mode(self) -> str | None:
        """The mode most articles give."""
        modes = Counter(item.happening.mode for item in self.members if item.happening.mode)
        return min(modes, key=lambda mode: (-modes[mode], mode)) if modes else None


def resolve(items: Iterable[Told], states_of: Mapping[str, frozenset[str]]) -> list[Happened]:
    """Those happenings that several articles tell; the result does not depend on the order of articles."""
    found = sorted(items, key=lambda item: item.order)
    scores: dict[Pair, Score | None] = {}

    def scored(left: int, right: int) -> Score | None:
        pair = (left, right) if left < right else (right, left)
        if pair not in scores:
            scores[pair] = score(found[pair[0]], found[pair[1]], states_of)
        return scores[pair]

    wanted = [pair for pair in sorted(candidates(found)) if scored(*pair) is not None]
    result = []
    for members, pairs in components(len(found), wanted):
        if len(members) < 2:
            continue
        for group in cluster(members, pairs, scored, least=LEAST):
            if len(group) > 1:
                inside = set(group)
                links = tuple(
                    (found[a], found[b], value)
                    for a, b in pairs
                    if a in inside and b in inside and (value := scores[a, b]) is not None
                )
                result.append(
                    Happened(found[group[0]].happening.iri, tuple(found[at] for at in group), links)
                )
    return result
