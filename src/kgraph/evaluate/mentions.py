"""Mentions against corpora with their own types: re3d, CrossNER politics, WikiEvents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kgraph.errors import KGraphError
from kgraph.evaluate.measures import Documents, Tally, of_sets
from kgraph.evaluate.tokens import Tokens, places, tokens
from kgraph.nlp.encoder import Encoder, Text
from kgraph.nlp.split import Split
from kgraph.train.samples import lines

Span = tuple[int, int, str]


def records(path: Path, *fields: str) -> Iterator[dict[str, Any]]:
    """JSON objects, one a line; KGraphError naming file and line where a field is missing."""
    for number, line in enumerate(lines(path), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            for field in fields:
                record[field]
        except (ValueError, KeyError, TypeError) as error:
            raise KGraphError(
                f"{path}:{number}: not a record with {', '.join(fields)} ({error}); is this the right file?"
            ) from error
        yield record


def spans_of(encoder: Encoder, words: Tokens, scheme: str) -> list[tuple[int, int, str, float]]:
    """Predicted spans of a scheme in words of the whole text: begin, end, type, confidence."""
    if not words.words:
        return []
    (read,) = encoder.annotate([words.text], schemes=[scheme])
    return [
        (inside.start + span.begin, inside.start + span.end, span.type, span.confidence)
        for inside, annotation in zip(places(words.starts, len(words.words)), read, strict=True)
        for span in annotation.schemes[scheme]
    ]


def by_type(predicted: set[Span], gold: set[Span]) -> dict[str, Tally]:
    """A tally for all types together and for each."""
    found = {"all": of_sets(predicted, gold)}
    for label in sorted({label for _, _, label in predicted | gold}):
        found[label] = of_sets(
            {span for span in predicted if span[2] == label}, {span for span in gold if span[2] == label}
        )
    return found


def re3d(path: Path, encoder: Encoder) -> Documents:
    """All entities of re3d documents, nested ones too; strict: both offsets and the type."""
    split = Split()
    found = []
    for record in records(path, "text", "entities"):
        words = tokens(split, record["text"])
        predicted = {
            (*words.offsets(begin, end), label) for begin, end, label, _ in spans_of(encoder, words, "re3d")
        }
        found.append(
            by_type(predicted, {(item["begin"], item["end"], item["type"]) for item in record["entities"]})
        )
    return found


def politics(path: Path, encoder: Encoder) -> Documents:
    """CrossNER politics in its nine types; strict. Its sentences are taken as documents."""
    found = []
    for words, tags in iob_sentences(path):
        (read,) = encoder.annotate([Text(words, [0])], schemes=["politics"])
        predicted = {(span.begin, span.end, span.type) for span in read[0].schemes["politics"]}
        found.append(by_type(predicted, set(iob_spans(tags))))
    return found


def iob_sentences(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Words and tags of the sentences of a two-column file."""
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate([*lines(path), ""], start=1):
        if not line.strip():
            if words:
                yield words, tags
            words, tags = [], []
            continue
        word, _, tag = line.replace("\t", " ").rpartition(" ")
        if not word or not (tag == "O" or tag[:2] in {"B-", "I-"}):
            raise KGraphError(f"{path}:{number}: {line!r} is no word and IOB tag; is this the right file?")
        words.append(word)
        tags.append(tag)


def iob_spans(tags: list[str]) -> Iterator[Span]:
    """Spans of IOB tags."""
    begin = None
    for index, tag in enumerate([*tags, "O"]):
        if begin is not None and (not tag.startswith("I-") or tag[2:] != tags[begin][2:]):
            yield begin, index, tags[begin][2:]
            begin = None
        if begin is None and tag != "O":
            begin = index


KAIROS = {
    "Person": {"PER"},
    "State": {"GPE"},
    "GovernmentBody": {"ORG"},
    "MilitaryForce": {"ORG", "PER"},
    "ArmedGroup": {"ORG", "PER"},
    "InternationalOrganization": {"ORG"},
    "Organization": {"ORG"},
    "Nationality": {"GPE", "PER"},
    "Place": {"GPE", "LOC", "FAC"},
    "Base": {"FAC", "LOC"},
    "Equipment": {"WEA", "VEH"},
}
"""What our types can be in the KAIROS ontology, where soldiers are people and cities are like states."""
SCORED = ("PER", "ORG", "GPE", "LOC", "FAC", "WEA", "VEH")


def wikievents(path: Path, encoder: Encoder) -> Documents:
    """Entity mentions of WikiEvents by head word: found with a type that can be the gold one.

    A gold mention's head is the last word of its span. Precision of a type is not defined, because ours
    stand for several: ``all`` has both, a type only its recall (shown as both).
    """
    found = []
    for record in records(path, "tokens", "sentences", "entity_mentions"):
        starts, count = [], 0
        for sentence in record["sentences"]:
            starts.append(count)
            count += len(sentence[0])
        (read,) = encoder.annotate([Text(record["tokens"], starts)])
        predicted = {
            inside.start + word: KAIROS[label]
            for inside, annotation in zip(places(starts, count), read, strict=True)
            for word, (label, _) in enumerate(annotation.head_types)
            if label in KAIROS
        }
        gold = {
            mention["end"] - 1: mention["entity_type"]
            for mention in record["entity_mentions"]
            if mention["entity_type"] in SCORED
        }
        right = {word for word, label in gold.items() if label in predicted.get(word, ())}
        tallies = {"all": Tally(len(right), len(predicted), len(right), len(gold))}
        for label in SCORED:
            wanted = {word for word, kind in gold.items() if kind == label}
            hit = len(wanted & right)
            tallies[label] = Tally(hit, len(wanted), hit, len(wanted))
        found.append(tallies)
    return found
