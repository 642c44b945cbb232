"""Corpora of whole documents with offsets as training samples: re3d and GAP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kgraph.nlp.labels import RE3D_RELATIONS, UNDIRECTED
from kgraph.nlp.split import Split
from kgraph.train.own import covered
from kgraph.train.samples import Links, Sample, Span, lines
from kgraph.train.schemes import Allowed


def read_re3d(path: Path, split: Split) -> Iterator[Sample]:
    """re3d documents: entities as flat spans (the outermost of nested ones) and the scored relations."""
    for row in lines(path):
        document: dict[str, Any] = json.loads(row)
        entities = {(item["begin"], item["end"]): item["type"] for item in document["entities"]}
        for tokens in split(document["text"]):
            yield _re3d_sentence(document, entities, tokens)


def _re3d_sentence(
    document: dict[str, Any], entities: dict[tuple[int, int], str], tokens: Sequence[tuple[str, int]]
) -> Sample:
    low, high = tokens[0][1], tokens[-1][1] + len(tokens[-1][0])
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    tags: list[Allowed] = [frozenset({"O"})] * len(tokens)
    for (begin, end), label in sorted(entities.items(), key=lambda item: (item[0][0], -item[0][1])):
        if begin < low or end > high:
            continue
        first, last = covered(tokens, begin, end)
        if first == last:
            continue
        spans[begin, end] = (first, last)
        if any(tags[index] != {"O"} for index in range(first, last)):
            continue
        for index in range(first, last):
            tags[index] = frozenset({f"{'B' if index == first else 'I'}-{label}"})
    order = {span: f"m{index}" for index, span in enumerate(spans)}
    positive: dict[tuple[str, str], set[str]] = {}
    for relation in document["relations"]:
        source = order.get((relation["sourceBegin"], relation["sourceEnd"]))
        target = order.get((relation["targetBegin"], relation["targetEnd"]))
        if source and target and relation["type"] in RE3D_RELATIONS:
            positive.setdefault((source, target), set()).add(relation["type"])
            if relation["type"] in UNDIRECTED:
                positive.setdefault((target, source), set()).add(relation["type"])
    return Sample(
        [word for word, _ in tokens],
        tags={"re3d": tags},
        # The chains of re3d are not marked: no coreference is taught.
        mentions=[Span(first, last, "", frozenset()) for first, last in spans.values()],
        links=Links(positive, frozenset(RE3D_RELATIONS)),
        document=document["id"],
    )


def read_gap(path: Path, split: Split) -> Iterator[Sample]:
    """GAP: pronoun and two names; chain ``p`` is the pronoun's; where neither is meant nothing is taught."""
    rows = lines(path)
    next(rows)
    for row in rows:
        number, text, pronoun, at, a, a_at, is_a, b, b_at, is_b = row.split("\t")[:10]
        if "TRUE" not in {is_a, is_b}:
            continue
        known = [
            (int(at), pronoun, "p"),
            (int(a_at), a, "p" if is_a == "TRUE" else "a"),
            (int(b_at), b, "p" if is_b == "TRUE" else "b"),
        ]
        for tokens in split(text):
            low, high = tokens[0][1], tokens[-1][1] + len(tokens[-1][0])
            mentions = [
                Span(*covered(tokens, begin, begin + len(name)), chain)
                for begin, name, chain in sorted(known)
                if low <= begin < high
            ]
            yield Sample(
                [word for word, _ in tokens],
                mentions=[span for span in mentions if span.end > span.begin],
                document=number,
            )
