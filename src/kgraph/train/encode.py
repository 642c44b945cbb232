"""Samples to numbers: sentences once, windows of consecutive sentences anew in every pass."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from kgraph.nlp import lemma as lemmas
from kgraph.nlp import links
from kgraph.nlp.extent import head_of
from kgraph.nlp.labels import HEAD_TYPES, PAIRS, REALIS, ROLES, SCHEMES, TRIGGERS, iob
from kgraph.nlp.pieces import MAX_PIECES, Pieces, assemble, word_ids
from kgraph.train.samples import Sample
from kgraph.train.schemes import Allowed

IGNORE = -100
BATCH_PIECES = 3500
SETS = {
    **{name: iob(types) for name, types in SCHEMES.items()},
    "head_types": HEAD_TYPES,
    "triggers": TRIGGERS,
    "realis": REALIS,
}
"""Layers whose targets are sets of labels."""
SPANS = (0, 128, 256)
"""Upper bounds of a window in pieces, drawn anew for each document and pass; 0 is one sentence."""


@dataclass(slots=True)
class Vocabulary:
    """Label inventories, in the order of the network's outputs."""

    xpos: list[str] = field(default_factory=list)
    upos: list[str] = field(default_factory=list)
    lemma: list[str] = field(default_factory=list)
    deprel: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Vocabulary:
        """All tags of the training set; lemma scripts that occur at least twice."""
        counts: dict[str, Counter[str]] = {name: Counter() for name in ("xpos", "upos", "lemma", "deprel")}
        for sample in samples:
            counts["xpos"].update(sample.xpos or [])
            counts["upos"].update(sample.upos or [])
            counts["deprel"].update(sample.deprels or [])
            if sample.lemmas:
                counts["lemma"].update(map(lemmas.script, sample.words, sample.lemmas))
        counts["lemma"] = Counter({key: n for key, n in counts["lemma"].items() if n > 1})
        return cls(**{name: sorted(counter) for name, counter in counts.items()})

    def sizes(self) -> dict[str, int]:
        """Number of labels by layer."""
        return {name: len(values) for name, values in asdict(self).items()}


@dataclass(slots=True)
class Encoded:
    """One sentence or a window of several, as numbers; the places of words count from its first."""

    ids: list[list[int]]
    words: list[str]
    targets: dict[str, list[int]]
    sentences: list[int]
    """The number of the sentence of each word."""
    chains: list[tuple[int, str]]
    """Head words of mentions with their chain, in order."""
    pairs: list[tuple[int, int, tuple[int, ...]]]
    """(word, word, target of each label: 1, 0 or -1 for unknown)."""
    document: str
    boundaries: bool

    @property
    def size(self) -> int:
        """Pieces, [CLS] and [SEP] included."""
        return sum(map(len, self.ids)) + 2

    def pieces(self, cls: int, sep: int) -> Pieces:
        """What the encoder reads."""
        return assemble(self.ids, self.words, cls=cls, sep=sep)


class Encoder:
    """Samples to numbers, with a table of the label sets that occur."""

    def __init__(self, tokenizer: Any, vocabulary: Vocabulary) -> None:
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary
        self.index = {name: {label: i for i, label in enumerate(v)} for name, v in asdict(vocabulary).items()}
        self.sets: dict[str, dict[Allowed, int]] = {name: {} for name in SETS}
        self.cls, self.sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
        self.unknown = tokenizer.token_to_id("[UNK]")

    def encode(self, sample: Sample) -> Encoded | None:
        """None for a sentence longer than the encoder (a handful in training)."""
        ids = word_ids(self.tokenizer, sample.words, self.unknown)
        if sum(map(len, ids)) + 2 > MAX_PIECES:
            return None
        count = len(sample.words)
        blank = [IGNORE] * count
        scripts = list(map(lemmas.script, sample.words, sample.lemmas)) if sample.lemmas else None
        layers = {"xpos": sample.xpos, "upos": sample.upos, "lemma": scripts, "deprel": sample.deprels}
        targets = {
            name: blank if values is None else [self.index[name].get(value, IGNORE) for value in values]
            for name, values in layers.items()
        }
        targets["heads"] = blank if sample.heads is None else sample.heads
        above = [head - 1 for head in sample.heads or ()]
        heads = [
            head_of(above, span.begin, span.end) if above else span.end - 1 for span in sample.mentions or ()
        ]
        types = sample.head_types
        if sample.typed and types is not None:
            types = list(types)
            # Longer mentions first, so that the head of a shorter one has the last word.
            order = sorted(
                zip(sample.mentions or (), heads, strict=True), key=lambda m: m[0].begin - m[0].end
            )
            for span, head in order:
                types[head] = span.types
        sets = {**sample.tags, "head_types": types, "triggers": sample.triggers, "realis": sample.realis}
        for name, table in self.sets.items():
            allowed = sets.get(name)
            targets[name] = (
                blank
                if allowed is None
                else [table.setdefault(item, len(table)) if item else IGNORE for item in allowed]
            )
        chains = {
            head: span.chain
            for span, head in sorted(
                zip(sample.mentions or (), heads, strict=True), key=lambda m: m[0].begin - m[0].end
            )
            if span.chain
        }
        return Encoded(
            ids,
            sample.words,
            targets,
            [0] * count,
            sorted(chains.items()),
            _pairs(sample, heads),
            sample.document,
            sample.boundaries,
        )

    def matrix(self, name: str) -> Tensor:
        """(sets, labels): which labels each set allows."""
        labels = SETS[name]
        table = torch.zeros(max(1, len(self.sets[name])), len(labels), dtype=torch.bool)
        for allowed, row in self.sets[name].items():
            for label in allowed:
                table[row, labels.index(label)] = True
        return table


