"""Turtle and TriG to read and to compare: sorted, prefixed, one predicate a line.

rdflib's serializer takes seconds where this takes a fraction of one, and warns on a union of graphs.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from kgraph.export.sorting import ordered
from kgraph.export.source import Source
from kgraph.rdf import BASE, PREFIXES

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
# Ends of parts of a row; neither stands in a term, whose control characters are escaped.
_END, _STOP = "\x00", "\x01"
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def turtle(source: Source) -> Iterator[str]:
    """Yield the union of all articles as Turtle."""
    yield _header()
    yield from _subjects(ordered(_row(triple) for triple in source.triples()), indent="")


def trig(source: Source) -> Iterator[str]:
    """Yield each article's graph as a block of TriG, sorted by IRI; the default graph, if any, first."""
    yield _header()
    rows = ordered(f"{_graph(quad.graph_name)}{_END}{_row(quad.triple)}" for quad in source.quads())
    for name, members in groupby((row.partition(_END)[::2] for row in rows), key=lambda pair: pair[0]):
        inner = (row for _, row in members)
        if not name:
            yield from _subjects(inner, indent="")
            continue
        yield f"\n{name} {{\n"
        yield from _subjects(inner, indent="    ")
        yield "}\n"


def _graph(name: Any) -> str:
    return "" if isinstance(name, ox.DefaultGraph) else shown(name)


def _header() -> str:
    lines = [f"@base <{BASE}> .\n", *(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())]
    return "".join(lines)


def _row(triple: ox.Triple) -> str:
    """Return a triple as a line that sorts as it shall stand in the file: key, subject, predicate, object."""
    key, subject = _subject(triple.subject)
    return f"{key}{_END}{subject}{_END}{_predicate(triple.predicate)}{_END}{shown(triple.object)}\n"


def _subjects(rows: Iterable[str], indent: str) -> Iterator[str]:
    """Yield one block for each subject of sorted rows."""
    split = (row[:-1].split(_END) for row in rows)
    for subject, block in groupby(split, key=lambda row: row[-3]):
        lines = [
            f"{predicate[1:]} {' , '.join(row[-1] for row in same)}"
            for predicate, same in groupby(block, key=lambda row: row[-2])
        ]
        yield f"\n{indent}{subject} " + f" ;\n{indent}    ".join(lines) + " .\n"


@functools.lru_cache(maxsize=1000)  # a store gives what it knows of a subject in one go
def _subject(node: Any) -> tuple[str, str]:
    """Return the sort key of a subject with its text: ``#char=80,90`` before ``#char=100,120``.

    Digits are taken as numbers, and a thing stands before its own parts.
    """
    subject = shown(node)
    pieces = re.split("([0-9]+)", subject.rstrip(">"))
    # A number sorts as its length and digits; the end of a piece sorts before all that could go on.
    keys = [_number(piece) if index % 2 else f"{piece}{_STOP}" for index, piece in enumerate(pieces)]
    return "".join(keys), subject


def _number(digits: str) -> str:
    plain = digits.lstrip("0")
    return f"{len(plain):06d}{plain}"


@functools.lru_cache(maxsize=1000)
def _predicate(node: ox.NamedNode) -> str:
    """Return the text of a predicate behind one character to sort by: the class of a thing comes first."""
    return "0a" if node.value == _RDF_TYPE else f"1{shown(node)}"


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
