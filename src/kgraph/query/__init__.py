"""Questions in SPARQL, answered as rows of Python values; the queries that come with kgraph."""

from __future__ import annotations

from kgraph.query.faults import MalformedQueryError
from kgraph.query.formats import short, to_csv, to_json, to_text, to_tsv, to_ttl, to_xml
from kgraph.query.library import describe, find, named, names
from kgraph.query.limit import ask
from kgraph.query.lookup import look_up
from kgraph.query.rows import Iri, Row, Rows
from kgraph.query.run import Answer, answer, parameters, query, select

__all__ = [
    # asking
    "query",
    "select",
    "answer",
    "ask",
    # the queries that come with kgraph
    "names",
    "named",
    "find",
    "describe",
    "parameters",
    "look_up",
    # what comes back
    "Answer",
    "Iri",
    "Row",
    "Rows",
    "MalformedQueryError",
    "short",
    "to_text",
    "to_csv",
    "to_tsv",
    "to_json",
    "to_xml",
    "to_ttl",
]
