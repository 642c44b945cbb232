"""Ask a graph in SPARQL: read-only, offline, in one fixed order, with bound variables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kgraph.errors import QueryError
from kgraph.query.rows import Row, Rows, sort_key
from kgraph.query.scan import bind, is_ordered, refuse, tokens
from kgraph.rdf import PREFIXES, Value, term
from kgraph.store import Graph

if TYPE_CHECKING:
    import rdflib

_LONGEST_REASON = 200


def query(graph: Graph, sparql: str, **bindings: Value) -> Rows | bool | rdflib.Graph:
    """Answer SELECT with Rows, ASK with a bool, CONSTRUCT and DESCRIBE with an rdflib Graph.

    The prefixes of ``kgraph.rdf.PREFIXES`` (kg, prov, skos, …) are known. Patterns outside GRAPH see the
    union of all articles, each statement once. Rows keep the order of ORDER BY and are sorted without one.
    ``bindings`` give variables of the query a value, projected or not: an http(s) IRI for text that is one,
    otherwise a literal.
    Raises QueryError for malformed SPARQL, updates, SERVICE and FROM.
    """
    with _one_line():
        found = tokens(sparql)
        form = refuse(sparql, found)
        if bindings:
            values = {name: str(term(value)) for name, value in bindings.items()}
            sparql = bind(sparql, found, form, values)
        result = graph.store.query(sparql, prefixes=dict(PREFIXES))
        if isinstance(result, ox.QueryBoolean):
            return bool(result)
        if isinstance(result, ox.QueryTriples):
            return _rdflib_graph(result)
        columns = [variable.value for variable in result.variables]
        rows = [Row(columns, tuple(solution)) for solution in result]
    return Rows(columns, rows if is_ordered(found) else sorted(rows, key=sort_key))


def select(graph: Graph, sparql: str, **bindings: Value) -> Rows:
    """Answer a SELECT; QueryError for the other forms."""
    answer = query(graph, sparql, **bindings)
    if not isinstance(answer, Rows):
        raise QueryError("only SELECT gives rows; for ASK and CONSTRUCT use kgraph.query.query(graph, …)")
    return answer


@contextmanager
def _one_line() -> Iterator[None]:
    """Turn what Oxigraph raises while parsing or answering into a QueryError of one line."""
    try:
        yield
    except SyntaxError as error:
        raise QueryError(f"malformed SPARQL: {_shorten(error)}") from error
    except (OSError, RuntimeError, ValueError, OverflowError) as error:
        raise QueryError(f"the query cannot be answered: {_shorten(error)}") from error


def _shorten(error: BaseException) -> str:
    reason = " ".join(str(error).split())
    return reason if len(reason) <= _LONGEST_REASON else reason[:_LONGEST_REASON] + " …"


def _rdflib_graph(triples: ox.QueryTriples) -> rdflib.Graph:
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    graph.parse(data=text, format="nt")
    return graph
