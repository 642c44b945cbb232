"""What the model says: values, and how they come out of its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kgraph.model import Realis
from kgraph.nlp import lemma as lemmas
from kgraph.nlp import sequence
from kgraph.nlp.labels import EVENT_CLASSES, HEAD_TYPES, REALIS, SCHEMES
from kgraph.nlp.tree import decode

Floats = NDArray[np.float32]
TOLD = 0.1
"""A word that tells an event with less than this probability is no trigger at all."""
VECTORS = ("coref_left", "coref_right", "pair_left", "pair_right")


@dataclass(frozen=True, slots=True)
class Name:
    """A flat span: words ``begin`` to ``end`` (exclusive) of a sequence."""

    begin: int
    end: int
    type: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Trigger:
    """A word that may tell an event: the best class and whether it happened, each with a probability."""

    word: int
    cls: str
    confidence: float
    realis: Realis
    realis_confidence: float
    shares: tuple[float, ...] = ()
    """Probability of each of ``labels.EVENT_CLASSES``; what is left is that of no event."""

    @property
    def told(self) -> float:
        """Probability that the word tells an event of any class."""
        return sum(self.shares) if self.shares else self.confidence

    @property
    def likely(self) -> bool:
        """Whether its class is more probable than no event."""
        return self.confidence > 1 - self.told

    def share(self, cls: str) -> float:
        """Probability that it tells an event of a class; of any, for a class that the model does not know."""
        if cls not in EVENT_CLASSES:
            return self.told
        return self.shares[EVENT_CLASSES.index(cls)] if self.shares else self.confidence * (cls == self.cls)


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the model says of a sentence of n words; ``heads`` are word numbers, the root's its own."""

    tags: list[str]
    pos: list[str]
    lemmas: list[str]
    heads: list[int]
    deps: list[str]
    arc_confidence: list[float]
    head_types: list[tuple[str, float]]
    triggers: list[Trigger]
    schemes: dict[str, list[Name]]
    """Spans by scheme; ``names`` is always there."""
    vectors: dict[str, Floats] = field(default_factory=dict)
    """(n, width) vectors of coreference and pairs."""

    @property
    def names(self) -> list[Name]:
        """Proper names."""
        return self.schemes["names"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Label inventories, lemmatiser and temperatures of a model."""

    labels: Mapping[str, Sequence[str]]
    lexicon: lemmas.Lexicon
    temperatures: Mapping[str, float]
    """By layer; scores are divided by it, so that probabilities are shares of right answers (Guo 2017)."""
    transitions: Mapping[str, Floats] = field(default_factory=dict)
    """(tags, tags) by scheme, for those whose tags are scored as a sequence."""

    def probabilities(self, name: str, scores: Floats) -> Floats:
        """Calibrated probabilities of a layer."""
        return softmax(scores / np.float32(self.temperatures.get(name, 1.0)))

    def window(
        self,
        words: Sequence[str],
        scores: Mapping[str, Floats],
        starts: Sequence[int],
        schemes: Sequence[str],
    ) -> list[Annotation]:
        """The annotations of the sentences of one window, which begin at the words ``starts``.

        ``scores`` are (words, …), padded or not; in ``arcs`` and ``label_right`` the root comes first.
        """
        count = len(words)
        bounds = list(zip(starts, [*starts[1:], count], strict=True))
        heads, arcs = self._trees(scores["arcs"], bounds)
        tags = [self.labels["xpos"][i] for i in scores["xpos"][:count].argmax(-1).tolist()]
        pos = [self.labels["upos"][i] for i in scores["upos"][:count].argmax(-1).tolist()]
        scripts = [self.labels["lemma"][i] for i in scores["lemma"][:count].argmax(-1).tolist()]
        bases = [self.lexicon.lemma(*item) for item in zip(words, scripts, tags, strict=True)]
        right = scores["label_right"][heads][:, :, None]
        best = np.matmul(scores["label_left"][:count], right)[..., 0].argmax(-1).tolist()
        shares = self.probabilities("head_types", scores["head_types"][:count])
        kinds = shares.argmax(-1)
        types = [
            (HEAD_TYPES[kind], share)
            for kind, share in zip(kinds.tolist(), shares[np.arange(count), kinds].tolist(), strict=True)
        ]
        marked = {name: self.probabilities(name, scores[name][:count]) for name in schemes}
        triggers = self._triggers(scores, bounds)
        return [
            Annotation(
                tags=tags[begin:end],
                pos=pos[begin:end],
                lemmas=bases[begin:end],
                heads=[head - 1 - begin if head else i for i, head in enumerate(heads[begin:end])],
                deps=[
                    "root" if not head else self.labels["deprel"][label]
                    for head, label in zip(heads[begin:end], best[begin:end], strict=True)
                ],
                arc_confidence=arcs[begin:end],
                head_types=types[begin:end],
                triggers=[replace(t, word=t.word - begin) for t in triggers if begin <= t.word < end],
                schemes={
                    name: trimmed(
                        self._spans(name, scores[name][begin:end], found[begin:end]), pos[begin:end]
                    )
                    for name, found in marked.items()
                },
                vectors={name: scores[name][begin:end] for name in VECTORS},
            )
            for begin, end in bounds
        ]

    def _spans(self, scheme: str, scores: Floats, probabilities: Floats) -> list[Name]:
        """Spans of one sentence."""
        if scheme not in self.transitions:
            return spans(probabilities, SCHEMES[scheme])
        tags = sequence.best(scores, self.transitions[scheme])
        return of_tags(tags, probabilities, SCHEMES[scheme])

    def _trees(self, arcs: Floats, bounds: Sequence[tuple[int, int]]) -> tuple[list[int], list[float]]:
        """Heads of the words of a window, 0 or one more than a word's number, and their probabilities."""
        heads: list[int] = []
        shares: list[float] = []
        scale = np.float32(self.temperatures.get("arcs", 1.0))
        for begin, end in bounds:
            own = np.concatenate([arcs[begin:end, :1], arcs[begin:end, begin + 1 : end + 1]], axis=1)
            found = decode(own)
            own = own / scale
            top = own.max(1, keepdims=True)
            total = np.exp(own - top).sum(1)
            chosen = np.exp(own[np.arange(end - begin), found] - top[:, 0]) / total
            shares.extend(chosen.tolist())
            heads.extend(head + begin if head else 0 for head in found)
        return heads, shares

    def _triggers(self, scores: Mapping[str, Floats], bounds: Sequence[tuple[int, int]]) -> list[Trigger]:
        """Words that may tell an event, and of a sentence without any the likeliest."""
        every = self.probabilities("triggers", scores["triggers"][: bounds[-1][1]])
        kept = every[:, 0] <= 1 - TOLD
        for begin, end in bounds:
            kept[begin + every[begin:end, 0].argmin()] = True
        found = np.flatnonzero(kept)
        realis = self.probabilities("realis", scores["realis"][found])
        return [
            Trigger(
                int(word),
                EVENT_CLASSES[int(classes.argmax())],
                float(classes.max()),
                REALIS[int(kind.argmax())],
                float(kind.max()),
                tuple(classes.tolist()),
            )
            for word, classes, kind in zip(found, every[found, 1:], realis, strict=True)
        ]


def softmax(scores: Floats) -> Floats:
    """Shares along the last axis."""
    shifted: Floats = np.exp(scores - scores.max(-1, keepdims=True))
    shares: Floats = shifted / shifted.sum(-1, keepdims=True)
    return shares


def spans(probabilities: Floats, types: Sequence[str]) -> list[Name]:
    """Flat spans from tag probabilities (words, tags): extent first, by the mass of B, I and O; then type.

    The type of a span is the one its words agree on, so that no name changes its type half-way.
    """
    count = len(probabilities)
    mass_outside = probabilities[:, 0]
    if mass_outside.min() > 0.5:
        return []
    grid = probabilities[:, 1:].reshape(count, len(types), 2)
    mass = np.stack([mass_outside, grid[:, :, 0].sum(1), grid[:, :, 1].sum(1)], axis=1)
    kinds = mass.argmax(1).tolist()
    by_type = grid.sum(2)
    found = []
    index = 0
    while index < count:
        begin = index
        index += 1
        if kinds[begin] == 0:
            continue
        while index < count and kinds[index] == 2:
            index += 1
        shares = by_type[begin:index].mean(0)
        best = int(shares.argmax())
        found.append(Name(begin, index, types[best], float(shares[best])))
    return found


def of_tags(tags: Sequence[int], probabilities: Floats, types: Sequence[str]) -> list[Name]:
    """Flat spans of well-formed tags, with the mean probability of their words' types."""
    found = []
    begin = 0
    for word in range(1, len(tags) + 1):
        inside = word < len(tags) and tags[word] and tags[word] % 2 == 0
        if inside:
            continue
        if tags[begin]:
            best = (tags[begin] - 1) // 2
            share = float(probabilities[begin:word, 2 * best + 1 : 2 * best + 3].sum(1).mean())
            found.append(Name(begin, word, types[best], share))
        begin = word
    return found


LOOSE = frozenset({"ADP", "CCONJ", "SCONJ", "PUNCT", "AUX", "PART"})
"""What no span begins or ends with, whatever its tagger says: "of Raqqa" is Raqqa."""


def trimmed(found: Sequence[Name], pos: Sequence[str]) -> list[Name]:
    """Spans without loose words at their ends; one of loose words alone stays as it is."""
    result = []
    for name in found:
        firm = [word for word in range(name.begin, name.end) if pos[word] not in LOOSE]
        result.append(replace(name, begin=firm[0], end=firm[-1] + 1) if firm else name)
    return result


def join(parts: Sequence[Annotation]) -> Annotation:
    """One annotation from those of consecutive pieces of a sentence too long for the encoder.

    The roots of later pieces hang on the root of the first as ``parataxis``.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    whole = Annotation([], [], [], [], [], [], [], [], {name: [] for name in first.schemes})
    root = next(i for i, head in enumerate(first.heads) if head == i)
    for part in parts:
        offset = len(whole.tags)
        whole.tags.extend(part.tags)
        whole.pos.extend(part.pos)
        whole.lemmas.extend(part.lemmas)
        whole.arc_confidence.extend(part.arc_confidence)
        whole.head_types.extend(part.head_types)
        for i, (head, dep) in enumerate(zip(part.heads, part.deps, strict=True)):
            loose = head == i and offset > 0
            whole.heads.append(root if loose else head + offset)
            whole.deps.append("parataxis" if loose else dep)
        for name, found in part.schemes.items():
            whole.schemes[name].extend(
                Name(span.begin + offset, span.end + offset, span.type, span.confidence) for span in found
            )
        whole.triggers.extend(replace(item, word=item.word + offset) for item in part.triggers)
    for name in VECTORS:
        whole.vectors[name] = np.concatenate([part.vectors[name] for part in parts])
    return whole
