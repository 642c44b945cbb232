"""One report in many papers: which articles are copies of one text, and which of their sentences are one.

Of every sentence a small MinHash signature is kept, and its shingles (runs of three words). Articles that
share signatures of sentences are candidates, however much longer one is than the other; of those the true
share of common shingles is counted. A group is a longest article and those that are for the most part
contained in it, so that no chain of weak likeness glues two reports. Two texts of one mould, as daily reports
are, differ in the numbers of the sentences that they share, and stay apart.
"""

from __future__ import annotations

import base64
import functools
import re
import struct
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from kgraph.model import Span

VERSION = f"1.{RMinHash.ALGORITHM_VERSION}"
"""Signatures of another version cannot be compared; the parts of a reading that hold them are named by it."""
LEAST = 0.5
"""Share of the smaller article's shingles that a copy has in common with the longest of its group."""
FEWEST = 16
"""Shingles in common below which nothing is said: two short flashes may agree by chance."""
CONTRARY = 0.25
"""Share of the words of like sentences that may stand in sentences whose numbers differ, on one day.

An agency corrects a figure and sends its report again.
"""
ANOTHER_DAY = 0.1
"""The same of two days, or where a day is not known: another day's report has other numbers."""
ALIKE = 0.5
"""Share of the shorter sentence's shingles from which two sentences are one text."""
MOULD = 0.3
"""The same of two sentences whose numbers differ: one mould filled twice."""

NAMES = 3
"""Names that each of two texts must have in the place of others to be of one mould."""

_SHINGLE = 3  # words
_BANDS, _ROWS = 4, 2  # of a sentence's signature: found at likeness 0.5 in 68 of 100 cases, at 0.7 in 93
_SEED = 20
_SHORTEST = 5  # words of a sentence that has a signature; shorter ones stand in many texts
_SENTENCES, _WORDS = 600, 200  # of an article and of a sentence that are looked at
_CROWD = 24  # articles that share a sentence and are all compared; of more each one with the longest
_LONGEST = 6

Numbers = npt.NDArray[np.uint32]


# ---------------------------------------------------------------- what is kept of an article


_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|%")
_DOUBLED = re.compile(r"(.)\1+")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_INSIDE = re.compile(r"(?<=[^\W\d])[.'’](?=[^\W\d])")  # U.S. is US, and its is it's
_FIGURES = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split()
    )
} | {
    word: str(number)
    for number, word in zip(
        range(30, 100, 10), "thirty forty fifty sixty seventy eighty ninety".split(), strict=True
    )
}
_TENS = frozenset("20 30 40 50 60 70 80 90".split())
_UNITS = {word: number for word, number in _FIGURES.items() if len(number) == 1 and number != "0"}
_MONTHS = {
    month[:3]: month
    for month in "january february march april may june july august september october november "
    "december".split()
}
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_SHORT = {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}


def words(text: str) -> list[str]:
    """The words of a text in a form that house styles share: no case, no marks, one spelling, figures."""
    found: list[str] = []
    plain = unicodedata.normalize("NFKC", text[: _WORDS * 40].translate(_UNSEEN)).casefold()
    for word in _TOKEN.findall(_INSIDE.sub("", plain)):
        if word == "cent" and found and found[-1] == "per":
            found[-1] = "percent"
        elif word[0].isdigit():
            found.append(word.replace(",", ""))
        elif word in _UNITS and found and found[-1] in _TENS:
            found[-1] = found[-1][0] + _UNITS[word]
        elif word == "%":
            found.append("percent")
        elif word in _FIGURES:
            found.append(_FIGURES[word])
        else:
            found.append(_MONTHS[word[:3]] if word in _SHORT else _folded(word))
    return found[:_WORDS]


@functools.lru_cache(maxsize=100_000)
def _folded(word: str) -> str:
    """One form of what is written in two: organise and organize, centre and center, defence and defense."""
    if len(word) < 4 or word in _DAYS or word in _MONTHS.values():
        return word
    word = _DOUBLED.sub(r"\1", word).replace("ou", "o").replace("ce", "se").replace("s", "z")
    return (word[:-2] + "er" if word.endswith("re") else word).removesuffix("me").removesuffix("e")


