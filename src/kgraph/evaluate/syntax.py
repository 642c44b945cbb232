"""Tags, lemmas and dependencies against a UD treebank, on gold words and sentences."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.nlp.encoder import Annotation, Encoder

MEASURES = ("xpos", "upos", "lemma", "uas", "las")


@dataclass(slots=True)
class Tree:
    """One gold sentence; ``heads`` are 1-based, 0 the root."""

    document: str
    words: list[str]
    columns: dict[str, list[str]]
    heads: list[int]


def read(path: Path) -> Iterator[Tree]:
    """Sentences of a CoNLL-U file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as stream:
            text = stream.read()
    except OSError as error:
        raise KGraphError(f"{path}: cannot be read ({error.strerror or error}); check the path") from error
    document = ""
    for block in text.split("\n\n"):
        rows = []
        for line in block.splitlines():
            if line.startswith("# newdoc id"):
                document = line.partition("=")[2].strip()
            elif line and line.split("\t", 1)[0].isdigit():
                rows.append(line.split("\t"))
        if rows:
            columns = {"xpos": 4, "upos": 3, "lemma": 2, "deprel": 7}
            yield Tree(
                document,
                [row[1] for row in rows],
                {name: [row[at] for row in rows] for name, at in columns.items()},
                [int(row[6]) for row in rows],
            )


def _right(tree: Tree, found: Annotation) -> dict[str, int]:
    """Words that are right, by measure; LAS with subtypes."""
    heads = [0 if head == i else head + 1 for i, head in enumerate(found.heads)]
    deps = tree.columns["deprel"]
    attached = [head == gold for head, gold in zip(heads, tree.heads, strict=True)]
    return {
        "xpos": sum(a == b for a, b in zip(found.tags, tree.columns["xpos"], strict=True)),
        "upos": sum(a == b for a, b in zip(found.pos, tree.columns["upos"], strict=True)),
        "lemma": sum(a == b for a, b in zip(found.lemmas, tree.columns["lemma"], strict=True)),
        "uas": sum(attached),
        "las": sum(ok and a == b for ok, a, b in zip(attached, found.deps, deps, strict=True)),
    }


def evaluate(path: Path, encoder: Encoder) -> dict[str, tuple[float, float, float]]:
    """Each measure in percent with its 95 % bootstrap interval over documents (1,000 draws, seeded)."""
    trees = list(read(path))
    found = encoder.annotate([tree.words for tree in trees])
    documents: dict[str, dict[str, int]] = {}
    for tree, annotation in zip(trees, found, strict=True):
        tally = documents.setdefault(tree.document, dict.fromkeys((*MEASURES, "words"), 0))
        tally["words"] += len(tree.words)
        for name, count in _right(tree, annotation).items():
            tally[name] += count
    tallies = list(documents.values())
    generator = random.Random(0)  # noqa: S311 - a bootstrap, no secret
    draws = [generator.choices(tallies, k=len(tallies)) for _ in range(1000)]

    def share(sample: list[dict[str, int]], name: str) -> float:
        return 100 * sum(tally[name] for tally in sample) / sum(tally["words"] for tally in sample)

    result = {}
    for name in MEASURES:
        spread = sorted(share(draw, name) for draw in draws)
        result[name] = (share(tallies, name), spread[25], spread[974])
    return result
