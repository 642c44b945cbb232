"""ECB+ with gold mentions (Cybulska and Vossen 2014): which events and entities of many documents are one.

The files hold mentions without the text around them, so neither the model nor roles can be used. What is
measured is what is left: which documents of a topic tell one affair (normalised cuts, Shi and Malik 2000, of
the likeness of what they mention), the stems of heads, the verbs and nouns that one frame joins, names, and
pronouns by position.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kgraph import frames, ontology
from kgraph.errors import KGraphError
from kgraph.evaluate import chains
from kgraph.evaluate.collection import PRONOUNS
from kgraph.evaluate.measures import Documents, Tally
from kgraph.nlp.encoder import Encoder
from kgraph.resolve.events import verb_stem
from kgraph.spelling import stem

NAMED, EVENT = 3.0, 0.5
"""Weights of capitalised words and figures, and of words of events, in the likeness of two documents."""
CUT = 0.5
"""Normalised cut above which documents stay together."""
FEWEST = 5
"""Documents of an affair."""
PARTICLES = frozenset(
    "up down out off in on over away back to with for into by of at from through about".split()
)
PLURALS = frozenset("they them their themselves we us our".split())
LEADING = frozenset("the a an his her their its our this that mr mrs ms dr".split())
COMMON = frozenset(
    "the and for his her its their they them she him was were has have had are said say says this that with "
    "from who which will been one two three after new year day".split()
)
_WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Place:
    """One gold mention: document ``topic_name``, sentence, first token, its words, kind and gold chain."""

    document: str
    sentence: int
    token: int
    words: tuple[str, ...]
    kind: str
    chain: str

    @property
    def topic(self) -> str:
        """The number before the document's name; the corpus is made of topics."""
        return self.document.partition("_")[0]


def evaluate(path: Path, encoder: Encoder) -> Documents:
    """CoNLL scores of the events and entities of a part; ``path`` is its file of event mentions."""
    del encoder  # there is no text to read
    found = read(path)
    entities = read(path.with_name(path.name.replace("Event", "Entity")))
    affair = affairs([*found, *entities])
    told = _scores(found, events(found, affair))
    named = _scores(entities, chains_of(entities))
    return [{f"events {k}": v for k, v in told.items()} | {f"entities {k}": v for k, v in named.items()}]