def _hashes(texts: Iterable[str]) -> frozenset[int]:
    return frozenset(zlib.crc32(text.encode("utf-8", "backslashreplace")) for text in texts)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of an article as it is compared."""

    span: Span
    length: int
    """Words."""
    shingles: frozenset[int]
    numbers: frozenset[int]
    """Hashes of its figures, days and months."""
    names: frozenset[int]
    """Hashes of its words with a capital, its first word left out."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is known of every article: its date, how many shingles it has, a signature of each sentence."""

    article: str
    date: str | None
    size: int
    signatures: Numbers
    """``(sentences, 8)``."""

    @property
    def order(self) -> tuple[str, str]:
        """Articles by date, then as they are named; those without a date last."""
        return self.date or "9999", self.article


def passages(text: str, sentences: Sequence[Span]) -> Iterator[Passage]:
    """The sentences of a text that have words."""
    for span in sentences[:_SENTENCES]:
        part = text[span.begin : min(span.end, span.begin + _WORDS * 40)]
        found = words(part)
        if found:
            figures = {word for word in found if word[0].isdigit() or word in _DAYS or word in _MONTH_NAMES}
            names = {_folded(name.casefold()) for name in _NAME.findall(part)} - figures
            yield Passage(
                Span(span.begin, span.end),
                len(found),
                _hashes(_shingles(found)),
                _hashes(figures),
                _hashes(names),
            )


_MONTH_NAMES = frozenset(_MONTHS.values()) - {"may", "march"}
"""Names of months that are no other words too."""
_NAME = re.compile(r"(?<=[^\W\dA-Z][ ,;:])\s?([A-Z][^\W\d_]+)")
"""A word with a capital after a small letter: not at the begin, and not where all is in capitals."""


def _shingles(found: Sequence[str]) -> list[str]:
    if len(found) < _SHINGLE:
        return [" ".join(found)]
    return [" ".join(found[at : at + _SHINGLE]) for at in range(len(found) - _SHINGLE + 1)]


def signed(text: str, sentences: Sequence[Span]) -> tuple[str, str]:
    """What is kept of an article, as text: its sketch, which is read for all, and its passages."""
    found = list(passages(text, sentences))
    rows = []
    for passage in found:
        if passage.length >= _SHORTEST:
            signature = RMinHash(_BANDS * _ROWS, _SEED)
            signature.update([struct.pack("<I", value) for value in sorted(passage.shingles)])
            rows += signature.digest()
    size = len(frozenset[int]().union(*(passage.shingles for passage in found)))
    values = [len(found)]
    for passage in found:
        values += [passage.span.begin, passage.span.end, passage.length]
        for hashes in (passage.shingles, passage.numbers, passage.names):
            values += [len(hashes), *sorted(hashes)]
    return _text([size, *rows]), _text(values)


def sketch(article: str, date: str | None, text: str) -> Sketch:
    """Read back the sketch of an article."""
    values = _values(text)
    return Sketch(article, date, int(values[0]), values[1:].reshape(-1, _BANDS * _ROWS))


def read_passages(text: str) -> tuple[Passage, ...]:
    """Read back the passages of an article."""
    values = _values(text).tolist()
    found, at = [], 1
    for _ in range(values[0]):
        begin, end, length = values[at : at + 3]
        at += 3
        hashes: list[frozenset[int]] = []
        for _ in range(3):
            hashes.append(frozenset(values[at + 1 : at + 1 + values[at]]))
            at += 1 + values[at]
        found.append(Passage(Span(begin, end), length, *hashes))
    return tuple(found)


def _text(values: Sequence[int]) -> str:
    return base64.b64encode(np.array(values, "<u4").tobytes()).decode("ascii")


def _values(text: str) -> Numbers:
    return np.frombuffer(base64.b64decode(text), "<u4").astype(np.uint32)


# ---------------------------------------------------------------- likeness


