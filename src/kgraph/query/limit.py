"""Ask a store within limits: in a process of its own, which is killed when its time is over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kgraph import errors
from kgraph.errors import QueryError
from kgraph.query.faults import MalformedQueryError
from kgraph.query.library import NamedQuery, read
from kgraph.query.process import ask_once, head_of
from kgraph.query.rows import Row, Rows
from kgraph.query.run import Answer, written
from kgraph.terms import Value

TIMEOUT = 30.0
"""Seconds that an answer may take where nothing else is said."""
MAX_ROWS = 100_000
"""Rows or triples of an answer where nothing else is said."""


def ask(
    path: str | Path,
    query: str | NamedQuery,
    bindings: Mapping[str, Value] | None = None,
    parameters: Mapping[str, str] | None = None,
    *,
    timeout: float = TIMEOUT,
    max_rows: int | None = MAX_ROWS,
    allow_network: bool = False,
    update: bool = False,
) -> Answer:
    """Answer a query over the store in a folder within ``timeout`` seconds and ``max_rows`` rows or triples.

    ``bindings`` are values; ``parameters`` are what a person wrote, of which names are looked up. An update
    (``update=True``) is answered by True. Raises QueryError where the time is over or the query cannot be
    answered, StoreError where the store cannot be opened.
    """
    named = read(query) if isinstance(query, str) else query
    request = {
        "name": named.name,
        "query": named.sparql,
        "bindings": written(bindings or {}),
        "parameters": dict(parameters or {}),
        "max_rows": max_rows,
        "allow_network": allow_network,
        "update": update,
        "seconds": timeout,
    }
    try:
        out, said = ask_once("kgraph.query.child", path, request)
    except TimeoutError:
        raise QueryError(
            f"not done within {timeout:g} s; ask for less, or allow more with --timeout"
        ) from None
    line, end, body = out.partition(b"\n")
    if not end:
        last = said.strip().splitlines()[-1:]
        why = last[0] if last else "it was killed, perhaps for want of memory"
        raise QueryError(f"the query ended early: {why}")
    return _answer(head_of(line + end), body)


def _answer(head: Mapping[str, Any], body: bytes) -> Answer:
    if "malformed" in head:
        reason, sparql, offset = head["malformed"]
        raise MalformedQueryError(reason, sparql, offset)
    if "error" in head:
        raise getattr(errors, head["error"], QueryError)(head["line"])
    if "answer" in head:
        return Answer(bool(head["answer"]))
    if "columns" not in head:
        triples = ox.parse(body, format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=False)
        return Answer([quad.triple for quad in triples], head["cut"])
    columns = tuple(head["columns"])
    if not columns:  # rows without anything in them, of which TSV knows nothing
        return Answer(Rows(columns, [Row(columns, ())] * head["rows"]), head["cut"])
    found = ox.parse_query_results(body, format=ox.QueryResultsFormat.TSV)
    return Answer(Rows(columns, [Row(columns, tuple(row)) for row in found]), head["cut"])  # type: ignore[union-attr]
