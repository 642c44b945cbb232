"""Change a graph by a SPARQL update, for those who ask for it; the default graph stays the union."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kgraph.names import BASE, PREFIXES
from kgraph.query.run import one_line
from kgraph.query.scan import refuse_update, tokens
from kgraph.store import READINGS, Graph

ADDED = ox.NamedNode(f"{BASE}added")
"""The graph of what was put into the union and into no article."""
_UNION = ox.DefaultGraph()


def update(graph: Graph, sparql: str, *, allow_network: bool = False) -> None:
    """Run an update, wholly or not at all; the prefixes of kgraph are known.

    What it does outside GRAPH it does to the union: a statement that is deleted there goes from every
    article, and one that is inserted there is kept in a graph of its own, ``ADDED``. Building an article anew
    replaces what was changed in its graph. Needs memory for the whole graph. Raises QueryError for a query,
    malformed SPARQL, and for SERVICE and LOAD unless ``allow_network``.
    """
    refuse_update(sparql, tokens(sparql), allow_network=allow_network)
    with one_line(sparql, update=True):
        # What was read from the articles is no part of the graph, so an update neither sees nor changes it.
        before = {quad for quad in graph.store if quad.graph_name != READINGS}
        copy = ox.Store()  # the update may do what it likes to this one
        copy.extend(before)
        copy.update(sparql, prefixes=dict(PREFIXES))
        after = _joined(before, set(copy))
        # One update is one transaction.
        parts = [f"DELETE DATA {{ {_data(before - after)} }}", f"INSERT DATA {{ {_data(after - before)} }}"]
        graph.update(" ; ".join(parts))


def _joined(before: set[ox.Quad], after: set[ox.Quad]) -> set[ox.Quad]:
    """Return what an update left, with the union and the named graphs brought together."""
    gone = {quad.triple for quad in before - after if quad.graph_name == _UNION}
    new = {quad.triple for quad in after - before if quad.graph_name == _UNION}
    named = {
        quad
        for quad in after
        if quad.graph_name != _UNION and (quad.triple not in gone or quad not in before)
    }
    known = {quad.triple for quad in named}
    named |= {_in(triple, ADDED) for triple in new - known}
    return named | {_in(quad.triple, _UNION) for quad in named}


def _in(triple: ox.Triple, graph: ox.NamedNode | ox.DefaultGraph) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def _data(quads: Iterable[ox.Quad]) -> str:
    """Return quads as DELETE DATA and INSERT DATA take them, made by Oxigraph's own serializer."""
    by_graph: dict[ox.NamedNode | ox.BlankNode | ox.DefaultGraph, list[ox.Triple]] = {}
    for quad in quads:
        by_graph.setdefault(quad.graph_name, []).append(quad.triple)
    parts = []
    for name, triples in by_graph.items():
        text = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
        parts.append(text if name == _UNION else f"GRAPH {name} {{ {text} }}")
    return " ".join(parts)
