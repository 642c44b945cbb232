"""A build without a model, to be run in a process of its own that can be killed.

Two stages, each of which keeps all articles and settles them: the second has other facts for every third.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kgraph import gazetteer, ontology, settle, store
from kgraph.model import Extraction
from kgraph.store import READINGS, Graph
from samples import RUN, sample

ARTICLES, STAGES = 12, (0, 1)
# Small batches, so that there are several of them and both ways to store one are taken.
settle._BATCH, store._BULK = 700, 400


def extractions(stage: int) -> Iterator[Extraction]:
    """Yield the articles of a stage; some name fewer people, some tell fewer events."""
    for number in range(ARTICLES):
        given = sample(f"news-{number}")
        kept = given.events[: 1 + number % 3]
        if number % 3 == 0:
            kept = given.events[stage:]
        yield replace(given, events=kept)


def build(graph: Graph, stage: int) -> None:
    """Keep all articles of a stage and settle them."""
    places = gazetteer.load()
    for extraction in extractions(stage):
        settle.keep(graph, extraction, RUN, gazetteer=places)
    settle.settle(graph, ontology=ontology.load(), gazetteer=places, report=lambda problem: None)


def lines(graph: Graph) -> bytes:
    """Return everything in a store as sorted N-Quads: articles, union and readings."""
    return "\n".join(sorted(map(str, graph.store))).encode()


def by_article(graph: Graph) -> dict[str, frozenset[str]]:
    """Return what each article's graph holds, by its IRI."""
    found: dict[str, set[str]] = {}
    for quad in graph.quads():
        found.setdefault(str(quad.graph_name).strip("<>"), set()).add(str(quad.triple))
    return {name: frozenset(texts) for name, texts in found.items()}


def readings(graph: Graph) -> dict[str, set[str]]:
    """Return which parts of a reading each article has, by its IRI."""
    found: dict[str, set[str]] = {}
    for quad in graph.store.quads_for_pattern(None, None, None, READINGS):
        found.setdefault(str(quad.subject).strip("<>"), set()).add(quad.predicate.value.partition("#")[2])
    return found


def check_whole(graph: Graph) -> None:
    """Assert that the union is that of the articles, and that every reading has all its parts."""
    assert set(map(str, graph.triples())) == {text for texts in by_article(graph).values() for text in texts}
    for article, parts in readings(graph).items():
        read = {settle.FACTS, settle.PROFILE, settle.SKETCH, settle.PASSAGES}
        assert parts in (read, read | {settle.NAMES}), article
        assert graph.holds(article) or "names" not in parts, article


def run(folder: Path) -> None:
    """Build all stages in a folder."""
    with store.open(folder, create=True) as graph:
        for stage in STAGES:
            build(graph, stage)
