"""JSON-LD: one named graph per article, each node once in it, prefixed names from the context."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from kgraph.rdf import PREFIXES
from kgraph.store import Graph

_RDF_TYPE = PREFIXES["rdf"] + "type"
_XSD = PREFIXES["xsd"]
# The longest namespace first, should one begin with another.
_NAMESPACES = sorted(((iri, name) for name, iri in PREFIXES.items()), key=lambda pair: (-len(pair[0]), pair))


def jsonld(graph: Graph) -> Iterator[str]:
    """Yield one JSON-LD document."""
    graphs = [
        {"@id": _id(name), "@graph": _nodes(members)}
        for name, members in groupby(sorted(graph.quads(), key=_key), key=lambda quad: quad.graph_name)
    ]
    document = {"@context": dict(PREFIXES), "@graph": graphs}
    yield from json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(document)
    yield "\n"


def _key(quad: ox.Quad) -> tuple[str, str, str, str]:
    return (str(quad.graph_name), str(quad.subject), str(quad.predicate), str(quad.object))


def _nodes(quads: Iterable[ox.Quad]) -> list[dict[str, Any]]:
    nodes = []
    for subject, statements in groupby(quads, key=lambda quad: quad.subject):
        node: dict[str, Any] = {"@id": _id(subject)}
        for quad in statements:
            if quad.predicate.value == _RDF_TYPE and isinstance(quad.object, ox.NamedNode):
                node.setdefault("@type", []).append(_compact(quad.object.value))
            else:
                node.setdefault(_compact(quad.predicate.value), []).append(_value(quad.object))
        nodes.append(node)
    return nodes


def _id(term: Any) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _compact(iri: str) -> str:
    for namespace, prefix in _NAMESPACES:
        local = iri.removeprefix(namespace)
        if local != iri and local.replace("-", "").replace("_", "").isalnum():
            return f"{prefix}:{local}"
    return iri


def _value(term: Any) -> Any:
    if not isinstance(term, ox.Literal):
        return {"@id": _id(term)}
    if term.language:
        return {"@language": term.language, "@value": term.value}
    kind = term.datatype.value
    if kind == _XSD + "string":
        return term.value
    return {"@type": _compact(kind), "@value": term.value}
