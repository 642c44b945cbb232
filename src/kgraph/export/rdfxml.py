"""RDF/XML for tools that read nothing else: the union, sorted, one element per subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from kgraph.errors import KGraphError
from kgraph.export.source import Source, by_subject, sorted_lines
from kgraph.rdf import PREFIXES, clean

_NAMESPACES = {iri: prefix for prefix, iri in PREFIXES.items()}
_STRING = PREFIXES["xsd"] + "string"
# An element's name is the end of the predicate: a letter, then letters, digits and a few signs.
_SPLIT = re.compile(r"(.*?)([A-Za-z_][A-Za-z0-9_.-]*)", re.ASCII | re.DOTALL)


def rdfxml(source: Source) -> Iterator[str]:
    """Yield the union of all articles as RDF/XML.

    Characters that XML 1.0 cannot carry become U+FFFD. Raises KGraphError for a predicate that is no
    element's name, which the format cannot say.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    for prefix, iri in PREFIXES.items():
        yield f"\n    xmlns:{prefix}={quoteattr(iri)}"
    yield ">\n"
    for subject, triples in by_subject(sorted_lines(source.triples())):
        yield f"  <rdf:Description {_name(subject, 'about')}>\n"
        for triple in triples:
            yield f"    {_property(triple)}\n"
        yield "  </rdf:Description>\n"
    yield "</rdf:RDF>\n"


def _property(triple: ox.Triple) -> str:
    tag, space = _tag(triple.predicate.value)
    value = triple.object
    if not isinstance(value, ox.Literal):
        return f"<{tag}{space} {_name(value, 'resource')}/>"
    kind = ""
    if value.language:
        kind = f" xml:lang={quoteattr(value.language)}"
    elif value.datatype.value != _STRING:
        kind = f" rdf:datatype={quoteattr(value.datatype.value)}"
    # A bare carriage return would be read back as a line feed.
    text = escape(clean(value.value), {"\r": "&#13;"})
    return f"<{tag}{space}{kind}>{text}</{tag}>"


def _tag(iri: str) -> tuple[str, str]:
    """Return an element's name and, where its namespace is none of ours, the declaration it needs."""
    match = _SPLIT.fullmatch(iri)
    if match is None or not match[1]:
        raise KGraphError(
            f"RDF/XML cannot write the predicate {iri}; choose another format, for example .ttl"
        )
    if match[1] in _NAMESPACES:
        return f"{_NAMESPACES[match[1]]}:{match[2]}", ""
    return f"ns:{match[2]}", f" xmlns:ns={quoteattr(match[1])}"


def _name(term: Any, attribute: str) -> str:
    if isinstance(term, ox.NamedNode):
        return f"rdf:{attribute}={quoteattr(term.value)}"
    if isinstance(term, ox.BlankNode):
        # An XML name begins with a letter, the name of a blank node may begin with a digit.
        return f'rdf:nodeID="b{term.value}"'
    raise KGraphError("RDF/XML cannot write statements about statements; choose another format, such as .ttl")
