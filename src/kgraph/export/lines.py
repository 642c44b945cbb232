"""N-Triples and N-Quads: one sorted line per statement."""

from __future__ import annotations

from collections.abc import Iterator

from kgraph.export.sorting import ordered
from kgraph.export.source import Source, sorted_lines


def ntriples(source: Source) -> Iterator[str]:
    """Yield the lines of the union of all graphs."""
    return sorted_lines(source.triples())


def nquads(source: Source) -> Iterator[str]:
    """Yield the lines of each article's graph."""
    return ordered(f"{quad} .\n" for quad in source.quads())
