"""N-Triples and N-Quads: one sorted line per statement."""

from __future__ import annotations

from collections.abc import Iterator

from kgraph.store import Graph


def ntriples(graph: Graph) -> Iterator[str]:
    """Yield the lines of the union of all graphs."""
    for line in sorted(str(triple) for triple in graph.triples()):
        yield f"{line} .\n"


def nquads(graph: Graph) -> Iterator[str]:
    """Yield the lines of each article's graph."""
    for line in sorted(str(quad) for quad in graph.quads()):
        yield f"{line} .\n"
