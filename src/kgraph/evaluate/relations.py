"""Relations of re3d: between gold mentions, and end to end."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

from kgraph.evaluate.measures import Documents, of_sets
from kgraph.evaluate.mentions import records
from kgraph.evaluate.tokens import Tokens, places, tokens
from kgraph.nlp.encoder import Encoder
from kgraph.nlp.extent import head_of
from kgraph.nlp.labels import RE3D_RELATIONS, UNDIRECTED
from kgraph.nlp.pairs import links
from kgraph.nlp.split import Split

THRESHOLD = 0.4
"""On our held-out articles as good as 0.5, and it finds more."""


def re3d(path: Path, encoder: Encoder, *, gold_mentions: bool) -> Documents:
    """Six relations of re3d as (type, source span, target span), some of them without direction.

    With ``gold_mentions`` the entities are given, else those that the model finds are used, and both spans
    must be exact.
    """
    split = Split()
    found = []
    for record in records(path, "text", "entities", "relations"):
        words = tokens(split, record["text"])
        predicted = {
            item
            for item, confidence in scored(encoder, words, record, gold_mentions)
            if confidence >= THRESHOLD
        }
        gold = {
            _key(
                relation["type"],
                (relation["sourceBegin"], relation["sourceEnd"]),
                (relation["targetBegin"], relation["targetEnd"]),
            )
            for relation in record["relations"]
            if relation["type"] in RE3D_RELATIONS
        }
        tallies = {"all": of_sets(predicted, gold)}
        for label in RE3D_RELATIONS:
            tallies[label] = of_sets(
                {item for item in predicted if item[0] == label}, {item for item in gold if item[0] == label}
            )
        found.append(tallies)
    return found


def _key(label: str, source: tuple[int, int], target: tuple[int, int]) -> tuple[str, Hashable]:
    return (label, frozenset({source, target}) if label in UNDIRECTED else (source, target))


def scored(
    encoder: Encoder, words: Tokens, record: dict[str, Any], gold_mentions: bool
) -> list[tuple[tuple[str, Hashable], float]]:
    """Relations with their confidence, in every sentence of a document."""
    (read,) = encoder.annotate([words.text], schemes=["re3d"])
    result = []
    for inside, annotation in zip(places(words.starts, len(words.words)), read, strict=True):
        by_head: dict[int, tuple[int, int]] = {}
        if gold_mentions:
            low, high = words.offsets(inside.start, inside.stop)
            given = [
                (words.covered(item["begin"], item["end"]), (item["begin"], item["end"]))
                for item in record["entities"]
                if low <= item["begin"] and item["end"] <= high
            ]
        else:
            given = [
                (
                    (inside.start + span.begin, inside.start + span.end),
                    words.offsets(inside.start + span.begin, inside.start + span.end),
                )
                for span in annotation.schemes["re3d"]
            ]
        for (begin, end), offsets in sorted(given, key=lambda item: item[0][0] - item[0][1]):
            by_head[head_of(annotation.heads, begin - inside.start, end - inside.start)] = offsets
        temperature = encoder.reader.temperatures.get("pairs", 1.0)
        for link in links(
            annotation, sorted(by_head), encoder.pair, temperature=temperature, labels=RE3D_RELATIONS
        ):
            result.append((_key(link.label, by_head[link.left], by_head[link.right]), link.confidence))
    return result
