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
from typing import Any

import numpy as np

from kgraph import spelling
from kgraph.model import DateBasis
from kgraph.nlp.lemma import irregular_verbs
from kgraph.resolve.clusters import Pair, Score, cluster, joined
from kgraph.resolve.pairing import Columns, Table, Traits
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
    words: frozenset[str]
    day: int
    """Of the event as a number; 0 where it is not said to the day."""
    told_on: int
    """The article's day as a number, or 0."""

    @property
    def participants(self) -> frozenset[str]:
        """Whoever acts or is acted upon."""
        return self.who.get("actor", frozenset()) | self.who.get("recipient", frozenset())

    @property
    def order(self) -> tuple[str, str, str]:
        """Articles by date, then as they are named."""
        return self.date or "9999", self.happening.article, self.happening.event


def told(reading: Reading, node_of: Mapping[str, str], states_of: Mapping[str, frozenset[str]]) -> list[Told]:
    """The events of an article; ``node_of`` gives the node of an entity that has a name, by its id."""
    found = []
    affair = frozenset(node for node in node_of.values() if not _is_state(node, states_of))
    for item in reading.happenings:
        who: dict[str, set[str]] = defaultdict(set)
        for role, ids in item.roles:
            side = "place" if role == "base" else role
            who[side] |= {node_of[id_] for id_ in ids if id_ in node_of}
        beside = {node_of[id_] for id_ in item.company if id_ in node_of}
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
                frozenset(item.words),
                _day(item.begin),
                _day(reading.date),
            )
        )
    return found


def _is_state(node: str, states_of: Mapping[str, frozenset[str]]) -> bool:
    found = states_of.get(node)
    return found is not None and len(found) == 1 and node in found


def _word(trigger: str) -> str:
    """The stem of the last word of a trigger."""
    words = trigger.split()
    return verb_stem(words[-1]) if words else ""


def verb_stem(word: str) -> str:
    """The stem of a word in small letters; irregular verbs by their lemma."""
    table = irregular_verbs()
    return spelling.stem(table.get((word, "VBD")) or table.get((word, "VBN")) or word)


# ---------------------------------------------------------------- scoring


Sign = tuple[str, float, str, object]
"""A name of ``WEIGHTS``, how strongly it holds, and words with what they are about, put together late."""


def score(one: Told, other: Told, states_of: Mapping[str, frozenset[str]]) -> Score | None:
    """Log-odds that two events are one happening; None where they cannot be. ``reasons`` are told apart."""
    found = signs(one, other, states_of)
    if found is None:
        return None
    return Score(WEIGHTS["prior"] + sum(WEIGHTS[name] * amount for name, amount, _, _ in found), ())


