"""Coreference on predicted mentions: GUM's chains, and the pronouns of GAP."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.evaluate import chains
from kgraph.evaluate.measures import Documents, Tally
from kgraph.evaluate.tokens import tokens
from kgraph.nlp.annotation import Annotation
from kgraph.nlp.coreference import antecedents_in, mention_heads
from kgraph.nlp.coreference import chains as partition
from kgraph.nlp.encoder import Encoder, Text
from kgraph.nlp.extent import children, extent, head_of
from kgraph.nlp.split import Split
from kgraph.train.samples import lines, read_conllu


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
    above = [
        start + head for start, each in zip(text.starts, annotations, strict=True) for head in each.heads
    ]
    below = children(above)
    deps = [dep for each in annotations for dep in each.deps]
    asked = [head_of(above, *span) for span in given]
    heads = sorted({*mention_heads(annotations), *asked})
    words = [text.words[head] for head in heads]
    links = antecedents_in(annotations, heads, words, encoder.coref_bias)
    return Read(heads, links, [extent(head, deps, below) for head in heads], asked)


def gum_documents(path: Path) -> Iterator[tuple[Text, list[frozenset[Hashable]]]]:
    """Words, sentences and chains of the documents of a CoNLL-U file with ``Entity=`` in MISC."""
    samples = [sample for sample in read_conllu(path) if sample.mentions is not None]
    if not samples:
        raise KGraphError(f"{path}: no '# global.Entity' line, so no 'Entity=' in MISC; give a GUM file")
    for _, sentences in groupby(samples, key=lambda sample: sample.document):
        document = list(sentences)
        text = Text.of([sample.words for sample in document])
        mentions: dict[str, set[Hashable]] = {}
        for begin, sample in zip(text.starts, document, strict=True):
            for span in sample.mentions or ():
                mentions.setdefault(span.chain, set()).add((begin + span.begin, begin + span.end))
        yield text, [frozenset(chain) for chain in mentions.values()]


def gum(path: Path, encoder: Encoder, *, singletons: bool = False) -> Documents:
    """Chains of GUM on predicted mentions, gold words and sentences; exact spans."""
    found = []
    least = 1 if singletons else 2
    for text, gold in gum_documents(path):
        given = read(encoder, text)
        predicted = [
            frozenset(given.spans[index] for index in chain)
            for chain in partition(given.links)
            if len(chain) >= least
        ]
        found.append(chains.compare(predicted, [chain for chain in gold if len(chain) >= least]))
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