def read(path: Path) -> list[Place]:
    """The mentions of a file. Raises KGraphError naming a file that is none of these."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            rows = json.load(stream)
        return [
            Place(
                row["doc_id"], row["sent_id"], row["tokens_number"][0],
                tuple(_WORD.findall(re.sub(r"\s?['’]\s?s\b", " ", row["tokens_str"]))) or ("?",),
                row["mention_type"], row["coref_chain"],
            )
            for row in rows
        ]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KGraphError(f"{path}: no mentions of ECB+ ({type(error).__name__}: {error})") from error


def _scores(places: Sequence[Place], identity: Mapping[int, Hashable]) -> dict[str, Tally]:
    predicted: dict[Hashable, set[Hashable]] = defaultdict(set)
    gold: dict[Hashable, set[Hashable]] = defaultdict(set)
    for at, place in enumerate(places):
        predicted[identity[at]].add(at)
        gold[place.chain].add(at)
    return chains.compare(
        [frozenset(group) for group in predicted.values()], [frozenset(group) for group in gold.values()]
    )


# ---------------------------------------------------------------- affairs


def affairs(places: Sequence[Place]) -> dict[str, int]:
    """The affair of every document; documents of different topics tell different ones."""
    by_topic: dict[str, dict[str, dict[str, float]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(float))
    )
    for place in places:
        for word in place.words:
            if (len(word) > 2 or word.isdigit()) and word.lower() not in COMMON:
                weight = NAMED if word[0].isupper() or word[0].isdigit() else 1.0
                by_topic[place.topic][place.document][stem(word)] += weight * (
                    EVENT if place.kind == "ACT" else 1
                )
    found: dict[str, int] = {}
    for topic in sorted(by_topic):
        names = sorted(by_topic[topic])
        likeness = _likeness([by_topic[topic][name] for name in names])
        for group in _split(likeness, list(range(len(names)))):
            number = len(set(found.values()))
            found |= {names[at]: number for at in group}
    return found


def _likeness(bags: Sequence[Mapping[str, float]]) -> np.ndarray:
    """Cosines of tf-idf vectors, 0 on the diagonal."""
    counts = Counter(word for bag in bags for word in bag)
    index = {word: at for at, word in enumerate(sorted(word for word, count in counts.items() if count > 1))}
    table = np.zeros((len(bags), len(index)))
    for row, bag in enumerate(bags):
        for word, weight in bag.items():
            if word in index:
                table[row, index[word]] = (1 + math.log(1 + weight)) * math.log(
                    (len(bags) + 1) / counts[word]
                )
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    cosines = table @ table.T
    np.fill_diagonal(cosines, 0)
    return np.asarray(cosines)


def _split(likeness: np.ndarray, members: list[int]) -> list[list[int]]:
    """Cut a group in two where that cuts little, and so on."""
    if len(members) < 2 * FEWEST:
        return [members]
    inside = likeness[np.ix_(members, members)]
    cost, left = _best_cut(inside)
    if cost > CUT:
        return [members]
    one, other = _refined(inside, left)
    if not one or not other:
        return [members]
    return [group for part in (one, other) for group in _split(likeness, [members[at] for at in part])]


def _best_cut(likeness: np.ndarray) -> tuple[float, list[int]]:
    """The least normalised cut along the second eigenvector, and one of its sides."""
    degree = likeness.sum(1) + 1e-9
    _, vectors = np.linalg.eigh(likeness / np.sqrt(np.outer(degree, degree)))
    order = np.argsort(vectors[:, -2] / np.sqrt(degree), kind="stable")
    best: tuple[float, list[int]] = (float("inf"), [])
    for size in range(2, len(order) - 1):
        left, right = order[:size], order[size:]
        cut = likeness[np.ix_(left, right)].sum()
        cost = float(cut / degree[left].sum() + cut / degree[right].sum())
        if cost < best[0]:
            best = (cost, [int(at) for at in left])
    return best


def _refined(likeness: np.ndarray, left: Sequence[int]) -> tuple[list[int], list[int]]:
    """Move each document to the side that it is more like, until none moves."""
    side = np.ones(len(likeness), dtype=int)
    side[list(left)] = 0
    numbers = np.arange(len(side))
    for _ in range(10):
        means = np.full((len(side), 2), -1.0)
        for at in numbers:
            for part in (0, 1):
                others = (side == part) & (numbers != at)
                if others.any():
                    means[at, part] = likeness[at, others].mean()
        moved = means.argmax(1)
        if (moved == side).all():
            break
        side = moved
    return [int(at) for at in np.where(side == 0)[0]], [int(at) for at in np.where(side == 1)[0]]


# ---------------------------------------------------------------- events and entities


def events(places: Sequence[Place], affair: Mapping[str, int]) -> dict[int, Hashable]:
    """Events of one affair whose heads have one stem, or stand in one frame and no other."""
    frame_of = _frames()
    heads = [_head(place) for place in places]
    first: dict[tuple[int, Hashable], str] = {}
    for place, head in sorted(zip(places, heads, strict=True), key=lambda pair: pair[1]):
        if head in frame_of:
            first.setdefault((affair[place.document], frame_of[head]), head)
    return {
        at: (affair[place.document], first.get((affair[place.document], frame_of.get(head)), head))
        for at, (place, head) in enumerate(zip(places, heads, strict=True))
    }


def _head(place: Place) -> str:
    words = [word.lower() for word in place.words]
    while len(words) > 1 and words[-1] in PARTICLES:
        words.pop()
    return verb_stem(words[-1])


def _frames() -> dict[str, tuple[str, str]]:
    """Class and mode of the stems that stand in one frame with a mode and in no other."""
    found: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
    for frame in frames.load(ontology.load()).events:
        for pattern in (*frame.verbs, *frame.nouns):
            if len(pattern.words) == 1:
                found[stem(pattern.words[0])].add((frame.name, frame.mode))
    return {
        word: (name, mode)
        for word, entries in found.items()
        if len(entries) == 1
        for name, mode in entries
        if mode is not None
    }


def chains_of(places: Sequence[Place]) -> dict[int, Hashable]:
    """Entities of one topic with one head; given names and pronouns go to whom they mean."""
    surnames: dict[tuple[str, str], set[str]] = defaultdict(set)
    for place in places:
        words = _bare(place)
        if place.kind == "HUM" and len(words) > 1 and all(word[0].isupper() for word in words):
            surnames[place.topic, words[0].lower()].add(words[-1].lower())
    identity: dict[int, Hashable] = {}
    last: dict[tuple[str, bool], Hashable] = {}
    order = sorted(
        range(len(places)), key=lambda at: (places[at].document, places[at].sentence, places[at].token)
    )
    for at in order:
        place = places[at]
        words = _bare(place)
        head = words[-1].lower()
        if len(words) == 1 and head in PRONOUNS:
            many = head in PLURALS
            key = last.get((place.document, many)) or last.get((place.document, False))
            identity[at] = key or (place.topic, "pronoun", head)
            continue
        known = surnames.get((place.topic, head), set())
        if place.kind == "HUM" and len(words) == 1 and words[0][0].isupper() and len(known) == 1:
            head = next(iter(known))
        identity[at] = key = (place.topic, stem(head))
        if place.kind == "HUM":
            last[place.document, head.endswith("s") and not any(word[0].isupper() for word in words)] = key
    return identity


def _bare(place: Place) -> tuple[str, ...]:
    words = place.words
    while len(words) > 1 and words[0].lower() in LEADING:
        words = words[1:]
    return words
