"""JSON-LD: one named graph per article, each node once in it, prefixed names from the context."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from kgraph.export.sorting import ordered
from kgraph.export.source import Source, by_subject
from kgraph.rdf import PREFIXES

_RDF_TYPE = PREFIXES["rdf"] + "type"
_XSD = PREFIXES["xsd"]
# The longest namespace first, should one begin with another.
_NAMESPACES = sorted(((iri, name) for name, iri in PREFIXES.items()), key=lambda pair: (-len(pair[0]), pair))


def jsonld(source: Source) -> Iterator[str]:
    """Yield one JSON-LD document."""
    yield f'{{\n "@context": {_json(PREFIXES, depth=1).lstrip()},\n "@graph": ['
    rows = ordered(f"{_graph(quad.graph_name)}\t{quad.triple} .\n" for quad in source.quads())
    end, last = "\n", ""
    for name, members in groupby((row.partition("\t")[::2] for row in rows), key=lambda pair: pair[0]):
        lines = (line for _, line in members)
        if not name:  # statements in no graph of their own stand beside the graphs
            for subject, triples in by_subject(lines):
                yield end + _json(_node(subject, triples), depth=2)
                end, last = ",\n", "\n "
            continue
        yield f'{end}  {{\n   "@id": {json.dumps(_graph_id(name), ensure_ascii=False)},\n   "@graph": ['
        end = "\n"
        for subject, triples in by_subject(lines):
            yield end + _json(_node(subject, triples), depth=4)
            end = ",\n"
        yield "\n   ]\n  }"
        end, last = ",\n", "\n "
    yield f"{last}]\n}}\n"


def _graph(name: Any) -> str:
    return "" if isinstance(name, ox.DefaultGraph) else str(name)


def _graph_id(name: str) -> str:
    return name[1:-1] if name.startswith("<") else name


def _json(node: Mapping[str, Any], depth: int) -> str:
    pad = " " * depth
    # JSON escapes every line feed inside a text, so those here are its own.
    return pad + json.dumps(dict(node), ensure_ascii=False, indent=1).replace("\n", f"\n{pad}")


def _node(subject: Any, triples: Iterable[ox.Triple]) -> dict[str, Any]:
    node: dict[str, Any] = {"@id": _id(subject)}
    for triple in triples:
        if triple.predicate.value == _RDF_TYPE and isinstance(triple.object, ox.NamedNode):
            node.setdefault("@type", []).append(_compact(triple.object.value))
        else:
            node.setdefault(_compact(triple.predicate.value), []).append(_value(triple.object))
    return node


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
