"""RDF terms: IRIs that are checked, text that every syntax can carry, Python values as literals."""

from __future__ import annotations

import datetime
import functools
import re

from pyoxigraph import Literal, NamedNode

from kgraph.errors import KGraphError
from kgraph.names import PREFIXES

Term = NamedNode | Literal
Value = str | int | float | bool | datetime.date
"""What a person binds to a variable of a query."""

_IRI = re.compile('[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f-\x9f<>"{}|\\\\^`\ud800-\udfff]+')
# What XML 1.0 cannot carry: most control characters, the two non-characters, and lone surrogates.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def is_iri(text: str) -> bool:
    """Whether ``text`` is an absolute IRI that every RDF syntax can carry."""
    return _IRI.fullmatch(text) is not None


def node(iri: str) -> NamedNode:
    """Return an IRI as a term; KGraphError for what is none."""
    if not is_iri(iri):
        raise KGraphError(f"{iri!r} is no IRI")
    return NamedNode(iri)


@functools.cache
def name(prefixed: str) -> NamedNode:
    """Return the term of a prefixed name of ours, ``kg:actor``."""
    prefix, _, local = prefixed.partition(":")
    return node(PREFIXES[prefix] + local)


def clean(text: str) -> str:
    """Replace, one for one, the characters that XML or Turtle cannot carry, so that offsets stay right."""
    return _NOT_XML.sub("\ufffd", text)


def term(value: Value) -> Term:
    """Return a Python value as an RDF term: an http(s) IRI for text that is one, else a literal.

    Values made by rdflib keep their language and datatype.
    """
    language, datatype = getattr(value, "language", None), getattr(value, "datatype", None)
    if isinstance(value, str):
        if language:
            return Literal(clean(str(value)), language=language)
        if datatype:
            return Literal(clean(str(value)), datatype=node(str(datatype)))
        if is_iri(value) and value.startswith(("http://", "https://")):
            return NamedNode(str(value))
        return Literal(clean(str(value)))
    if isinstance(value, datetime.datetime):
        return Literal(value.isoformat(), datatype=name("xsd:dateTime"))
    if isinstance(value, datetime.date):
        return Literal(value.isoformat(), datatype=name("xsd:date"))
    return Literal(value)