def _pairs(sample: Sample, heads: Sequence[int]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Targets of all pairs of a trigger and a mention, and of two mentions, of one sentence."""
    if sample.links is None:
        return []
    links_ = sample.links
    places = {f"m{index}": head for index, head in enumerate(heads)}
    for trigger in sorted({one for one, _ in links_.positive if one.startswith("t")}):
        places[trigger] = int(trigger[1:])
    if sample.triggers is not None:
        for index, kind in enumerate(sample.triggers):
            if kind != {"None"}:
                places[f"t{index}"] = index
    found: dict[tuple[int, int, bool], list[int]] = {}
    for one, left in places.items():
        for other, right in places.items():
            if other.startswith("t") or left == right:
                continue
            held = links_.positive.get((one, other), set())
            roles = one.startswith("t")
            row = found.setdefault((left, right, roles), [-1] * len(PAIRS))
            for index, label in enumerate(PAIRS):
                if label not in links_.known or (label in ROLES) != roles:
                    continue
                if label in held:
                    row[index] = 1
                elif (one, other, label) not in links_.open and row[index] < 1:
                    row[index] = 0
    return [(left, right, tuple(row)) for (left, right, _), row in found.items()]


def join(parts: Sequence[Encoded]) -> Encoded:
    """One window from consecutive sentences."""
    if len(parts) == 1:
        return parts[0]
    whole = Encoded(
        [], [], {name: [] for name in parts[0].targets}, [], [], [], parts[0].document, parts[0].boundaries
    )
    for number, part in enumerate(parts):
        offset = len(whole.words)
        whole.ids.extend(part.ids)
        whole.words.extend(part.words)
        for name, values in part.targets.items():
            shifted = (
                [value + offset if value > 0 else value for value in values] if name == "heads" else values
            )
            whole.targets[name].extend(shifted)
        whole.sentences.extend([number] * len(part.words))
        whole.chains.extend((word + offset, chain) for word, chain in part.chains)
        whole.pairs.extend((left + offset, right + offset, row) for left, right, row in part.pairs)
    return whole


def windows(sentences: Iterable[Encoded], generator: random.Random) -> Iterator[Encoded]:
    """Consecutive sentences of a document joined, as many as a bound drawn for the document allows."""
    parts: list[Encoded] = []
    size, bound, document = 0, 0, None
    for sentence in sentences:
        if document != sentence.document:
            bound = generator.choice(SPANS)
        if parts and (document != sentence.document or size + sentence.size - 2 > bound):
            yield join(parts)
            parts, size = [], 0
        document = sentence.document
        parts.append(sentence)
        size += sentence.size - 2 if size else sentence.size
    if parts:
        yield join(parts)


@dataclass(slots=True)
class Batch:
    """Padded inputs and targets (-100 where there is none), and what goes by lists."""

    inputs: dict[str, Tensor]
    targets: dict[str, Tensor]
    items: list[Encoded]


def collate(batch: Sequence[Encoded], *, cls: int, sep: int) -> Batch:
    """Pad a batch."""
    length = max(item.size for item in batch)
    words = max(len(item.words) for item in batch)
    inputs = {name: torch.zeros(len(batch), length, dtype=torch.long) for name in ("ids", "shapes", "mask")}
    inputs["starts"] = torch.zeros(len(batch), words + 1, dtype=torch.long)
    names = [*batch[0].targets, "starts_sentence"]
    targets = {name: torch.full((len(batch), words), IGNORE) for name in names}
    targets["sentences"] = torch.full((len(batch), words), -1)
    for row, item in enumerate(batch):
        pieces = item.pieces(cls, sep)
        size, count = len(pieces.ids), len(item.words)
        inputs["ids"][row, :size] = torch.tensor(pieces.ids)
        inputs["shapes"][row, :size] = torch.tensor(pieces.shapes)
        inputs["mask"][row, :size] = 1
        inputs["starts"][row, 1 : count + 1] = torch.tensor(pieces.starts)
        for name, values in item.targets.items():
            targets[name][row, :count] = torch.tensor(values)
        numbers = torch.tensor(item.sentences)
        targets["sentences"][row, :count] = numbers
        if item.boundaries and count > 1:
            targets["starts_sentence"][row, 1:count] = (numbers[1:] != numbers[:-1]).long()
    return Batch(inputs, targets, list(batch))


def batches(items: Sequence[Encoded], *, shuffle: random.Random | None = None) -> Iterator[list[Encoded]]:
    """Windows of like length together, at most ``BATCH_PIECES`` padded pieces a batch."""
    noise = shuffle or random.Random(0)  # noqa: S311 - training order, no secret
    order = sorted(items, key=lambda item: item.size * (1 + (noise.random() * 0.1 if shuffle else 0)))
    groups: list[list[Encoded]] = [[]]
    for item in order:
        if item.size * (len(groups[-1]) + 1) > BATCH_PIECES and groups[-1]:
            groups.append([])
        groups[-1].append(item)
    if shuffle:
        shuffle.shuffle(groups)
    yield from groups


def coreference(item: Encoded) -> tuple[Tensor, Tensor, Tensor]:
    """Head words of a window's mentions, their chains as numbers, and the (n, n) bias buckets."""
    places = [word for word, _ in item.chains]
    numbers = {chain: number for number, chain in enumerate(dict.fromkeys(chain for _, chain in item.chains))}
    bias = links.buckets([item.words[word] for word in places], [item.sentences[word] for word in places])
    return (
        torch.tensor(places),
        torch.tensor([numbers[chain] for _, chain in item.chains]),
        torch.from_numpy(bias),
    )