@dataclass(frozen=True)
class Text:
    """The passages of one article, with where its shingles stand."""

    passages: tuple[Passage, ...]

    @cached_property
    def shingles(self) -> frozenset[int]:
        """All of them."""
        return frozenset[int]().union(*(passage.shingles for passage in self.passages))

    @cached_property
    def places(self) -> Mapping[int, tuple[int, ...]]:
        """The passages in which each shingle stands."""
        found: dict[int, list[int]] = defaultdict(list)
        for at, passage in enumerate(self.passages):
            for shingle in passage.shingles:
                found[shingle].append(at)
        return {shingle: tuple(places) for shingle, places in found.items()}

    def nearest(self, passage: Passage) -> tuple[int, float]:
        """The passage that has most in common with another text's, and the share of the shorter of the two.

        Where several have as much, the first whose numbers are the same, else the first.
        """
        shared = Counter(at for shingle in passage.shingles for at in self.places.get(shingle, ()))
        if not shared:
            return -1, 0.0
        best = max(
            shared,
            key=lambda at: (shared[at], not contrary(passage, self.passages[at]), -at),
        )
        return best, shared[best] / min(len(passage.shingles), len(self.passages[best].shingles))


def contrary(one: Passage, other: Passage) -> bool:
    """Whether each of two like sentences has a number, a day or a month that the other lacks."""
    return bool(one.numbers - other.numbers and other.numbers - one.numbers)


def renamed(one: Passage, other: Passage) -> bool:
    """Whether each of two like sentences has a name that the other lacks."""
    return bool(one.names - other.names and other.names - one.names)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are."""

    contained: float
    """Share of the smaller one's shingles that the other has too."""
    shared: int
    """Shingles in common."""
    contrary: float
    """Share of the words of like sentences that stand in sentences whose numbers or names differ."""

    def is_copy(self, *, one_day: bool) -> bool:
        """Whether one is a copy of the other, or both are of a third; ``one_day``: their dates are one."""
        most = CONTRARY if one_day else ANOTHER_DAY
        return self.contained >= LEAST and self.shared >= FEWEST and self.contrary <= most


def compare(one: Text, other: Text) -> Likeness:
    """How alike two texts are; the same whichever is named first."""
    small, large = (one, other) if len(one.shingles) < len(other.shingles) else (other, one)
    if len(small.shingles) == len(large.shingles):
        small, large = sorted((one, other), key=lambda text: sorted(text.shingles))
    shared = len(small.shingles & large.shingles)
    contained = shared / len(small.shingles) if small.shingles else 0.0
    if contained < LEAST or shared < FEWEST:
        return Likeness(contained, shared, 0.0)
    same = against = rewritten = 0
    mine: set[int] = set()
    theirs: set[int] = set()
    for passage in small.passages:
        at, share = large.nearest(passage)
        if share < MOULD:
            continue
        twin = large.passages[at]
        if contrary(passage, twin):
            against += passage.length
        elif renamed(passage, twin):
            rewritten += passage.length
        elif share >= ALIKE:
            same += passage.length
        if renamed(passage, twin):
            mine |= passage.names - twin.names
            theirs |= twin.names - passage.names
    # A house may spell one name in its own way in every sentence; a mould is filled with many.
    filled = rewritten if min(len(mine), len(theirs)) >= NAMES else 0
    return Likeness(contained, shared, (against + filled) / max(same + against + rewritten, 1))


# ---------------------------------------------------------------- groups


@dataclass(frozen=True, slots=True)
class Copies:
    """Articles that are copies of others, and their sentences that stand in an earlier one of the group."""

    of: Mapping[str, str] = field(default_factory=dict)
    """For each copy the original: the earliest article of its group, the first by IRI of one day."""
    same: Mapping[str, Mapping[Span, tuple[str, Span]]] = field(default_factory=dict)
    """For each copy its sentences that an earlier article has, with that article and its sentence."""


NO_COPIES = Copies()
"""Every article is its own report."""


