"""Tags, lemmas and dependencies against a UD treebank, on gold words and sentences."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.evaluate.measures import Documents, Tally
from kgraph.nlp.annotation import Annotation
from kgraph.nlp.encoder import Encoder, Text

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


def evaluate(path: Path, encoder: Encoder) -> Documents:
    """Shares of right words by measure, on gold words and sentences of whole documents."""
    documents: dict[str, list[Tree]] = {}
    for tree in read(path):
        documents.setdefault(tree.document, []).append(tree)
    found = []
    for trees in documents.values():
        words = [word for tree in trees for word in tree.words]
        lengths = [len(tree.words) for tree in trees]
        starts = [sum(lengths[:number]) for number in range(len(lengths))]
        (read_,) = encoder.annotate([Text(words, starts)])
        tallies: dict[str, Tally] = {}
        for tree, annotation in zip(trees, read_, strict=True):
            for name, count in _right(tree, annotation).items():
                size = len(tree.words)
                tallies[name] = tallies.get(name, Tally()) + Tally(count, size, count, size)
        found.append(tallies)
    return found
