"""Hand-built Docs, so that tests of grammar need no model.

One line is one sentence, one piece one token: ``word/TAG/dep/head`` and, where the guess is wrong, ``/lemma``
and ``/UPOS`` after it. The head is a word of the sentence, ``word#2`` for its second occurrence, a
number counted from 1, or nothing for the root. ``./.`` or ``,/,`` alone hang on the root as ``punct``::

    doc = build(
        '''
        Moscow/NNP/nsubj/said said/VBD/ROOT//say that/IN/mark/left its/PRP$/nmod:poss/troops
        troops/NNS/nsubj/left left/VBD/ccomp/said/leave ./.
        ''',
        names={"Moscow": "Place"},
        heads={"troops": "MilitaryForce"},
    )

Lines that begin deeper than the first go on with its sentence. ``{slash}`` stands for "/" in a word.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import spacy
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from kgraph.model import Article
from kgraph.nlp.component import ARC_CONFIDENCE, HEAD_TYPES, NAME_CONFIDENCE

VOCAB = spacy.blank("en").vocab
"""A bare Vocab knows no lower case and no numbers."""

UPOS = {
    "NNP": "PROPN", "NNPS": "PROPN", "NN": "NOUN", "NNS": "NOUN", "JJ": "ADJ", "JJR": "ADJ", "JJS": "ADJ",
    "RB": "ADV", "RBR": "ADV", "RBS": "ADV", "WRB": "ADV", "PRP": "PRON", "PRP$": "PRON", "WP": "PRON",
    "WP$": "PRON", "EX": "PRON", "WDT": "PRON", "DT": "DET", "PDT": "DET", "IN": "ADP", "RP": "ADP",
    "TO": "PART", "POS": "PART", "CC": "CCONJ", "CD": "NUM", "MD": "AUX", "UH": "INTJ", "FW": "X",
}  # fmt: skip
CLOSING = set(".,;:?!)]%”’") | {"'s", "’s", "n't", "'"}
OPENING = set("([“‘$")


def build(
    text: str,
    *,
    names: Mapping[str, str] | None = None,
    heads: Mapping[str, str] | None = None,
    vocab: Vocab | None = None,
    probability: float = 0.9,
) -> Doc:
    """Make an annotated Doc; ``names`` and ``heads`` map every occurrence of a text to its type."""
    words: list[str] = []
    columns: dict[str, list[str]] = {name: [] for name in ("tags", "pos", "lemmas", "deps")}
    tree: list[int] = []
    starts: list[bool] = []
    for line in _sentences(text):
        pieces = [_fields(piece) for piece in line.split()]
        here = [piece[0] for piece in pieces]
        offset = len(words)
        root = next(number for number, piece in enumerate(pieces) if piece[2] == "ROOT")
        for number, (word, tag, dep, head, lemma, pos) in enumerate(pieces):
            words.append(word)
            starts.append(number == 0)
            tree.append(offset + (root if dep == "punct" and not head else _head(here, head, number)))
            guess = UPOS.get(tag, "VERB" if tag.startswith("VB") else "PUNCT")
            columns["pos"].append(pos or ("AUX" if dep.partition(":")[0] in ("aux", "cop") else guess))
            columns["tags"].append(tag)
            columns["deps"].append(dep)
            columns["lemmas"].append(lemma or (word if guess == "PROPN" else word.lower()))
    spaces = [
        word not in OPENING and following not in CLOSING
        for word, following in zip(words, [*words[1:], "."], strict=True)
    ]
    doc = Doc(vocab or VOCAB, words=words, spaces=spaces, heads=tree, sent_starts=starts, **columns)  # type: ignore[arg-type]
    _mark_names(doc, names or {}, probability)
    found = heads or {}
    doc.user_data[HEAD_TYPES] = [(found.get(word, "None"), probability) for word in words]
    doc.user_data[ARC_CONFIDENCE] = [1.0] * len(words)
    return doc


def article(
    doc: Doc, *, id: str = "test", date: str | None = "2018-01-19", source: str | None = None
) -> Article:
    """The article a hand-built Doc was read from."""
    return Article(id=id, title="", text=doc.text, date=date, source=source)


def _sentences(text: str) -> list[str]:
    lines = [line for line in textwrap.dedent(text).splitlines() if line.strip()]
    joined: list[str] = []
    for line in lines:
        if line[0].isspace() and joined:
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def _fields(piece: str) -> tuple[str, str, str, str, str, str]:
    fields = [field.replace("{slash}", "/") for field in piece.split("/")]
    if len(fields) == 2:
        fields.append("punct")
    fields += [""] * (6 - len(fields))
    word, tag, dep, head, lemma, pos = fields
    return word, tag, dep, head, lemma, pos


def _head(words: list[str], head: str, number: int) -> int:
    if not head:
        return number
    if head.isdigit() and head not in words:
        return int(head) - 1
    word, _, nth = head.partition("#")
    places = [place for place, candidate in enumerate(words) if candidate == word]
    if len(places) < int(nth or 1):
        raise ValueError(f"{words[number]!r} hangs on {head!r}, which is not in: {' '.join(words)}")
    return places[int(nth or 1) - 1]


def _mark_names(doc: Doc, names: Mapping[str, str], probability: float) -> None:
    spans: list[Span] = []
    words = [token.text for token in doc]
    for name, kind in sorted(names.items(), key=lambda item: (-len(item[0].split()), item)):
        parts = name.split()
        at = [i for i in range(len(words)) if words[i : i + len(parts)] == parts]
        if not at:
            raise ValueError(f"name {name!r} is not in the text")
        taken = {i for span in spans for i in range(span.start, span.end)}
        spans += [Span(doc, i, i + len(parts), label=kind) for i in at if i not in taken]
    doc.set_ents(spans, default="outside")
    doc.user_data[NAME_CONFIDENCE] = {(span.start, span.end): probability for span in spans}
