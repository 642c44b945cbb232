"""Coreference on predicted mentions: GUM's chains, and the pronouns of GAP."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kgraph.errors import KGraphError
from kgraph.evaluate import chains
from kgraph.evaluate.measures import Documents, Tally
from kgraph.evaluate.tokens import places, tokens
from kgraph.nlp.annotation import Annotation, Floats, head_in
from kgraph.nlp.component import mention_heads
from kgraph.nlp.coreference import antecedents
from kgraph.nlp.coreference import chains as partition
from kgraph.nlp.encoder import Encoder, Text
from kgraph.nlp.extent import children, extent
from kgraph.nlp.split import Split
from kgraph.train.samples import lines


@dataclass(slots=True)
class Read:
    """A text as the model read it: head words of mentions in the whole text, their links and spans."""

    heads: list[int]
    links: list[tuple[int, float] | None]
    spans: list[tuple[int, int]]
    given: list[int]
    """The head words of the spans that were given."""


def read(encoder: Encoder, text: Text, given: Sequence[tuple[int, int]] = ()) -> Read:
    """Mentions and antecedents of a text; ``given`` are spans that are mentions whatever the model says."""
    (annotations,) = encoder.annotate([text])
    return resolve(annotations, text, encoder, given)


def resolve(
    annotations: Sequence[Annotation], text: Text, encoder: Encoder, given: Sequence[tuple[int, int]] = ()
) -> Read:
    """The same for a text that is annotated already."""
    heads: list[int] = []
    numbers: list[int] = []
    spans: list[tuple[int, int]] = []
    left: list[Floats] = []
    right: list[Floats] = []
    asked: dict[tuple[int, int], int] = {}
    for number, (inside, annotation) in enumerate(
        zip(places(text.starts, len(text.words)), annotations, strict=True)
    ):
        below = children(annotation.heads)
        for begin, end in given:
            if begin in inside:
                last = min(end, inside.stop)
                asked[begin, end] = (
                    head_in(annotation, begin - inside.start, last - inside.start) + inside.start
                )
        wanted = {word - inside.start for word in asked.values() if word in inside}
        for word in sorted({*mention_heads(annotation), *wanted}):
            begin, end = extent(word, annotation.deps, below)
            heads.append(inside.start + word)
            numbers.append(number)
            spans.append((inside.start + begin, inside.start + end))
            left.append(annotation.vectors["coref_left"][word])
            right.append(annotation.vectors["coref_right"][word])
    if not heads:
        return Read([], [], [], [])
    words = [text.words[head] for head in heads]
    links = antecedents(words, numbers, np.stack(left), np.stack(right), encoder.coref_bias)
    return Read(heads, links, spans, [asked[span] for span in given])


@dataclass(slots=True)
class _Document:
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    chains: dict[str, set[Hashable]] = field(default_factory=dict)
    open: list[tuple[str, int]] = field(default_factory=list)


ENTITY = re.compile(r"\((\d+)-[a-z]+-[^()]*?(\))?(?=\(|\d+\)|$)|(\d+)\)")


def gum_documents(path: Path) -> Iterator[_Document]:
    """Words, sentences and chains of the documents of a CoNLL-U file with ``Entity=`` in MISC."""
    document = _Document()
    fresh = seen = False
    for line in [*lines(path), "# newdoc"]:
        if line.startswith("# newdoc"):
            if document.words:
                yield document
            document = _Document()
        elif line.startswith("# sent_id"):
            fresh = True
        elif line and line.split("\t", 1)[0].isdigit():
            if fresh or not document.words:
                document.starts.append(len(document.words))
                fresh = False
            columns = line.split("\t")
            place = len(document.words)
            document.words.append(columns[1])
            entity = next((part[7:] for part in columns[9].split("|") if part.startswith("Entity=")), "")
            seen = seen or bool(entity)
            _entities(document, entity, place)
    if not seen:
        raise KGraphError(f"{path}: no 'Entity=' in its MISC column; give a GUM file")


def _entities(document: _Document, cell: str, place: int) -> None:
    for opened, closed, closing in ENTITY.findall(cell):
        if opened and closed:
            document.chains.setdefault(opened, set()).add((place, place + 1))
        elif opened:
            document.open.append((opened, place))
        else:
            for position in range(len(document.open) - 1, -1, -1):
                if document.open[position][0] == closing:
                    _, begin = document.open.pop(position)
                    document.chains.setdefault(closing, set()).add((begin, place + 1))
                    break


def gum(path: Path, encoder: Encoder, *, singletons: bool = False) -> Documents:
    """Chains of GUM on predicted mentions, gold words and sentences; exact spans."""
    found = []
    least = 1 if singletons else 2
    for document in gum_documents(path):
        given = read(encoder, Text(document.words, document.starts))
        predicted = [
            frozenset(given.spans[index] for index in chain)
            for chain in partition(given.links)
            if len(chain) >= least
        ]
        gold = [frozenset(chain) for chain in document.chains.values() if len(chain) >= least]
        found.append(chains.compare(predicted, gold))
    return found


def gap(path: Path, encoder: Encoder) -> Documents:
    """GAP (Webster et al. 2018): which of two names a pronoun means; F1 of the positive answers.

    The pronoun and the names are given; the one in the pronoun's chain is the answer. Tallies for all, and
    for masculine and feminine pronouns.
    """
    split = Split()
    rows = lines(path)
    header = next(rows, "").split("\t")
    if "Pronoun-offset" not in header:
        raise KGraphError(f"{path}: no GAP header (ID, Text, Pronoun, …); is this the right file?")
    found = []
    for row in rows:
        record = dict(zip(header, row.split("\t"), strict=False))
        words = tokens(split, record["Text"])
        given = [
            words.covered(int(record[f"{name}-offset"]), int(record[f"{name}-offset"]) + len(record[name]))
            for name in ("Pronoun", "A", "B")
        ]
        answers = _gap_answers(encoder, words.text, given)
        gold = {name for name in ("A", "B") if record[f"{name}-coref"] == "TRUE"}
        right = len(answers & gold)
        tally = Tally(right, len(answers), right, len(gold))
        gender = "feminine" if record["Pronoun"].lower() in {"she", "her", "hers"} else "masculine"
        found.append({"all": tally, gender: tally})
    return found


def _gap_answers(encoder: Encoder, text: Text, given: Sequence[tuple[int, int]]) -> set[str]:
    """Which of the two names is in the pronoun's chain."""
    result = read(encoder, text, given)
    where = {word: number for number, chain in enumerate(partition(result.links)) for word in chain}
    number = {head: where[index] for index, head in enumerate(result.heads)}
    pronoun, *names = result.given
    return {name for name, head in zip("AB", names, strict=True) if number[head] == number[pronoun]}
