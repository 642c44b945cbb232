"""Which events are worth comparing, found for millions of them at once, in columns of numbers.

What each event says is folded into numbers and bit sets (a bit for each name, as in a Bloom filter, 1970). Of
pairs that share a block the most that ``events.score`` can give is reckoned from those; only pairs that may
be above 0 are ever scored. The bound is never below the score, so nothing is lost by it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kgraph.resolve.profile import COUNTED

if TYPE_CHECKING:
    from kgraph.resolve.events import Told

WEEK = 7
LOOK_BACK = 2
"""Weeks before an article in which what it tells without a day may have been."""
LARGEST = 30
"""Events of one class, week and participant; of a state at war there are too many to tell anything by it."""
RAREST = 15
"""Names of an article by which others of its affair are found."""
AT_ONCE = 4_000_000
"""Entries of blocks that are sorted together: a bound on memory."""
SLACK = 1e-6
"""What a sum of floats may be off by, and more."""
SIDES = ("actor", "recipient", "instrument", "place")
_NO_DAY, _UNDATED = 0, -1

Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints]


@dataclass(frozen=True, slots=True)
class Traits:
    """What holds of all events of a kind, and the limits of ``events``."""

    reciprocal: bool
    speech: bool
    smallest: int
    fewest: int
    most: int


class Table:
    """Events as columns, in the order in which they are added; their numbers are their places in it."""

    def __init__(self, states_of: Mapping[str, frozenset[str]]) -> None:
        self.states_of = states_of
        self.nodes: dict[str, int] = {}
        self.codes: dict[object, int] = {}
        self.articles: dict[str, int] = {}
        self.affairs: list[tuple[int, ...]] = []
        self.numbers = array("q")
        self.bits = array("Q")
        self.related: dict[str, int] = {}
        self._affair_bits: list[int] = []
        self.words = bytearray()
        self.kinds: dict[int, tuple[str, str]] = {}
        self.close = array("q")
        self.spoken: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.numbers) // len(_NUMBERS)

    def add(self, item: Told, root: str) -> None:
        """Add an event; ``root`` is the class under which it is compared."""
        told = item.happening
        kind = self._code((root, told.realis))
        self.kinds[kind] = (root, told.realis)
        article = self.articles.setdefault(told.article, len(self.articles))
        if article == len(self.affairs):
            self.affairs.append(tuple(sorted(self._node(node) for node in item.affair)))
            self._affair_bits.append(self._bits(item.affair))
        who = item.who
        close = {self._node(node) for node in item.beside.union(*who.values())}
        self.close.extend(sorted(close))
        counts = dict(told.counts)
        words = 0
        for word in item.words:
            words |= 1 << self.spoken.setdefault(word, len(self.spoken)) * 0x9E3779B1 % 251
        self.words += words.to_bytes(32, "little")
        begin = told.begin or item.date
        if begin is None:
            span = _UNDATED
        elif item.day or (item.told_on and not told.begin):
            span = _NO_DAY
        else:
            span = self._code(("span", begin[: len("2017-12")]))
        actor, recipient, instrument, place = (who.get(side, _NOBODY) for side in SIDES)
        self.numbers.extend((
            kind, self._code(told.cls), article, item.day, item.told_on,
            self._code(told.begin) if told.begin else 0,
            len(told.begin or "") == len("2017-12-11") and item.day > 0,
            told.basis == "publication", self._code(("stem", item.stem)),
            self._code(("mode", told.mode)) if told.mode else 0, len(close), span,
            len(item.words), len(item.beside), len(item.affair), len(counts.keys() - COUNTED),
            len(actor | recipient), len(actor), len(recipient), len(instrument), len(place),
            *(counts.get(name, -1) for name in COUNTED),
        ))  # fmt: skip
        self.bits.extend((
            self._bits(actor), self._bits(recipient), self._bits(instrument), self._bits(place),
            self._bits_of_states(actor), self._bits_of_states(recipient), self._bits_of_states(instrument),
            self._bits(item.within), self._bits(item.beside), self._affair_bits[article],
        ))  # fmt: skip

    def _code(self, value: object) -> int:
        return self.codes.setdefault(value, len(self.codes) + 1)

    def _node(self, node: str) -> int:
        return self.nodes.setdefault(node, len(self.nodes))

    def _bits(self, nodes: Iterable[str]) -> int:
        found = 0
        for node in nodes:
            found |= 1 << (self._node(node) * 0x9E3779B97F4A7C15 >> 32) % 64
        return found

    def _bits_of_states(self, nodes: Iterable[str]) -> int:
        """Bits of nodes and of the states that they are of."""
        found = 0
        for node in nodes:
            bits = self.related.get(node)
            if bits is None:
                bits = self.related[node] = self._bits((node, *self.states_of.get(node, ())))
            found |= bits
        return found


_NOBODY: frozenset[str] = frozenset()
_NUMBERS = (
    "kind", "cls", "article", "day", "told on", "begin", "exact", "vague", "stem", "mode", "close", "span",
    "words", "beside", "affair", "more", "sides", *SIDES, *COUNTED,
)  # fmt: skip
_BITS = (*SIDES, *(f"{side} of" for side in SIDES[:3]), "within", "beside", "affair")


class Columns:
    """A finished table; ``candidates`` and ``most`` work on its numbers alone."""

    def __init__(self, table: Table) -> None:
        self.size = len(table)
        numbers = np.frombuffer(table.numbers, np.int64).reshape(self.size, len(_NUMBERS))
        bits = np.frombuffer(table.bits, np.uint64).reshape(self.size, len(_BITS))
        self.of = {name: np.ascontiguousarray(numbers[:, at]) for at, name in enumerate(_NUMBERS)}
        self.bits = {name: np.ascontiguousarray(bits[:, at]) for at, name in enumerate(_BITS)}
        self.words = np.frombuffer(table.words, np.uint16).reshape(self.size, 16)
        self.kinds = table.kinds
        self.nodes = len(table.nodes) + 1
        self.close = np.frombuffer(table.close, np.int64)
        self.close_at = _starts(self.of["close"])
        telling = _telling(table.affairs, list(table.nodes))
        self.telling = np.fromiter((node for nodes in telling for node in nodes), np.int64)
        self.telling_of = np.array([len(nodes) for nodes in telling], np.int64)
        self.telling_at = _starts(self.telling_of)
        self.word_bits = _ones(self.words)
        self._hidden_of: dict[str, Ints] = {}
        self.begins = {code: text for text, code in table.codes.items() if isinstance(text, str)}
        self.span_names = {
            code: text[1]
            for text, code in table.codes.items()
            if isinstance(text, tuple) and text[0] == "span"
        }

    def kind(self, kind: int) -> Ints:
        """The events of a kind."""
        return np.flatnonzero(self.of["kind"] == kind)

    def worth(self, kind: int, weights: Mapping[str, float], traits: Traits) -> Iterator[Pairs]:
        """Candidate pairs of a kind whose scores may be above 0; some may come more than once."""
        for left, right in self.candidates(kind):
            for begin in range(0, len(left), AT_ONCE // 8):
                pairs = left[begin : begin + AT_ONCE // 8], right[begin : begin + AT_ONCE // 8]
                kept = self.most(pairs, weights, traits) > -SLACK
                yield pairs[0][kept], pairs[1][kept]

    # ------------------------------------------------------------ blocks

    def candidates(self, kind: int) -> Iterator[Pairs]:
        """Pairs of a kind that share time and a participant or neighbour, or a week and a telling name.

        Some may come more than once.
        """
        events = self.kind(kind)
        near = events[self.of["span"][events] <= 0]
        for nodes, starts, counts, owner, largest in (
            (self.close, self.close_at, self.of["close"], near, LARGEST),
            (self.telling, self.telling_at, self.telling_of, self.of["article"][near], LARGEST // 3),
        ):
            yield from self._sharing(near, nodes, starts, counts, owner, largest)
        yield from self._vague(events)

    def _sharing(
        self, events: Ints, nodes: Ints, starts: Ints, counts: Ints, owner: Ints, largest: int
    ) -> Iterator[Pairs]:
        """Pairs of events that share a week and a node; ``owner`` says whose nodes an event has."""
        first, weeks = self._weeks(events)
        of_node, place = _expanded(starts[owner], counts[owner])
        found = nodes[of_node]
        entries = int((weeks[place]).sum())
        parts = 1 + entries // AT_ONCE
        for part in range(parts):
            chosen = found % parts == part
            which, at = found[chosen], place[chosen]
            codes, members = [], []
            for step in range(int(weeks.max(initial=0))):
                holds = weeks[at] > step
                codes.append((first[at[holds]] + step) * self.nodes + which[holds])
                members.append(events[at[holds]])
            if codes:
                yield _pairs(np.concatenate(codes), np.concatenate(members), largest, self.size)

    def _weeks(self, events: Ints) -> tuple[Ints, Ints]:
        """The first week in which each event may lie, and how many weeks; one of its own without any day."""
        day = self.of["day"][events]
        said = day > 0
        day = np.where(said, day, self.of["told on"][events])
        undated = self.of["span"][events] == _UNDATED
        first = np.where(undated, 0, day // WEEK - np.where(said, 0, LOOK_BACK) + LOOK_BACK + 1)
        return first, np.where(undated, 1, np.where(said, 2, 2 + LOOK_BACK))

    def _vague(self, events: Ints) -> Iterator[Pairs]:
        """Pairs of events told to the month or year, with each other and with those of a day in it."""
        blocks: dict[tuple[str, int], list[int]] = {}
        span = self.of["span"]
        for event in events[span[events] > 0].tolist():
            for node in self._close(event):
                blocks.setdefault((self.span_names[span[event]], node), []).append(event)
        if not blocks:
            return
        dated: dict[tuple[str, int], list[int]] = {}
        for event in events[self.of["day"][events] > 0].tolist():
            begin = self.begins.get(self.of["begin"][event], "")
            for node in self._close(event):
                for block in ((begin[:7], node), (begin[:4], node)):
                    if block in blocks:
                        dated.setdefault(block, []).append(event)
        left, right = [], []
        for block, members in blocks.items():
            others = dated.get(block, [])
            pairs = [(a, b) for at, a in enumerate(members) for b in members[at + 1 :]]
            pairs = pairs if len(members) <= LARGEST else []
            if len(members) + len(others) <= LARGEST:
                pairs += [(a, b) for a in members for b in others]
            left += [min(pair) for pair in pairs]
            right += [max(pair) for pair in pairs]
        yield np.array(left, np.int64), np.array(right, np.int64)

    def _close(self, event: int) -> list[int]:
        begin = int(self.close_at[event])
        found: list[int] = self.close[begin : begin + int(self.of["close"][event])].tolist()
        return found

    # ------------------------------------------------------------ bounds

    def most(self, pairs: Pairs, weights: Mapping[str, float], traits: Traits) -> Any:
        """The most that the scores of some pairs of one kind can be; minus infinity where the days differ."""
        a, b = pairs

        def both(name: str) -> tuple[Any, Any]:
            column = self.of[name]
            return column[a], column[b]

        alone = np.equal(*both("article"))
        total = weights["prior"] + self._when(a, b, alone, weights)
        total += np.where(np.not_equal(*both("cls")), weights["other class"], 0.0)
        likeness = np.minimum(*both("affair"))
        shared = _ones(self.bits["affair"][a] & self.bits["affair"][b])
        shared += np.minimum(self._hidden("affair")[a], self._hidden("affair")[b])
        alike = np.where(
            likeness >= traits.smallest, np.minimum(shared, likeness) / np.maximum(likeness, 1), 0.0
        )
        apart = weights["affair"] * alike + (weights["speech"] if traits.speech else 0.0)
        total += np.where(alone, weights["same article"], apart)
        total += np.where(np.equal(*both("stem")), weights["same word"], 0.0)
        one, other = both("mode")
        mode = np.where(one == other, weights["same mode"], weights["other mode"])
        total += np.where((one > 0) & (other > 0), mode, 0.0)
        total += self._sides(a, b, weights, traits) + self._places(a, b, weights)
        for name in COUNTED:
            one, other = both(name)
            figure = np.where(one == other, weights["same figure"], weights["other figure"])
            total += np.where((one >= 0) & (other >= 0), figure, 0.0)
        total += weights["same figure"] * np.minimum(*both("more"))
        fewer = np.minimum(*both("words"))
        shared = _ones(self.words[a] & self.words[b])
        hidden = self.of["words"] - self.word_bits
        shared = np.minimum(shared + np.minimum(hidden[a], hidden[b]), fewer)
        total += weights["words"] * shared / np.maximum(fewer, traits.fewest)
        near = (self.bits["beside"][a] & self.bits["beside"][b]) != 0
        total += np.where(near, weights["beside"] * np.minimum(traits.most, np.minimum(*both("beside"))), 0.0)
        return total

    def _hidden(self, name: str) -> Ints:
        """Names of each event that share a bit with others of it."""
        if name not in self._hidden_of:
            self._hidden_of[name] = self.of[name] - _ones(self.bits[name])
        return self._hidden_of[name]

    def _when(self, a: Ints, b: Ints, alone: NDArray[np.bool_], weights: Mapping[str, float]) -> Any:
        day, told, begin = self.of["day"], self.of["told on"], self.of["begin"]
        vague = (self.of["vague"][a] | self.of["vague"][b]) > 0
        left, right = np.where(day[a] > 0, day[a], told[a]), np.where(day[b] > 0, day[b], told[b])
        gap = np.abs(left - right)
        soon = np.where(
            gap <= 3,
            weights["told soon"],
            np.where(gap <= 30, weights["told later"], weights["told long after"]),
        )
        unknown = np.where(alone, weights["told later"], weights["no date"])
        undated = np.where((left > 0) & (right > 0), soon, unknown)
        days = (self.of["exact"][a] & self.of["exact"][b]) > 0
        near = np.where(vague, np.where(gap <= 3, weights["days near"], weights["days apart"]), -np.inf)
        near = np.where(gap <= 1, weights["days near"], near)
        exact = np.where(gap == 0, weights["same day"], near)
        rough = max(weights["same month"], weights["same year"], weights["same day"])
        return np.where((begin[a] > 0) & (begin[b] > 0), np.where(days, exact, rough), undated)

    def _sides(self, a: Ints, b: Ints, weights: Mapping[str, float], traits: Traits) -> Any:
        many = np.array([0, 1, 2, 2, 2]) * weights["who"], np.array([0, 0, 0, 1, 2]) * weights["state"]
        bound = np.maximum.accumulate(many[0] + many[1])
        if traits.reciprocal:
            sides = [
                (
                    self.bits["actor"] | self.bits["recipient"],
                    self.bits["actor of"] | self.bits["recipient of"],
                )
            ]
            sizes = [self.of["sides"]]
        else:
            sides = [(self.bits[side], self.bits[f"{side} of"]) for side in SIDES[:3]]
            sizes = [self.of[side] for side in SIDES[:3]]
        total = np.zeros(len(a))
        for (names, related), size in zip(sides, sizes, strict=True):
            fewer = np.minimum(size[a], size[b])
            differ = (related[a] & related[b]) == 0
            other = np.where(differ, weights["other people"] * (2 if len(sides) == 1 else 1), 0.0)
            shared = np.where((names[a] & names[b]) != 0, bound[np.minimum(fewer, 4)], other)
            total += np.where(fewer > 0, shared, 0.0)
        return total

    def _places(self, a: Ints, b: Ints, weights: Mapping[str, float]) -> Any:
        place, within, size = self.bits["place"], self.bits["within"], self.of["place"]
        inside = ((place[a] & within[b]) | (place[b] & within[a])) != 0
        other = np.where((size[a] > 0) & (size[b] > 0), weights["other place"], 0.0)
        rest = np.where(inside, weights["place within"], other)
        return np.where((place[a] & place[b]) != 0, weights["same place"], rest)


def _starts(counts: Ints) -> Ints:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)[:-1]]) if len(counts) else counts


def _expanded(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """For runs that begin at ``starts``: every place in them, and the number of its run."""
    runs = np.repeat(np.arange(len(counts)), counts)
    inside = np.arange(len(runs)) - np.repeat(np.cumsum(counts) - counts, counts)
    return starts[runs] + inside, runs


def _telling(affairs: Sequence[tuple[int, ...]], names: Sequence[str]) -> list[list[int]]:
    """The names of each article that fewest others have: what they share they may tell alike."""
    count = Counter(node for affair in affairs for node in affair)
    return [
        list(affair)
        if len(affair) <= RAREST
        else sorted(affair, key=lambda node: (count[node], names[node]))[:RAREST]
        for affair in affairs
    ]


def _pairs(codes: Ints, events: Ints, largest: int, size: int) -> Pairs:
    """The pairs of all blocks of at most ``largest`` events, each once; a block is what has one code."""
    order = np.argsort(codes, kind="stable")
    codes, events = codes[order], events[order]
    starts = np.flatnonzero(np.concatenate([np.ones(min(1, len(codes)), bool), codes[1:] != codes[:-1]]))
    sizes = np.diff(np.append(starts, len(codes)))
    found = [np.zeros(0, np.int64)]
    for many in range(2, largest + 1):
        block = starts[sizes == many]
        if len(block):
            members = np.sort(events[block[:, None] + np.arange(many)], axis=1)
            left, right = np.triu_indices(many, 1)
            found.append((members[:, left] * size + members[:, right]).ravel())
    unique = np.unique(np.concatenate(found))
    return unique // size, unique % size


_COUNTS = np.array([number.bit_count() for number in range(1 << 16)], np.uint8)


def _ones(bits: NDArray[Any]) -> Ints:
    """How many bits are set in each row."""
    parts = _COUNTS[np.ascontiguousarray(bits).view(np.uint16).reshape(len(bits), -1)]
    total: Ints = parts.sum(axis=1, dtype=np.int64)
    return total
