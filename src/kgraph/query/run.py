"""Ask a graph in SPARQL: read-only, offline, in one fixed order, with bound variables."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from kgraph.errors import QueryError
from kgraph.names import PREFIXES
from kgraph.query.faults import fault
from kgraph.query.library import NamedQuery
from kgraph.query.lookup import value_of
from kgraph.query.rows import Row, Rows, in_order
from kgraph.query.scan import bind, hide, is_ordered, refuse, tokens
from kgraph.store import READINGS, Graph
from kgraph.terms import Value, term

if TYPE_CHECKING:
    import rdflib

_LONGEST_REASON = 200


class Answer(NamedTuple):
    """Rows, the triples of CONSTRUCT or DESCRIBE, or yes and no; ``cut`` if there would have been more."""

    value: Rows | list[ox.Triple] | bool
    cut: bool = False


def query(graph: Graph, sparql: str, **bindings: Value) -> Rows | bool | rdflib.Graph:
    """Answer SELECT with Rows, ASK with a bool, CONSTRUCT and DESCRIBE with an rdflib Graph.

    The prefixes of ``kgraph.names.PREFIXES`` (kg, prov, skos, …) are known. Patterns outside GRAPH see the
    union of all articles, each statement once. Rows keep the order of ORDER BY and are sorted without one.
    ``bindings`` give variables of the query a value, projected or not: an http(s) IRI for text that is one,
    otherwise a literal.
    Raises QueryError for malformed SPARQL (MalformedQueryError, with the place), updates, SERVICE and FROM.
    """
    value = answer(graph, sparql, written(bindings)).value
    return _rdflib_graph(value) if isinstance(value, list) and not isinstance(value, Rows) else value


def select(graph: Graph, sparql: str, **bindings: Value) -> Rows:
    """Answer a SELECT; QueryError for the other forms."""
    found = query(graph, sparql, **bindings)
    if not isinstance(found, Rows):
        raise QueryError("only SELECT gives rows; for ASK and CONSTRUCT use kgraph.query.query(graph, …)")
    return found


def parameters(graph: Graph, named: NamedQuery, given: Mapping[str, str]) -> dict[str, Value]:
    """Return the values of a query's parameters for what a person wrote; names are looked up in the graph.

    Raises QueryError for an unknown parameter, and for a name that no node has or several have.
    """
    return {name: value_of(graph, named.parameter(name), text) for name, text in given.items()}


def written(values: Mapping[str, Value]) -> dict[str, str]:
    """Return values as SPARQL writes them, made by Oxigraph's own serializer."""
    return {name: str(term(value)) for name, value in values.items()}


def answer(
    graph: Graph,
    sparql: str,
    terms: Mapping[str, str] | None = None,
    *,
    max_rows: int | None = None,
    allow_network: bool = False,
) -> Answer:
    """Answer a query as ``query`` does, but with ``max_rows`` rows or triples at most.

    ``terms`` are ``written``. With ORDER BY the rows are the first, otherwise any.
    """
    with one_line(sparql):
        found = tokens(sparql)
        form = refuse(sparql, found, allow_network=allow_network)
        text = hide(sparql, found, str(READINGS))
        if terms:
            text = bind(text, tokens(text), form, terms)
        result = graph.store.query(text, prefixes=dict(PREFIXES))
        if isinstance(result, ox.QueryBoolean):
            return Answer(bool(result))
        if isinstance(result, ox.QueryTriples):
            triples = list(itertools.islice(result, max_rows))
            return Answer(triples, next(result, None) is not None)
        columns = tuple(variable.value for variable in result.variables)
        with _uncollected():
            rows = [Row(columns, tuple(solution)) for solution in itertools.islice(result, max_rows)]
            cut = next(result, None) is not None
            return Answer(Rows(columns, rows if is_ordered(found) else in_order(rows)), cut)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make many objects and no cycles, without Python's collector going through the heap after each few."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def one_line(sparql: str, *, update: bool = False) -> Iterator[None]:
    """Turn what Oxigraph raises while parsing or answering into a QueryError of one line."""
    try:
        yield
    except SyntaxError as error:
        raise fault(sparql, PREFIXES, error, update=update) from error
    except (OSError, RuntimeError, ValueError, OverflowError) as error:
        raise QueryError(f"the query cannot be answered: {_shorten(error)}") from error


def _shorten(error: BaseException) -> str:
    reason = " ".join(str(error).split())
    return reason if len(reason) <= _LONGEST_REASON else reason[:_LONGEST_REASON] + " …"


def _rdflib_graph(triples: list[ox.Triple]) -> rdflib.Graph:
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    graph.parse(data=text, format="nt")
    return graph