def candidates(sketches: Sequence[Sketch]) -> dict[int, set[int]]:
    """For each article the longer ones (of equals the earlier) that share signatures of sentences with it.

    ``sketches`` stand longest first.
    """
    owner = np.repeat(np.arange(len(sketches)), [len(item.signatures) for item in sketches])
    if not len(owner):
        return {}
    signatures = np.concatenate([item.signatures for item in sketches]).astype(np.uint64)
    shared: dict[tuple[int, int], set[int]] = defaultdict(set)
    for band in range(_BANDS):
        keys = signatures[:, _ROWS * band] << np.uint64(32) | signatures[:, _ROWS * band + 1]
        order = np.lexsort((owner, keys))
        ends = np.flatnonzero(np.diff(keys[order])) + 1
        for run in np.split(order, ends) if len(ends) else [order]:
            if len(run) > 1:
                _pairs(run.tolist(), owner, shared)
    found: dict[int, set[int]] = defaultdict(set)
    for (left, right), sentences in shared.items():
        if len(sentences) > 1 or len(sketches[right].signatures) < 5:
            found[right].add(left)
    return found


def _pairs(run: list[int], owner: npt.NDArray[np.intp], shared: dict[tuple[int, int], set[int]]) -> None:
    """Note for each pair of articles in a run of like sentences which of the shorter article's they are."""
    first = {int(owner[at]): at for at in reversed(run)}
    articles = sorted(first)
    most = len(articles) if len(articles) <= _CROWD else _LONGEST
    for rank, right in enumerate(articles):
        for left in articles[: min(rank, most)]:
            shared[left, right].add(first[right])


def find(sketches: Iterable[Sketch], passages_of: Callable[[str], tuple[Passage, ...]]) -> Copies:
    """The copies among articles, in whatever order they come; ``passages_of`` is asked for few of them."""
    known = sorted(sketches, key=lambda item: (-item.size, item.order))
    near = candidates(known)
    texts: dict[int, Text] = {}

    def text(at: int) -> Text:
        if at not in texts:
            texts[at] = Text(passages_of(known[at].article))
        return texts[at]

    leader: dict[int, int] = {}
    groups: dict[int, list[int]] = defaultdict(list)
    for at in sorted(near):
        likeness = [
            (-found.contained, other)
            for other in sorted(near[at] - leader.keys())
            if (found := compare(text(at), text(other))).is_copy(one_day=_one_day(known[at], known[other]))
        ]
        if likeness:
            leader[at] = min(likeness)[1]
            groups[leader[at]].append(at)
    of: dict[str, str] = {}
    same: dict[str, Mapping[Span, tuple[str, Span]]] = {}
    for first, others in groups.items():
        members = sorted([first, *others], key=lambda at: known[at].order)
        original = known[members[0]].article
        for at, sentences in zip(members, _same([text(at) for at in members]), strict=True):
            if at != members[0]:
                of[known[at].article] = original
                same[known[at].article] = {
                    span: (known[members[number]].article, twin) for span, (number, twin) in sentences.items()
                }
        for at in members:
            texts.pop(at, None)
    return Copies(of, same)


def _one_day(one: Sketch, other: Sketch) -> bool:
    return one.date is not None and one.date == other.date


def _same(texts: Sequence[Text]) -> Iterator[Mapping[Span, tuple[int, Span]]]:
    """For each text of a group its sentences that an earlier one has: which one, and the sentence there."""
    known: list[tuple[int, Passage]] = []
    places: dict[int, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        found: dict[Span, tuple[int, Span]] = {}
        fresh = []
        for passage in text.passages:
            shared = Counter(at for shingle in passage.shingles for at in places.get(shingle, ()))
            best = [
                (-count, at)
                for at, count in shared.items()
                if count >= ALIKE * max(1, min(len(passage.shingles), len(known[at][1].shingles)))
                and not contrary(passage, known[at][1])
            ]
            if best:
                where, twin = known[min(best)[1]]
                found[passage.span] = where, twin.span
            else:
                fresh.append(passage)
        for passage in fresh:
            for shingle in passage.shingles:
                places[shingle].append(len(known))
            known.append((number, passage))
        yield found
