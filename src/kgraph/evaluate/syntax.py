"""Tags, lemmas and dependencies against a UD treebank, on gold words and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from operator import and_
from pathlib import Path

from kgraph.evaluate.measures import Documents, Tally
from kgraph.nlp.annotation import Annotation
from kgraph.nlp.encoder import Encoder, Text
from kgraph.train.samples import Sample, read_conllu


def _right(gold: Sample, found: Annotation) -> dict[str, int]:
    """Words that are right, by measure; LAS with subtypes."""
    heads = [0 if head == i else head + 1 for i, head in enumerate(found.heads)]
    attached = _same(heads, gold.heads or ())
    return {
        "xpos": sum(_same(found.tags, gold.xpos or ())),
        "upos": sum(_same(found.pos, gold.upos or ())),
        "lemma": sum(_same(found.lemmas, gold.lemmas or ())),
        "uas": sum(attached),
        "las": sum(map(and_, attached, _same(found.deps, gold.deprels or ()))),
    }


def _same(found: Sequence[object], gold: Sequence[object]) -> list[bool]:
    return [a == b for a, b in zip(found, gold, strict=True)]


def evaluate(path: Path, encoder: Encoder) -> Documents:
    """Shares of right words by measure, on gold words and sentences of whole documents."""
    documents: dict[str, list[Sample]] = {}
    for sample in read_conllu(path):
        documents.setdefault(sample.document, []).append(sample)
    found = []
    for samples in documents.values():
        (read,) = encoder.annotate([Text.of([sample.words for sample in samples])])
        tallies: dict[str, Tally] = {}
        for sample, annotation in zip(samples, read, strict=True):
            for name, count in _right(sample, annotation).items():
                size = len(sample.words)
                tallies[name] = tallies.get(name, Tally()) + Tally(count, size, count, size)
        found.append(tallies)
    return found