def reasons(one: Told, other: Told, states_of: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """What speaks for and against two events being one, in words."""
    return tuple(
        text.format(", ".join(sorted(about)[:4]) if isinstance(about, frozenset) else about)
        for _, _, text, about in signs(one, other, states_of) or ()
    )


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
        found.append(("other class", 1, "{0[0]} and {0[1]}", (left.cls, right.cls)))
    if left.article == right.article:
        found.append(("same article", 1, "told apart in one article", None))
    else:
        shared = one.affair & other.affair
        smaller = min(len(one.affair), len(other.affair))
        if shared and smaller >= SMALLEST:
            found.append(("affair", len(shared) / smaller, "articles share {} names", len(shared)))
        if root(left.cls) in SPEECH:
            found.append(("speech", 1, "people say such things again and again", None))
    if one.stem == other.stem:
        found.append(("same word", 1, "both {!r}", right.trigger))
    if left.mode and right.mode:
        name = "same mode" if left.mode == right.mode else "other mode"
        found.append((name, 1, "mode {0[0]}, {0[1]}", (left.mode, right.mode)))
    found += _sides(one, other, states_of)
    found += _places(one, other)
    mine, theirs = dict(left.counts), dict(right.counts)
    for count in sorted(mine.keys() & theirs.keys()):
        name = "same figure" if mine[count] == theirs[count] else "other figure"
        found.append((name, 1, "{0[0]} {0[1]}, {0[2]}", (count, mine[count], theirs[count])))
    words = one.words & other.words
    if words:
        fewer = min(len(one.words), len(other.words))
        found.append(("words", len(words) / max(fewer, FEWEST), "both say {}", words))
    near = one.beside & other.beside
    if near:
        found.append(("beside", min(MOST, len(near)), "beside {}", near))
    return found


def root(cls: str) -> str:
    """The class under which two classes are one sort of happening: what is captured was attacked."""
    return ROOTS.get(cls, cls)


ROOTS = {"Capture": "Assault", "Defeat": "Assault", "Deployment": "Mobilization"}
FEWEST = 6
"""Words of a sentence below which shared ones are few."""
SMALLEST = 3
"""Names that an article must have for its likeness to another to say anything."""


def _day(text: str | None) -> int:
    """The number of a day; 0 where none is said."""
    try:
        return datetime.date.fromisoformat(text).toordinal() if text else 0
    except ValueError:
        return 0


def _when(one: Told, other: Told) -> Sign | None:
    """What the dates say; None where the two days cannot be one."""
    left, right = one.happening, other.happening
    if left.begin and right.begin:
        shorter, longer = sorted((left.begin, right.begin), key=len)
        if longer.startswith(shorter):
            name = {len("2017-12-11"): "same day", len("2017-12"): "same month"}.get(
                len(shorter), "same year"
            )
            return name, 1, "both {}", shorter
        vague = "publication" in (left.basis, right.basis)
        days = (left.begin, right.begin)
        if one.day and other.day and abs(one.day - other.day) <= (SOON if vague else 1):
            return "days near", 1, "{0[0]} and {0[1]}", days
        return ("days apart", 1, "{0[0]} and {0[1]}", days) if vague else None
    a, b = one.day or one.told_on, other.day or other.told_on
    if not a or not b:
        return "told later" if left.article == right.article else "no date", 1, "no date", None
    gap = abs(a - b)
    name = "told soon" if gap <= SOON else "told later" if gap <= FAR else "told long after"
    return name, 1, "told {} days apart", gap


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
        states = frozenset(node for node in shared if _is_state(node, states_of))
        if states:
            yield "state", min(2, len(states)), role + " {}", states
        if shared - states:
            yield "who", min(2, len(shared - states)), role + " {}", shared - states
        elif not shared and not _related(left, right, states_of):
            yield "other people", 2 if len(pairs) == 1 else 1, "different " + role, None


def _related(left: frozenset[str], right: frozenset[str], states_of: Mapping[str, frozenset[str]]) -> bool:
    """Whether one side is or belongs to a state of the other: "Russia" and its ministry."""
    mine = {state for node in left for state in states_of.get(node, ())} | left
    theirs = {state for node in right for state in states_of.get(node, ())} | right
    return bool(mine & theirs)


def _places(one: Told, other: Told) -> Iterator[Sign]:
    left, right = one.who.get("place", frozenset()), other.who.get("place", frozenset())
    if left & right:
        yield "same place", 1, "place {}", left & right
    elif left & other.within or right & one.within:
        yield "place within", 1, "one place within the other", None
    elif left and right:
        yield "other place", 1, "different place", None


# ---------------------------------------------------------------- clusters


Link = tuple[Told, Told, Score]


@dataclass(frozen=True, slots=True)
class Happened:
    """One happening over all articles, the earliest article first."""

    iri: str
    members: tuple[Told, ...]
    pairs: Sequence[Link] = ()
    """The pairs of members that were compared, with their scores and reasons."""

    @property
    def best_date(self) -> tuple[str | None, str | None, DateBasis | None]:
        """Begin, end and basis: said before the report's, then the most precise, then the earliest told."""
        dated = [item.happening for item in self.members if item.happening.begin]
        if not dated:
            return None, None, None
        best = max(dated, key=lambda item: (item.basis != "publication", len(item.begin or "")))
        return best.begin, best.end, best.basis

    @property
    def cls(self) -> str:
        """The class most articles give; of equals one that says more than the class of all."""
        classes = Counter(item.happening.cls for item in self.members)
        return min(classes, key=lambda name: (-classes[name], root(name) == name, name))

    @property
    def mode(self) -> str | None:
        """The mode most articles give."""
        modes = Counter(item.happening.mode for item in self.members if item.happening.mode)
        return min(modes, key=lambda mode: (-modes[mode], mode)) if modes else None


def resolve(items: Iterable[Told], states_of: Mapping[str, frozenset[str]]) -> list[Happened]:
    """Those happenings that several articles tell; the result does not depend on the order of articles."""
    found = sorted(items, key=lambda item: item.order)
    table = Table(states_of)
    for item in found:
        table.add(item, root(item.happening.cls))
    return happenings(table, found.__getitem__, states_of)


def happenings(
    table: Table, told_of: Callable[[int], Told], states_of: Mapping[str, frozenset[str]]
) -> list[Happened]:
    """Those happenings that several articles tell, of a table whose events were added in their order.

    ``told_of`` gives an event by its place in the table. Only pairs that speak for being one are kept: a
    cluster grows by no other, so that what those do not join is apart from the start.
    """
    size = len(table)
    if not size:
        return []
    columns = Columns(table)

    def scored(left: int, right: int) -> Score | None:
        return score(told_of(min(left, right)), told_of(max(left, right)), states_of)

    parts = [np.zeros(0, np.int64)]
    for kind, (cls, _) in columns.kinds.items():
        traits = Traits(cls in RECIPROCAL, cls in SPEECH, SMALLEST, FEWEST, MOST)
        parts += [np.unique(left * size + right) for left, right in columns.worth(kind, WEIGHTS, traits)]
    values: dict[Pair, Score] = {}
    for code in np.unique(np.concatenate(parts)).tolist():
        pair = divmod(code, size)
        value = scored(*pair)
        if value is not None and value.value > 0:
            values[pair] = value
    del parts
    groups: list[list[int]] = []
    for members, pairs in joined(values):
        known: dict[Pair, Score | None] = {pair: values[pair] for pair in pairs}
        groups += [
            group for group in cluster(members, pairs, _kept(known, scored), least=LEAST) if len(group) > 1
        ]
    links = _Links(columns, groups, scored, told_of, states_of)
    result = []
    for number, group in enumerate(groups):
        told = tuple(told_of(at) for at in group)
        result.append(Happened(told[0].happening.iri, told, _Pairs(links, number)))
    return result


def _kept(
    known: dict[Pair, Score | None], scored: Callable[[int, int], Score | None]
) -> Callable[[int, int], Score | None]:
    """``scored`` with a memory."""

    def find(left: int, right: int) -> Score | None:
        pair = (left, right) if left < right else (right, left)
        if pair not in known:
            known[pair] = scored(*pair)
        return known[pair]

    return find


class _Links:
    """The compared pairs of each group, found when first asked for."""

    def __init__(
        self,
        columns: Columns,
        groups: Sequence[Sequence[int]],
        scored: Callable[[int, int], Score | None],
        told_of: Callable[[int], Told],
        states_of: Mapping[str, frozenset[str]],
    ) -> None:
        self.columns, self.groups, self.scored = columns, groups, scored
        self.told_of, self.states_of = told_of, states_of
        self.found: dict[int, list[Link]] | None = None

    def of(self, number: int) -> list[Link]:
        """Those of one group, in the order of their members."""
        if self.found is None:
            self.found = self._all()
        return self.found.get(number, [])

    def _all(self) -> dict[int, list[Link]]:
        home = np.full(self.columns.size, -1)
        for number, group in enumerate(self.groups):
            home[group] = number
        codes = set()
        for kind in self.columns.kinds:
            for left, right in self.columns.candidates(kind):
                inside = (home[left] == home[right]) & (home[left] >= 0)
                codes |= set(zip(left[inside].tolist(), right[inside].tolist(), strict=True))
        found: dict[int, list[Link]] = defaultdict(list)
        for left, right in sorted(codes):
            value = self.scored(left, right)
            if value is not None:
                one, other = self.told_of(left), self.told_of(right)
                why = Score(value.value, reasons(one, other, self.states_of))
                found[int(home[left])].append((one, other, why))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs(Sequence[Link]):
    """The compared pairs of one group; they are many, and only people ask for them."""

    links: _Links
    number: int

    def __getitem__(self, at: Any) -> Any:
        return self.links.of(self.number)[at]

    def __len__(self) -> int:
        return len(self.links.of(self.number))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self.number)
