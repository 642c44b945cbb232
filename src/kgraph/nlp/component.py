"""The model as spaCy pipeline components: sentence boundaries by rule, all else in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from kgraph.nlp import sentences
from kgraph.nlp.encoder import Annotation, Encoder

HEAD_TYPES = "kgraph.head_types"
"""Key in ``Doc.user_data``: for each token (head type, confidence)."""
NAME_CONFIDENCE = "kgraph.name_confidence"
"""Key in ``Doc.user_data``: (begin, end) of a name in tokens -> confidence."""
ARC_CONFIDENCE = "kgraph.arc_confidence"
"""Key in ``Doc.user_data``: for each token, the probability of its head."""

MODEL = Path(__file__).parent / "model"


@Language.component("kgraph_sentences")
def mark_sentences(doc: Doc) -> Doc:
    """Set sentence starts by rule, unless the Doc comes with its own."""
    if doc.has_annotation("SENT_START"):
        return doc
    words: list[str] = []
    spaces: list[str] = []
    numbers: list[int] = []
    for token in doc:
        if token.is_space:
            if spaces:
                spaces[-1] += token.text_with_ws
            continue
        words.append(token.text)
        spaces.append(token.whitespace_)
        numbers.append(token.i)
    begins = {numbers[index] for index in sentences.starts(words, spaces)}
    for token in doc:
        token.is_sent_start = token.i in begins or token.i == 0
    return doc


@Language.factory("kgraph_reader", default_config={"model": None, "threads": 0})
def make_reader(nlp: Language, name: str, model: str | None, threads: int) -> Reader:
    """The component that runs the model."""
    return Reader(Encoder(Path(model) if model else MODEL, threads=threads))


class Reader:
    """Tags, lemmas, dependencies, names and head types of the sentences of a Doc."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one Doc in place."""
        return next(iter(self.pipe([doc])))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 32) -> Iterator[Doc]:
        """Annotate Docs; the sentences of a batch are read together, by length."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            tokens = [
                [token.i for token in sent if not token.is_space] for doc in batch for sent in doc.sents
            ]
            owners = [doc for doc in batch for _ in doc.sents]
            kept = [(doc, numbers) for doc, numbers in zip(owners, tokens, strict=True) if numbers]
            read = self.encoder.annotate([[doc[i].text for i in numbers] for doc, numbers in kept])
            by_doc: dict[int, list[tuple[list[int], Annotation]]] = {}
            for (doc, numbers), annotation in zip(kept, read, strict=True):
                by_doc.setdefault(id(doc), []).append((numbers, annotation))
            for doc in batch:
                yield _write(doc, by_doc.get(id(doc), []))


def _write(doc: Doc, annotations: list[tuple[list[int], Annotation]]) -> Doc:
    """Put the annotation of the sentences into the Doc."""
    head_types: list[tuple[str, float]] = [("None", 1.0)] * len(doc)
    arcs = [1.0] * len(doc)
    names: list[Span] = []
    confidence: dict[tuple[int, int], float] = {}
    heads = list(range(len(doc)))
    deps = [""] * len(doc)
    for numbers, annotation in annotations:
        for at, i in enumerate(numbers):
            token = doc[i]
            token.tag_ = annotation.tags[at]
            token.pos_ = annotation.pos[at]
            token.lemma_ = annotation.lemmas[at]
            heads[i] = numbers[annotation.heads[at]]
            deps[i] = "ROOT" if heads[i] == i else annotation.deps[at]
            head_types[i] = annotation.head_types[at]
            arcs[i] = annotation.arc_confidence[at]
        for name in annotation.names:
            begin, end = numbers[name.begin], numbers[name.end - 1] + 1
            names.append(Span(doc, begin, end, label=name.type))
            confidence[begin, end] = name.confidence
    starts = [token.is_sent_start for token in doc]
    for i, token in enumerate(doc):
        if token.is_space:
            token.tag_, token.pos_, token.lemma_ = "_SP", "SPACE", token.text
            # A space hangs on the word before it, or after it at the start of a sentence.
            before = (
                i - 1 if i > 0 and not starts[i] else i + 1 if i + 1 < len(doc) and not starts[i + 1] else i
            )
            heads[i] = before
            deps[i] = "dep" if before != i else "ROOT"
    if len(doc):
        # spaCy takes heads as unsigned offsets; setting them token by token is quadratic.
        offsets = (np.array(heads) - np.arange(len(doc))).astype("uint64")
        labels = np.array([doc.vocab.strings.add(dep) for dep in deps], dtype="uint64")
        rows: Any = np.stack([offsets, labels], axis=1)
        doc.from_array(["HEAD", "DEP"], rows)
    doc.set_ents(names, default="outside")
    doc.user_data[HEAD_TYPES] = head_types
    doc.user_data[NAME_CONFIDENCE] = confidence
    doc.user_data[ARC_CONFIDENCE] = arcs
    return doc


def load(model: str | Path | None = None, *, threads: int = 0) -> Language:
    """The English pipeline as a spaCy ``Language``; ``model`` is a folder made by ``kgraph train``."""
    nlp = spacy.blank("en")
    # An article is bounded by memory, not by spaCy's default of a million characters.
    nlp.max_length = 50_000_000
    nlp.add_pipe("kgraph_sentences")
    nlp.add_pipe("kgraph_reader", config={"model": str(model) if model else None, "threads": threads})
    return nlp
