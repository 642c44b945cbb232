"""Sentence boundaries on raw text, against the sentences of a treebank."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kgraph.evaluate.measures import Documents, Tally, of_sets
from kgraph.nlp.component import load
from kgraph.nlp.encoder import Encoder
from kgraph.train.samples import lines


def evaluate(path: Path, encoder: Encoder) -> Documents:
    """F1 of sentence spans (first and last character that is no space); paragraphs are kept apart."""
    nlp = load(encoder.path.parent)
    documents: list[dict[str, Tally]] = []
    for text, gold in _documents(path):
        doc = nlp(text)
        found = set()
        for sent in doc.sents:
            words = [token for token in sent if not token.is_space]
            if words:
                found.add((words[0].idx, words[-1].idx + len(words[-1].text)))
        documents.append({"sentences": of_sets(found, gold)})
    return documents


def _documents(path: Path) -> Iterator[tuple[str, set[tuple[int, int]]]]:
    """Raw text of each document of a CoNLL-U file, and the spans of its sentences."""
    text, spans, gap = "", set[tuple[int, int]](), ""
    for line in [*lines(path), "# newdoc"]:
        if line.startswith("# newdoc"):
            if text:
                yield text, spans
            text, spans, gap = "", set(), ""
        elif line.startswith("# newpar") and text:
            gap = "\n\n"
        elif line.startswith("# text ="):
            text += gap
            sentence = line.partition("=")[2].strip()
            spans.add((len(text), len(text) + len(sentence)))
            text += sentence
            gap = " "
