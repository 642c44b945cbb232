"""What is exported: all that a graph holds with its evidence, or flat, the actual facts alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Protocol, TypeVar

import pyoxigraph as ox

from kgraph.counted import RECORDS
from kgraph.errors import StoreError
from kgraph.export.sorting import ordered
from kgraph.rdf import PREFIXES
from kgraph.store import READINGS, Graph

KG, RDF, RDFS = PREFIXES["kg"], PREFIXES["rdf"], PREFIXES["rdfs"]
SKOS, OWL = PREFIXES["skos"], PREFIXES["owl"]

_TYPE, _LABEL = ox.NamedNode(RDF + "type"), ox.NamedNode(RDFS + "label")
_REALIS, _ACTUAL = ox.NamedNode(KG + "realis"), ox.Literal("actual")
_NAMES = {SKOS + "prefLabel", SKOS + "altLabel", OWL + "sameAs"}
# How a fact is known, not what it says.
_EVIDENCE = {KG + name for name in ("realis", "accordingTo", "confidence", "trigger", "dateBasis")}

T = TypeVar("T")
Subject = ox.NamedNode | ox.BlankNode | ox.Triple


class Source(Protocol):
    """Statements to write, in any order; each call begins anew."""

    def triples(self) -> Iterator[ox.Triple]:
        """Yield each statement once."""

    def quads(self) -> Iterator[ox.Quad]:
        """Yield the statements of each named graph."""


class Whole:
    """Everything that ``Graph.triples`` and ``Graph.quads`` give: never the readings."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def triples(self) -> Iterator[ox.Triple]:
        """Yield the union of all articles."""
        return read(self._graph, self._graph.triples())

    def quads(self) -> Iterator[ox.Quad]:
        """Yield each article's statements in its graph."""
        return read(self._graph, self._graph.quads())


class Flat:
    """The actual facts as plain statements, for tools that know neither named graphs nor reification.

    Entities with their classes and names, each relation that some article tells as actual, and each such
    event with its class, label, date, roles and numbers as the articles give them that tell it as actual. No
    article, sentence, mention, assertion, source or confidence.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def triples(self) -> Iterator[ox.Triple]:
        """Yield each fact once."""
        return read(self._graph, self._facts())

    def quads(self) -> Iterator[ox.Quad]:
        """Yield each fact in the default graph."""
        for triple in self.triples():
            yield ox.Quad(triple.subject, triple.predicate, triple.object)

    def _facts(self) -> Iterator[ox.Triple]:
        for iri in entity_iris(self._graph):
            for quad in self._graph.store.quads_for_pattern(iri, None, None, ox.DefaultGraph()):
                name = quad.predicate.value
                if quad.predicate == _TYPE or name in _NAMES or name.startswith(KG):
                    yield quad.triple
        for iri in event_iris(self._graph):
            said = list(self._graph.store.quads_for_pattern(iri, None, None, None))
            telling = {q.graph_name for q in said if q.predicate == _REALIS and q.object == _ACTUAL}
            telling -= {READINGS, ox.DefaultGraph()}
            for triple in dict.fromkeys(q.triple for q in said if q.graph_name in telling):
                name = triple.predicate.value
                if triple.predicate in (_TYPE, _LABEL) or (name.startswith(KG) and name not in _EVIDENCE):
                    yield triple


def read(graph: Graph, found: Iterable[T]) -> Iterator[T]:
    """Yield what a store gives; StoreError in one line where it can no longer be read."""
    try:
        yield from found
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise StoreError(f"{graph.path or 'memory'}: cannot be read: {reason}; build it again") from error


def event_iris(graph: Graph) -> list[ox.NamedNode]:
    """Return the events, sorted."""
    return _of_class(graph, KG + "Event")


def entity_iris(graph: Graph) -> list[ox.NamedNode]:
    """Return what has a name or a class of kgraph's and is neither event nor evidence, sorted.

    A store may also hold the ontology and its concepts: those are no entities.
    """
    store, union = graph.store, ox.DefaultGraph()
    label = ox.NamedNode(SKOS + "prefLabel")
    found = {quad.subject for quad in store.quads_for_pattern(None, label, None, union)}
    others = {KG + "Event", *RECORDS}
    not_entities = set()
    for quad in store.quads_for_pattern(None, _TYPE, None, union):
        cls = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
        if cls in others:
            not_entities.add(quad.subject)
        elif cls.startswith(KG):
            found.add(quad.subject)
    named = (iri for iri in found - not_entities if isinstance(iri, ox.NamedNode))
    return sorted((iri for iri in named if not iri.value.startswith(KG)), key=lambda iri: iri.value)


def assertion_iris(graph: Graph) -> list[ox.NamedNode]:
    """Return the assertions, sorted."""
    return _of_class(graph, KG + "Assertion")


def _of_class(graph: Graph, cls: str) -> list[ox.NamedNode]:
    found = graph.store.quads_for_pattern(None, _TYPE, ox.NamedNode(cls), ox.DefaultGraph())
    named = (quad.subject for quad in found if isinstance(quad.subject, ox.NamedNode))
    return sorted(named, key=lambda iri: iri.value)


def by_subject(lines: Iterable[str]) -> Iterator[tuple[Subject, list[ox.Triple]]]:
    """Yield each subject with its statements; ``lines`` are sorted N-Triples."""
    for _, same in groupby(lines, key=lambda line: line.partition(" ")[0]):
        text = "".join(same).encode()
        found = ox.parse(text, format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=False)
        triples = [quad.triple for quad in found]
        yield triples[0].subject, triples


def sorted_lines(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """Yield statements as lines of N-Triples in their order."""
    return ordered(f"{triple} .\n" for triple in triples)
