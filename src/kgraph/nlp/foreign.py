"""Any other spaCy pipeline in place of ours: what it has is fitted to extraction, what it lacks is named.

Names come in OntoNotes types, and spaCy's English parsers in the scheme of ClearNLP (Choi and Palmer 2012),
where a preposition heads its noun and "be" its complement; here both become Universal Dependencies.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from kgraph.errors import ModelError
from kgraph.nlp.component import (
    ANTECEDENTS,
    ARC_CONFIDENCE,
    HEAD_TYPES,
    LINKS,
    NAME_CONFIDENCE,
    TRIGGERS,
    mark_sentences,
)

TYPES = {
    "PERSON": "Person",
    "PER": "Person",
    "NORP": "Nationality",
    "FAC": "Place",
    "ORG": "Organization",
    "GPE": "Place",
    "LOC": "Place",
    "PRODUCT": "Equipment",
    "EVENT": "Event",
    "LAW": "Document",
}
"""Types of names; others (dates, amounts) are dropped. The gazetteer tells states from cities."""
RELABELLED = {
    "ROOT": "ROOT",
    "nsubjpass": "nsubj:pass",
    "csubjpass": "csubj:pass",
    "auxpass": "aux:pass",
    "dobj": "obj",
    "dative": "iobj",
    "neg": "advmod",
    "prt": "compound:prt",
    "poss": "nmod:poss",
    "relcl": "acl:relcl",
    "npadvmod": "obl:unmarked",
    "quantmod": "advmod",
    "predet": "det:predet",
    "preconj": "cc:preconj",
    "intj": "discourse",
    "oprd": "xcomp",
    "acomp": "xcomp",
    "attr": "xcomp",
    "meta": "dep",
    "complm": "mark",
}
CLEARNLP = frozenset({"pobj", "dobj", "nsubjpass", "auxpass", "prep"})
"""Labels that only ClearNLP has."""


def load(name: str) -> tuple[Language, list[str]]:
    """A pipeline fitted to kgraph, and what it lacks; ModelError where spaCy does not find or open it."""
    try:
        nlp = spacy.load(name)
    except (OSError, ImportError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"{name}: spaCy cannot load it ({reason}); install it, or leave --nlp out"
        ) from error
    nlp.max_length = 50_000_000
    nlp.add_pipe("kgraph_fit")
    return nlp, lacking(nlp)


def lacking(nlp: Language) -> list[str]:
    """What a pipeline does not give, in words of its user."""
    given = {name for pipe in nlp.pipe_names for name in nlp.get_pipe_meta(pipe).assigns}
    wanted = {
        "token.dep": "dependencies (no events or relations without them)",
        "token.tag": "tags",
        "token.lemma": "lemmas",
        "doc.ents": "names",
    }
    return [
        *(text for key, text in wanted.items() if key not in given),
        "nominals ('the rebels')",
        "coreference",
        "triggers and links",
        "confidences",
    ]


@Language.component("kgraph_fit")
def fit(doc: Doc) -> Doc:
    """Types of names, Universal Dependencies, sentences where there are none, empty layers for the rest."""
    if not doc.has_annotation("SENT_START"):
        mark_sentences(doc)
    names = [Span(doc, e.start, e.end, label=TYPES[e.label_]) for e in doc.ents if e.label_ in TYPES]
    doc.set_ents(names, default="outside")
    if any(token.dep_ in CLEARNLP for token in doc):
        to_universal(doc)
    doc.user_data[HEAD_TYPES] = [("None", 0.0)] * len(doc)
    doc.user_data[NAME_CONFIDENCE] = {(span.start, span.end): 1.0 for span in names}
    doc.user_data[ARC_CONFIDENCE] = [1.0] * len(doc)
    doc.user_data |= {TRIGGERS: {}, ANTECEDENTS: {}, LINKS: []}
    return doc


def to_universal(doc: Doc) -> None:
    """Heads and labels of ClearNLP as Universal Dependencies, in place."""
    heads = [token.head.i for token in doc]
    deps = [token.dep_ for token in doc]
    _prepositions(doc, heads, deps)
    _copulas(doc, heads, deps)
    _coordinations(heads, deps)
    add = doc.vocab.strings.add
    offsets = (np.array(heads) - np.arange(len(doc))).astype("uint64")
    labels = np.array([add(RELABELLED.get(dep, dep)) for dep in deps], dtype="uint64")
    rows: Any = np.stack([offsets, labels], axis=1)
    doc.from_array(["HEAD", "DEP"], rows)


def _below(heads: list[int], word: int) -> list[int]:
    return [i for i, head in enumerate(heads) if head == word and i != word]


def _prepositions(doc: Doc, heads: list[int], deps: list[str]) -> None:
    """A preposition's object takes its place; the preposition marks the case of the object."""
    for token in doc:
        if deps[token.i] not in {"prep", "agent"} and not (deps[token.i] == "dative" and token.pos_ == "ADP"):
            continue
        below = _below(heads, token.i)
        objects = [i for i in below if deps[i] in {"pobj", "pcomp"}]
        if not objects:
            deps[token.i] = "advmod"
            continue
        first, head = objects[0], heads[token.i]
        verbal = doc[head].pos_ in {"VERB", "AUX", "ADJ", "ADV"}
        clause = deps[first] == "pcomp" and doc[first].pos_ in {"VERB", "AUX"}
        if deps[token.i] == "agent":
            deps[first] = "obl:agent"
        elif clause:
            deps[first] = "advcl" if verbal else "acl"
        else:
            deps[first] = "obl" if verbal else "nmod"
        deps[token.i] = "mark" if clause else "case"
        heads[first] = head if head != token.i else first
        for i in [*below, token.i]:
            if i != first:
                heads[i] = first


def _copulas(doc: Doc, heads: list[int], deps: list[str]) -> None:
    """The complement of "be" takes its place."""
    for token in doc:
        if token.lemma_ != "be":
            continue
        below = _below(heads, token.i)
        complement = next((i for i in below if deps[i] in {"attr", "acomp"}), None)
        if complement is None:
            continue
        root = heads[token.i] == token.i
        heads[complement] = complement if root else heads[token.i]
        deps[complement] = deps[token.i]
        for i in [*below, token.i]:
            if i != complement:
                heads[i] = complement
        deps[token.i] = "cop"


def _coordinations(heads: list[int], deps: list[str]) -> None:
    """All conjuncts hang on the first, and a conjunction on the conjunct after it."""
    for i, dep in enumerate(deps):
        if dep == "conj":
            while deps[heads[i]] == "conj" and heads[heads[i]] != heads[i]:
                heads[i] = heads[heads[i]]
    for i, dep in enumerate(deps):
        if dep == "cc":
            first = heads[heads[i]] if deps[heads[i]] == "conj" else heads[i]
            after = [k for k, d in enumerate(deps) if d == "conj" and heads[k] == first and k > i]
            if after:
                heads[i] = after[0]
