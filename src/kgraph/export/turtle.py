"""Turtle and TriG to read and to compare: sorted, prefixed, one predicate a line.

rdflib's serializer takes seconds where this takes a fraction of one, and warns on a union of graphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from kgraph.rdf import BASE, PREFIXES
from kgraph.store import Graph

_RDF_TYPE = PREFIXES["rdf"] + "type"
_XSD = PREFIXES["xsd"]
_NAMESPACES: Mapping[str, str] = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_PREFIXED = re.compile(r"(.*[#/])([A-Za-z_][A-Za-z0-9_-]*)", re.ASCII)
# IRIs of ours, short against @base; a name of dots only would be a step of a path.
_RELATIVE = re.compile(
    r"(?:article|run|entity/[a-z]+)/(?!\.{1,2}(?:#|$))[A-Za-z0-9._~%-]+(?:#[A-Za-z0-9=,_-]+)?", re.ASCII
)
_BARE = {  # literals that Turtle writes without quotes
    _XSD + "integer": re.compile(r"[+-]?[0-9]+", re.ASCII),
    _XSD + "decimal": re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII),
    _XSD + "boolean": re.compile(r"true|false"),
}
# Quotes and line ends, and everything that a reader of the file could not see.
_ESCAPED = re.compile(
    '["\\\\\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]'
)
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def turtle(graph: Graph) -> Iterator[str]:
    """Yield the union of all articles as Turtle."""
    yield _header()
    yield from _subjects(graph.triples(), indent="")


def trig(graph: Graph) -> Iterator[str]:
    """Yield each article's graph as a block of TriG, sorted by IRI."""
    yield _header()
    by_name = sorted(((shown(quad.graph_name), quad) for quad in graph.quads()), key=lambda pair: pair[0])
    for name, members in groupby(by_name, key=lambda pair: pair[0]):
        yield f"\n{name} {{\n"
        yield from _subjects((quad.triple for _, quad in members), indent="    ")
        yield "}\n"


def _header() -> str:
    lines = [f"@base <{BASE}> .\n", *(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())]
    return "".join(lines)


def _subjects(triples: Iterable[ox.Triple], indent: str) -> Iterator[str]:
    """Yield one block for each subject, ``#char=80,90`` before ``#char=100,120``."""
    rows = sorted((shown(t.subject), _predicate(t.predicate), shown(t.object)) for t in triples)
    blocks = {subject: list(group) for subject, group in groupby(rows, key=lambda row: row[0])}
    for subject in sorted(blocks, key=_natural):
        lines = [
            f"{predicate} {' , '.join(row[2] for row in same)}"
            for (_, predicate), same in groupby(blocks[subject], key=lambda row: row[1])
        ]
        yield f"\n{indent}{subject} " + f" ;\n{indent}    ".join(lines) + " .\n"


def _natural(subject: str) -> tuple[list[str | int], str]:
    """Return a sort key that takes digits as numbers and puts a thing before its own parts."""
    pieces = re.split("([0-9]+)", subject.rstrip(">"))
    return [int(piece) if index % 2 else piece for index, piece in enumerate(pieces)], subject


def _predicate(node: ox.NamedNode) -> tuple[int, str]:
    """Return the sort key of a predicate with its text: the class of a thing comes first."""
    return (0, "a") if node.value == _RDF_TYPE else (1, shown(node))


def shown(term: Any) -> str:
    """Return a term in Turtle."""
    if isinstance(term, ox.NamedNode):
        return _iri(term.value)
    if isinstance(term, ox.Literal):
        return _literal(term)
    return str(term)


def _iri(iri: str) -> str:
    match = _PREFIXED.fullmatch(iri)
    if match and match[1] in _NAMESPACES:
        return f"{_NAMESPACES[match[1]]}:{match[2]}"
    if iri.startswith(BASE) and _RELATIVE.fullmatch(iri, len(BASE)):
        return f"<{iri[len(BASE) :]}>"
    return f"<{iri}>"


def _literal(literal: ox.Literal) -> str:
    kind, text = literal.datatype.value, literal.value
    if kind in _BARE and _BARE[kind].fullmatch(text):
        # Oxigraph keeps 1.0 as 1, which without its point would be read back as an integer.
        return f"{text}.0" if kind == _XSD + "decimal" and "." not in text else text
    quoted = '"' + _ESCAPED.sub(_escape, text) + '"'
    if literal.language:
        return f"{quoted}@{literal.language}"
    return quoted if kind == _XSD + "string" else f"{quoted}^^{_iri(kind)}"


def _escape(match: re.Match[str]) -> str:
    return _SHORT_ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04X}"
