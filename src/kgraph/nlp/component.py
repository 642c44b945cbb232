"""The model as spaCy pipeline components: sentence boundaries by rule, all else in one pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from kgraph.nlp import MODEL as MODEL
from kgraph.nlp import sentences
from kgraph.nlp.annotation import Annotation, Trigger
from kgraph.nlp.coreference import antecedents_in, mention_heads
from kgraph.nlp.encoder import Encoder, Text
from kgraph.nlp.labels import RELATIONS, ROLES
from kgraph.nlp.pairs import Link, links
from kgraph.nlp.split import blank

HEAD_TYPES = "kgraph.head_types"
"""Key in ``Doc.user_data``: for each token (head type, confidence)."""
NAME_CONFIDENCE = "kgraph.name_confidence"
"""Key in ``Doc.user_data``: (begin, end) of a name in tokens -> confidence."""
ARC_CONFIDENCE = "kgraph.arc_confidence"
"""Key in ``Doc.user_data``: for each token, the probability of its head."""
TRIGGERS = "kgraph.triggers"
"""Key in ``Doc.user_data``: token -> ``Trigger`` (its ``word`` counts within the sentence), sure or not."""
ANTECEDENTS = "kgraph.antecedents"
"""Key in ``Doc.user_data``: head token of a mention -> (that of its antecedent, confidence), or None."""
LINKS = "kgraph.links"
"""Key in ``Doc.user_data``: list of ``Link`` between tokens: roles of triggers, relations of mentions."""

BREAKS = "kgraph.breaks"
"""Key in ``Doc.user_data``: tokens after a line break or a dateline that begin a sentence; these are kept."""


@Language.component("kgraph_sentences")
def mark_sentences(doc: Doc) -> Doc:
    """Set sentence starts by rule, unless the Doc comes with its own."""
    if doc.has_annotation("SENT_START"):
        return doc
    words, spaces, numbers = sentences.words_of(doc)
    starts = list(sentences.starts(words, spaces))
    begins = {numbers[index] for index in starts}
    for token in doc:
        token.is_sent_start = token.i in begins or token.i == 0
    after = sentences.after_datelines(words, spaces)
    doc.user_data[BREAKS] = {numbers[i] for i in starts if i == 0 or "\n" in spaces[i - 1] or i in after}
    return doc


@Language.factory("kgraph_reader", default_config={"model": None, "threads": 0})
def make_reader(nlp: Language, name: str, model: str | None, threads: int) -> Reader:
    """The component that runs the model."""
    return Reader(Encoder(Path(model) if model else MODEL, threads=threads))


class Reader:
    """Tags, lemmas, dependencies, names, head types, triggers, coreference and links of a Doc.

    Each Doc is read by itself: quantised activations are scaled over a whole batch, so that what is read
    of an article would else depend on the articles beside it.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one Doc in place."""
        numbers = [token.i for token in doc if not token.is_space]
        if not numbers:
            return _write(doc, [])
        starts = [
            number
            for number, i in enumerate(numbers)
            # A sentence whose first token is white space begins at its first word.
            if not number or any(doc[k].is_sent_start for k in range(numbers[number - 1] + 1, i + 1))
        ]
        breaks = doc.user_data.get(BREAKS)
        fixed = None if breaks is None else frozenset(n for n, i in enumerate(numbers) if i in breaks)
        (read,) = self.encoder.annotate([Text([doc[i].text for i in numbers], starts, fixed)])
        sentences = []
        begin = 0
        for annotation in read:
            end = begin + len(annotation.tags)
            sentences.append((numbers[begin:end], annotation))
            begin = end
        _write(doc, sentences)
        _relate(doc, sentences, self.encoder)
        return doc


OURS = (*ROLES, *RELATIONS)
"""Links that are of the ontology."""
UNTYPED = frozenset({"None", "Other"})
"""Head types that have no relations."""


def _relate(doc: Doc, sentences: list[tuple[list[int], Annotation]], encoder: Encoder) -> None:
    """Coreference over the Doc, and links within its sentences."""
    annotations = [annotation for _, annotation in sentences]
    heads = mention_heads(annotations)
    numbers = [i for places, _ in sentences for i in places]
    tokens = [numbers[head] for head in heads]
    words = [doc[i].text for i in tokens]
    heat = encoder.reader.temperatures
    back = antecedents_in(annotations, heads, words, encoder.coref_bias, temperature=heat.get("coref", 1.0))
    doc.user_data[ANTECEDENTS] = {
        token: None if link is None else (tokens[link[0]], link[1])
        for token, link in zip(tokens, back, strict=True)
    }
    found: list[Link] = []
    for places, annotation in sentences:
        typed = [word for word, (label, _) in enumerate(annotation.head_types) if label not in UNTYPED]
        found.extend(
            Link(places[link.left], link.label, places[link.right], link.confidence)
            for link in links(
                annotation, typed, encoder.pair, temperature=heat.get("pairs", 1.0), labels=OURS
            )
        )
    doc.user_data[LINKS] = found


def _write(doc: Doc, annotations: list[tuple[list[int], Annotation]]) -> Doc:
    """Put the annotation of the sentences into the Doc."""
    head_types: list[tuple[str, float]] = [("None", 1.0)] * len(doc)
    arcs = [1.0] * len(doc)
    names: list[Span] = []
    confidence: dict[tuple[int, int], float] = {}
    triggers: dict[int, Trigger] = {}
    heads = list(range(len(doc)))
    deps = [""] * len(doc)
    tags, pos, lemmas = [""] * len(doc), [""] * len(doc), [""] * len(doc)
    for numbers, annotation in annotations:
        for at, i in enumerate(numbers):
            tags[i] = annotation.tags[at]
            pos[i] = annotation.pos[at]
            lemmas[i] = annotation.lemmas[at]
            heads[i] = numbers[annotation.heads[at]]
            deps[i] = "ROOT" if heads[i] == i else annotation.deps[at]
            head_types[i] = annotation.head_types[at]
            arcs[i] = annotation.arc_confidence[at]
        for name in annotation.names:
            begin, end = numbers[name.begin], numbers[name.end - 1] + 1
            names.append(Span(doc, begin, end, label=name.type))
            confidence[begin, end] = name.confidence
        for trigger in annotation.triggers:
            triggers[numbers[trigger.word]] = trigger
    starts = [False] * len(doc)
    for numbers, _ in annotations:
        starts[numbers[0]] = True
    for token in doc:
        if token.is_space:
            i = token.i
            tags[i], pos[i], lemmas[i] = "_SP", "SPACE", token.text
            # A space hangs on the word before it, or after it at the start of a sentence.
            before = (
                i - 1 if i > 0 and not starts[i] else i + 1 if i + 1 < len(doc) and not starts[i + 1] else i
            )
            heads[i] = before
            deps[i] = "dep" if before != i else "ROOT"
    if len(doc):
        # spaCy takes heads as unsigned offsets; setting values token by token is slow, heads quadratic.
        add = doc.vocab.strings.add
        offsets = (np.array(heads) - np.arange(len(doc))).astype("uint64")
        columns = [
            offsets,
            *(np.array([add(value) for value in values], dtype="uint64") for values in (deps, tags, lemmas)),
            np.array([add(value) for value in pos], dtype="uint64"),
        ]
        rows: Any = np.stack(columns, axis=1)
        doc.from_array(["HEAD", "DEP", "TAG", "LEMMA", "POS"], rows)
    doc.set_ents(names, default="outside")
    doc.user_data[HEAD_TYPES] = head_types
    doc.user_data[NAME_CONFIDENCE] = confidence
    doc.user_data[ARC_CONFIDENCE] = arcs
    doc.user_data[TRIGGERS] = triggers
    doc.user_data[ANTECEDENTS] = {}
    doc.user_data[LINKS] = []
    return doc


def load(model: str | Path | None = None, *, threads: int = 0) -> Language:
    """The English pipeline as a spaCy ``Language``; ``model`` is a folder made by ``kgraph train``."""
    nlp = blank()
    # An article is bounded by memory, not by spaCy's default of a million characters.
    nlp.max_length = 50_000_000
    nlp.add_pipe("kgraph_sentences")
    nlp.add_pipe("kgraph_reader", config={"model": str(model) if model else None, "threads": threads})
    return nlp
