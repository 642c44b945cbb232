"""Questions in SPARQL, answered as rows of Python values; the queries that come with kgraph."""

from __future__ import annotations

from kgraph.query.formats import to_csv, to_json
from kgraph.query.library import describe, named, names
from kgraph.query.rows import Iri, Row, Rows
from kgraph.query.run import query, select

__all__ = ["query", "select", "named", "names", "describe", "Iri", "Row", "Rows", "to_csv", "to_json"]
