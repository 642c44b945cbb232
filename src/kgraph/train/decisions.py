"""Decisions of the model with their scores: to fit temperatures, and to tell how far to trust confidence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kgraph.nlp.annotation import Floats
from kgraph.nlp.encoder import Encoder, Text
from kgraph.nlp.labels import (
    HEAD_TYPES,
    MENTION_TYPES,
    PAIRS,
    REALIS,
    RELATIONS,
    ROLES,
    TRIGGERS,
    UNDIRECTED,
    iob,
)
from kgraph.train.own import Tokenize, article_samples, held_out_articles
from kgraph.train.samples import Sample, read_conllu
from kgraph.train.schemes import Allowed

Decision = tuple[Floats, int]
"""Scores of the labels, and the number of the right one."""
LABELS = {"head_types": HEAD_TYPES, "names": iob(MENTION_TYPES), "triggers": TRIGGERS, "realis": REALIS}


def arcs(path: Path, encoder: Encoder, *, half: int) -> Iterator[Decision]:
    """The head of each word of every other sentence of a treebank."""
    for sample in list(read_conllu(path))[half::2]:
        parts = encoder.scores(Text(sample.words, [0]))
        if len(parts) == 1:
            yield from zip(parts[0][1]["arcs"], sample.heads or (), strict=True)


def layers(folder: Path, encoder: Encoder, *, half: int) -> dict[str, list[Decision]]:
    """Decisions of the taggers and of the pair scorer on every other one of our held-out articles.

    Words on which the annotation allows several labels are left out.
    """
    found: dict[str, list[Decision]] = {name: [] for name in (*LABELS, "pairs")}
    tokenize = Tokenize()
    for article in list(held_out_articles(folder))[half::2]:
        samples = list(article_samples(article, tokenize))
        text = Text.of([sample.words for sample in samples])
        for sample, (_, scores) in zip(samples, encoder.scores(text), strict=True):
            for name, decision in _decisions(sample, scores, encoder):
                found[name].append(decision)
    return found


def _decisions(sample: Sample, scores: dict[str, Floats], encoder: Encoder) -> Iterator[tuple[str, Decision]]:
    heads = [span.end - 1 for span in sample.mentions or ()]
    gold: dict[str, list[Allowed]] = {
        "names": sample.tags["names"],
        "triggers": sample.triggers or [],
        "realis": sample.realis or [],
    }
    for name, allowed in gold.items():
        for row, labels in zip(scores[name], allowed, strict=True):
            if len(labels) == 1:
                yield name, (row, LABELS[name].index(next(iter(labels))))
    for span, head in zip(sample.mentions or (), heads, strict=True):
        yield "head_types", (scores["head_types"][head], HEAD_TYPES.index(next(iter(span.types))))
    if sample.links is None:
        return
    places = {f"m{index}": head for index, head in enumerate(heads)}
    for (one, other), held in _pairs(sample, places):
        left = scores["pair_left"][one]
        values = (encoder.pair @ scores["pair_right"][other]) @ left
        back = (encoder.pair @ scores["pair_right"][one]) @ scores["pair_left"][other]
        for index, label in enumerate(PAIRS):
            if label in sample.links.known and label in held:
                value = (values[index] + back[index]) / 2 if label in UNDIRECTED else values[index]
                yield "pairs", (np.array([0, value], np.float32), int(held[label]))


def _pairs(sample: Sample, places: dict[str, int]) -> Iterator[tuple[tuple[int, int], dict[str, bool]]]:
    """Pairs of a trigger and a mention, or of two mentions, with the labels that are known to hold or not."""
    assert sample.links is not None  # noqa: S101 - asked before
    triggers = {f"t{i}": i for i, kind in enumerate(sample.triggers or ()) if kind != {"None"}}
    for one, left in (places | triggers).items():
        for other, right in places.items():
            if left != right:
                held = sample.links.positive.get((one, other), set())
                labels = ROLES if one in triggers else RELATIONS
                yield (left, right), {label: label in held for label in labels}
